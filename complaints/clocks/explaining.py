"""A deadline told step by step: what the log did to the clock, what was counted of each day, and what comes of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from complaints.audit import Entry
from complaints.clocks.alarms import alarms_of
from complaints.clocks.amounts import in_words, warning_in_words
from complaints.clocks.calendars import Calendars
from complaints.clocks.clock import Clock
from complaints.clocks.rounds import Round, Step
from complaints.clocks.state import State, read_at, state_of

_LONGEST_DAYS = 12
_REASONS = {"holiday": "holiday", "workday": "a weekend day that is worked", "closure": "by the closures", "week": ""}


class Explained(msgspec.Struct, frozen=True):
    """A clock's last round and the lines that explain it; no round, no lines but the first."""

    state: State
    lines: tuple[str, ...]


def explain(
    clock: Clock, log: Sequence[Entry], calendars: Calendars, at: float, known: float | None = None
) -> Explained:
    """How the clock stands at `at`, as it was known at `known` (left out: at `at`), and why."""
    known = at if known is None else known
    zone = ZoneInfo(calendars[clock.calendar].zone)
    rounds = read_at(clock, log, calendars, at, known)
    head = f"{clock.regime.replace('_', ' ')}, counts {clock.unit.replace('_', ' ')} of calendar {clock.calendar}"
    head += f" ({zone.key})"
    if not rounds:
        return Explained(State(clock.name, "not_started", clock.unit), (head, f"starts with {_kinds(clock)}"))
    current = rounds[-1]
    state = state_of(clock, current, at)
    lines = [head]
    if len(rounds) > 1:
        lines.append(f"round {current.number}: it starts anew, {_earlier(clock, rounds[:-1], at)}")
    lines += _steps(clock, current, zone)
    lines += _counted(clock, current, calendars, at, known, zone)
    lines.append(_verdict(clock, state, at, zone))
    lines += _alarms(clock, current, calendars, at, known, zone)
    return Explained(state, tuple(lines))


def _kinds(clock: Clock) -> str:
    return " or ".join(clock.start.kinds)


def _earlier(clock: Clock, rounds: Sequence[Round], at: float) -> str:
    words = [f"round {one.number} was {state_of(clock, one, at).word}" for one in rounds]
    return ", ".join(words)


def _steps(clock: Clock, current: Round, zone: ZoneInfo) -> Iterator[str]:
    for step in current.steps:
        yield f"{_when(step.entry.at, zone)}  {_step(clock, step)}{_late(step.entry, zone)}"


def _step(clock: Clock, step: Step) -> str:
    entry = step.entry
    by = f"entry {entry.number}, {entry.kind} by {entry.author}"
    match step.word:
        case "started":
            return f"starts: {by}{_of_target(clock, step)}"
        case "started_paused":
            return f"starts, and waits: {by}{_of_target(clock, step)}"
        case "paused":
            waits_for = entry.fields.get("for", "")
            return f"pauses{f', for the {waits_for}' if waits_for else ''}: {by}"
        case "resumed":
            channel = entry.fields.get("channel", "")
            return f"goes on: {by}{f' ({channel})' if channel else ''}"
        case "stopped":
            return f"stops: {by}"
        case "ended":
            return f"ends with the case: {by}"
        case "undone":
            return f"goes on as if it had never ended: {by}"
        case "target":
            return f"is now of {step.note}{_of_target(clock, step)}; pauses that were counted stay: {by}"
        case "extended":
            to = in_words(step.target or 0.0, in_days=clock.in_days)
            return f"is extended to {to}, approved by {entry.fields.get('approver', 'nobody')}: {by}"
        case "not_extended":
            return f"is not extended, {step.note}: {by}"


def _of_target(clock: Clock, step: Step) -> str:
    return ", which has no target" if step.target is None else f", {in_words(step.target, in_days=clock.in_days)}"


def _late(entry: Entry, zone: ZoneInfo) -> str:
    """Of an entry that was written later, when; and which one it puts right."""
    words = []
    if entry.written_at is not None and entry.written_at != entry.at:
        words.append(f"written {_when(entry.written_at, zone)}")
    if entry.replaces:
        words.append(f"in the place of entry {entry.replaces}")
    return f" [{', '.join(words)}]" if words else ""


def _counted(
    clock: Clock, current: Round, calendars: Calendars, at: float, known: float, zone: ZoneInfo
) -> Iterator[str]:
    """What was counted of each day, or span of natural time, and what will be until the deadline."""
    for begin, end in _spans(current, at):
        if begin < end:
            yield from _span(clock, current, calendars, begin, end, known, zone)
    due = current.reached_at()
    running = current.finished_at is None and current.running_since is not None
    if running and current.limit is not None and due is not None and due > at and clock.unit != "natural_minutes":
        yield "to come:"
        yield from _span(clock, current, calendars, max(at, current.started_at), due, known, zone)


def _span(
    clock: Clock, current: Round, calendars: Calendars, begin: float, end: float, known: float, zone: ZoneInfo
) -> Iterator[str]:
    if clock.unit == "natural_minutes":
        yield f"  {_when(begin, zone)} – {_when(end, zone)}: {in_words(end - begin, in_days=False)}"
        return
    spans: dict[str, list[tuple[float, float]]] = {}
    for day, plan, first, last in calendars.working_time(clock.calendar, known).pieces(begin, end):
        reason = _REASONS.get(plan.reason, plan.reason) or ("" if plan.spans else "no work")
        told = ", ".join(word for word in (reason, "not decreed yet" if plan.provisional else "") if word)
        of_day = spans.setdefault(f"{day:%a %m-%d}{f' ({told})' if told else ''}", [])
        if last > first:
            of_day.append((first, last))
    if clock.in_days:
        counted = in_words(current.measure.between(begin, end), in_days=True)
        yield f"  {_when(begin, zone)} – {_when(end, zone)}: {counted} over"
        special = [key for key in spans if "(" in key]
        if special and clock.unit == "working_days":
            yield f"  with {_shortened(special)}"
        return
    lines = [_day_line(key, found, zone) for key, found in spans.items()]
    if len(lines) > _LONGEST_DAYS:
        half = _LONGEST_DAYS // 2
        lines = [*lines[:half], f"  … {len(lines) - 2 * half} days more …", *lines[-half:]]
    yield from lines


def _day_line(key: str, spans: Sequence[tuple[float, float]], zone: ZoneInfo) -> str:
    if not spans:
        return f"  {key}: nothing"
    worked = in_words(sum(last - first for first, last in spans), in_days=False)
    return f"  {key}: {', '.join(f'{_clock(first, zone)}–{_clock(last, zone)}' for first, last in spans)} = {worked}"


def _spans(current: Round, at: float) -> list[tuple[float, float]]:
    until = at if current.finished_at is None else min(at, current.finished_at)
    spans = [(begin, min(end, until)) for begin, end, _ in current.spans if begin < until]
    return spans if current.running_since is None else [*spans, (current.running_since, until)]


def _shortened(words: Sequence[str]) -> str:
    if len(words) <= _LONGEST_DAYS:
        return ", ".join(words)
    return f"{', '.join(words[:_LONGEST_DAYS])} and {len(words) - _LONGEST_DAYS} more"


def _verdict(clock: Clock, state: State, at: float, zone: ZoneInfo) -> str:
    if state.limit is None:
        return f"not for this case: {clock.name} has no target for its grade and category"
    used, limit = (in_words(value, in_days=clock.in_days) for value in (state.used, state.limit))
    due = "" if state.due_at is None else f"due {_when(state.due_at, zone)}"
    match state.word:
        case "running":
            left = in_words(state.limit - state.used, in_days=clock.in_days)
            ahead = due or "never due: the calendar has no working time ahead"
            return f"{used} of {limit} used, {left} left: {ahead}"
        case "paused":
            left = in_words(state.limit - state.used, in_days=clock.in_days)
            return f"{used} of {limit} used, {left} left once it goes on"
        case "overdue":
            return f"{used} of {limit} used: overdue since {_when(state.due_at or at, zone)}"
        case "met":
            return f"{used} of {limit} used: met{f', it was {due}' if due else ''}"
        case "missed":
            return f"{used} of {limit} used: missed, it was {due}"
        case _:
            return f"{used} of {limit} used: the case ended before it was due; no alarm"


def _alarms(
    clock: Clock, current: Round, calendars: Calendars, at: float, known: float, zone: ZoneInfo
) -> Iterator[str]:
    for alarm in alarms_of(clock, current, calendars, known):
        if alarm.kind == "warning":
            step = warning_in_words(clock.warnings[alarm.step - 1])
            word = "warned" if alarm.at <= at else "warns"
            yield f"{word} {_when(alarm.at, zone)}, {step} before, in working time of {clock.warn_in or clock.calendar}"


def _when(at: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%a %Y-%m-%d %H:%M}"


def _clock(at: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%H:%M}"
