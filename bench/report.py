"""What a bench found: figures beside their targets and references, as a table for people or as JSON.

    {"bench": "live", "machine": {"cpu": …, "cores": 2, …}, "figures": [{"figure": …, "value": 9.1, "unit": "ms",
     "target": 15, "reference": 5.2, "met": true}]}

`met` is null where there is no target, and where the machine was too busy for a verdict. A figure that could not be
measured has the value null and is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.table import Table
from rich.text import Text

NO_VERDICT = "busy machine, no verdict"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `value` None: it could not be measured. Made by `at_most`, `at_least` or `told`."""

    figure: str
    value: float | None
    unit: str
    target: float | None
    reference: float | None
    target_is_floor: bool = False
    judged: bool = True
    """False: others used the machine, and the value says nothing of the target."""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target, and on a busy machine."""
        if self.target is None or not self.judged:
            return None
        if self.value is None:
            return False
        return self.value >= self.target if self.target_is_floor else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Report:
    """What one bench found on one machine. `machine`: facts of `bench.machine`, and under "notes" what else to know."""

    bench: str
    machine: dict[str, Any]
    figures: Sequence[Figure]

    @property
    def missed(self) -> list[Figure]:
        """Those that have a target and did not reach it."""
        return [figure for figure in self.figures if figure.met is False]


def at_most(figure: str, value: float | None, unit: str, target: float, reference: float | None = None) -> Figure:
    """A figure that must not be above its target."""
    return Figure(figure, value, unit, target, reference)


def at_least(figure: str, value: float | None, unit: str, target: float, reference: float | None = None) -> Figure:
    """A figure that must not be below its target."""
    return Figure(figure, value, unit, target, reference, target_is_floor=True)


def told(figure: str, value: float | None, unit: str, reference: float | None = None) -> Figure:
    """A figure without a target, told because it explains another."""
    return Figure(figure, value, unit, None, reference)


def unjudged(figure: Figure) -> Figure:
    """The figure with its target and without a verdict: the machine was busy."""
    return replace(figure, judged=False)


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain values, in the shape of this module's first lines."""
    return {
        "bench": report.bench,
        "machine": report.machine,
        "figures": [
            {
                "figure": figure.figure,
                "value": _rounded(figure.value),
                "unit": figure.unit,
                "target": figure.target,
                "reference": _rounded(figure.reference),
                "met": figure.met,
            }
            for figure in report.figures
        ],
    }


def table(report: Report) -> Table:
    """The figures for people; what is missed says so."""
    drawn = Table(title=report.bench, title_justify="left", box=None, header_style="bold", padding=(0, 2, 0, 0))
    drawn.add_column("figure")
    for column in ("value", "must be", "reference"):
        drawn.add_column(column, justify="right")
    drawn.add_column("")
    for figure in report.figures:
        value = "not measured" if figure.value is None else f"{_rounded(figure.value):g} {figure.unit}"
        reference = "" if figure.reference is None else f"{_rounded(figure.reference):g}"
        drawn.add_row(figure.figure, value, _bound(figure), reference, _verdict(figure))
    return drawn


def machine_line(report: Report) -> str:
    """Where it was measured, in one line."""
    return ", ".join(f"{name} {value}" for name, value in report.machine.items() if not isinstance(value, list))


def notes(report: Report) -> list[str]:
    """What must be known to read the figures."""
    return [str(note) for note in report.machine.get("notes", ())]


def _bound(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.target_is_floor else '≤'} {figure.target:g}"


def _verdict(figure: Figure) -> Text:
    if figure.met is None:
        return Text("" if figure.judged or figure.target is None else NO_VERDICT)
    return Text("met", "green") if figure.met else Text("missed", "bold red")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)
