"""The `tradewind` command: orders, quotes and lives on a terminal or in a script, and the demonstration.

Here lives what reads the command line and prints. Whatever speaks to the gateway belongs to `tradewind_client`.
"""
