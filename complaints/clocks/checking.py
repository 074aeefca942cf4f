"""Checks of a clock that was read: what is well written and still wrong."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from complaints.clocks.amounts import in_words, warning_in_words
from complaints.clocks.calendars import Calendar
from complaints.clocks.clock import Clock
from dsl.tree import Node, Problem


def check_clock(clock: Clock, node: Node, calendars: Mapping[str, Calendar]) -> Iterator[Problem]:
    """A problem for each thing that would make the clock promise what nobody means. `node` is its mapping."""

    def wrong(word: str, message: str, *, warning: bool = False) -> Problem:
        mark = node.items[word].mark if word in node.items else node.key_mark or node.mark
        return Problem(mark, "clock", f"{clock.name}: {message}", warning)

    yield from _conditions(clock, wrong)
    works = any(any(version.hours.week) for version in calendars[clock.calendar].versions)
    if clock.unit in ("business_minutes", "working_days") and not works:
        yield wrong("calendar", f"{clock.calendar} has no working time, so this clock would never be due")
    if clock.day_end == "closing" and not clock.in_days:
        yield wrong("day_end", "day_end is for clocks of days")
    if clock.first_day and not clock.in_days:
        yield wrong("first_day", "first_day is for clocks of days")
    longest = max(clock.targets.values())
    for step in clock.warnings:
        if not clock.in_days and step.seconds >= longest:
            target = in_words(longest, in_days=False)
            told = f"a warning {warning_in_words(step)} before a deadline of {target} comes at once"
            yield wrong("warn", told, warning=True)
    for before, extension in zip((longest, *(one.to for one in clock.extensions)), clock.extensions, strict=False):
        if extension.to <= before:
            to, was = (in_words(one, in_days=clock.in_days) for one in (extension.to, before))
            yield wrong("extend", f"an extension to {to} gives no more time: it was {was} before")
        if clock.regime == "statutory" and not (extension.approver and extension.notice):
            yield wrong("extend", "a statutory time is extended by an approver and with notice: write both")


def _conditions(clock: Clock, wrong: "_Wrong") -> Iterator[Problem]:
    both = sorted(clock.start.kinds.keys() & clock.stop.kinds.keys())
    if both and not clock.again:
        yield wrong("stop", f"{both[0]} starts it and stops it: with again: true it starts anew each time")
    if "opened" in clock.start.kinds and "reopened" not in clock.start.kinds:
        told = "a reopened case has a new clock: start names opened, and not reopened"
        yield wrong("start", told, warning=True)
    waiting = clock.pause.kinds.get("waiting")
    for_customer = waiting is not None and (
        not waiting or any("customer" in where.get("for", ("customer",)) for where in waiting)
    )
    if for_customer and clock.unit.startswith("natural"):
        told = "waiting for the customer stops working time only, and this clock counts natural time"
        yield wrong("pause", f"{told}: pause it for others, or count business_minutes or working_days")
    if for_customer and clock.resume.kinds.get("contact") != ():
        yield wrong("resume", "any sign of life of the customer counts, by whichever channel: resume names contact")
    if clock.pause.kinds and not clock.resume.kinds:
        yield wrong("resume", "nothing ends its pause")
    if not clock.pause.kinds and clock.resume.kinds:
        yield wrong("resume", "it never pauses, so nothing resumes it: pause is missing")


class _Wrong(Protocol):
    def __call__(self, word: str, message: str, *, warning: bool = False) -> Problem: ...
