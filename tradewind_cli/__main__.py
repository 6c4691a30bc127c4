"""`python -m tradewind_cli`: the same as the command `tradewind`."""

from tradewind_cli.main import main

if __name__ == "__main__":
    main()
