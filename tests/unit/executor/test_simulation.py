"""Thousands of histories in virtual time, none of which may break a promise; and three bugs that must be found."""

import pytest

from tests.campaigns.simulation.bugs import BUGS
from tests.campaigns.simulation.run import breaches_of

SEEDS = 2_000
SEEDS_FOR_A_BUG = 200


@pytest.mark.parametrize("first", range(0, SEEDS, 500))
def test_no_history_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + 500):
        broken = breaches_of(seed)
        assert not broken, f"{broken}  replay: python -m tests.campaigns.simulation --seed {seed}"


@pytest.mark.parametrize("bug", sorted(BUGS))
def test_a_planted_bug_is_found(bug: str) -> None:
    assert any(breaches_of(seed, BUGS[bug]) for seed in range(SEEDS_FOR_A_BUG))


def test_the_same_seed_gives_the_same_history() -> None:
    broken = [breaches_of(seed, BUGS["retry_on_time_out"]) for seed in range(40)]
    assert any(broken)
    assert broken == [breaches_of(seed, BUGS["retry_on_time_out"]) for seed in range(40)]
