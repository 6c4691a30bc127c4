"""`python -m tests.campaigns.simulation [--seeds N] [--first N] [--bug NAME]`, or `--seed N` to replay one."""

import argparse
import sys
import time

from tests.campaigns.simulation.bugs import BUGS
from tests.campaigns.simulation.run import breaches_of
from tests.campaigns.simulation.world import World


def main() -> int:
    """Run seeds and print a line for each that breaks an invariant; exit 1 if any did."""
    parser = argparse.ArgumentParser(prog="tests.campaigns.simulation", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--bug", choices=sorted(BUGS))
    wanted = parser.parse_args()
    seeds = [wanted.seed] if wanted.seed is not None else range(wanted.first, wanted.first + wanted.seeds)
    make_world = BUGS[wanted.bug] if wanted.bug else World
    began, failures = time.perf_counter(), 0
    for seed in seeds:
        broken = breaches_of(seed, make_world)
        if broken:
            failures += 1
            bug = f" --bug {wanted.bug}" if wanted.bug else ""
            print(f"{broken[0]}  replay: python -m tests.campaigns.simulation --seed {seed}{bug}")
    took = time.perf_counter() - began
    print(f"{len(seeds)} seeds in {took:.1f} s, {failures} broke an invariant")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
