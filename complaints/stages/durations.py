"""Times of a case, from its audit log: how long each stage took, and how long it lay between hands."""

from collections.abc import Iterable, Iterator

import msgspec

from complaints.audit import Entry, known_at
from complaints.stages.table import OVER, STAGES, Stage, StageEvent

_ON_THE_WAY = ("dispatched", "handed_over")


class StageTime(msgspec.Struct, frozen=True):
    """A stay in a stage. Instants are UTC epoch seconds; `until` and `then` None: it is there still."""

    stage: Stage
    since: float
    until: float | None
    department: str
    then: Stage | None = None
    """The stage after it."""


class HandOver(msgspec.Struct, frozen=True):
    """A way of the case to a department, until somebody there took it; `taken_at` None: nobody has, `by` is empty.

    `source` is the department that gave it away; empty where the dispatch of new cases did.
    """

    source: str
    department: str
    sent_at: float
    taken_at: float | None = None
    by: str = ""

    def took_s(self, now: float) -> float:
        """Seconds that it lay there; until `now` where it still does."""
        return (now if self.taken_at is None else self.taken_at) - self.sent_at


def stage_times(entries: Iterable[Entry], now: float) -> list[StageTime]:
    """Each stay in a stage in order, as known at `now`; stages in which nothing is owed are none."""
    found: list[StageTime] = []
    stage: Stage = "new"
    since, department = now, ""
    for entry in known_at(entries, now):
        after = _after(stage, entry.kind)
        if after is not None and after != stage:
            if stage not in OVER and stage != "new":
                found.append(StageTime(stage, since, entry.at, department, after))
            stage, since = after, entry.at
        if entry.kind in _ON_THE_WAY:
            department = str(entry.fields["department"])
    if stage not in OVER and stage != "new":
        found.append(StageTime(stage, since, None, department))
    return found


def hand_overs(entries: Iterable[Entry], now: float) -> list[HandOver]:
    """Each way to a department in order, as known at `now`. One that is sent on untaken ends there, by nobody."""
    return list(_hand_overs(known_at(entries, now)))


def _hand_overs(entries: Iterable[Entry]) -> Iterator[HandOver]:
    open_one: HandOver | None = None
    department = ""
    for entry in entries:
        if entry.kind in _ON_THE_WAY:
            if open_one is not None:
                yield msgspec.structs.replace(open_one, taken_at=entry.at)
            source, department = department, str(entry.fields["department"])
            open_one = HandOver(source, department, entry.at)
        elif open_one is not None and entry.kind == "taken":
            yield msgspec.structs.replace(open_one, taken_at=entry.at, by=entry.author)
            open_one = None
        elif open_one is not None and entry.kind in OVER:
            yield msgspec.structs.replace(open_one, taken_at=entry.at)
            open_one = None
    if open_one is not None:
        yield open_one


def _after(stage: Stage, kind: str) -> Stage | None:
    cells: dict[StageEvent, Stage] = dict(STAGES.moves.get(stage, {}))
    return cells.get(kind)  # type: ignore[call-overload, no-any-return]  # any word: one that is no event finds nothing
