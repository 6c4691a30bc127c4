"""The band of prices in which outside flow does not trade a pool: a closed formula of (seed, slot, pool).

Arbitrageurs trade a pool only when its price is further from the reference than its fee, because only then they earn.
So each pool's price moves inside its own fee around the reference, and two pools of a pair never differ by more than
their two fees together: a round trip over them costs something. Now and then a burst of flow pushes one pool beyond its
fee, and arbitrageurs bring it back within slots. A trader who finds that difference in time earns it once.

In a profile that keeps the venues apart (the five earlier engines) a band is only the venue's price.
"""

from typing import Final, NamedTuple

from market_service.chain.pools import PoolInfo
from market_service.outside.profiles import Profile
from market_service.outside.reference_prices import ReferencePrices
from market_service.outside.seeded import PPM, draw_64, draw_between, noise_ppm

# How far a pool's price moves to each side, in percent of its fee: below 100, so that a round trip always costs.
_WANDER_PERCENT: Final = 90
# 40 seconds: slow enough that a quote still holds when its swap lands.
_WANDER_PERIOD: Final = 100
# One burst for each pool in half an hour, none in the first three minutes, so that the first orders meet none.
_BURST_PERIOD: Final = 4_500
_CALM_SLOTS: Final = 450
_BURST_SLOTS: Final = (3, 8)
# How far beyond its fee a burst pushes a pool, in millionths: 20 to 80 bps.
_BURST_BEYOND_PPM: Final = (2_000, 8_000)
_BPS_IN_PPM: Final = 100


class Band(NamedTuple):
    """Prices at which outside flow does not trade, both included: base units of token 1 for one of token 0, in Q64.64.

    Below `low_x64` it buys token 0 up to that price, above `high_x64` it sells token 0 down to that price.
    """

    low_x64: int
    high_x64: int


class PriceBands:
    """The bands of a market's pools. Integer arithmetic only: the same on every machine."""

    def __init__(self, prices: ReferencePrices, profile: Profile, seed: int) -> None:
        """Take the reference prices that arbitrageurs compare a pool's price with."""
        self._prices = prices
        self._is_efficient = profile.venue_step_bps is None
        self._seed = seed

    def band(self, info: PoolInfo, slot: int) -> Band:
        """Return the band of a pool in a slot."""
        worth_x64 = self._prices.target_x64(info.venue, info.symbols, info.offset_bps, slot)
        if not self._is_efficient:
            return Band(worth_x64, worth_x64)
        calm_x64 = _moved(worth_x64, self._wander_ppm(info, slot))
        burst = self._burst(info, slot)
        if burst is None:
            return Band(calm_x64, calm_x64)
        pushed_x64 = _moved(calm_x64, burst.ppm)
        if burst.begins:
            return Band(pushed_x64, pushed_x64)
        return Band(min(calm_x64, pushed_x64), max(calm_x64, pushed_x64))

    def _wander_ppm(self, info: PoolInfo, slot: int) -> int:
        # The offset and half a bin are distances from the reference too: all three together stay inside the fee.
        room = info.fee_ppm * _WANDER_PERCENT // 100 - abs(info.offset_bps) * _BPS_IN_PPM - info.price_step_ppm // 2
        return noise_ppm(self._seed, slot, _WANDER_PERIOD, "wander", info.pool_id) * max(0, room) // PPM

    def _burst(self, info: PoolInfo, slot: int) -> "_Burst | None":
        """Return the burst that moves a pool in this slot; None most of the time."""
        number, offset = divmod(slot, _BURST_PERIOD)
        about = (info.pool_id, number)
        lasts = draw_between(self._seed, *_BURST_SLOTS, "burst lasts", *about)
        age = offset - draw_between(self._seed, _CALM_SLOTS, _BURST_PERIOD - lasts, "burst begins", *about)
        if not 0 <= age < lasts:
            return None
        height = info.fee_ppm + draw_between(self._seed, *_BURST_BEYOND_PPM, "burst height", *about)
        side = 1 if draw_64(self._seed, "burst side", *about) & 1 else -1
        return _Burst(age == 0, side * height * (lasts - age) // lasts)


class _Burst(NamedTuple):
    begins: bool
    ppm: int


def _moved(price_x64: int, ppm: int) -> int:
    return price_x64 * (PPM + ppm) // PPM
