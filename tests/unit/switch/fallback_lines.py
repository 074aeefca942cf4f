"""A week, two groups and a line, for the tests of both compilers of the fallback."""

from __future__ import annotations

from datetime import date

from switch.fallback import FallbackLine, OpeningHours, RingGroup, Span

WEEK = OpeningHours(
    "Asia/Shanghai",
    {day: (Span(540, 720), Span(810, 1080)) for day in range(1, 6)},
    {date(2026, 10, 1): (), date(2026, 10, 10): (Span(540, 1080),)},
)
CARE = RingGroup("care", ("agent-1001", "agent-1002"))
LOANS = RingGroup("loans", ("agent-1003",))


def line(other_key: str) -> FallbackLine:
    """A line with a menu: 1 leads to LOANS, the other key to CARE."""
    return FallbackLine(
        "main", WEEK, CARE, keys={"1": LOANS, other_key: CARE}, menu="/p/menu", greeting="/p/hello", closed="/p/closed"
    )
