"""The ladder: how long callers were on each rung, why they left it, and what of it was wasted before a person had them.

Rungs are those of `control.machines.ladder`: self-service, the robot, a person.
"""

from collections.abc import Iterable

import msgspec

from reporting.ratios import whole_seconds


class RungRow(msgspec.Struct, frozen=True):
    """Stays of callers on a rung that they left for one reason, and how long they were together."""

    rung: str
    because: str
    stays: int
    seconds: float


class HandOverSums(msgspec.Struct, frozen=True):
    """Sums over callers who came to a person, and of those whom the robot had."""

    calls: int = 0
    """Callers who first waited for a person, from their arrival for `wasted_s` together."""
    wasted_s: float = 0.0
    by_robot: int = 0
    """Those of them who had spoken with the robot before, for `robot_s` together."""
    robot_s: float = 0.0
    robot_alone: int = 0
    """Callers who spoke with the robot and never came to a person."""


class RungFigures(msgspec.Struct, frozen=True):
    """A rung: stays on it, their mean, and how many were left for each reason."""

    stays: int
    mean_s: int | None
    because: dict[str, int]


class LadderFigures(msgspec.Struct, frozen=True):
    """Self-service, robot, person. Of calls of before the ladder was written down there is nothing."""

    rungs: dict[str, RungFigures] = {}
    handed_over: int = 0
    mean_wasted_s: int | None = None
    handed_over_by_robot: int = 0
    mean_wasted_by_robot_s: int | None = None
    robot_alone: int = 0


def ladder_figures(rows: Iterable[RungRow], sums: HandOverSums) -> LadderFigures:
    """The figures of a span, of its rungs and its hand-overs."""
    by_rung: dict[str, list[RungRow]] = {}
    for row in rows:
        by_rung.setdefault(row.rung, []).append(row)
    rungs = {rung: _rung(by_rung[rung]) for rung in sorted(by_rung, key=_ORDER.index)}
    return LadderFigures(
        rungs,
        sums.calls,
        whole_seconds(sums.wasted_s, sums.calls),
        sums.by_robot,
        whole_seconds(sums.robot_s, sums.by_robot),
        sums.robot_alone,
    )


_ORDER = ("self_service", "robot", "person")


def _rung(rows: list[RungRow]) -> RungFigures:
    stays = sum(row.stays for row in rows)
    because = {row.because: row.stays for row in sorted(rows, key=lambda one: (-one.stays, one.because))}
    return RungFigures(stays, whole_seconds(sum(row.seconds for row in rows), stays), because)
