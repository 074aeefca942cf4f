"""The report counts what was asked, dialled, answered and abandoned, and says of which calls it is a share."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from calls.errors import BadInput
from dialer.answering_machines.settings import Detection
from dialer.campaigns.results import Disposition
from dialer.pacing.settings import PacingSettings
from hotline.campaigns.report import Report, report
from tests.unit.hotline.campaigns.stores import NOW, a_try, log_tries, settings

pytestmark = pytest.mark.unit

TALK = {"answered_at": 9.0, "connected_at": 10.0, "result": "talked"}
TRIES = (
    a_try("calls/1.1/1"),
    a_try("calls/1.1/2", at=NOW + 100, placed_at=101.0, ended_at=190.0, **TALK, disposition="promise", agent="8001"),
    a_try("calls/1.2/1", 2, **TALK, disposition="wrong"),
    a_try("calls/1.3/1", 3, answered_at=9.0, abandoned=True, result="abandoned"),
    a_try("calls/1.4/1", 4, answered_at=9.0, result="machine"),
    a_try("calls/1.5/1", 5, answered_at=9.0, connected_at=9.1, result="flow_done"),
    a_try("calls/1.6/1", 6, answered_at=9.0, result="hung_up"),
    a_try("calls/1.7/1", 7, verdict="deny", rule="house.complained"),
    a_try("calls/1.8/1", 8, verdict="deny", rule="gate.do_not_call"),
    a_try("calls/1.9/1", 9, verdict="defer", rule="house.not_often"),
    a_try("calls/1.9/2", 9, at=NOW + 50, verdict="deny", rule="house.complained"),
)
ALL: dict[str, Any] = {
    "campaign": "calls",
    "scene": "offer",
    "since": NOW,
    "until": None,
    "asked": 11,
    "dialled": 7,
    "denied": 3,
    "deferred": 1,
    "by_rule": {"house.complained": 2, "gate.do_not_call": 1, "house.not_often": 1},
    "answered": 6,
    "connected": 3,
    "effective": 2,
    "abandoned": 1,
    "false_positives": 0.0,
    "abandoned_percent": 20.0,
    "denominator": "live",
    "of": 5,
    "double_dialled": 0,
    "results": {"talked": 2, "abandoned": 1, "flow_done": 1, "hung_up": 1, "machine": 1, "no_answer": 1},
    "dispositions": {"promise": 1, "wrong": 1},
    "people_dialled": 6,
}


def made(store: Path, since: float | None = None, until: float | None = None, **words: object) -> Report:
    said = (Disposition(name="promise"), Disposition(name="wrong", meaning="wrong_number", effective=False))
    return report(store, settings(dispositions=said, **words), since, until)


def test_all_counts(store: Path) -> None:
    log_tries(store, *TRIES)
    assert msgspec.to_builtins(made(store)) == ALL


@pytest.mark.parametrize(
    ("denominator", "of", "share"), [("live", 5, 20.0), ("answered", 6, 16.67), ("dialled", 7, 14.29)]
)
def test_the_share_is_of_the_campaigns_own_denominator(store: Path, denominator: Any, of: int, share: float) -> None:
    log_tries(store, *TRIES)
    found = made(store, pacing=PacingSettings(denominator=denominator))
    assert (found.denominator, found.of, found.abandoned_percent) == (denominator, of, share)


@pytest.mark.parametrize(
    ("denominator", "of", "share"), [("live", 5, 24.53), ("answered", 8, 16.25), ("dialled", 8, 16.25)]
)
def test_of_those_taken_for_machines_a_share_were_people(store: Path, denominator: Any, of: int, share: float) -> None:
    """Who is known to have been one counts whole, and of the others as many as the campaign has measured."""
    tries = [
        a_try("calls/2.1/1", 1, **TALK),
        a_try("calls/2.2/1", 2, answered_at=9.0, result="taken_for_machine", abandoned=True),
        a_try("calls/2.3/1", 3, answered_at=9.0, result="machine"),
        a_try("calls/2.4/1", 4, answered_at=9.0, result="machine"),
        a_try("calls/2.5/1", 5, answered_at=9.0, result="silence"),
        *(a_try(f"calls/2.{row}/1", row, **TALK) for row in (6, 7, 8)),
    ]
    log_tries(store, *tries)
    found = made(
        store,
        detection=Detection(on=True, false_positives=0.1),
        pacing=PacingSettings(denominator=denominator),
    )
    assert (found.abandoned, found.false_positives) == (1, 0.3)
    assert (found.of, found.abandoned_percent) == (of, share)


def test_a_span_is_of_when_was_asked(store: Path) -> None:
    log_tries(store, *TRIES)
    found = made(store, NOW + 50, NOW + 100)
    assert (found.asked, found.denied, found.dialled) == (1, 1, 0)
    assert (found.abandoned_percent, found.of) == (None, 0)
    assert made(store, NOW + 100).dialled == 1


def test_a_try_that_is_told_again_is_the_same_one(store: Path) -> None:
    log_tries(store, a_try("calls/1.1/1", **TALK), a_try("calls/1.1/1", **TALK, disposition="promise"))
    found = made(store)
    assert (found.asked, found.dispositions) == (1, {"promise": 1})


@pytest.mark.parametrize(
    ("second", "double"),
    [
        (a_try("b", placed_at=30.9), 1),
        (a_try("b", placed_at=31.0), 0),
        (a_try("b", row=2, placed_at=5.0), 0),
        (msgspec.structs.replace(a_try("b", row=2, placed_at=5.0), number=a_try("a").number), 1),
        (a_try("b", verdict="deny", rule="x"), 0),
    ],
)
def test_two_calls_to_one_number_or_person_at_a_time_are_told(store: Path, second: Any, double: int) -> None:
    log_tries(store, a_try("a"), second, a_try("c", row=3))
    assert made(store).double_dialled == double


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no store of this release"):
        made(tmp_path / "none.db")
