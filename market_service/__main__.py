"""`python -m market_service [migrate | check]`."""

import sys

from market_service.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
