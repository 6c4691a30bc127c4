"""Reference prices of tokens: a closed formula of (seed, slot), so the price of any slot can be computed."""

from decimal import Decimal
from typing import Final

from market_service.genesis.definition import MarketDefinition, TokenDefinition
from market_service.outside.profiles import Profile
from market_service.outside.seeded import PPM, draw_64, noise_ppm
from market_service.outside.venue_levels import venue_levels

# Octaves of a token's price: period in slots (one minute, ten minutes, an hour) and share in percent.
_OCTAVES: Final = ((150, 12), (1_500, 28), (9_000, 60))
# The distance between the venues changes slowly, so that a quote still holds when its swap lands.
_STEP_PERIOD: Final = 1_800
_BPS: Final = 10_000
_SCALE: Final = 10**9
_E18: Final = Decimal(10) ** 18


class ReferencePrices:
    """Prices of tokens and targets of pools. Integer arithmetic only: the same on every machine."""

    def __init__(self, definition: MarketDefinition, profile: Profile, seed: int) -> None:
        """Prepare the formula for a market."""
        self._tokens = {token.symbol: token for token in definition.tokens}
        self._profile = profile
        self._seed = seed
        self._levels = venue_levels([(pool.tokens[0], pool.tokens[1]) for pool in definition.pools])
        dearer = 1 if draw_64(seed, "dearer venue") & 1 else -1
        self._sides = {"raydium": dearer, "meteora": -dearer}
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
        """Return the factor of the token's price in this slot, over 10^9."""
        if token.volatility_bps == 0:
            return _SCALE
        wander = sum(
            noise_ppm(self._seed, slot, period, "price", token.symbol) * percent for period, percent in _OCTAVES
        )
        return _SCALE + _SCALE * token.volatility_bps * wander // (_BPS * PPM * 100)

    def target_x64(self, venue: str, tokens: tuple[str, str], offset_bps: int, slot: int) -> int:
        """Return the price that a venue's pools of a pair move around: base units of token 1 for one of 0, x 2^64.

        `offset_bps` moves one pool against its venue. In a profile that keeps the venues apart each venue values
        every token above or below the reference by the token's level, so the pools of one venue agree with each
        other and those of a pair differ between the venues. In the other profiles the venues agree.
        """
        zero, one = (self._tokens[symbol] for symbol in tokens)
        worth_0, worth_1 = self._venue_worths(venue, tokens, slot)
        numerator = self.price_e18(zero.symbol, slot) * worth_0 * one.unit * (_BPS + offset_bps)
        denominator = self.price_e18(one.symbol, slot) * worth_1 * zero.unit * _BPS
        return (numerator << 64) // denominator

    def _venue_worths(self, venue: str, tokens: tuple[str, str], slot: int) -> tuple[int, int]:
        """Return how a venue values the tokens of a pair, each over the same scale."""
        if self._profile.venue_step_bps is None:
            return 1, 1
        low_bps, high_bps = self._profile.venue_step_bps
        wander = noise_ppm(self._seed, slot, _STEP_PERIOD, "venue step") + PPM
        step_ppm = low_bps * 100 + (high_bps - low_bps) * 100 * wander // (2 * PPM)
        level_0, level_1 = (2 * self._levels[symbol] for symbol in tokens)
        if level_0 == level_1:
            # Three levels are not enough for these pairs: this pair alone stands one and a half steps apart.
            level_0 += 3 if tokens[0] < tokens[1] else 0
            level_1 += 3 if tokens[1] < tokens[0] else 0
        half = self._sides[venue] * step_ppm
        return 4 * PPM + half * level_0, 4 * PPM + half * level_1
