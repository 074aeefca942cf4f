"""A picture of a soak in lines of text: how memory, channels and calls went."""

from __future__ import annotations

from collections.abc import Sequence

from bench.soak.found import Sample

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60
_AWAY = " "


def sparkline(values: Sequence[float | None], width: int = _WIDTH) -> str:
    """Bars between the least and the most value, at most `width` of them; a blank where there is no value."""
    seen = [value for value in values if value is not None]
    if not seen:
        return ""
    low, high = min(seen), max(seen)
    bars = []
    for first, last in _parts(len(values), width):
        part = [value for value in values[first:last] if value is not None]
        share = (max(part) - low) / (high - low) if part and high > low else 0.0
        bars.append(_BARS[round(share * (len(_BARS) - 1))] if part else _AWAY)
    return "".join(bars)


def picture(samples: Sequence[Sample]) -> list[str]:
    """A line for each thing that was watched, with its least, most and last value."""
    rows: dict[str, list[float | None]] = {
        "controller MB": [sample.controller_mb for sample in samples],
        "Asterisk MB": [sample.asterisk_mb for sample in samples],
        "calls now": [float(sample.now) for sample in samples],
        "channels": [float(sample.channels) for sample in samples],
    }
    lines = []
    for name, values in rows.items():
        seen = [value for value in values if value is not None]
        if seen:
            lines.append(f"{name:>13} {sparkline(values)} {min(seen):.0f} to {max(seen):.0f}, at last {seen[-1]:.0f}")
    return lines


def _parts(count: int, width: int) -> list[tuple[int, int]]:
    """Bounds of at most `width` parts of about the same size."""
    parts = min(count, width)
    return [(number * count // parts, (number + 1) * count // parts) for number in range(parts)]
