"""The measured figures: every repeat of each, with what it is held against."""

import statistics
from collections.abc import Sequence
from typing import Literal

import msgspec

Better = Literal["more", "less", "neither"]


class Figure(msgspec.Struct, omit_defaults=True):
    """One measured quantity and all its repeats.

    `target` is the number to reach. `limit` names the figure of the part `limits` that bounds it.
    """

    part: str
    name: str
    unit: str
    better: Better
    values: list[float]
    target: float | None = None
    limit: str | None = None

    @property
    def least(self) -> float:
        """The smallest repeat."""
        return min(self.values)

    @property
    def median(self) -> float:
        """The middle repeat."""
        return statistics.median(self.values)

    @property
    def most(self) -> float:
        """The largest repeat."""
        return max(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the median reaches the target; None without one."""
        if self.target is None:
            return None
        return self.median >= self.target if self.better == "more" else self.median <= self.target


class Results:
    """Figures in the order in which they were first noted."""

    def __init__(self, figures: Sequence[Figure] = ()) -> None:
        self._figures = {(figure.part, figure.name): figure for figure in figures}
        self.remarks: list[str] = []

    def note(
        self,
        part: str,
        name: str,
        value: float,
        *,
        unit: str,
        better: Better = "neither",
        target: float | None = None,
        limit: str | None = None,
    ) -> None:
        """Add a repeat to a figure."""
        figure = self._figures.get((part, name))
        if figure is None:
            figure = self._figures[part, name] = Figure(part, name, unit, better, [], target, limit)
        figure.values.append(value)

    def drop(self, part: str) -> None:
        """Forget a part's figures."""
        self._figures = {key: figure for key, figure in self._figures.items() if figure.part != part}

    def remark(self, text: str) -> None:
        """Keep a sentence that belongs to the figures."""
        if text not in self.remarks:
            self.remarks.append(text)

    def all(self) -> list[Figure]:
        """Return every figure."""
        return list(self._figures.values())

    def of(self, part: str) -> list[Figure]:
        """Return one part's figures."""
        return [figure for figure in self._figures.values() if figure.part == part]

    def share_of_limit(self, figure: Figure) -> float | None:
        """Return the median as a share of the median of its limit; None when either is not there."""
        limit = self._figures.get(("limits", figure.limit or ""))
        return figure.median / limit.median if limit is not None and limit.median else None


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile, interpolated between neighbours; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
