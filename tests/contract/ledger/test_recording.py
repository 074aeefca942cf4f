"""Recording calls of other systems: each once, merged with what was asked for, counted like ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from calls.errors import BadInput
from hotline.ledger.port import Record
from tests.contract.ledger.rig import NUMBER, START, LedgerRig, asked, rules


def record(call: str = "cdr-1", **more: Any) -> Record:
    return Record(
        **{"source": "vicidial", "call": call, "at": START - 60, "number": NUMBER, "state": "attempted", **more}
    )


async def test_a_record_counts_like_a_call_of_ours(rig: LedgerRig) -> None:
    added = await rig.ledger.record([record(f"cdr-{turn}") for turn in range(6)])
    assert {one.outcome for one in added} == {"added"}
    assert rules(await rig.reserve()) == ["test.attempts"]


async def test_the_same_record_again_is_the_same_attempt(rig: LedgerRig) -> None:
    (first,) = await rig.ledger.record([record()])
    (again,) = await rig.ledger.record([record()])
    assert (again.outcome, again.attempt) == ("repeated", first.attempt)
    (more,) = await rig.ledger.record([record(state="effective", talked_until=START - 10)])
    assert (more.outcome, more.attempt) == ("settled", first.attempt)
    assert len((await rig.ledger.history(NUMBER, "", "", 0.0)).calls) == 1


async def test_the_same_record_by_many_at_once_is_added_once(rig: LedgerRig) -> None:
    ledgers = [rig.ledger, rig.another(), rig.another()]
    answers = await asyncio.gather(*(ledgers[turn % 3].record([record(), record("cdr-2")]) for turn in range(9)))
    outcomes = [one.outcome for answer in answers for one in answer]
    assert outcomes.count("added") == 2
    assert outcomes.count("repeated") == 16


async def test_ids_are_apart_by_source(rig: LedgerRig) -> None:
    answers = await rig.ledger.record([record(), record(source="genesys")])
    assert [one.outcome for one in answers] == ["added", "added"]


async def test_a_record_of_a_call_that_passed_the_gate_is_that_attempt(rig: LedgerRig) -> None:
    asked_for = (await rig.reserve(asked(source="vicidial", origin="gate"), key="sip-call-id")).attempt
    (merged,) = await rig.ledger.record([record(at=START + 3, state="effective", talked_until=START + 40, person="p")])
    assert (merged.outcome, merged.attempt) == ("merged", asked_for)
    (call,) = (await rig.ledger.history("", "p", "", 0.0)).calls
    assert (call.at, call.state) == (START + 3, "effective")
    (again,) = await rig.ledger.record([record(at=START + 3, state="effective", talked_until=START + 40)])
    assert (again.outcome, again.attempt) == ("repeated", asked_for)


@pytest.mark.parametrize(
    ("question", "at"),
    [
        (asked(source="genesys", origin="gate"), START),
        (asked(source="vicidial", origin="gate"), START + 11),
        (asked("+8613800138001", source="vicidial", origin="gate"), START),
    ],
    ids=["another source", "another time", "another number"],
)
async def test_a_record_of_another_call_is_not_merged(rig: LedgerRig, question: Any, at: float) -> None:
    await rig.reserve(question)
    (added,) = await rig.ledger.record([record(at=at)])
    assert added.outcome == "added"


async def test_two_calls_soon_after_each_other_are_two(rig: LedgerRig) -> None:
    first = (await rig.reserve(asked(source="vicidial", origin="gate"))).attempt
    rig.now += 6
    second = (await rig.reserve(asked(source="vicidial", origin="gate"))).attempt
    answers = await rig.ledger.record([record("a", at=START + 1), record("b", at=START + 7)])
    assert [(one.outcome, one.attempt) for one in answers] == [("merged", first), ("merged", second)]


async def test_a_record_of_an_expired_attempt_is_late(rig: LedgerRig) -> None:
    await rig.reserve(asked(source="vicidial", origin="gate"), hold_s=5)
    rig.now += 100
    await rig.ledger.record([record(at=START + 2, state="effective")])
    (row,) = await rig.rows()
    assert (row["state"], row["late"]) == ("effective", True)


@pytest.mark.parametrize(
    "wrong", [{"call": ""}, {"source": ""}, {"state": "reserved"}, {"number": "1" * 40}, {"recording": "\0"}]
)
async def test_what_cannot_be_recorded_is_refused(rig: LedgerRig, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        await rig.ledger.record([record(**wrong)])
