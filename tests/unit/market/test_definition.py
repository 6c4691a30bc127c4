"""Market definitions: what is refused, and where the error points."""

from pathlib import Path

import pytest

from market_service.genesis.definition import DefinitionError, parse_definition, read_definition
from market_service.settings import DEFAULT_MARKET_FILE
from pools.kinds import VENUE_OF, PoolKind
from tests.unit.market.builders import SMALL_MARKET, a_market

EXAMPLES = Path(__file__).parents[3] / "examples" / "markets"


def errors_of(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        parse_definition(text, source="mine.toml")
    return str(refused.value).splitlines()


def test_the_default_market_has_five_kinds_and_both_venues_for_every_pair() -> None:
    market = read_definition(DEFAULT_MARKET_FILE)
    assert len(market.tokens) >= 8
    assert len(market.pools) >= 25
    assert {pool.kind for pool in market.pools} == {kind.value for kind in PoolKind}
    venues: dict[frozenset[str], set[str]] = {}
    for pool in market.pools:
        venues.setdefault(frozenset(pool.tokens), set()).add(VENUE_OF[PoolKind(pool.kind)])
    assert all(both == {"raydium", "meteora"} for both in venues.values())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_the_examples_are_valid(path: Path) -> None:
    assert read_definition(path).pools


def test_there_are_examples() -> None:
    assert list(EXAMPLES.glob("*.toml"))


def test_small_prices_are_read_exactly() -> None:
    text = SMALL_MARKET.replace("price_usd = 2.5", "price_usd = 0.000021")
    assert str(parse_definition(text, source="x").token("RAY").price_usd) == "0.000021"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("decimals = 9", "decimals = 19", "decimals = 9", "less than or equal to 18"),
        ('symbol = "RAY"', 'symbol = "sol"', 'symbol = "RAY"', "used twice"),
        ("price_usd = 2.5", "price_usd = -1", "price_usd = 2.5", "greater than 0"),
        ('tokens = ["RAY", "SOL"]', 'tokens = ["RAY", "PEPE"]', '["RAY", "SOL"]', "no token 'PEPE'"),
        ('tokens = ["RAY", "SOL"]', 'tokens = ["SOL", "SOL"]', '["RAY", "SOL"]', "two different tokens"),
        ("fee_bps = 25", "fee_bsp = 25", "fee_bps = 25", "Extra inputs"),
        ("bin_step = 20", "bin_step = 21", "bin_step = 20", "Input should be"),
        ("share = 70", "share = 60", "share = 70", "add up to 100"),
        ("size_usd = 8_000_000", "size_usd = 80_000_000_000_000", "size_usd = 8_000_000", "2^64"),
        ('name = "RAY-USDC AMM v4"', 'name = "SOL-USDC DLMM"', "RAY-USDC AMM v4", "used twice"),
        ("size_usd = 3_000_000\n", "", '[[pools]]\nname = "RAY-SOL', "give size_usd"),
    ],
)
def test_an_error_names_file_line_and_fix(old: str, new: str, line: str, says: str) -> None:
    (error, *_) = errors_of(SMALL_MARKET.replace(old, new, 1))
    wanted = SMALL_MARKET[: SMALL_MARKET.index(line)].count("\n") + 1
    assert error.startswith(f"mine.toml:{wanted}: "), error
    assert says in error


def test_every_problem_is_told_at_once() -> None:
    text = SMALL_MARKET.replace("decimals = 9", "decimals = 19").replace("bin_step = 20", "bin_step = 21")
    assert len(errors_of(text)) == 2


def test_broken_toml_names_the_line() -> None:
    (error,) = errors_of(SMALL_MARKET + "\n[[pools\n")
    assert "line" in error


def test_a_missing_file_is_one_sentence() -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_definition(Path("/nowhere/market.toml"))


def test_the_small_market_has_one_pool_of_each_kind() -> None:
    assert sorted(pool.kind for pool in a_market().pools) == sorted(kind.value for kind in PoolKind)
