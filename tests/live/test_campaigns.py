"""Campaigns on a real switch: answers to agents, results by SIP answer, the message of the law, refusals, kills."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
import pytest_asyncio

from phones.agent_phone import Answer, LetRing, Reject
from phones.audio import tone
from switch.asterisk import call_records
from switch.asterisk.instance.installation import Installation
from switch.freeswitch.instance.installation import locate
from tests.live.campaign_site import SAFE_HARBOUR, SHOWN, CampaignSite
from tests.live.conftest import until
from tests.live.freeswitch import NAMED
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.gateway import Gateway
from tests.live.site_files import AGENT, CALLER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

TALK, UNSERVED, RESULTS, REFUSAL, AGAIN = "talk", "unserved", "results", "refusal", "again"
MEANWHILE, KILLED, MANY, MANY_KILLED = "meanwhile", "killed", "many", "many_killed"
"""Campaigns, each with a list and a scene of its name."""
MANY_CALLS = 200


def numbers(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"1390001{first + one:04d}" for one in range(count))


PEOPLE = {
    TALK: numbers(1000, 1),
    UNSERVED: numbers(1100, 1),
    RESULTS: numbers(1200, 4),
    REFUSAL: numbers(1300, 1),
    AGAIN: numbers(1300, 1),
    KILLED: numbers(1400, 12),
    MEANWHILE: numbers(1500, 1),
    MANY: numbers(2000, MANY_CALLS),
    MANY_KILLED: numbers(3000, MANY_CALLS),
}


class House(CampaignSite):
    agents = ("8001", "8002", *(f"80{number}" for number in range(11, 15)))
    people = PEOPLE
    call_records = True
    changes: ClassVar = {
        name: {"disposition_required": False, "retry": {"tries": 1}, "at_once": at_once}
        for name, at_once in ((MEANWHILE, 5), (KILLED, 5), (MANY, 12), (MANY_KILLED, 12))
    }
    changes[MEANWHILE]["patience"] = "30 s"  # its controller has just started, on a busy machine


class HouseOnFreeSwitch(House, FreeSwitchSite):
    """The same with another switch under it."""


SWITCHES = ["asterisk", *(["freeswitch"] if NAMED or locate() else [])]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(
    request: pytest.FixtureRequest, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    kind = House if request.param == "asterisk" else HouseOnFreeSwitch
    site = kind(tmp_path_factory.mktemp("campaigns"), installation)
    site.carrier = await Gateway.at("127.0.0.2")
    try:
        async with site:
            yield site
    finally:
        site.carrier.close()


async def test_an_agent_hears_who_answers_within_two_seconds_and_says_what_came_of_it(house: House) -> None:
    (number,) = PEOPLE[TALK]
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone,
        house.person(number, lambda call: Answer(0.5, clip=tone(CALLER, 1.0))) as person,
    ):
        await house.order(TALK)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        assert "answer-after=0" in (ringing.headers.get("call-info") or ""), "the phone picks up by itself"
        heard_at = await ringing.hear_tone(CALLER)
        answered_at = called.facts.answered_at
        assert answered_at is not None
        assert heard_at - answered_at < 2.0
        await called.hear_tone(AGENT)
        await called.hang_up()
        await house.agent_is("8001", "wrap_up")
        await phone.dial("*671")
        await house.agent_is("8001", "idle")
        (row,) = await house.tried(TALK, said="promise")
    assert (row["number"], row["result"], row["disposition"], row["agent"]) == (
        f"+86{number}",
        "talked",
        "promise",
        "8001",
    )
    assert house.rows("SELECT direction, outcome FROM calls WHERE call = ?", row["call"]) == [("out", "answered")]
    assert house.states(TALK) == {"reached": 1}
    await until(lambda: ledger_state(house, number) == "effective")


def ledger_state(house: House, number: str) -> str:
    """The state of the newest attempt to this number, straight from the ledger's file."""
    with contextlib.closing(sqlite3.connect(f"file:{house.site.state / 'ledger.db'}?mode=ro", uri=True)) as ledger:
        query = "SELECT state FROM attempts WHERE number = ? ORDER BY id DESC LIMIT 1"
        return str(ledger.execute(query, (f"+86{number}",)).fetchone()[0])


async def test_somebody_for_whom_nobody_is_there_hears_who_called(house: House) -> None:
    (number,) = PEOPLE[UNSERVED]
    async with (
        house.signed_in("8001", lambda call: LetRing()),
        house.person(number, lambda call: Answer(0.2)) as person,
    ):
        await house.order(UNSERVED)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        heard_at = await called.hear_tone(SAFE_HARBOUR)
        assert called.facts.answered_at is not None
        assert 2.0 <= heard_at - called.facts.answered_at < 3.5
        await called.ended(10.0)
        (row,) = await house.tried(UNSERVED)
    assert (row["result"], row["abandoned"]) == ("abandoned", 1)
    await until(lambda: ledger_state(house, number) == "abandoned")
    await house.order(UNSERVED, "stop")


async def test_each_sip_answer_is_its_result(house: House) -> None:
    busy, invalid, declined, silent = PEOPLE[RESULTS]
    reactions = {busy: Reject(486), invalid: Reject(404), declined: Reject(603), silent: LetRing()}
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(house.signed_in("8001", lambda call: Answer()))
        for number, reaction in reactions.items():
            await stack.enter_async_context(house.person(number, lambda call, one=reaction: one))
        await house.order(RESULTS)
        rows = await house.tried(RESULTS, 4)
    found = {row["number"].removeprefix("+86"): row["result"] for row in rows}
    assert found == {busy: "busy", invalid: "invalid_number", declined: "rejected", silent: "no_answer"}
    await house.order(RESULTS, "stop")
    assert house.states(RESULTS) == {"due": 3, "spent": 1}


async def test_who_refuses_is_called_no_more_by_any_campaign(house: House) -> None:
    (number,) = PEOPLE[REFUSAL]
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone,
        house.person(number, lambda call: Answer(0.2, clip=tone(CALLER, 1.0))) as person,
    ):
        await house.order(REFUSAL)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await called.hear_tone(AGENT)
        await called.hang_up()
        await house.agent_is("8001", "wrap_up")
        await phone.dial("*679")
        await house.agent_is("8001", "idle")
        (row,) = await house.tried(REFUSAL, said="complaint")
        assert row["disposition"] == "complaint"
        await house.order(AGAIN)
        (row,) = await house.tried(AGAIN)
        assert row["verdict"] == "deny"
        assert person.new_calls.empty()
    assert house.states(REFUSAL) == {"refused": 1}
    assert house.states(AGAIN) == {"denied": 1}


def assert_each_once(house: House, name: str, rung: list[str], *, in_doubt: bool) -> None:
    """The network has each call once. `in_doubt`: of a call that was ordered as its controller was killed nobody knows
    whether it was placed; its try has failed, and it is not placed again."""
    assert len(rung) == len(set(rung)), "nobody twice"
    unplaced = {f"+86{number}" for number in PEOPLE[name]} - {f"+86{number}" for number in rung}
    assert in_doubt or not unplaced
    assert {row["number"]: row["result"] for row in house.tries(name) if row["number"] in unplaced} == dict.fromkeys(
        unplaced, "failed"
    )


async def test_a_contact_who_answers_without_a_controller_talks_to_an_agent_by_the_next(house: House) -> None:
    (number,) = PEOPLE[MEANWHILE]
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone,
        house.person(number, lambda call: LetRing()) as person,
    ):
        await house.order(MEANWHILE)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await house.stop_controller(signal.SIGKILL)
        called.answer(tone(CALLER, 1.0))
        await called.answered()
        await house.start_controller()
        await called.hear_tone(AGENT, 20.0)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        await called.hang_up()
        (row,) = await house.tried(MEANWHILE)
    assert (row["number"], row["result"], row["agent"]) == (f"+86{number}", "talked", "8001")


async def test_a_controller_killed_again_and_again_dials_each_once_and_loses_nobody(house: House) -> None:
    rung: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        for agent in ("8001", "8002"):
            await stack.enter_async_context(house.signed_in(agent, lambda call: Answer(clip=tone(AGENT, 1.0))))
        for number in PEOPLE[KILLED]:

            def rings(call: object, number: str = number) -> Answer:
                rung.append(number)
                return Answer(0.3, talk_s=1.0, clip=tone(CALLER, 1.0))

            await stack.enter_async_context(house.person(number, rings))
        await house.order(KILLED)
        for count in (2, 5, 8):
            await until(lambda count=count: len(rung) >= count, 60.0)
            await house.stop_controller(signal.SIGKILL)
            await house.start_controller()
        await house.over(KILLED, 12, 60.0)
    assert_each_once(house, KILLED, rung, in_doubt=True)
    assert len({row["number"] for row in house.tries(KILLED)}) == 12


@pytest.mark.timeout(360)  # a ledger that answers late puts somebody off for a minute
@pytest.mark.parametrize(("name", "kills"), [(MANY, ()), (MANY_KILLED, (60, 120))], ids=["undisturbed", "killed"])
async def test_two_hundred_contacts_the_network_the_report_and_the_ledger_agree(
    house: House, name: str, kills: tuple[int, ...]
) -> None:
    people = PEOPLE[name]
    rung: list[str] = []
    back_at: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        for agent in house.agents:
            await stack.enter_async_context(house.signed_in(agent, lambda call: Answer(clip=tone(AGENT, 1.0))))
        for place, number in enumerate(people):

            def rings(call: object, number: str = number, place: int = place) -> Answer | Reject:
                rung.append(number)
                return Answer(0.1, talk_s=0.4) if place % 3 else Reject(486, 0.1)

            await stack.enter_async_context(house.person(number, rings))
        await house.order(name)
        for count in kills:
            await until(lambda count=count: len(rung) >= count, 60.0)
            await house.stop_controller(signal.SIGKILL)
            await house.start_controller()
            back_at.append(time.time())
        await house.over(name, len(people), 200.0)
        await house.nobody_left()
    assert_each_once(house, name, rung, in_doubt=bool(kills))
    busy = people[::3]
    query = "SELECT call, caller FROM calls WHERE direction = 'out' AND call LIKE ?"
    called = {leg_of(call): number for call, number in house.rows(query, f"%contact-{name}-%")}
    assert len(called) == len(people), "and so have the calls of the house"
    async with house.session.get(f"/campaigns/{name}/report") as answer:
        report = await answer.json()
    assert (report["dialled"], report["double_dialled"]) == (len(people), 0)
    await until(lambda: "reserved" not in [ledger_state(house, number) for number in people])
    states = [ledger_state(house, number) for number in people]
    answered = len(people) - states.count("attempted")
    assert report["answered"] == answered
    assert report["abandoned"] == states.count("abandoned")
    assert report["effective"] == states.count("effective")
    if not isinstance(house, FreeSwitchSite):
        await assert_as_asterisk_recorded(house, name, called, rung, back_at)
    if not kills:
        assert report["results"]["busy"] == states.count("attempted") == len(busy)


def leg_of(call: str) -> str:
    """The leg's id as its switch has it."""
    return call.rpartition("@")[2]


async def assert_as_asterisk_recorded(
    house: House, name: str, called: dict[str, str], rung: list[str], back_at: list[float]
) -> None:
    """Asterisk's own records have each call that the network has, and no other; and of each whether it was answered,
    as the ledger has it. A call that ended in the second in which a controller came back may be unknown to it."""

    def recorded() -> dict[str, list[call_records.CallRecord]]:
        found: dict[str, list[call_records.CallRecord]] = {}
        for record in call_records.read(house.asterisk.settings.call_record_file):
            if record.leg.startswith(f"contact-{name}-"):
                found.setdefault(record.leg, []).append(record)
        return found

    with contextlib.suppress(TimeoutError):  # a record is written a moment after its leg's end
        await until(lambda: len(recorded()) >= len(set(rung)))
    assert {called[leg].removeprefix("+86") for leg in recorded()} == set(rung)
    for leg, records in recorded().items():
        answered = any(record.answered_s is not None for record in records)
        known = ledger_state(house, called[leg].removeprefix("+86")) != "attempted"
        unheard = any(-2.0 < records[-1].ended_at - at < 1.0 for at in back_at)
        assert answered == known or (answered and unheard), (records, called[leg])
        assert {record.caller for record in records} == {SHOWN.removeprefix("+86")}
