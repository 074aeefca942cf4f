"""Hours of the fallback: those that every caller of a number meets, day by day as the controller has them."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from dsl import hours as opening
from dsl.hours import Hours
from ivr.compiler.ways import successors
from ivr.program import Program
from ivr.steps import AnyStep, AskHours, Call, Jump, Queue, Transfer
from switch.fallback import OpeningHours, Span

ALWAYS = OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)})
_DATES_AHEAD = 400
"""Days of holidays that the fallback knows ahead: a controller that is away for longer has other troubles."""
_MIDNIGHT = 1440

Step = tuple[str, str]
"""A flow, and a step of it."""


def hours_of(program: Program, flow: str, utc: float) -> OpeningHours:
    """Hours of the number that `flow` answers, from the day of `utc` (epoch seconds) on; ALWAYS where none are asked.

    Hours are asked of every caller when nobody comes to a person without being asked: in the entry flow, or in any
    flow behind it, before or after a menu. Those that only some callers meet, on their way to a balance for one, say
    nothing about the number.
    """
    asked = _asked_of_all(program, flow)
    return ALWAYS if asked is None else _written_out(program.hours[asked], utc)


def _asked_of_all(program: Program, flow: str) -> str | None:
    start = (flow, program.flows[flow].start)
    met = _reached(program, start, without=())
    people = [at for at in met if isinstance(_step(program, at), Queue | Transfer)]
    for at in met:
        step = _step(program, at)
        if not isinstance(step, AskHours) or step.hours not in program.hours:
            continue
        past = _reached(program, start, without=(at,))
        if not any(person in past for person in people):
            return step.hours
    return None


def _reached(program: Program, start: Step, without: Collection[Step]) -> dict[Step, None]:
    """All steps that can follow from `start`, nearest first, and not by way of those of `without`."""
    met: dict[Step, None] = {} if start in without else {start: None}
    waiting = list(met)
    for at in waiting:
        for onward in _onward(program, at):
            if onward not in met and onward not in without and _step(program, onward) is not None:
                met[onward] = None
                waiting.append(onward)
    return met


def _onward(program: Program, at: Step) -> Iterator[Step]:
    flow, _ = at
    step = _step(program, at)
    if isinstance(step, Jump | Call) and step.flow in program.flows:
        yield step.flow, program.flows[step.flow].start
    if step is not None:
        yield from ((flow, name) for name in successors(step))


def _step(program: Program, at: Step) -> AnyStep | None:
    return program.flows[at[0]].steps.get(at[1])


def _written_out(hours: Hours, utc: float) -> OpeningHours:
    """By weekday, and by date where a day is another than its weekday. What passes midnight opens the next day, too."""
    weekdays = {day + 1: _of_two(hours.week[day - 1], spans) for day, spans in enumerate(hours.week)}
    today = datetime.fromtimestamp(utc, UTC).date()
    dates = {}
    for day in (today + timedelta(days=ahead) for ahead in range(-1, _DATES_AHEAD)):
        spans = _of_two(_of(hours, day - timedelta(days=1)), _of(hours, day))
        if spans != weekdays[day.isoweekday()]:
            dates[day] = spans
    return OpeningHours(hours.zone, weekdays, dates)


def _of(hours: Hours, day: date) -> tuple[opening.Span, ...]:
    return opening.of_day(hours, day)[0]


def _of_two(before: tuple[opening.Span, ...], today: tuple[opening.Span, ...]) -> tuple[Span, ...]:
    """Spans of one day by the clock, of what begins on it and what began the day before."""
    late = ((first - _MIDNIGHT, last - _MIDNIGHT) for first, last in before)
    cut = ((max(first, 0), min(last, _MIDNIGHT)) for first, last in (*late, *today))
    return tuple(Span(first, last) for first, last in sorted(set(cut)) if first < last)
