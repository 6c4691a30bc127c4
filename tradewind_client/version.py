"""The version, said once: the packages `tradewind-client` and `tradewind` and the command read it here."""

__version__ = "0.1.0"
