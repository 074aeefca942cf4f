"""The pace over time: tries by the step in which they were asked, by the campaign's denominator."""

from pathlib import Path

import pytest

from dialer.answering_machines.settings import Detection
from dialer.pacing.settings import PacingSettings
from hotline.campaigns.pacing import Step, steps
from tests.unit.hotline.campaigns.stores import NOW, a_try, log_tries, settings

pytestmark = pytest.mark.unit

TALK = {"answered_at": 9.0, "connected_at": 10.0, "result": "talked"}
TRIES = (
    a_try("calls/1.1/1"),
    a_try("calls/1.2/1", 2, **TALK),
    a_try("calls/1.3/1", 3, answered_at=9.0, abandoned=True, result="abandoned"),
    a_try("calls/1.4/1", 4, answered_at=9.0, result="machine"),
    a_try("calls/1.5/1", 5, NOW + 299.0, verdict="deny", rule="house.complained"),
    a_try("calls/1.6/1", 6, NOW + 400.0, verdict="deny", rule="house.complained"),
    a_try("calls/1.7/1", 7, NOW + 900.0, **TALK),
    a_try("calls/1.8/1", 8, NOW - 1.0, **TALK),  # before the span
    a_try("calls/1.9/1", 9, NOW + 1200.0, **TALK),  # after it
)


def of(store: Path, **words: object) -> list[Step]:
    return steps(store, settings(**words), NOW, NOW + 1200.0, 300.0)


def test_steps_by_denominator(store: Path) -> None:
    log_tries(store, *TRIES)
    assert of(store) == [Step(NOW, 4, 3, 2, 1), Step(NOW + 900.0, 1, 1, 1, 0)], "who was denied is no call"
    assert [one.of for one in of(store, pacing=PacingSettings(denominator="dialled"))] == [4, 1]
    assert [one.of for one in of(store, pacing=PacingSettings(denominator="answered"))] == [3, 1]
    detects = of(store, detection=Detection(on=True, false_positives=0.1))
    assert (detects[0].of, detects[0].abandoned) == (2.1, 1.1), "a machine is so much of a person as was measured"
    assert steps(store, settings("others"), NOW, NOW + 1200.0, 300.0) == []
