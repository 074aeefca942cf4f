"""The ladder of escalation: what is due for a case that nobody takes, or answers, in time.

What was done stands in the audit log: an entry that a step made has its number as the field `escalation`.
"""

from collections.abc import Iterable, Sequence

import msgspec

from complaints.audit import Entry, known_at
from complaints.dispatch.settings import LEAD, Department, Step


class Escalation(msgspec.Struct, frozen=True):
    """A step that is due. `number` counts from 1; `department` empty: it stays where it is; `tell`: persons."""

    number: int
    due_at: float
    department: str
    tell: tuple[str, ...]


def due(
    entries: Iterable[Entry], steps: Sequence[Step], departments: dict[str, Department], now: float
) -> list[Escalation]:
    """The steps that are due at `now` and not done, the first one first. Nothing for a case that is over or merged."""
    run = _run(entries, now)
    if run is None:
        return []
    sent_at, department, seen, done = run
    found = []
    for number, step in enumerate(steps, 1):
        at = sent_at + step.after_min * 60.0
        if at <= now and number not in done and step.until not in seen:
            lead = departments[step.to or department].lead if (step.to or department) in departments else ""
            people = tuple(lead if person == LEAD else person for person in step.tell)
            found.append(Escalation(number, at, step.to, tuple(person for person in people if person)))
    return found


def next_due(entries: Iterable[Entry], steps: Sequence[Step], now: float) -> float | None:
    """When the next step falls due that is not done; None where there is none, as known at `now`."""
    run = _run(entries, now)
    if run is None:
        return None
    sent_at, _, seen, done = run
    times = (
        sent_at + step.after_min * 60.0
        for number, step in enumerate(steps, 1)
        if number not in done and step.until not in seen
    )
    return min(times, default=None)


def _run(entries: Iterable[Entry], now: float) -> tuple[float, str, set[str], set[int]] | None:
    """The last dispatch, the department that has it, what came since, and the steps that were done since."""
    sent_at: float | None = None
    department = ""
    seen: set[str] = set()
    done: set[int] = set()
    for entry in known_at(entries, now):
        match entry.kind:
            case "dispatched":
                sent_at, department, seen, done = entry.at, str(entry.fields["department"]), set(), set()
            case "handed_over":
                department = str(entry.fields["department"])
            case "closed" | "withdrawn" | "transferred" | "merged" | "reopened":
                sent_at = None
            case "unmerged":
                sent_at = entry.at if department and "first_feedback" not in seen else None
        seen.add(entry.kind)
        if "escalation" in entry.fields:
            done.add(int(entry.fields["escalation"]))
    return None if sent_at is None else (sent_at, department, seen, done)
