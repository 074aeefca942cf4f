"""The simulated week's arrivals and people: what comes when, how long its work takes, who is there.

Assumed, not measured: five thousand cases a week, most by day; one in ten is severe; severe ones cost half an hour of
work and the others twelve minutes; two in five wait for the customer. The same seed gives the same week.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import msgspec

from bench.grading import Labelled
from complaints.dispatch.settings import Dispatch

HOUR = 3_600.0
DAY = 24 * HOUR
MONDAY = 1_795_968_000.0
"""Monday 30 November 2026, 00:00 in Shanghai (UTC epoch seconds)."""
CASES = 5_000
_BY_HOUR = (1, 1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 11, 7, 8, 11, 11, 10, 9, 7, 6, 6, 5, 3, 2)
_BY_DAY = (18, 17, 16, 16, 15, 10, 8)
_MIX = {"level_1": 10, "level_2": 22, "level_3": 30, "urgent": 4, "important": 10, "general": 24}
"""Of a hundred cases so many have a text that a person graded so."""
_PEOPLE = {"complaint_office": 16, "care": 10, "loans_office": 4, "fraud_desk": 4, "operations": 3, "front_office": 3}
"""Forty, by department of the shipped dispatch.yaml."""
_ROUND_THE_CLOCK = {"complaint_office": ((7, 15, 5), (14, 22, 4), (22, 31, 2)), "fraud_desk": ((7, 15, 1), (14, 22, 1))}
"""Departments without hours: shifts as (from, to, people), by the hour of the day."""
_REST_S = 10 * HOUR
_BY_DAY_SHIFTS = ((8.5, 16.5), (13.0, 21.0))


class Arrival(NamedTuple):
    """A case that comes in, with all that chance decides about it, so that two orders of work meet the same week."""

    number: int
    at: float
    text: Labelled
    work_s: tuple[float, float, float, float]
    """Of the first feedback, the investigation, a second person's look, and the end."""
    waits_s: float
    """For the customer, after the first feedback; 0: not."""


class Person(NamedTuple):
    """A handler: the department, and shifts as (from, to) in order."""

    name: str
    department: str
    shifts: tuple[tuple[float, float], ...]


def arrivals(texts: Sequence[Labelled], days: int, chance: Random) -> list[Arrival]:
    """The cases of the week's first `days`, in the order in which they come."""
    by_label: dict[str, list[Labelled]] = {}
    for one in texts:
        by_label.setdefault(one.label, []).append(one)
    labels, shares = list(_MIX), list(_MIX.values())
    found = []
    for day in range(days):
        for _ in range(round(CASES * _BY_DAY[day] / sum(_BY_DAY))):
            (hour,) = chance.choices(range(24), _BY_HOUR)
            (label,) = chance.choices(labels, shares)
            at = MONDAY + day * DAY + (hour + chance.random()) * HOUR
            found.append((at, chance.choice(by_label[label]), *_work(label == "level_1", chance)))
    found.sort(key=lambda one: one[0])
    return [Arrival(number, *one) for number, one in enumerate(found, 1)]


def _work(is_severe: bool, chance: Random) -> tuple[tuple[float, float, float, float], float]:
    means = (5.0, 16.0, 3.0, 6.0) if is_severe else (3.0, 5.5, 2.0, 3.5)
    first, looking, second, end = (60.0 * mean * chance.gammavariate(2.0, 0.5) for mean in means)
    waits_s = HOUR * chance.lognormvariate(1.8, 0.9) if chance.random() < 0.4 else 0.0  # half of them within six hours
    return (first, looking, second, end), waits_s


def staffed(dispatch: Dispatch) -> Dispatch:
    """The shipped dispatch with forty people, each in their department."""
    departments = {
        name: msgspec.structs.replace(one, people=tuple(f"{name}_{number}" for number in range(1, _PEOPLE[name] + 1)))
        for name, one in dispatch.departments.items()
    }
    return msgspec.structs.replace(dispatch, departments=departments)


def people(dispatch: Dispatch, days: int) -> list[Person]:
    """The forty with their shifts over so many days; nobody has more than five in seven days."""
    found = []
    for name, department in dispatch.departments.items():
        shifts: dict[str, list[tuple[float, float]]] = {person: [] for person in department.people}
        for day in range(-1, days):  # the night before the first day, too
            for begin, end in _of_day(name, day, len(department.people)):
                start = MONDAY + day * DAY + begin * HOUR
                person = _next(department.people, shifts, start, day)
                if person:
                    shifts[person].append((start, MONDAY + day * DAY + end * HOUR))
        found += [Person(person, name, tuple(spans)) for person, spans in shifts.items()]
    return found


def _of_day(department: str, day: int, count: int) -> Iterator[tuple[float, float]]:
    """The shifts of a department on a day."""
    if department in _ROUND_THE_CLOCK:
        for begin, end, wanted in _ROUND_THE_CLOCK[department]:
            yield from [(begin, end)] * wanted
        return
    there = count if day % 7 < 5 else 0
    for place in range(there):
        yield _BY_DAY_SHIFTS[place % 2]


def _next(names: Sequence[str], shifts: dict[str, list[tuple[float, float]]], start: float, day: int) -> str:
    """Who may work from `start` on: rested, fewer than five shifts in seven days. Empty: nobody may."""

    def recent(name: str) -> int:
        return sum(begin > start - 7 * DAY for begin, _ in shifts[name])

    able = [name for name in names if recent(name) < 5 and (not shifts[name] or shifts[name][-1][1] + _REST_S <= start)]
    return min(able, key=lambda name: (recent(name), (names.index(name) + day) % len(names)), default="")
