"""A slow, obvious reading of clocks, minute by minute, to hold the fast one of complaints/clocks to.

It walks through every minute from the first entry on and counts. All instants are whole minutes. It shares with the
core the records of clocks, calendars and entries, and how one day's hours are looked up (dsl.hours.of_day); no
counting, no reading of logs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from complaints.audit import Entry
from complaints.clocks.calendars import Calendar
from complaints.clocks.clock import Clock
from dsl.hours import Span, of_day

Minute = int
"""Minutes since 1970, UTC."""


class Minutes:
    """A calendar as it was known at `known`, minute by minute from `first` to before `last`."""

    def __init__(self, calendar: Calendar, known: float, first: Minute, last: Minute) -> None:
        self.first, self.last = first, last
        zone = ZoneInfo(calendar.versions[0].hours.zone)
        margin = 3 * 1440  # days at both edges are looked at in full
        local = {
            minute: datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
            for minute in range(first - margin, last + margin)
        }
        plans = {
            day: _spans(calendar, known, day)
            for day in sorted({wall.date() + timedelta(days=ahead) for wall in local.values() for ahead in (-1, 0)})
        }
        last_minute: dict[date, Minute] = {}
        closing: dict[date, Minute] = {}
        opening: dict[date, Minute] = {}
        self.works: dict[Minute, bool] = {}
        self.dates: dict[Minute, date] = {}
        for minute, wall in local.items():
            today, of_today = wall.date(), wall.hour * 60 + wall.minute
            yesterday = today - timedelta(days=1)
            last_minute[today] = minute
            owners = [today] if any(begin <= of_today < end for begin, end in plans[today]) else []
            if any(begin <= of_today + 1440 < end for begin, end in plans[yesterday]):
                owners.append(yesterday)
            for day in owners:
                closing[day] = minute
                opening.setdefault(day, minute)
            self.works[minute] = bool(owners)
            self.dates[minute] = today
        self.midnights = {day: minute + 1 for day, minute in last_minute.items()}
        self.closings = {day: minute + 1 for day, minute in closing.items()}
        self._day_ends: dict[tuple[str, str], dict[Minute, list[date]]] = {}
        self.openings = sorted(opening.values())

    def day_ends(self, clock: Clock) -> dict[Minute, list[date]]:
        """The days that are counted, by the minute at which each is over."""
        kind = (clock.unit, clock.day_end)
        if kind not in self._day_ends:
            self._day_ends[kind] = self._ends_of(clock)
        return self._day_ends[kind]

    def _ends_of(self, clock: Clock) -> dict[Minute, list[date]]:
        ends: dict[Minute, list[date]] = {}
        before = 0
        for day, midnight in sorted(self.midnights.items()):
            if clock.unit == "working_days" and day not in self.closings:
                continue
            end = self.closings.get(day, midnight) if clock.day_end == "closing" else midnight
            before = max(end, before)  # no day is over before the one before it
            ends.setdefault(before, []).append(day)
        return ends


def _spans(calendar: Calendar, known: float, day: date) -> tuple[Span, ...]:
    holding = calendar.versions[0]
    for version in calendar.versions[1:]:
        if (version.entered is None or version.entered <= known) and version.begins <= day.isoformat():
            holding = version
    spans, reason = of_day(holding.hours, day)
    return holding.hours.week[day.weekday()] if reason == "unknown_year" else spans


@dataclass
class Counted:
    """One round, as the walk has it."""

    started: Minute
    target: float | None
    extended: float = 0.0
    extensions: int = 0
    used: float = 0.0
    counts: list[tuple[Minute, float]] = field(default_factory=list)
    """What was counted by when, wherever it grew."""
    finished: Minute | None = None
    finish: str = ""
    used_when_finished: float = 0.0

    @property
    def limit(self) -> float | None:
        """Target with extension."""
        return None if self.target is None else max(self.target, self.extended)

    def reached(self) -> Minute | None:
        """The first minute by which the limit was counted."""
        if self.limit is None:
            return None
        return next((minute for minute, count in self.counts if count >= self.limit), None)

    @property
    def is_reached(self) -> bool:
        """Whether the limit is counted already."""
        return self.limit is not None and self.used >= self.limit


@dataclass
class Answer:
    """The last round at an instant: its state in a word, when it started, what is used, when it is or was due."""

    word: str
    round: int = 0
    started: Minute | None = None
    used: float = 0.0
    due: Minute | None = None
    running: bool = False
    """Whether it runs at the instant, so that a deadline lies ahead."""


def standing(log: Sequence[Entry], known: float) -> list[Entry]:
    """The entries that were known and are not put right, as they happened."""
    written = [entry for entry in log if entry.known_from <= known]

    def struck(entry: Entry) -> bool:
        return any(one.kind == "struck" and one.replaces == entry.number and not struck(one) for one in written)

    def replaced(entry: Entry) -> bool:
        return any(one.kind != "struck" and one.replaces == entry.number and not struck(one) for one in written)

    return sorted(
        (entry for entry in written if entry.kind != "struck" and not struck(entry) and not replaced(entry)),
        key=lambda entry: (entry.at, entry.number),
    )


def answer(clock: Clock, log: Sequence[Entry], minutes: Minutes, at: Minute, known: float) -> Answer:
    """Walk from the first entry through `at`, then on without entries until the limit is reached."""
    entries: dict[Minute, list[Entry]] = {}
    for entry in standing(log, known):
        if entry.at <= at * 60:
            entries.setdefault(int(entry.at // 60), []).append(entry)
    if not entries:
        return Answer("not_started")
    ends = minutes.day_ends(clock) if clock.in_days else {}
    rounds: list[Counted] = []
    waits = over = merged = False
    category = grade = ""
    used_at = 0.0
    alive = False  # the last round goes on: it counts while nothing is waited for
    adds = _adds(clock, minutes)
    for minute in range(min(entries), minutes.last):
        # first what has run up to this minute, then what happens in it
        if alive and not waits and minute > rounds[-1].started and adds(minute):
            last = rounds[-1]
            grown = _days(clock, minutes, ends, minute, last.started) if clock.in_days else 60.0
            if grown:
                last.used += grown
                last.counts.append((minute, last.used))
        if minute < at and minute not in entries:
            continue
        for entry in entries.get(minute, ()):
            last_round = rounds[-1] if rounds else None
            category = str(entry.fields.get("category", category))
            grade = str(entry.fields.get("grade", grade))
            target = clock.target(category, grade)
            if last_round is not None and alive:
                last_round.target = target
            open_round = last_round is not None and last_round.finished is None
            ends_case = entry.kind in ("closed", "merged", "withdrawn", "transferred")
            ends_round = ends_case or entry.kind == "reopened"
            if last_round is not None and open_round:
                if clock.stop.meets(entry) or ends_round:
                    last_round.finished = minute
                    last_round.finish = "stopped" if clock.stop.meets(entry) else "ended"
                    last_round.used_when_finished = last_round.used
                    merged = entry.kind == "merged"
                    alive = merged  # an undone merging never was
                elif entry.kind == "extended" and entry.fields.get("clock") == clock.name:
                    _extend(clock, last_round, entry)
            elif last_round is not None and entry.kind == "unmerged" and merged:
                last_round.finished, last_round.finish, merged = None, "", False
            if entry.kind in ("closed", "withdrawn", "transferred", "reopened"):
                waits = False
            elif clock.pause.meets(entry):
                waits = True
            elif entry.kind in clock.pause.kinds or clock.resume.meets(entry):
                waits = False
            if entry.kind in ("reopened", "unmerged"):
                over = False
            last_round = rounds[-1] if rounds else None
            free = last_round is None or (last_round.finished is not None and (clock.again or entry.kind == "reopened"))
            if clock.start.meets(entry) and not over and free:
                rounds.append(Counted(minute, target))
                alive, merged = True, False
            over = over or ends_case
        if minute == at:
            used_at = rounds[-1].used if rounds else 0.0
        if minute >= at and (not rounds or not alive or waits or rounds[-1].is_reached):
            break
    if not rounds:
        return Answer("not_started")
    last = rounds[-1]
    used = used_at if last.finished is None else last.used_when_finished
    return Answer(_word(last, waits, at), len(rounds), last.started, used, last.reached(), last.finished is None)


def _adds(clock: Clock, minutes: Minutes) -> Callable[[Minute], bool]:
    """Whether the minute before a minute adds to a clock that runs."""
    if clock.unit == "natural_minutes":
        return lambda minute: True
    if clock.unit == "business_minutes":
        return lambda minute: minutes.works[minute - 1]
    return minutes.day_ends(clock).__contains__


def _days(clock: Clock, minutes: Minutes, ends: dict[Minute, list[date]], minute: Minute, started: Minute) -> float:
    """The days that are over at `minute` and count for a round that started then."""
    first = minutes.dates[started]
    return float(sum(day > first or (clock.first_day and day == first) for day in ends.get(minute, ())))


def _extend(clock: Clock, current: Counted, entry: Entry) -> None:
    if current.extensions == len(clock.extensions):
        return
    step = clock.extensions[current.extensions]
    if step.approver and entry.fields.get("approver") in (None, "", entry.author):
        return
    if step.notice and not entry.fields.get("notice"):
        return
    if current.is_reached:
        return
    current.extensions += 1
    current.extended = step.to


def _word(last: Counted, waits: bool, at: Minute) -> str:
    if last.limit is None:
        return "not_for_it"
    due = last.reached()
    if last.finished is None:
        if due is not None and due <= at:
            return "overdue"
        return "paused" if waits else "running"
    if due is not None and due < last.finished:
        return "missed"
    return "met" if last.finish == "stopped" else "dropped"


def warned_back(minutes: Minutes, due: Minute, wanted: int) -> Minute | None:
    """The last minute from which so many minutes are worked until `due`. None: before the minutes that are laid out."""
    counted = 0
    minute = due
    while counted < wanted:
        minute -= 1
        if minute < minutes.first:
            return None
        counted += minutes.works[minute]
    return minute
