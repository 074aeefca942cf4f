"""Every call of the house to a number outside passes the gate, on each real switch with a real ledger: what is denied
is not dialled and is told to whoever asked, what is allowed is dialled once and settled."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import yaml

from hotline.governing import approving
from phones.agent_phone import AgentPhone, LetRing, Reject
from phones.audio import tone
from phones.caller import OutgoingCall
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.governed_site import (
    BUSY,
    CALLBACKS,
    KEPT,
    LISTED,
    MENU,
    NO_ANSWER,
    NOT_KEPT,
    OFFER,
    REFUSED,
    SCENES,
    SHOWN,
    THIRD,
    GovernedSite,
    dial,
    governed,
)
from tests.live.network import failed, outside, says
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, CALLER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(
    request: pytest.FixtureRequest, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GovernedSite]:
    async with governed(request.param, tmp_path_factory.mktemp("governed"), installation) as site:
        yield site


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _nobody_of_the_test_before(house: GovernedSite) -> AsyncIterator[None]:
    house.carrier.calls_per_invite.clear()
    yield
    await house.clear()


# agents


async def test_what_an_agent_dials_is_reserved_dialled_and_settled(house: GovernedSite) -> None:
    number = "13900008001"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: says(CALLER)) as other,
    ):
        call = await phone.dial(number, tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        assert ringing.facts.from_user == SHOWN.removeprefix("+86"), (
            "a number of the scene's pool, as the trunk writes it"
        )
        await call.answered()
        await call.hear_tone(CALLER)
        await until(lambda: [row[1] for row in house.attempts(number)] == ["answered"])
        await ringing.hang_up()
        await call.ended(5.0)
    await house.settled(number, ("by_hand", "effective", "answered"))
    (row,) = house.attempts(number)
    assert row[3:] == ("8001", SHOWN, "")


@pytest.mark.parametrize(
    ("number", "on_ring", "sound", "result"),
    [("13900008002", LetRing(), NO_ANSWER, "no_answer"), ("13900008003", Reject(486, 0.2), BUSY, "busy")],
    ids=["nobody answers", "busy"],
)
async def test_a_try_is_an_attempt(house: GovernedSite, number: str, on_ring: Any, sound: int, result: str) -> None:
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: on_ring),
    ):
        began = time.monotonic()
        call = await phone.dial(number)
        await call.hear_tone(sound, 20.0)
        assert time.monotonic() - began < 12.0, "the scene lets it ring for five seconds, outgoing.yaml for thirty"
        await failed(call)
    await house.settled(number, ("by_hand", "attempted", result))


async def test_what_may_not_be_dialled_is_heard_by_the_agent_and_meets_no_trunk(house: GovernedSite) -> None:
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        await asyncio.to_thread(approving.withdraw, house.site, ["by_hand"], "zhao.min", "complaint 4711")
        await _stands(house, "by_hand", may_call=False)
        call = await phone.dial("13900008004")
        await call.hear_tone(REFUSED)
        assert await failed(call) in (403, 603)
        await asyncio.to_thread(house.approve)
        await _stands(house, "by_hand", may_call=True)
    (told,) = house.logged("agent's call refused", since)
    assert "governor.scene: the scene may not call: its approval was withdrawn" in told["detail"]
    assert house.carrier.calls_per_invite == []
    assert house.attempts("13900008004") == []


async def _stands(house: GovernedSite, scene: str, may_call: bool) -> None:
    """Return once the controller has taken it up."""

    async def so() -> bool:
        async with house.session.get("/govern/scenes") as answer:
            return any(one["scene"] == scene and one["may_call"] is may_call for one in await answer.json())

    await until(so, 10.0)


async def test_a_click_is_refused_with_the_rule_and_until_when(house: GovernedSite) -> None:
    number = "13900008005"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: says(CALLER)) as other,
    ):
        assert (await dial(house, number=number, scene="offer"))[0] == 202
        own = await asyncio.wait_for(phone.new_calls.get(), 10.0)
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await own.hear_tone(CALLER)
        await own.hang_up()
        await ringing.ended(5.0)
        await house.settled(number, ("offer", "effective", "answered"))
        status, told = await dial(house, number=number, scene="offer")
        assert status == 403
        assert "house.a_day" in told
        assert "[article 12]; from 20" in told
        assert number not in told
        assert (await dial(house, number=LISTED))[0] == 403
        assert (await dial(house, number=number, scene="ofer"))[0] == 422
        assert phone.new_calls.empty(), "no phone rings for it"
    assert len(house.attempts(number)) == 1


async def test_an_emergency_number_is_called_though_nobody_can_decide(house: GovernedSite) -> None:
    await asyncio.to_thread(approving.withdraw, house.site, ["*"], "zhao.min", "an outage")
    try:
        async with (
            house.signed_in("8001", lambda call: says(AGENT)) as phone,
            outside(house.carrier, "110", lambda call: says(CALLER)) as other,
        ):
            call = await phone.dial("110", tone(AGENT, 1.0))
            ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
            await call.hear_tone(CALLER)
            await ringing.hang_up()
            await call.ended(5.0)
    finally:
        await asyncio.to_thread(house.approve)


# callbacks


async def _books(house: GovernedSite, caller: str) -> OutgoingCall:
    """A caller who takes the callback that is offered."""
    call = await house.dial(caller)
    await call.hear_tone(MENU)
    await call.press("1")
    await call.hear_tone(OFFER, timeout_s=15.0)
    await call.press("1")
    await call.hear_speech()
    await call.press("1")
    return call


async def test_a_callback_is_reserved_once_the_agent_has_accepted_and_settled_after(house: GovernedSite) -> None:
    caller = "13900008101"
    async with outside(house.carrier, caller, lambda call: says(CALLER)) as theirs:
        call = await _books(house, caller)
        await call.hear_tone(KEPT)
        await call.ended(timeout_s=10.0)
        assert house.attempts(caller) == [], "a booking reserves nothing"
        async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await asyncio.sleep(1.0)
            await ringing.press("1")
            dialled = await asyncio.wait_for(theirs.new_calls.get(), 10.0)
            await dialled.hear_tone(AGENT)
            await ringing.hear_tone(CALLER)
            await dialled.hang_up()
            await ringing.ended(5.0)
    await house.settled(caller, ("call_back", "effective", "answered"))
    await until(lambda: house.attempts(caller)[0][5].endswith(".wav"))  # the scene wants it, and the queue does not
    kind = "SELECT kind FROM recordings WHERE path = ?"
    await until(lambda: house.rows(kind, house.attempts(caller)[0][5]) == [("talk",)])


async def test_who_is_called_back_and_answers_without_a_controller_is_connected_by_the_next(
    house: GovernedSite,
) -> None:
    caller = "13900008102"
    async with outside(house.carrier, caller, lambda call: LetRing()) as theirs:
        call = await _books(house, caller)
        await call.hear_tone(KEPT)
        await call.ended(timeout_s=10.0)
        async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await asyncio.sleep(1.0)
            await ringing.press("1")
            dialled = await asyncio.wait_for(theirs.new_calls.get(), 10.0)
            await house.stop_controller(signal.SIGKILL)
            dialled.answer(tone(CALLER, 1.0))
            await dialled.answered()
            await house.start_controller()
            await dialled.hear_tone(AGENT, 20.0)
            await ringing.hear_tone(CALLER)
            await dialled.hang_up()
            await ringing.ended(5.0)
    await house.settled(caller, ("call_back", "effective", "answered"))


async def test_an_agent_who_picks_up_without_a_controller_gets_the_caller_by_the_next(house: GovernedSite) -> None:
    async with house.signed_in("8001", lambda call: LetRing()) as phone:
        call = await house.dial("13900008103")
        await call.hear_tone(MENU)
        await call.press("1")
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await house.stop_controller(signal.SIGKILL)
        ringing.answer(tone(AGENT, 1.0))
        await ringing.answered()
        await house.start_controller()
        await call.hear_tone(AGENT, 20.0)
        await ringing.hear_tone(CALLER)
        await call.hang_up()
        await ringing.ended(5.0)
    assert (await house.row_of("13900008103"))["outcome"] == "answered"


async def test_a_callback_of_who_is_on_a_list_is_not_even_promised(house: GovernedSite) -> None:
    since = house.log_file.stat().st_size
    call = await _books(house, LISTED)
    await call.hear_tone(NOT_KEPT)
    assert house.logged("callback refused", since)[0]["detail"] == "on the do-not-call list"
    await call.hang_up()
    assert house.attempts(LISTED) == []


async def test_a_callback_outside_of_the_scenes_hours_keeps_its_place_and_rings_nobody(house: GovernedSite) -> None:
    """They begin on another day: the booking is kept until it expires, and no agent is asked before."""
    caller, since = "13900008104", house.log_file.stat().st_size
    closed = f"never: {{zone: Asia/Shanghai, week: {{{_another_day()}: 09:00-10:00}}}}\n"
    scenes = {"scenes": {**SCENES["scenes"], "call_back": {**SCENES["scenes"]["call_back"], "hours": "never"}}}
    files = {
        "dialplans/hours.yaml": closed,
        "dialplans/scenes/house.yaml": yaml.safe_dump(scenes),
        "dialplans/queues.yaml": CALLBACKS.replace("expires_s: 120", "expires_s: 20"),
    }
    await house.publish(files, {})
    await _stands(house, "call_back", may_call=True)
    try:
        call = await _books(house, caller)
        await call.hear_tone(KEPT)
        await call.ended(timeout_s=10.0)
        async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
            await until(lambda: bool(house.logged("callback postponed", since)), 10.0)
            await asyncio.sleep(2.0)
            assert phone.new_calls.empty()
        assert (await house.in_place(caller, "booked"))["agent"] is None
        assert house.attempts(caller) == []
        row = house.rows("SELECT outcome, detail FROM callbacks WHERE number = ?", f"+86{caller}")
        assert row == [("booked", "the gate has put it off")]
        await until(lambda: bool(house.logged("callback given up", since)), 30.0)
        assert house.logged("callback given up", since)[0]["detail"].startswith("expired")
    finally:
        before = {"dialplans/scenes/house.yaml": yaml.safe_dump(SCENES), "dialplans/queues.yaml": CALLBACKS}
        await house.publish(before, {})
        await _stands(house, "call_back", may_call=True)


def _another_day() -> str:
    """A weekday that is neither today nor tomorrow."""
    return time.strftime("%a", time.localtime(time.time() + 3 * 86_400)).lower()


# transfers


async def _talk(house: GovernedSite, phone: AgentPhone, caller: str) -> tuple[OutgoingCall, Any]:
    call = await house.dial(caller)
    await call.hear_tone(MENU)
    await call.press("1")
    ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
    await call.hear_tone(AGENT)
    await house.in_place(caller, "talking")
    return call, ringing


@pytest.mark.parametrize("kind", ["transfer", "consultation"])
async def test_whoever_is_not_handed_on_still_has_the_agent(house: GovernedSite, kind: str) -> None:
    caller = "13900008201"
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        call, ringing = await _talk(house, phone, caller)
        name = (await house.in_place(caller, "talking"))["call"]
        assert await house.post(f"/calls/{name}/{kind}", to=LISTED) == 202
        await until(lambda: house.rows("SELECT outcome FROM transfers WHERE call = ?", name) == [("refused",)])
        asked = time.monotonic()
        await call.hear_tone(AGENT, after=asked)
        await ringing.hear_tone(CALLER, after=asked)
        await call.hang_up()
        await ringing.ended(5.0)
    assert house.rows("SELECT detail FROM transfers WHERE call = ?", name) == [("on the do-not-call list",)]
    assert house.carrier.calls_per_invite == []


async def test_a_caller_is_handed_on_outside_and_it_is_settled(house: GovernedSite) -> None:
    caller, number = "13900008202", "13900008203"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: says(THIRD)) as other,
    ):
        call, ringing = await _talk(house, phone, caller)
        name = (await house.in_place(caller, "talking"))["call"]
        assert await house.post(f"/calls/{name}/transfer", to=number) == 202
        theirs = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await ringing.ended(5.0)
        await call.hear_tone(THIRD)
        await theirs.hear_tone(CALLER)
        await call.hang_up()
        await theirs.ended(5.0)
    await house.settled(number, ("handed_on", "effective", "answered"))
