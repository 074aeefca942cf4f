"""Outgoing calls of the house, with the governor and a real ledger behind: one answer a request, settled for sure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from calls.ids import AgentId, AttemptId, CallId
from control.messages.commands import AskGate, SettleAttempt
from hotline.driver import outgoing
from hotline.driver.outgoing import GovernedCalls
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.published import InForce
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import Subjects
from hotline.ledger.port import LedgerAway, Settled, Settlement
from tests.contract.ledger.rig import NUMBER, LedgerRig
from tests.unit.hotline.governing.gated_site import write

POLICY = (
    "policy: house\nlayer: group\npools: {main: {'+864000095183': {certified: true}}}\n"
    "rules:\n"
    "  a_day: {for: {scene: remind}, frequency: {at_most: 2, in: day, per: number}, cite: article 12}\n"
    "  a_talk: {spacing: {at_least: 30 min, since: talk}}\n"
    "  rings: {for: {scene: remind}, oblige: {longest_ring: 20 s}}\n"
    "  registry: {for: {scene: how}, do_not_call: {lists: registry, at_most_age: 31 days}}\n"
)
ALWAYS = "outbound: {zone: Asia/Shanghai, week: {mon-sun: 00:00-24:00}}\n"


class Lists:
    """A do-not-call list that may be unreadable."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self.broken = False

    async def listed(self, number: str) -> bool:
        if self.broken:
            raise OSError("gone")
        return number in self.numbers


class House:
    """The gate of a site with two scenes, over the rig's ledger."""

    def __init__(self, rig: LedgerRig, in_force: InForce) -> None:
        self.rig = rig
        self.in_force = in_force
        self.lists = Lists()
        self.looked = asyncio.Event()
        self.looked.set()
        self.ledger: Any = rig.ledger
        self.calls = self.another()

    def another(self, name: str = "here", copies: dict[str, float] | None = None) -> GovernedCalls:
        """The gate of the next controller; of the house of this name, with these copies of lists."""
        nobody = Subjects("CN", MemoryLists(copies=copies), MemoryPersons())
        gate = Gate(lambda: self.in_force, lambda _: nobody, self.ledger, utc=lambda: self.rig.now)
        return GovernedCalls(self.lists, gate, Reserving(gate, self.ledger), self.looked, name)

    async def states(self) -> list[str]:
        return [row["state"] for row in reversed(await self.rig.rows())]


@pytest_asyncio.fixture
async def house(rig: LedgerRig, tmp_path: Path) -> House:
    site = await asyncio.to_thread(write, tmp_path, house=POLICY, hours=ALWAYS)
    return House(rig, await asyncio.to_thread(of_folder, site))


def asks(attempt: str = "c:7", **more: Any) -> AskGate:
    said = dict(call=CallId("c"), attempt=AttemptId(attempt), number=NUMBER, scene="remind", origin="agent")
    return AskGate(**{**said, **more})  # type: ignore[arg-type]


def tells(reservation: int | None, state: str, **more: Any) -> SettleAttempt:
    assert reservation is not None
    return SettleAttempt(attempt=AttemptId("c:9"), reservation=reservation, call=CallId("c"), state=state, **more)  # type: ignore[arg-type]


async def test_an_allowed_call_is_reserved_with_what_it_is_obliged_to(house: House) -> None:
    answer = await house.calls.ask(asks(agent=AgentId("li"), person="p1", account="loan 7"))
    assert (answer.verdict, answer.call, answer.attempt) == ("allow", "c", "c:7")
    assert answer.obligations.caller_ids == ("+864000095183",)
    assert (answer.obligations.longest_ring_s, answer.obligations.record) == (20.0, "always")
    (row,) = await house.rig.rows()
    assert row["id"] == answer.reservation
    assert [row[name] for name in ("state", "origin", "agent", "person", "account", "scene")] == [
        *("reserved", "agent", "li", "p1", "loan 7", "remind")
    ]


async def test_a_denial_says_the_rule_and_its_clause_and_reserves_nothing(house: House) -> None:
    for number in "12":
        await house.calls.settle(tells((await house.calls.ask(asks(number))).reservation, "attempted"))
    answer = await house.calls.ask(asks("3"))
    assert (answer.verdict, answer.rule, answer.clause) == ("defer", "house.a_day", "article 12")
    assert answer.until is not None
    assert answer.until > house.rig.now
    assert NUMBER[3:] not in answer.why
    assert answer.reservation is None
    assert await house.states() == ["attempted"] * 2


@pytest.mark.parametrize(("scene", "verdict"), [("", "unknown"), ("nothing", "unknown"), ("offer", "allow")])
async def test_with_scenes_a_call_without_one_is_not_placed(house: House, scene: str, verdict: str) -> None:
    assert (await house.calls.ask(asks(scene=scene))).verdict == verdict


async def test_a_question_that_reserves_nothing_leaves_nothing(house: House) -> None:
    assert (await house.calls.ask(asks(reserve=False))).verdict == "allow"
    assert await house.states() == []


# restarts


async def test_the_same_request_after_a_restart_has_the_same_reservation_and_there_is_one(house: House) -> None:
    first = await house.calls.ask(asks())
    again = await house.another().ask(asks())
    assert again == first
    assert await house.states() == ["reserved"]


async def test_a_list_that_cannot_be_read_ends_no_contact_and_one_that_names_the_number_is_about_that(
    house: House,
) -> None:
    house.lists.broken = True
    assert (await house.calls.ask(asks(origin="campaign"))).verdict == "unknown"
    house.lists.broken = False
    house.lists.numbers.add(NUMBER)
    answer = await house.calls.ask(asks(origin="campaign"))
    assert (answer.verdict, answer.number_only) == ("deny", True)


async def test_a_copy_of_a_registry_that_is_too_old_ends_no_contact(house: House) -> None:
    month_s = 31 * 86_400.0
    for copies, verdict in (
        ({"registry": house.rig.now - month_s + 1}, "allow"),
        ({"registry": house.rig.now - month_s}, "unknown"),
        ({}, "unknown"),
    ):
        calls = house.another(copies=copies)
        answer = await calls.ask(asks(f"spring/{len(copies)}/{verdict}", origin="campaign", scene="how"))
        assert answer.verdict == verdict, answer.why
    assert (answer.rule, answer.reason) == ("house.registry", "there is no copy of the list registry here")


async def test_two_houses_on_one_ledger_have_each_their_own_by_the_same_request(house: House) -> None:
    here = await house.calls.ask(asks("spring/1.1/1", origin="campaign", campaign="spring"))
    there = await house.another("there").ask(
        asks("spring/1.1/1", origin="campaign", campaign="spring", number="+8613800000077")
    )
    assert (here.verdict, there.verdict) == ("allow", "allow")
    assert here.reservation != there.reservation
    assert sorted(row["key"] for row in await house.rig.rows()) == ["here:spring/1.1/1", "there:spring/1.1/1"]
    for answer, state in ((here, "effective"), (there, "attempted")):
        await house.calls.settle(tells(answer.reservation, state))
    reader = house.rig.reader
    assert await reader.totals("remind", "spring", house="here") == {"effective": 1}
    assert await reader.totals("remind", "spring", house="there") == {"attempted": 1}
    assert await reader.totals("remind", "spring") == {"effective": 1, "attempted": 1}


async def test_two_at_once_by_the_same_name_are_one(house: House) -> None:
    both = await asyncio.gather(house.calls.ask(asks()), house.another().ask(asks()))
    assert both[0] == both[1]
    assert await house.states() == ["reserved"]


async def test_one_that_expired_while_the_controller_was_away_is_reserved_anew(house: House) -> None:
    first = await house.calls.ask(asks())
    house.rig.now += 3600.0
    again = await house.another().ask(asks())
    assert again.verdict == "allow"
    assert again.reservation not in (None, first.reservation)
    assert (await house.another().ask(asks())).reservation == again.reservation


@pytest.mark.parametrize("state", ["attempted", "answered", "effective"])
async def test_one_that_was_dialled_is_never_dialled_again(house: House, state: str) -> None:
    first = await house.calls.ask(asks())
    await house.calls.settle(tells(first.reservation, state))
    again = await house.another().ask(asks())
    assert (again.verdict, again.rule, again.reservation) == ("deny", "gate.dialled", None)


# what became of it


async def test_it_is_settled_in_steps_and_told_twice_it_is_one(house: House) -> None:
    given = (await house.calls.ask(asks())).reservation
    now = house.rig.now
    for told in (
        tells(given, "answered", at=now, ended=False),
        tells(given, "effective", at=now, talked_until=now + 60, result="answered", agent=AgentId("li")),
        tells(given, "answered", at=now, ended=False),
        tells(given, "effective", at=now, talked_until=now + 60, result="answered", agent=AgentId("li")),
    ):
        await house.calls.settle(told)
    (row,) = await house.rig.rows()
    assert [row[name] for name in ("state", "dialled_at", "talked_until", "result", "agent", "call", "open")] == [
        *("effective", now, now + 60, "answered", "li", "c", False)
    ]
    answer = await house.calls.ask(asks("c:8"))
    assert (answer.verdict, answer.rule, answer.until) == ("defer", "house.a_talk", now + 60 + 1800)


async def test_a_recording_that_comes_after_the_end_changes_nothing_else(house: House) -> None:
    given, now = (await house.calls.ask(asks())).reservation, house.rig.now
    await house.calls.settle(tells(given, "effective", at=now, talked_until=now + 60, result="answered"))
    house.rig.now += 65
    await house.calls.settle(tells(given, "effective", result="answered", recording="talk-1.wav", ended=False))
    (row,) = await house.rig.rows()
    assert [row[name] for name in ("state", "talked_until", "recording", "open")] == [
        *("effective", now + 60, "talk-1.wav", False)
    ]


async def test_what_was_not_dialled_counts_for_nothing(house: House) -> None:
    for number in range(4):
        answer = await house.calls.ask(asks(f"c:{number}"))
        assert answer.verdict == "allow"
        await house.calls.settle(tells(answer.reservation, "released", result="not_dialled"))
    assert await house.states() == ["released"] * 4


async def test_an_answered_call_does_not_expire_while_it_goes_on(house: House) -> None:
    given = (await house.calls.ask(asks())).reservation
    await house.calls.settle(tells(given, "answered", at=house.rig.now, ended=False))
    house.rig.now += 3600.0
    await house.rig.ledger.expire()
    assert await house.states() == ["answered"]


# nobody can say


def _list_broken(house: House) -> None:
    house.lists.broken = True


def _listed(house: House) -> None:
    house.lists.numbers.add(NUMBER)


def _no_policy(house: House) -> None:
    house.in_force = InForce(trouble="it cannot be read")


def _nobody_looked(house: House) -> None:
    house.looked.clear()


def _away(house: House) -> None:
    class Away:
        async def reserve(self, *args: object) -> None:
            raise LedgerAway("it is not open yet")

    house.ledger = Away()


def _rules_err(house: House) -> None:
    class Errs:
        async def reserve(self, *args: object) -> None:
            raise ZeroDivisionError

    house.ledger = Errs()


@pytest.mark.parametrize(
    ("happens", "verdict", "told"),
    [
        (_listed, "deny", "on the do-not-call list"),
        (_list_broken, "deny", "cannot be read"),
        (_no_policy, "unknown", "no policy is in force"),
        (_nobody_looked, "unknown", "takes too long"),
        (_away, "unknown", "not open yet"),
        (_rules_err, "unknown", "the gate erred: ZeroDivisionError"),
    ],
)
async def test_what_goes_wrong_is_a_no(
    house: House, happens: Callable[[House], None], verdict: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "_PATIENCE_S", 0.5)
    happens(house)
    answer = await house.another().ask(asks())
    assert answer.verdict == verdict
    assert told in answer.why
    assert await house.states() == []


async def test_a_settlement_waits_for_a_ledger_that_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_AGAIN_S", 0.01)
    tries = 0

    class Late:
        async def settle(self, told: Settlement) -> Settled:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise LedgerAway("not yet")
            return Settled("settled", told.state)

    house.ledger = Late()
    await house.another().settle(tells(1, "attempted"))
    assert tries == 3


async def test_one_that_the_ledger_never_takes_is_told_no_more(house: House) -> None:
    await house.calls.settle(tells(99_999, "attempted"))
    given = (await house.calls.ask(asks())).reservation
    await house.calls.settle(tells(given, "attempted", result="x" * 500))


# without scenes


async def test_a_site_without_scenes_has_its_lists_and_reserves_nothing(house: House) -> None:
    scenes = house.in_force.book.scenes
    house.in_force = InForce(governed=house.in_force.governed, trouble="")
    assert scenes
    assert not house.in_force.book.scenes
    answer = await house.calls.ask(asks(scene=""))
    assert (answer.verdict, answer.reservation) == ("allow", None)
    house.lists.numbers.add(NUMBER)
    assert (await house.calls.ask(asks(scene=""))).verdict == "deny"
    assert await house.states() == []
