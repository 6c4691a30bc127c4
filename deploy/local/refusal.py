"""The error with which the local stack refuses to start."""


class Refusal(Exception):
    """The stack cannot start; the text is one sentence for the user."""
