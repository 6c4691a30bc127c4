"""Repeatable random numbers: each draw is a pure function of the seed and of its labels.

There is no generator with a state, so results never depend on the order in which calls arrive.
"""

from hashlib import blake2b
from typing import Final

PPM: Final = 1_000_000
_NOISE_ONE_BITS: Final = 30
_NOISE_ONE: Final = 1 << _NOISE_ONE_BITS
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_PAIRS: Final = tuple(high + low for high in _BASE58 for low in _BASE58)


def draw_64(seed: int, *labels: str | int) -> int:
    """Return an evenly spread integer in [0, 2^64)."""
    text = "\x1f".join(map(str, (seed, *labels))).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest())


def draw_between(seed: int, low: int, high: int, *labels: str | int) -> int:
    """Return an integer in [low, high], both included."""
    assert low <= high
    return low + draw_64(seed, *labels) * (high - low + 1) // 2**64


def happens(seed: int, probability_ppm: int, *labels: str | int) -> bool:
    """Return True with the given probability in millionths."""
    return probability_ppm > 0 and draw_64(seed, *labels) * PPM < probability_ppm * 2**64


def address(seed: int, name: str) -> str:
    """Return a base58 address of 32 bytes."""
    return base58_of(blake2b(f"{seed}\x1f{name}".encode(), digest_size=32).digest())


def signature(seed: int, swap_id: str) -> str:
    """Return a base58 transaction signature of 64 bytes."""
    return base58_of(blake2b(f"{seed}\x1f{swap_id}".encode(), digest_size=64).digest())


def base58_of(data: bytes) -> str:
    """Return bytes in base58. Every swap needs a signature, so this works in pairs of digits, ten at a time."""
    number = int.from_bytes(data)
    digits: list[str] = []
    while number:
        number, ten = divmod(number, 58**10)
        for _ in range(5):
            ten, pair = divmod(ten, 58**2)
            digits.append(_BASE58_PAIRS[pair])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits)).lstrip("1")


def noise_ppm(seed: int, slot: int, period: int, *labels: str | int) -> int:
    """Return a value in [-1,000,000, 1,000,000] that changes smoothly, over about `period` slots.

    Value noise: a draw at each multiple of the period and a smoothstep between them, in integers, so that any
    slot can be asked without its past.
    """
    index, offset = divmod(slot, period)
    here = draw_between(seed, -PPM, PPM, *labels, period, index)
    there = draw_between(seed, -PPM, PPM, *labels, period, index + 1)
    t = offset * _NOISE_ONE // period
    eased = (t * t * (3 * _NOISE_ONE - 2 * t)) >> (2 * _NOISE_ONE_BITS)
    return here + (((there - here) * eased) >> _NOISE_ONE_BITS)
