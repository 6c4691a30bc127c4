"""What stops `make up`: one sentence for the person at the terminal."""


class Refusal(Exception):
    """It cannot be done, or it did not come about. The text says what to do."""
