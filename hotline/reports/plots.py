"""Plots as plain geometry, in the units of their viewBox: the template draws them, on the screen and on paper alike."""

from collections.abc import Sequence
from math import floor, log10

import msgspec

WIDTH, HEIGHT = 720.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 60.0, 8.0, 10.0, 28.0
_GAP = 0.22
_LEAST_PX = 52.0
"""Between two labels of the axis."""


class Bar(msgspec.Struct, frozen=True):
    """A rectangle, the series that it is of, and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    series: str
    title: str


class Label(msgspec.Struct, frozen=True):
    """A text at a place."""

    x: float
    y: float
    text: str


class Plot(msgspec.Struct, frozen=True):
    """Columns over an axis. `grid`: a line with its label for each step of the scale."""

    width: float
    height: float
    left: float
    bars: list[Bar]
    labels: list[Label]
    grid: list[Label]
    series: list[str]


def columns(names: Sequence[str], series: Sequence[tuple[str, str, Sequence[int]]]) -> Plot:
    """A column for each name: the series stand upon each other. A series is its word, its title, and its values."""
    tops = [sum(values[place] for _, _, values in series) for place in range(len(names))]
    step = _step(max(tops, default=0))
    scale = step * max(1, -(-max(tops, default=0) // step))
    plain, room = HEIGHT - _TOP - _BOTTOM, (WIDTH - _LEFT - _RIGHT) / max(1, len(names))
    bars: list[Bar] = []
    for place, name in enumerate(names):
        below = 0
        for word, title, values in series:
            if value := values[place]:
                height = plain * value / scale
                y = _TOP + plain * (1 - (below + value) / scale)
                x = _LEFT + room * (place + _GAP / 2)
                bars.append(
                    Bar(_px(x), _px(y), _px(room * (1 - _GAP)), _px(height), word, f"{name}: {title} {value:,}")
                )
                below += value
    every = max(1, -(-int(_LEAST_PX) // max(1, int(room))))
    labels = [
        Label(_px(_LEFT + room * (place + 0.5)), HEIGHT - 8, name)
        for place, name in enumerate(names)
        if place % every == 0
    ]
    grid = [Label(_LEFT, _px(_TOP + plain * (1 - value / scale)), f"{value:,}") for value in range(0, scale + 1, step)]
    return Plot(WIDTH, HEIGHT, _LEFT, bars, labels, grid, [word for word, _, _ in series])


def strip(parts: Sequence[tuple[str, str, int]]) -> Plot:
    """One bar across, made of the parts: each its word, its title, and its value."""
    whole, x, bars = sum(value for _, _, value in parts), 0.0, []
    for word, title, value in parts:
        if value:
            width = WIDTH * value / whole
            bars.append(Bar(_px(x), 0.0, _px(max(width - 1.0, 0.5)), 26.0, word, f"{title} {value:,}"))
            x += width
    return Plot(WIDTH, 26.0, 0.0, bars, [], [], [word for word, _, value in parts if value])


def _step(most: int) -> int:
    """A step of 1, 2 or 5 × 10ⁿ, so that the scale has five steps at most."""
    if most <= 5:
        return 1
    power = 10 ** floor(log10(most / 5))
    return int(next(power * factor for factor in (1, 2, 5, 10) if power * factor * 5 >= most))


def _px(value: float) -> float:
    return round(value, 2)
