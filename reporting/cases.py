"""Cases: how many came in, clocks that were met and missed by level, hand-overs, closures within two days."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from reporting.ratios import percent, whole_seconds
from reporting.rows import CaseRow, ClockRow, HandOverRow, StepRow

TWO_DAYS_S = 48 * 3600.0
Row = TypeVar("Row", ClockRow, HandOverRow, CaseRow)


class ClockFigures(msgspec.Struct, frozen=True):
    """Rounds of clocks that were decided in the span: kept, or missed. `rate` and `share` are in percent."""

    met: int
    missed: int
    rate: float | None
    share: float | None
    """What the clock asks for; None: all."""


class HandOverFigures(msgspec.Struct, frozen=True):
    """Ways of cases to a department, until somebody took them; times are in seconds."""

    taken: int
    sent_on: int
    """To another department, or over, before anybody took it."""
    mean_s: int | None
    """Of the taken."""
    longest_s: int | None


class StepFigures(msgspec.Struct, frozen=True):
    """Times that cases stood at one stage until the step after it was done, in seconds; again counts again."""

    done: int
    mean_s: int | None
    longest_s: int | None


class ClosureFigures(msgspec.Struct, frozen=True):
    """Cases of the span that were closed, or are older than two days. The rate is in percent."""

    cases: int
    closed: int
    """Within 48 hours."""
    pending: int
    """Open, and not two days old: counted in neither."""
    ended_otherwise: int
    """Withdrawn, or transferred: counted in neither."""
    rate: float | None


class CaseFigures(msgspec.Struct, frozen=True):
    """All of cases. The mappings are by the word that their name ends with."""

    opened: int
    by_kind: dict[str, int]
    by_category: dict[str, int]
    by_grade: dict[str, int]
    by_department: dict[str, int]
    by_channel: dict[str, int]
    clocks_by_grade: dict[str, dict[str, ClockFigures]]
    """By grade, and then by clock."""
    clocks_by_department: dict[str, ClockFigures]
    hand_overs: HandOverFigures
    hand_overs_by_department: dict[str, HandOverFigures]
    steps: dict[str, StepFigures]
    """By the stage at which a case stood, in the order of the rows."""
    closures: ClosureFigures
    closures_by_grade: dict[str, ClosureFigures]
    closures_by_department: dict[str, ClosureFigures]


def case_figures(
    opened: Sequence[CaseRow],
    clocks: Sequence[ClockRow],
    hand_overs: Sequence[HandOverRow],
    steps: Sequence[StepRow] = (),
) -> CaseFigures:
    """The figures of cases that were opened, rounds that were decided, hand-overs and steps that ended in the span."""
    return CaseFigures(
        opened=len(opened),
        by_kind=_counted(one.kind for one in opened),
        by_category=_counted(one.category for one in opened),
        by_grade=_counted(one.grade for one in opened),
        by_department=_counted(one.department for one in opened),
        by_channel=_counted(one.channel for one in opened),
        clocks_by_grade={
            grade: {clock: _clock(rounds) for clock, rounds in _grouped(of_grade, "clock").items()}
            for grade, of_grade in _grouped(clocks, "grade").items()
        },
        clocks_by_department={name: _clock(rounds) for name, rounds in _grouped(clocks, "department").items()},
        hand_overs=_hand_overs(hand_overs),
        hand_overs_by_department={name: _hand_overs(rows) for name, rows in _grouped(hand_overs, "department").items()},
        steps=_steps(steps),
        closures=_closures(opened),
        closures_by_grade={grade: _closures(rows) for grade, rows in _grouped(opened, "grade").items()},
        closures_by_department={name: _closures(rows) for name, rows in _grouped(opened, "department").items()},
    )


def _clock(rounds: Sequence[ClockRow]) -> ClockFigures:
    met = sum(one.met for one in rounds)
    shares = {one.share for one in rounds}
    share = shares.pop() if len(shares) == 1 else None
    asked = None if share is None else percent(round(10_000 * share), 10_000)
    return ClockFigures(met, len(rounds) - met, percent(met, len(rounds)), asked)


def _hand_overs(rows: Sequence[HandOverRow]) -> HandOverFigures:
    took = [one.took_s for one in rows if one.was_taken]
    longest = whole_seconds(max(took), 1) if took else None
    return HandOverFigures(len(took), len(rows) - len(took), whole_seconds(sum(took), len(took)), longest)


def _steps(rows: Sequence[StepRow]) -> dict[str, StepFigures]:
    took: dict[str, list[float]] = {}
    for row in rows:
        took.setdefault(row.stage, []).append(row.took_s)
    return {
        stage: StepFigures(len(times), whole_seconds(sum(times), len(times)), whole_seconds(max(times), 1))
        for stage, times in took.items()
    }


def _closures(rows: Sequence[CaseRow]) -> ClosureFigures:
    otherwise = sum(one.ended == "otherwise" for one in rows)
    pending = sum(not one.ended and one.lasted_s <= TWO_DAYS_S for one in rows)
    closed = sum(one.ended == "closed" and one.lasted_s <= TWO_DAYS_S for one in rows)
    known = len(rows) - otherwise - pending
    return ClosureFigures(known, closed, pending, otherwise, percent(closed, known))


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _grouped(rows: Sequence[Row], by: str) -> Mapping[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return dict(sorted(groups.items()))
