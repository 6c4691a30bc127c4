"""`python -m router_service`: serve until SIGTERM or SIGINT."""

import sys

from router_service.server import main

if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stderr.write(
            "usage: python -m router_service\nIt takes no arguments; the market is `python -m market_service`.\n"
        )
        sys.exit(2)
    main()
