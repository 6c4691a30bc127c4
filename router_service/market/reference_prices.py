"""What the outside world thinks tokens are worth: a closed formula of (seed, slot), so any slot can be asked."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from router_service.market.definition import MarketDefinition, TokenDefinition
from router_service.market.profiles import Profile
from router_service.market.seeded import PPM, draw_64, noise_ppm

# Octaves of a token's price: period in slots (one minute, ten minutes, an hour) and share in percent.
_OCTAVES: Final = ((150, 12), (1_500, 28), (9_000, 60))
# Octaves of the distance between the venues: slow, so that a quote stays true while a swap lands.
_SPREAD_PERIOD: Final = 1_800
_BPS: Final = 10_000
# Room to each end of the promised spread: a pool of bins is up to one step away from its target.
_SPREAD_MARGIN_BPS: Final = 35
_SCALE: Final = 10**9
_E18: Final = Decimal(10) ** 18

VENUE_SIDE: Final[Mapping[str, int]] = {"raydium": 1, "meteora": -1}


class ReferencePrices:
    """Prices of tokens and targets of pools. Integer arithmetic only: the same on every machine."""

    def __init__(self, definition: MarketDefinition, profile: Profile, seed: int) -> None:
        """Prepare the formula for a market."""
        self._tokens = {token.symbol: token for token in definition.tokens}
        self._profile = profile
        self._seed = seed
        self._cached_slot = -1
        self._cache: dict[str, int] = {}

    def price_e18(self, symbol: str, slot: int) -> int:
        """Return the price of one whole token in 10^-18 USD."""
        if slot != self._cached_slot:
            self._cached_slot, self._cache = slot, {}
        if symbol not in self._cache:
            self._cache[symbol] = self._price_e18(self._tokens[symbol], slot)
        return self._cache[symbol]

    def _price_e18(self, token: TokenDefinition, slot: int) -> int:
        price = int(token.price_usd * _E18) * self._factor(token, slot) // _SCALE
        if token.follows:
            price = price * self._factor(self._tokens[token.follows], slot) // _SCALE
        return price

    def _factor(self, token: TokenDefinition, slot: int) -> int:
        """Return what noise multiplies a price by, over 10^9."""
        if token.volatility_bps == 0:
            return _SCALE
        wander = sum(
            noise_ppm(self._seed, slot, period, "price", token.symbol) * percent for period, percent in _OCTAVES
        )
        return _SCALE + _SCALE * token.volatility_bps * wander // (_BPS * PPM * 100)

    def target_x64(self, venue: str, tokens: tuple[str, str], offset_bps: int, slot: int) -> int:
        """Return the price a pool is brought to: base units of token 1 for one of token 0, times 2^64.

        The venues of a pair stand to either side of the reference price, as far apart as the profile says; which
        of them is dearer is drawn once a pair. `offset_bps` moves one pool against its venue.
        """
        zero, one = (self._tokens[symbol] for symbol in tokens)
        pair = "/".join(sorted(tokens))
        side = VENUE_SIDE[venue] * (1 if draw_64(self._seed, "side", pair) & 1 else -1)
        # The side belongs to the pair; a pool that lists it the other way round sees the inverse.
        if tokens[0] > tokens[1]:
            side = -side
        offset_ppm = side * self._half_spread_ppm(pair, slot) + offset_bps * 100
        numerator = self.price_e18(zero.symbol, slot) * one.unit * (PPM + offset_ppm)
        denominator = self.price_e18(one.symbol, slot) * zero.unit * PPM
        return (numerator << 64) // denominator

    def _half_spread_ppm(self, pair: str, slot: int) -> int:
        low_bps, high_bps = self._profile.spread_bps
        middle_ppm = (low_bps + high_bps) * 50
        reach_ppm = max(0, (high_bps - low_bps) * 50 - _SPREAD_MARGIN_BPS * 100)
        wander = noise_ppm(self._seed, slot, _SPREAD_PERIOD, "spread", pair)
        return (middle_ppm + reach_ppm * wander // PPM) // 2
