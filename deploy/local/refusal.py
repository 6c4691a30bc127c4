"""The one way in which the local stack says no."""


class Refusal(Exception):
    """The stack cannot start; the text is one sentence for the person who asked."""
