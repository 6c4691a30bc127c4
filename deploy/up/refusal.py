"""The error that stops `make up`: one sentence for the user."""


class Refusal(Exception):
    """A step cannot be done, or failed. The text says what to do."""
