"""Reserving: decided and written in one, seen by everybody after; keys; deadlines; caller ids."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from dialer.governor.decisions import Decision
from dialer.governor.history import CallerIdUse, History
from dialer.governor.questions import Question, Subject
from hotline.ledger.port import DEFAULT_TERMS, LONGEST_HOLD_S, Record, Terms
from tests.contract.ledger.rig import NUMBER, START, LedgerRig, asked, one_at_most, reserve, rules, six_and_three


async def test_an_allow_is_an_attempt_that_counts_at_once(rig: LedgerRig) -> None:
    given = await rig.reserve(asked(person="p1"))
    assert (given.decision.verdict, given.fresh, given.state) == ("allow", True, "reserved")
    (call,) = (await rig.ledger.history(NUMBER, "", "", 0.0)).calls
    assert (call.at, call.state, call.number, call.person, call.scene) == (START, "reserved", NUMBER, "p1", "renewal")


async def test_a_denial_writes_no_attempt_and_says_which_rule(rig: LedgerRig) -> None:
    for _ in range(3):
        assert (await rig.reserve()).fresh
    refused = await rig.reserve()
    assert (refused.attempt, refused.fresh, refused.state) == (None, False, None)
    assert rules(refused) == ["test.talks"]
    assert len((await rig.ledger.history(NUMBER, "", "", 0.0)).calls) == 3


async def test_a_person_is_counted_over_their_numbers_and_an_account_over_its_persons(rig: LedgerRig) -> None:
    await rig.reserve(asked("+8613800000001", person="p1", account="a"))
    await rig.reserve(asked("+8613800000002", person="p1", account="b"))
    await rig.reserve(asked("+8613800000003", person="p2", account="a"))
    history = (await rig.ledger.history("+8613800000009", "p1", "a", 0.0)).calls
    assert [call.number[-1] for call in history] in (["3", "2", "1"], ["1", "2", "3"], ["2", "1", "3"], ["2", "3", "1"])
    assert rules(await rig.reserve(asked("+8613800000004", person="p1", account="a"))) == ["test.talks"]
    assert (await rig.reserve(asked("+8613800000004", person="p2", account="b"))).fresh


async def test_a_call_that_fits_by_all_three_is_seen_once(rig: LedgerRig) -> None:
    await rig.reserve(asked(person="p", account="a"))
    assert len((await rig.ledger.history(NUMBER, "p", "a", 0.0)).calls) == 1


async def test_the_unknown_person_is_not_one_person(rig: LedgerRig) -> None:
    await rig.reserve(asked("+8613800000001"))
    assert (await rig.ledger.history("+8613800000002", "", "", 0.0)).calls == ()


async def test_history_is_newest_first_from_since_on(rig: LedgerRig) -> None:
    for _ in range(3):
        await rig.settle((await rig.reserve()).attempt, "attempted")
        rig.now += 100
    times = [call.at - START for call in (await rig.ledger.history(NUMBER, "", "", START + 100)).calls]
    assert times == [200, 100]


async def test_the_window_of_the_terms_is_what_decide_sees(rig: LedgerRig) -> None:
    seen = []

    def look(question: Question, subject: Subject, history: History, now: float) -> Decision:
        seen.append(len(history.calls))
        return Decision("allow", "hash")

    for step in range(3):
        rig.now = START + 1_000 * step
        await rig.ledger.reserve(asked(), Subject(number=NUMBER), look, Terms(window_s=1_500, hold_s=86_400))
    assert seen == [0, 1, 1]


async def test_askers_at_once_never_share_the_last_attempt(rig: LedgerRig) -> None:
    ledgers = [rig.ledger, *(rig.another() for _ in range(3))]
    given = await asyncio.gather(*(reserve(ledgers[turn % 4], asked(person="p")) for turn in range(40)))
    assert sum(one.fresh for one in given) == 3
    assert Counter(rule for one in given for rule in rules(one)) == {"test.talks": 37}


async def test_askers_by_different_names_never_share_the_last_attempt(rig: LedgerRig) -> None:
    """Each shares the number with one, the person with another, the account with a third."""
    ledgers = [rig.ledger, rig.another()]
    questions = [asked(f"+861380000000{turn % 3}", person=f"p{turn % 2}", account="debt") for turn in range(24)]
    given = await asyncio.gather(*(reserve(ledgers[turn % 2], one) for turn, one in enumerate(questions)))
    assert sum(one.fresh for one in given) == 3


@pytest.mark.parametrize("shared", ["number", "person", "account", "caller_id", "key"])
async def test_whoever_shares_a_name_waits_until_the_other_is_decided_and_written(rig: LedgerRig, shared: str) -> None:
    """The first is held up inside its decision; the second must not be decided meanwhile, by whatever they share."""
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()
    questions, terms = [], []
    for own in ("1", "2"):
        name = {kind: "0" if kind == shared else own for kind in ("number", "person", "account", "caller_id", "key")}
        questions.append(asked(f"+861380000000{name['number']}", person=name["person"], account=name["account"]))
        terms.append(Terms(caller_ids=(f"+86109518300{name['caller_id']}",), key=name["key"]))
    same_question = questions[1] if shared != "key" else questions[0]

    def held_up(question: Question, subject: Subject, history: History, now: float) -> Decision:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        return one_at_most(question, subject, history, now)

    other = rig.another()
    await other.history(NUMBER, "", "", 0.0)
    subject = Subject(number=NUMBER)
    first = asyncio.create_task(rig.ledger.reserve(questions[0], subject, held_up, terms[0]))
    await begun.wait()
    second = asyncio.create_task(other.reserve(same_question, subject, one_at_most, terms[1]))
    await asyncio.wait([second], timeout=0.5)
    go_on.set()
    assert (await first).fresh
    assert not (await second).fresh
    assert len(await rig.rows()) == 1


async def test_a_key_asked_again_gets_the_same_answer_and_no_second_attempt(rig: LedgerRig) -> None:
    first = await rig.reserve(key="spring/1/1")
    again = await rig.reserve(key="spring/1/1")
    elsewhere = await reserve(rig.another(), key="spring/1/1")
    assert again == elsewhere
    assert (again.attempt, again.decision, again.fresh, again.state) == (
        first.attempt,
        first.decision,
        False,
        "reserved",
    )
    assert len((await rig.ledger.history(NUMBER, "", "", 0.0)).calls) == 1


async def test_a_key_asked_by_many_at_once_is_fresh_for_one(rig: LedgerRig) -> None:
    ledgers = [rig.ledger, rig.another(), rig.another()]
    given = await asyncio.gather(*(reserve(ledgers[turn % 3], key="k") for turn in range(30)))
    assert sum(one.fresh for one in given) == 1
    assert len({one.attempt for one in given}) == 1


async def test_a_key_says_what_became_of_its_attempt(rig: LedgerRig) -> None:
    first = await rig.reserve(key="k")
    await rig.settle(first.attempt, "effective")
    again = await rig.reserve(key="k")
    assert (again.attempt, again.fresh, again.state) == (first.attempt, False, "effective")


async def test_a_correction_takes_back_a_talk_and_nothing_else(rig: LedgerRig) -> None:
    talk = (await rig.reserve(asked("+8613800000001"))).attempt
    await rig.settle(talk, "effective", result="talked")
    assert (await rig.settle(talk, "answered", result="stranger")).outcome == "kept"
    corrected = await rig.settle(talk, "answered", result="stranger", corrects=True)
    assert (corrected.outcome, corrected.state) == ("settled", "answered")
    assert (await rig.settle(talk, "answered", result="stranger", corrects=True)).outcome == "repeated"
    assert (await rig.settle(talk, "effective", result="promise", corrects=True)).state == "effective"
    (call,) = (await rig.ledger.history("+8613800000001", "", "", 0.0)).calls
    assert (call.state, call.result) == ("effective", "promise")
    for state in ("abandoned", "blocked", "attempted"):
        other = (await rig.reserve(asked("+8613800000002"))).attempt
        await rig.settle(other, state)
        assert (await rig.settle(other, "answered", corrects=True)).state == (
            "answered" if state == "attempted" else state
        )


async def test_a_key_of_an_expired_attempt_is_not_dialled_again(rig: LedgerRig) -> None:
    first = await rig.reserve(key="k", hold_s=60)
    rig.now += 60
    again = await rig.reserve(key="k")
    assert (again.attempt, again.fresh, again.state) == (first.attempt, False, "released")


async def test_keys_are_apart_by_source(rig: LedgerRig) -> None:
    given = [await rig.reserve(asked(source=source), key="1") for source in ("", "vicidial", "genesys")]
    assert all(one.fresh for one in given)


async def test_a_key_of_another_question_is_denied(rig: LedgerRig) -> None:
    await rig.reserve(key="k")
    assert rules(await rig.reserve(asked("+8613900000000"), key="k")) == ["ledger.key"]


async def test_a_denied_key_is_decided_anew(rig: LedgerRig) -> None:
    for _ in range(3):
        await rig.reserve()
    assert rules(await rig.reserve(key="k")) == ["test.talks"]
    rig.now += 86_400
    assert (await rig.reserve(key="k")).fresh


async def test_an_attempt_expires_at_its_deadline_and_not_before(rig: LedgerRig) -> None:
    for _ in range(3):
        await rig.reserve(hold_s=60)
    rig.now += 59.999
    assert rules(await rig.reserve()) == ["test.talks"]
    rig.now = START + 60
    assert (await rig.reserve()).fresh
    assert [call.at for call in (await rig.ledger.history(NUMBER, "", "", 0.0)).calls] == [START + 60]


async def test_a_rule_that_errs_denies(rig: LedgerRig) -> None:
    def errs(question: Question, subject: Subject, history: History, now: float) -> Decision:
        raise KeyError("zone of +8613800138000")

    denied = await rig.ledger.reserve(asked(), Subject(number=NUMBER), errs)
    assert rules(denied) == ["ledger.rule_error"]
    assert "138" not in denied.decision.reasons[0].detail
    assert denied.attempt is None
    nonsense = await rig.ledger.reserve(asked(), Subject(number=NUMBER), lambda *_: None)  # type: ignore[arg-type,return-value]
    assert rules(nonsense) == ["ledger.rule_error"]
    assert (await rig.reserve()).fresh


async def test_in_shadow_the_attempt_is_written_whatever_is_decided(rig: LedgerRig) -> None:
    for _ in range(3):
        await rig.reserve()
    given = await rig.reserve(shadow=True)
    assert (given.decision.verdict, given.fresh) == ("deny", True)
    found = await rig.reader.origin(given.attempt or 0)
    assert found is not None
    assert (found["verdict"], found["decision"]["reasons"][0]["rule"]) == ("deny", "test.talks")


async def test_a_clock_that_jumps_back_allows_nothing_more(rig: LedgerRig) -> None:
    for _ in range(3):
        await rig.reserve(hold_s=60)
    rig.now -= 3_600
    assert rules(await rig.reserve()) == ["test.talks"]
    rig.now = START + 59
    assert rules(await rig.reserve()) == ["test.talks"]


@pytest.mark.parametrize("number", ["+86138\0", "\ud800", "1" * 33])
async def test_what_cannot_be_written_is_denied_and_harms_nobody_else(rig: LedgerRig, number: str) -> None:
    good, bad, person = await asyncio.gather(
        rig.reserve(), rig.reserve(asked(number)), rig.reserve(asked("+8613900000000", person="p" * 200))
    )
    assert good.fresh
    assert rules(bad) == rules(person) == ["ledger.unreadable"]


async def test_caller_ids_have_their_channels_over_all_ledgers(rig: LedgerRig) -> None:
    pool = ("+861095183001", "+861095183002")
    other = rig.another()
    given = []
    for turn in range(5):
        ledger = (rig.ledger, other)[turn % 2]
        given.append(await reserve(ledger, asked(f"+861380000000{turn}"), caller_ids=pool))
    assert [one.fresh for one in given] == [True] * 4 + [False]
    assert [one.decision.obligations.caller_ids[0][-1] for one in given[:4]] == ["1", "1", "2", "2"]
    await rig.settle(given[0].attempt, "attempted")
    assert (await reserve(other, asked("+8613800000009"), caller_ids=pool)).fresh


async def test_the_use_of_a_caller_id(rig: LedgerRig) -> None:
    pool = ("+861095183001",)
    first = await rig.reserve(asked("+8613800000001"), caller_ids=pool)
    rig.now += 0.5
    second = await rig.reserve(asked("+8613800000002"), caller_ids=pool)
    (use,) = (await rig.ledger.history(NUMBER, "", "", 0.0, pool)).caller_ids
    assert (use.number, use.channels, use.starts, use.last_used) == (pool[0], 2, (START, START + 0.5), START + 0.5)
    rig.now += 0.6
    await rig.settle(first.attempt, "answered", ended=False)
    await rig.settle(second.attempt, "blocked", caller_id_rests_until=START + 900)
    (use,) = (await rig.ledger.history(NUMBER, "", "", 0.0, pool)).caller_ids
    assert (use.channels, use.starts, use.blocked_until) == (1, (START + 0.5,), START + 900)
    assert await rig.reader.resting(START + 899) == {pool[0]: START + 900}
    assert await rig.reader.resting(START + 900) == {}
    await rig.settle(first.attempt, "effective")
    (use,) = (await rig.ledger.history(NUMBER, "", "", 0.0, pool)).caller_ids
    assert use.channels == 0


async def test_whoever_has_known_a_caller_id_for_long_sees_what_one_sees_who_reads_it_anew(rig: LedgerRig) -> None:
    pool = ("+861095183001",)
    other, looked = rig.another(), []

    async def both_see() -> CallerIdUse:
        """What both see."""
        anew = rig.another()
        (known,) = (await rig.ledger.history(NUMBER, "", "", 0.0, pool)).caller_ids
        assert (await anew.history(NUMBER, "", "", 0.0, pool)).caller_ids == (known,)
        await anew.close()
        looked.append((known.channels, len(known.starts)))
        return known

    await both_see()
    first = await rig.reserve(asked("+8613800000001"), caller_ids=pool, hold_s=60)
    second = await reserve(other, asked("+8613800000002"), caller_ids=pool, hold_s=30)
    await both_see()  # another process has reserved
    rig.now += 1.0
    await both_see()  # both began a second ago
    await rig.settle(first.attempt, "answered", ended=False)
    await both_see()
    rig.now += 29.0
    await both_see()  # the second one has expired, which nobody has written yet
    await rig.settle(second.attempt, "attempted")
    await both_see()
    rig.now -= 29.5
    await both_see()  # the clock was put back
    rig.now += 29.5
    await rig.settle(first.attempt, "effective")
    await both_see()
    call = Record(
        source="old", call="1", number="+8613800000003", at=rig.now - 0.5, state="attempted", caller_id=pool[0]
    )
    await rig.ledger.record([call])
    assert (await both_see()).last_used == rig.now - 0.5
    third = await rig.reserve(asked("+8613800000004"), caller_ids=pool, hold_s=60)
    rig.now += 60.0
    await rig.ledger.expire()
    await both_see()
    await rig.settle(third.attempt, "answered", at=rig.now + LONGEST_HOLD_S, ended=False)
    await both_see()  # it counts by when it was dialled, long after it expired
    assert {(0, 0), (2, 2), (2, 0), (1, 0)} <= set(looked)


async def test_a_caller_id_in_one_group_is_counted_from_one_to_the_next(rig: LedgerRig) -> None:
    questions = [asked(f"+861380000{turn:04d}") for turn in range(30)]
    given = await asyncio.gather(*(rig.reserve(one, caller_ids=("+861095183001",)) for one in questions))
    assert sum(one.fresh for one in given) == 2


async def test_the_shown_caller_id_of_the_question_is_kept(rig: LedgerRig) -> None:
    given = await rig.reserve(asked(caller_id="+861095183009"), caller_ids=("+861095183001",))
    found = await rig.reader.origin(given.attempt or 0)
    assert found is not None
    assert found["caller_id"] == "+861095183009"


async def test_what_is_asked_of_a_ledger_after_its_end_is_denied(rig: LedgerRig) -> None:
    await rig.ledger.close()
    assert rules(await rig.reserve()) == ["ledger.no_answer"]


async def test_an_asker_who_is_gone_leaves_no_attempt_behind(rig: LedgerRig) -> None:
    """Cancelled after the ledger has begun: written, and taken back; the key is free."""
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()

    def slow(question: Question, subject: Subject, history: History, now: float) -> Decision:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), loop).result()
        return six_and_three(question, subject, history, now)

    task = asyncio.create_task(rig.ledger.reserve(asked(), Subject(number=NUMBER), slow, Terms(key="k")))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(20):
        while (await rig.ledger.history(NUMBER, "", "", 0.0)).calls:  # noqa: ASYNC110  # each look is a query
            await asyncio.sleep(0.01)
    assert (await rig.reserve(key="k")).fresh


async def test_a_decision_that_takes_too_long_is_no_answer_and_no_attempt(rig: LedgerRig) -> None:
    ledger = rig.another(answer_within_s=1.0)
    loop = asyncio.get_running_loop()
    decided = asyncio.Event()

    def slow(question: Question, subject: Subject, history: History, now: float) -> Decision:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(1.5), loop).result()
        loop.call_soon_threadsafe(decided.set)
        return six_and_three(question, subject, history, now)

    await rig.ledger.history(NUMBER, "", "", 0.0)
    denied = await ledger.reserve(asked(), Subject(number=NUMBER), slow, DEFAULT_TERMS)
    assert rules(denied) == ["ledger.no_answer"]
    async with asyncio.timeout(30):
        await decided.wait()
        while [row["result"] for row in await rig.rows()] != ["withdrawn"]:  # noqa: ASYNC110  # each look is a query
            await asyncio.sleep(0.02)
