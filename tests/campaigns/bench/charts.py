"""Charts as SVG text: lines over categories, and stacked bars. No library, no script, readable on any background."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 720
HEIGHT: Final = 340
LEFT: Final = 70
RIGHT: Final = 150
TOP: Final = 44
BOTTOM: Final = 50
_COLOURS: Final = ("#3366cc", "#dc6b19", "#2e8b57", "#9b2fae", "#b8860b", "#00838f", "#c2185b", "#607d8b")


class Point(NamedTuple):
    """The least, the median and the largest of the repeats."""

    least: float
    median: float
    most: float


def lines(title: str, categories: Sequence[str], series: Mapping[str, Sequence[Point]], *, x: str, y: str) -> str:
    """Return a line for each series through its medians, a stroke from least to largest at each point."""
    top = _round_up(max(point.most for points in series.values() for point in points))
    parts = _frame(title, x, y, top)
    across = [LEFT + (WIDTH - LEFT - RIGHT) * (n + 0.5) / len(categories) for n in range(len(categories))]
    parts += [
        _text(place, HEIGHT - BOTTOM + 18, name, "middle") for place, name in zip(across, categories, strict=True)
    ]
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(place, _height(point.median, top)) for place, point in zip(across, points, strict=True)]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (px, py), point in zip(places, points, strict=True):
            low, high = _height(point.least, top), _height(point.most, top)
            parts.append(f'<path d="M{px:.1f} {low:.1f}V{high:.1f}" stroke="{colour}" stroke-opacity=".5"/>')
            parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}"/>')
        parts += _legend(number, name, colour)
    return _document(parts)


def stacked_bars(title: str, bars: Mapping[str, Mapping[str, float]], *, y: str) -> str:
    """Return a bar for each name, built from its parts."""
    top = _round_up(max(sum(bar.values()) for bar in bars.values()))
    parts = _frame(title, "", y, top)
    names = list(dict.fromkeys(name for bar in bars.values() for name in bar))
    step = (WIDTH - LEFT - RIGHT) / len(bars)
    for place, (label, bar) in enumerate(bars.items()):
        left, base = LEFT + step * place + step * 0.2, 0.0
        parts.append(_text(left + step * 0.3, HEIGHT - BOTTOM + 18, label, "middle"))
        for name, value in bar.items():
            upper, lower = _height(base + value, top), _height(base, top)
            colour = _COLOURS[names.index(name) % len(_COLOURS)]
            parts.append(
                f'<rect x="{left:.1f}" y="{upper:.1f}" width="{step * 0.6:.1f}" height="{lower - upper:.1f}" '
                f'fill="{colour}"><title>{escape(name)}: {value:.2f}</title></rect>'
            )
            base += value
    for number, name in enumerate(names):
        parts += _legend(number, name, _COLOURS[number % len(_COLOURS)])
    return _document(parts)


def _frame(title: str, x: str, y: str, top: float) -> list[str]:
    parts = [_text(LEFT, 24, title, "start", size=15), _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x, "middle")]
    parts.append(_text(LEFT - 8, TOP - 8, y, "end"))
    for step in range(6):
        value = top * step / 5
        height = _height(value, top)
        parts.append(f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, height + 4, f"{value:,.0f}" if top >= 10 else f"{value:.1f}", "end"))
    return parts


def _legend(number: int, name: str, colour: str) -> list[str]:
    height = TOP + 8 + number * 20
    left = WIDTH - RIGHT + 14
    return [
        f'<rect x="{left}" y="{height - 9}" width="12" height="12" fill="{colour}"/>',
        _text(left + 18, height + 2, name, "start"),
    ]


def _height(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _round_up(value: float) -> float:
    scale = 1.0
    while scale * 10 <= value:
        scale *= 10
    while scale > value:
        scale /= 10
    return next(scale * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if scale * step >= value)


def _text(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _document(parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" fill="#222">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>", ""])
