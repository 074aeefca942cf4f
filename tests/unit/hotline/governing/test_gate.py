"""The gate: it never lets anybody pass on a guess, and tells what it has looked at."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from dialer.governor.history import History, PastCall
from dialer.governor.questions import Listed, Question, Subject
from hotline.governing import words
from hotline.governing.feed import KEPT, Feed
from hotline.governing.gate import ClosedGate, Gate
from hotline.governing.local import local_gate, of_folder
from hotline.governing.number_file_lists import NumberFileLists
from hotline.governing.ports import Histories, Lists, MemoryHistories, MemoryLists, MemoryPersons, Whereabouts
from hotline.governing.published import InForce
from hotline.governing.subjects import Subjects
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, ZONE, ask, question
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit


@pytest.fixture
def in_force(tmp_path: Path) -> InForce:
    return of_folder(write(tmp_path))


def gate(
    now: InForce,
    lists: Lists | None = None,
    histories: Histories | None = None,
    persons: MemoryPersons | None = None,
    feed: Feed | None = None,
) -> Gate:
    subjects = Subjects("CN", lists or MemoryLists(), persons or MemoryPersons())
    return Gate(lambda: now, lambda _: subjects, histories, feed, utc=lambda: MONDAY)


class Broken:
    """Everything that is asked of it fails."""

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        raise OSError("the disk is gone, with +8613800138000 on it")

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        raise OSError("the disk is gone, with +8613800138000 on it")

    def as_of(self, at: float) -> dict[str, float]:
        raise OSError("the disk is gone")

    def whereabouts(self, person: str, number: str, account: str, at: float) -> Whereabouts:
        raise LookupError("13800138000")

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        raise ConnectionError("13800138000")


def test_an_allowed_call(in_force: InForce) -> None:
    decision = ask(gate(in_force))
    assert decision.verdict == "allow"
    assert decision.obligations.caller_ids == ("+864000095183",)


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"lists": Broken()}, "gate.subject"),
        ({"persons": Broken()}, "gate.subject"),
        ({"histories": Broken()}, "gate.ledger"),
    ],
)
def test_what_cannot_be_known_denies_and_repeats_no_number(
    in_force: InForce, broken: dict[str, Broken], rule: str
) -> None:
    decision = ask(gate(in_force, **broken))  # type: ignore[arg-type]  # one that is broken stands for each port
    assert (decision.verdict, [reason.rule for reason in decision.reasons]) == ("deny", [rule])
    assert "138" not in decision.reasons[0].detail


def test_without_a_policy_nobody_passes() -> None:
    closed = ClosedGate().gate
    decision = ask(closed)
    assert (decision.verdict, decision.reasons[0].rule) == ("deny", "gate.policy")
    subject = Subject(number=NUMBER)
    assert closed.decide(question(), subject, History(), MONDAY).verdict == "deny"


def test_the_ledgers_decision_is_that_of_a_check(in_force: InForce) -> None:
    one = gate(in_force)
    asked = question()
    assert one.decide(asked, one.subject(asked, MONDAY), History(), MONDAY) == ask(one)


def test_past_calls_count(in_force: InForce) -> None:
    calls = [PastCall(MONDAY - 3600 * hours, "attempted", NUMBER, category="marketing") for hours in (5, 30)]
    histories = MemoryHistories(calls)
    answer = asyncio.run(gate(in_force, histories=histories).check(question()))
    (reason,) = answer.decision.reasons
    assert (answer.decision.verdict, reason.rule, reason.counted, reason.limit) == ("defer", "house.not_often", 2, 2)
    assert reason.until == MONDAY - 30 * 3600 + 7 * 86400  # at night
    told = words.answer_as_data(answer, ZONE, counts=True)
    assert told["past_calls"] == {"attempted": 2}
    assert told["until_at"] == "2026-11-29T10:00:00+08:00"
    assert NUMBER not in str(told)
    assert ("past calls", "2 attempted") in words.told(answer, ZONE, counts=True)


def test_an_answer_without_a_ledger_says_so(in_force: InForce) -> None:
    answer = asyncio.run(gate(in_force).check(question(person="zhang san")))
    assert words.answer_as_data(answer, ZONE, counts=False)["past_calls"] is None
    told = dict(words.told(answer, ZONE, counts=False))
    assert told["past calls"] == "not looked at: there is no ledger here"
    assert told["number"] == "+86*******8000"
    assert "zhang san" not in str(told)


async def test_a_batch_is_as_of_one_instant_and_lets_others_have_their_turn(in_force: InForce) -> None:
    lists = MemoryLists({"+8613800000007": [Listed("do_not_call")]})
    one = gate(in_force, lists)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asked = [question(number=f"+861380000{number:04d}") for number in range(1_000)]
    task = asyncio.create_task(others())
    answers = [answer async for some in one.scrub(asked) for answer in some]
    task.cancel()
    assert [answer.question for answer in answers] == asked
    assert {answer.at for answer in answers} == {MONDAY}
    assert [answer.question.number for answer in answers if answer.decision.verdict == "deny"] == ["+8613800000007"]
    assert turns >= 15


def test_checks_are_shown_to_those_who_watch_and_batches_are_not(in_force: InForce) -> None:
    feed = Feed()
    seen: list[int] = []
    feed.watch(lambda told: seen.append(told.row))
    one = gate(in_force, feed=feed)
    ask(one)
    ask(one, number="+8613900139000", scene="nothing")

    async def scrub(asked: list[Question]) -> None:
        async for _ in one.scrub(asked):
            pass

    asyncio.run(scrub([question()]))
    first, second = feed.after(0)
    assert (first.verdict, first.number, first.rules) == ("allow", "+86*******8000", ())
    assert (second.verdict, second.rules) == ("deny", ("governor.scene",))
    assert seen == [1, 2]
    assert feed.after(1) == [second]
    assert feed.after(2) == []


def test_the_feed_keeps_the_last_thousand(in_force: InForce) -> None:
    feed = Feed()
    decision = ask(gate(in_force))
    for _ in range(KEPT + 5):
        feed.tell(question(), decision, MONDAY)
    assert [feed.after(0)[0].row, feed.after(0)[-1].row, len(feed.after(0))] == [6, KEPT + 5, KEPT]
    assert [one.row for one in feed.after(KEPT + 3)] == [KEPT + 4, KEPT + 5]
    assert [one.row for one in feed.after(0, most=2)] == [6, 7]


def test_the_do_not_call_file_forbids_and_one_that_cannot_be_read_forbids_all(tmp_path: Path) -> None:
    site = write(tmp_path, hotline="languages: [en]\nzone: Asia/Shanghai\ndo_not_call: listed.txt\n")
    listed = tmp_path / "listed.txt"
    listed.write_text("13900139000\n")
    one = local_gate(site, draft=True)
    assert ask(one).verdict == "allow"
    assert ask(one, number="+8613900139000").reasons[0].rule == "gate.do_not_call"
    listed.write_text("13900139000\nsomebody\n")
    decision = ask(local_gate(site, draft=True))
    assert (decision.verdict, decision.reasons[0].rule) == ("deny", "gate.subject")
    lists = NumberFileLists(listed, "CN")
    with pytest.raises(Exception, match="cannot be read"):
        lists.lists_of(NUMBER)
    listed.unlink()
    with pytest.raises(OSError, match="listed"):
        lists.refresh()
    assert NumberFileLists(None, "CN").lists_of(NUMBER) == ()
