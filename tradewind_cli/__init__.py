"""The `tradewind` command: orders, quotes and events on a terminal or in a script, and the demonstration.

This package reads the command line and prints. All code that speaks to the gateway belongs to `tradewind_client`.
"""
