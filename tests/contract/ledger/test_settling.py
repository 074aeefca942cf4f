"""Settling: idempotent, in steps, late; and how each state counts."""

from __future__ import annotations

import asyncio

import pytest

from calls.errors import BadInput
from dialer.governor.history import State
from hotline.ledger.port import Settlement
from tests.contract.ledger.rig import DAY_S, NUMBER, START, LedgerRig, asked, rules


async def test_a_settlement_is_seen_and_comes_twice_without_harm(rig: LedgerRig) -> None:
    attempt = (await rig.reserve()).attempt
    told = {"at": START + 2, "talked_until": START + 90, "result": "promise", "call": "c-1", "recording": "a.wav"}
    assert (await rig.settle(attempt, "effective", **told)).outcome == "settled"
    rig.now += 500
    again = await rig.settle(attempt, "effective", **told)
    assert (again.outcome, again.state) == ("repeated", "effective")
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert (call.at, call.state, call.talked_until, call.result) == (START + 2, "effective", START + 90, "promise")
    found = await rig.reader.origin(attempt or 0)
    assert found is not None
    assert (found["call"], found["recording"], found["settled_at"]) == ("c-1", "a.wav", START)


@pytest.mark.parametrize("at", [0.0, START - DAY_S, START * 1000, -1e18, 1e300])
async def test_a_call_of_another_time_counts_as_of_its_reservation(rig: LedgerRig, at: float) -> None:
    # an asker whose field is 0, or in milliseconds: the call was made all the same, and bars nobody for ever
    for _ in range(6):
        given = await rig.reserve()
        assert given.fresh
        await rig.settle(given.attempt, "attempted", at=at)
    assert rules(await rig.reserve()) == ["test.attempts"]
    rig.now += DAY_S + 1
    assert (await rig.reserve()).fresh


async def test_a_talk_does_not_end_in_another_century(rig: LedgerRig) -> None:
    attempt = (await rig.reserve()).attempt
    await rig.settle(attempt, "effective", talked_until=(START + 90) * 1000)
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert call.talked_until == START


async def test_it_may_come_in_steps_and_never_goes_back(rig: LedgerRig) -> None:
    attempt = (await rig.reserve()).attempt
    assert (await rig.settle(attempt, "answered", ended=False)).outcome == "settled"
    assert (await rig.settle(attempt, "effective", ended=False)).outcome == "settled"
    assert (await rig.settle(attempt, "effective")).outcome == "settled"
    assert (await rig.settle(attempt, "attempted")).outcome == "kept"
    assert (await rig.settle(attempt, "abandoned")).state == "effective"
    assert (await rig.settle(attempt, "effective", result="refusal")).outcome == "settled"
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert (call.state, call.result) == ("effective", "refusal")


async def test_a_talk_without_an_end_ends_now(rig: LedgerRig) -> None:
    attempt = (await rig.reserve()).attempt
    rig.now += 30
    await rig.settle(attempt, "effective")
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert call.talked_until == START + 30


async def test_released_counts_for_nothing(rig: LedgerRig) -> None:
    for _ in range(10):
        attempt = (await rig.reserve()).attempt
        assert (await rig.settle(attempt, "released")).outcome == "settled"
    assert (await rig.ledger.history(NUMBER, "", "", 0.0)).calls == ()


@pytest.mark.parametrize("state", ["attempted", "answered", "abandoned", "blocked"])
async def test_what_is_no_talk_counts_as_an_attempt_alone(rig: LedgerRig, state: State) -> None:
    for _ in range(6):
        given = await rig.reserve()
        assert given.fresh
        await rig.settle(given.attempt, state)
    assert rules(await rig.reserve()) == ["test.attempts"]


@pytest.mark.parametrize("swept", [False, True])
async def test_a_late_one_counts_for_what_it_was_and_is_told(rig: LedgerRig, swept: bool) -> None:
    attempt = (await rig.reserve(hold_s=60)).attempt
    rig.now += 61
    if swept:
        assert await rig.ledger.expire() == 1
        assert await rig.ledger.expire() == 0
    assert (await rig.ledger.history(NUMBER, "", "", 0.0)).calls == ()
    late = await rig.settle(attempt, "effective", at=START + 1, talked_until=START + 40)
    assert (late.outcome, late.state) == ("late", "effective")
    assert [told.attempt for told in rig.late] == [attempt]
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert (call.at, call.state) == (START + 1, "effective")
    assert (await rig.settle(attempt, "effective", at=START + 1, talked_until=START + 40)).outcome == "repeated"
    found = await rig.reader.origin(attempt or 0)
    assert found is not None
    assert (found["expired"], found["late"]) == (True, True)


async def test_what_expires_is_written_and_frees_its_caller_id(rig: LedgerRig) -> None:
    pool = ("+861095183001",)
    attempt = (await rig.reserve(caller_ids=pool, hold_s=60)).attempt
    rig.now += 60
    (use,) = (await rig.ledger.history(NUMBER, "", "", 0.0, pool)).caller_ids
    assert use.channels == 0
    await rig.ledger.expire()
    found = await rig.reader.origin(attempt or 0)
    assert found is not None
    assert (found["state"], found["open"], found["expired"]) == ("released", False, True)


async def test_a_call_that_is_up_is_not_released_by_its_deadline(rig: LedgerRig) -> None:
    attempt = (await rig.reserve(hold_s=60)).attempt
    await rig.settle(attempt, "answered", ended=False)
    rig.now += 3_600
    assert await rig.ledger.expire() == 0
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert call.state == "answered"


async def test_what_is_no_attempt_is_told(rig: LedgerRig) -> None:
    answer = await rig.settle(4_711, "attempted")
    assert (answer.outcome, answer.state) == ("unknown", None)


async def test_what_is_no_settlement_is_refused_at_once(rig: LedgerRig) -> None:
    with pytest.raises(BadInput, match="no state to settle"):
        await rig.settle(1, "reserved")
    with pytest.raises(BadInput, match="too long"):
        await rig.ledger.settle(Settlement(attempt=1, state="attempted", result="x" * 65))


async def test_settlements_of_two_ledgers_at_once_agree(rig: LedgerRig) -> None:
    attempts = [(await rig.reserve(asked(f"+86138000000{turn:02d}"))).attempt for turn in range(20)]
    other = rig.another()
    told = [Settlement(attempt=attempt or 0, state="effective", talked_until=START + 9) for attempt in attempts]
    answers = await asyncio.gather(*(ledger.settle(one) for one in told for ledger in (rig.ledger, other, rig.ledger)))
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count("settled") == len(attempts)
    assert outcomes.count("repeated") == 2 * len(attempts)
