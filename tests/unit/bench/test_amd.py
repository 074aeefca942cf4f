"""The bench of answering-machine detection: its figures add up, and ours take fewer people for machines than AMD's."""

import pytest

from bench import amd
from bench.catalogue import BENCHES, Options
from bench.report import as_json
from dialer.answering_machines.settings import Detection
from sim.answering_machines.greetings import Answer, Word, answers
from sim.answering_machines.judging import Judged, judged, judged_by_amd

pytestmark = pytest.mark.unit


def test_quick_has_all_figures() -> None:
    report = amd.run(Options(quick=True))
    figures = {one["figure"]: one for one in as_json(report)["figures"]}
    assert BENCHES["amd"].module == "amd"
    assert {"false positives", "machines found", "decided after p95"} <= figures.keys()
    assert 0.0 < figures["false positives"]["value"] < figures["false positives"]["reference"]
    assert figures["decided after their greeting p95"]["value"] == pytest.approx(Detection().between_words_s, abs=0.05)


def test_the_shares_are_of_whom_they_say() -> None:
    person, machine = Answer("p", "person", ((0.5, 1.0),)), Answer("m", "machine", ())
    judgements = [
        Judged(person, "person", 1.8, 0.8),
        Judged(person, "machine", 3.0, 0.1),
        Judged(person, "silence", 2.5, None),
        Judged(person, "unsure", 5.0, None),
        Judged(machine, "machine", 3.0, None),
        Judged(machine, "person", 2.0, None),
    ]
    assert (amd.wrong(judgements), amd.wrong(judgements, ("silence",))) == (50.0, 25.0)
    assert (amd.found(judgements), amd.among(judgements)) == (50.0, pytest.approx(66.7, abs=0.1))


def test_the_same_answers_come_each_time_and_others_by_another_seed() -> None:
    assert list(answers(50, 7)) == list(answers(50, 7)) != list(answers(50, 8))


@pytest.mark.parametrize(
    ("words", "found", "at_s"),
    [
        (((0.5, 1.2),), "person", 2.0),
        ((), "machine", 2.5),
        (((0.5, 3.0),), "machine", 2.0),
        (((0.2, 0.4), (0.5, 0.7), (0.8, 1.0)), "machine", 0.9),
    ],
    ids=["hello", "silence is a machine", "a long greeting", "the third word is a machine"],
)
def test_amd_is_as_asterisk_documents_and_was_seen(words: tuple[Word, ...], found: str, at_s: float) -> None:
    answer = Answer("any", "person", words)
    by_amd = judged_by_amd(answer)
    assert (by_amd.found, by_amd.at_s) == (found, pytest.approx(at_s, abs=0.05))
    assert judged(answer, Detection(on=True)).found in ("person", "machine", "silence")
