"""The market definition: which tokens and pools exist, read from a TOML file and checked before anything starts."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import base58
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from market_service.chain.swaps import U64_MAX
from market_service.genesis.line_finder import LineFinder, Location
from pools.kinds import PoolKind


class DefinitionError(Exception):
    """The file cannot be used. One line for each problem: file, line number, the problem and its fix."""


def _mint(text: str) -> str:
    try:
        size = len(base58.b58decode(text))
    except ValueError:
        size = 0
    if size != 32:
        raise ValueError("must be a mint address: base58 of 32 bytes")
    return text


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


# TOML writes 150 as an integer and 0.00002 as a decimal; both are exact here.
_Exact = Annotated[Decimal, Field(strict=False)]
Positive = Annotated[_Exact, Field(gt=0, lt=Decimal(10) ** 18, allow_inf_nan=False)]
NotNegative = Annotated[_Exact, Field(ge=0, lt=Decimal(10) ** 18, allow_inf_nan=False)]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class TokenDefinition(_Row):
    """A token. Its price moves around `price_usd`, by up to `volatility_bps`; `wallet` is in whole tokens."""

    symbol: str = Field(min_length=1, max_length=16)
    name: str = Field(min_length=1, max_length=64)
    mint: Annotated[str, AfterValidator(_mint)]
    decimals: int = Field(ge=0, le=18)
    price_usd: Positive
    volatility_bps: int = Field(default=0, ge=0, le=5_000)
    follows: str = ""
    wallet: NotNegative = Decimal(0)

    @property
    def unit(self) -> int:
        """Base units of one whole token."""
        return int(10**self.decimals)

    @property
    def wallet_base_units(self) -> int:
        """Starting balance of every account, base units, rounded down."""
        return int(self.wallet * self.unit)


class _Pool(_Row):
    """The fields of every pool. `size_usd` is the value of both sides together at the reference prices."""

    name: str = Field(min_length=1, max_length=64)
    tokens: Pair
    size_usd: Positive | None = None
    offset_bps: int = Field(default=0, ge=-1_000, le=1_000)


class _ReservePool(_Pool):
    """A pool that may be given by hand: `reserves` in whole tokens instead of `size_usd`."""

    reserves: Annotated[list[Positive], Field(min_length=2, max_length=2)] | None = None


class CpmmDefinition(_ReservePool):
    """Raydium CPMM. The trade fee is in millionths of the input; the other two in millionths of the fee."""

    kind: Literal["raydium_cpmm"]
    trade_fee_ppm: int = Field(default=2_500, ge=1, le=100_000)
    protocol_fee_ppm: int = Field(default=120_000, ge=0, le=500_000)
    fund_fee_ppm: int = Field(default=40_000, ge=0, le=500_000)


class AmmV4Definition(_ReservePool):
    """Raydium AMM v4. Its fee is fixed: 25 in 10,000."""

    kind: Literal["raydium_amm_v4"]


class RangeDefinition(_Row):
    """A position around the reference price: `width_bps` to each side, `share` of the pool's size in percent."""

    width_bps: int = Field(ge=10, le=90_000)
    share: int = Field(ge=1, le=100)


_TICK_SPACINGS: Final[Mapping[int, int]] = {100: 1, 500: 10, 2_500: 60, 10_000: 120}


class ClmmDefinition(_Pool):
    """Raydium CLMM. The fee tier decides the tick spacing."""

    kind: Literal["raydium_clmm"]
    trade_fee_ppm: Literal[100, 500, 2_500, 10_000] = 500
    protocol_fee_ppm: int = Field(default=120_000, ge=0, le=500_000)
    fund_fee_ppm: int = Field(default=40_000, ge=0, le=500_000)
    ranges: Annotated[list[RangeDefinition], Field(min_length=1, max_length=8)]

    @property
    def tick_spacing(self) -> int:
        """Ticks between two usable ticks of this fee tier."""
        return _TICK_SPACINGS[self.trade_fee_ppm]


class DlmmDefinition(_Pool):
    """Meteora DLMM. `bins` is the number of bins to each side of the active one; a curve puts more into near bins."""

    kind: Literal["meteora_dlmm"]
    bin_step: Literal[1, 2, 4, 5, 8, 10, 15, 20, 25, 50, 60, 100]
    base_factor: int | None = Field(default=None, ge=1, le=65_535)
    bins: int = Field(ge=1, le=350)
    shape: Literal["flat", "curve"] = "curve"


class DammV2Definition(_Pool):
    """Meteora DAMM v2. Fees in 1/10,000; without `range_bps` the range is the program's whole price range."""

    kind: Literal["meteora_damm_v2"]
    fee_bps: int = Field(default=25, ge=1, le=5_000)
    dynamic_fee: bool = False
    range_bps: int | None = Field(default=None, ge=100, le=90_000)


PoolDefinition = CpmmDefinition | AmmV4Definition | ClmmDefinition | DlmmDefinition | DammV2Definition
_TaggedPool = Annotated[PoolDefinition, Field(discriminator="kind")]


class MarketDefinition(_Row):
    """A whole market."""

    name: str = Field(min_length=1, max_length=64)
    tokens: Annotated[list[TokenDefinition], Field(min_length=2, max_length=200)]
    pools: Annotated[list[_TaggedPool], Field(min_length=1, max_length=1_000)]

    def token(self, symbol: str) -> TokenDefinition:
        """Return the token of a symbol that is known to exist."""
        return next(token for token in self.tokens if token.symbol == symbol)


def read_definition(path: Path) -> MarketDefinition:
    """Return the definition in a file. Raises DefinitionError with every problem found, one a line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read as text: {error}") from error
    return parse_definition(text, source=str(path))


def parse_definition(text: str, *, source: str) -> MarketDefinition:
    """Return the definition in a text; `source` names it in errors."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{source}: not valid TOML: {error}") from error
    lines = LineFinder(text)
    try:
        definition = MarketDefinition.model_validate(table)
    except ValidationError as error:
        problems = [(_location(e["loc"]), e["msg"].removeprefix("Value error, ")) for e in error.errors()]
        raise _error(source, lines, problems) from error
    if problems := list(_contradictions(definition)):
        raise _error(source, lines, problems)
    return definition


def _location(loc: tuple[int | str, ...]) -> Location:
    """Return where an error is, without the names of the pool kinds that the parser puts between."""
    return tuple(part for part in loc if part not in set(PoolKind))


def _error(source: str, lines: LineFinder, problems: Sequence[tuple[Location, str]]) -> DefinitionError:
    return DefinitionError(
        "\n".join(f"{source}:{lines.line_of(at)}: {_name(at)}: {message}" for at, message in problems)
    )


def _name(at: Location) -> str:
    return ".".join(str(part) for part in at) or "file"


def _contradictions(definition: MarketDefinition) -> Iterator[tuple[Location, str]]:
    """Yield mistakes across fields: names used twice, tokens that do not exist, amounts beyond u64."""
    yield from _token_contradictions(definition.tokens)
    symbols = {token.symbol: token for token in definition.tokens}
    names: set[str] = set()
    for index, pool in enumerate(definition.pools):
        if pool.name in names:
            yield ("pools", index, "name"), f"{pool.name!r} is used twice; give each pool a name of its own"
        names.add(pool.name)
        yield from _pool_contradictions(index, pool, symbols)


def _token_contradictions(tokens: Sequence[TokenDefinition]) -> Iterator[tuple[Location, str]]:
    symbols: set[str] = set()
    mints: set[str] = set()
    free = {token.symbol for token in tokens if not token.follows}
    for index, token in enumerate(tokens):
        if token.symbol.upper() in symbols:
            yield ("tokens", index, "symbol"), f"{token.symbol!r} is used twice; symbols ignore case"
        if token.mint in mints:
            yield ("tokens", index, "mint"), "another token has this mint already"
        if token.follows and token.follows not in free:
            yield ("tokens", index, "follows"), f"{token.follows!r} must be a token that follows no other"
        if token.wallet_base_units > U64_MAX // 4:
            yield ("tokens", index, "wallet"), "must leave room below 2^64 base units; start with less"
        symbols.add(token.symbol.upper())
        mints.add(token.mint)


def _pool_contradictions(
    index: int, pool: PoolDefinition, symbols: Mapping[str, TokenDefinition]
) -> Iterator[tuple[Location, str]]:
    unknown = [symbol for symbol in pool.tokens if symbol not in symbols]
    for symbol in unknown:
        yield ("pools", index, "tokens"), f"there is no token {symbol!r}; known are {', '.join(symbols)}"
    if pool.tokens[0] == pool.tokens[1]:
        yield ("pools", index, "tokens"), "a pool trades two different tokens"
    reserves = pool.reserves if isinstance(pool, _ReservePool) else None
    if (reserves is None) == (pool.size_usd is None):
        choices = "one of size_usd and reserves" if isinstance(pool, _ReservePool) else "size_usd"
        yield ("pools", index), f"give {choices}"
    if not unknown and pool.size_usd is not None:
        for symbol in pool.tokens:
            token = symbols[symbol]
            if pool.size_usd / token.price_usd * token.unit > U64_MAX // 4:
                yield ("pools", index, "size_usd"), f"is more {symbol} than 2^64 base units leave room for"
    if isinstance(pool, ClmmDefinition) and sum(r.share for r in pool.ranges) != 100:
        yield ("pools", index, "ranges"), "the shares must add up to 100"
