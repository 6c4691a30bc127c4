"""`python -m tests.vectors [FILE...]`."""

import sys

from tests.vectors.replay import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
