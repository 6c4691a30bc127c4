"""The list of pool kinds: every table that speaks of all kinds has each of them once, and no other."""

from pathlib import Path
from typing import get_args

from market_service.genesis.definition import PoolDefinition
from pools.kinds import VENUE_OF, VENUES, PoolKind
from pools.pool_json import STATES
from tradewind.market.v1 import market_pb2 as pb

MARKET_PAGE = Path(__file__).resolve().parents[3] / "docs" / "market.md"


def test_each_kind_has_a_venue_and_each_venue_a_kind() -> None:
    assert VENUE_OF.keys() == set(PoolKind)
    assert set(VENUE_OF.values()) == set(VENUES)


def test_each_kind_has_a_state_class_that_names_it() -> None:
    assert STATES.keys() == set(PoolKind)
    assert len({*STATES.values()}) == len(PoolKind)


def test_each_kind_can_be_defined_in_a_market() -> None:
    defined = [get_args(one.model_fields["kind"].annotation) for one in get_args(PoolDefinition)]
    assert sorted(defined) == sorted((kind.value,) for kind in PoolKind)


def test_each_kind_travels_under_its_name() -> None:
    names = [name.removeprefix("POOL_KIND_") for name, number in pb.PoolKind.items() if number]
    assert sorted(names) == sorted(kind.name for kind in PoolKind)


def test_each_kind_has_a_row_in_the_market_page() -> None:
    table = MARKET_PAGE.read_text(encoding="utf-8").partition("## Pool states on the wire\n")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert rows == [kind.value for kind in PoolKind]
