"""`python -m router_service router` or `market`: the two ways into the DEX side.

Each imports its own half only, so that neither needs what the other is made of.
"""

import sys
from collections.abc import Sequence

_USAGE = "usage: python -m router_service router | market [migrate | check]\n"


def main(arguments: Sequence[str]) -> int:
    """Run an entry point and return the exit code."""
    match list(arguments):
        case ["router"]:
            from router_service.server import main as serve_router  # noqa: PLC0415 - neither way in loads the other

            serve_router()
            return 0
        case ["market", *rest]:
            from router_service.market.commands import main as run_market  # noqa: PLC0415 - as above

            return run_market(rest)
        case _:
            sys.stderr.write(_USAGE)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
