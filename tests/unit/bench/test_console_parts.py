"""The parts of `bench console`: the catalogue has them all, one that breaks costs its own figures, and the figures that
must be are named as the documents name them."""

from pathlib import Path

import pytest

from bench import console
from bench.catalogue import BENCHES, Options
from bench.children import ChildEnded
from bench.console_parts import Found
from bench.report import told

pytestmark = pytest.mark.unit

_MUST_BE = (
    "300 pages, controller share",
    "first page usable",
    "violations, serious or critical",
    "event to painted p95",
    "browser phone, click to both heard p95",
    "talk taken over after a reload p95",
)


def test_the_catalogue_has_its_parts() -> None:
    assert BENCHES["console"].parts == tuple(console.PARTS)


def test_what_must_be_has_its_name_where_it_cannot_be_measured_too() -> None:
    figures = [one for _, unmeasured in console.PARTS.values() for one in unmeasured(Options())]
    names = [one.figure for one in figures]
    assert set(_MUST_BE) <= set(names)
    assert len(names) == len(set(names))
    missed = {one.figure for one in figures if one.met is False}
    assert set(_MUST_BE) <= missed, "not measured is missed"


async def test_a_part_that_breaks_costs_its_own_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(_: Options, __: Path) -> Found:
        raise ChildEnded("it did not start")

    async def works(_: Options, __: Path) -> Found:
        return Found([told("works", 1.0, "")], ["a note"])

    parts = {"breaks": (breaks, lambda _: [told("broken", None, "")]), "works": (works, lambda _: [])}
    monkeypatch.setattr(console, "PARTS", parts)
    report = await console.run(Options())
    assert [(one.figure, one.value) for one in report.figures] == [("broken", None), ("works", 1.0)]
    assert report.machine["notes"] == ["breaks: ChildEnded: it did not start", "works: a note"]
    only = await console.run(Options(only="works"))
    assert [one.figure for one in only.figures] == ["works"]
