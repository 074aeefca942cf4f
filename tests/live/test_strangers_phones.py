"""baresip, a softphone that is none of ours, as an agent's phone and as a caller's, on a real Asterisk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline.server.phones import EVERY_S
from switch.asterisk.instance.configuration import control_socket
from switch.asterisk.instance.console import ask_console
from switch.asterisk.instance.installation import Installation
from switch.media_timeout import MediaTimeout
from tests.live.conftest import until
from tests.live.live_site import NUMBER
from tests.live.site_files import AGENT, CALLER, MENU
from tests.live.strangers_site import StrangersSite

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

SECOND = 1000
"""What another agent says, in Hz."""
NOTICED_S = 10.0
"""After so long at most a phone whose network died is noticed, with the settings as they are shipped."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StrangersSite]:
    async with StrangersSite(tmp_path_factory.mktemp("strangers") / "site", installation) as site:
        yield site


async def test_a_phone_that_never_registered_is_not_idle_when_its_agent_signs_in(house: StrangersSite) -> None:
    async def told_at_sign_in() -> bool:
        async with house.session.post("/agents/8001/sign-in") as answer:
            said = await answer.json()
        return (said["state"], said["reason"], said["after"]) == ("offline", "unreachable", "unreachable")

    await until(told_at_sign_in, 5.0, 0.1)  # the accounts come a moment after the controller
    async with house.agents_phone() as phone:
        await phone.registered()
        await house.agent_is("8001", "idle")
    assert await house.post("/agents/8001/sign-out") == 200


@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "opus/48000/1"])
async def test_an_agent_and_a_caller_talk_and_the_caller_hangs_up(house: StrangersSite, codec: str) -> None:
    number = "13900004001"
    async with (
        house.at_work(house.agents_phone(codecs=codec)) as agent,
        house.callers_phone(number, codecs=codec) as caller,
    ):
        await house.talk(caller, agent)
        assert "opus" not in codec or "opus" in agent.log.rpartition("Set audio encoder")[2][:40]
        await caller.do("hangup")
        await agent.told("CALL_CLOSED")
        await house.agent_is("8001", "idle")
        row = await house.row_of(number)
        assert (row["outcome"], row["agent"], row["cause"]) == ("answered", "8001", "normal")


async def test_an_agent_holds_for_longer_than_the_media_timeout(house: StrangersSite) -> None:
    async with house.at_work(house.agents_phone()) as agent, house.callers_phone("13900004002") as caller:
        await house.talk(caller, agent)
        await agent.do("hold")
        await caller.hear_none(AGENT)
        await asyncio.sleep(MediaTimeout().talking_s + 2.0)
        assert (await house.call_of("13900004002") or {})["place"] == "talking"
        await agent.do("resume")
        await caller.hear(AGENT)
        await agent.receives()  # its module that writes what it hears stops at a hold
        await agent.do("hangup")


async def test_an_agent_mutes_for_longer_than_the_media_timeout(house: StrangersSite) -> None:
    async with house.at_work(house.agents_phone()) as agent, house.callers_phone("13900004003") as caller:
        await house.talk(caller, agent)
        await agent.do("mute")
        await caller.hear_none(AGENT)
        await asyncio.sleep(MediaTimeout().talking_s + 2.0)
        await agent.hear(CALLER)
        await agent.do("mute")
        await caller.hear(AGENT)


async def test_the_transfer_key_hands_the_caller_to_another_agent(house: StrangersSite) -> None:
    number = "13900004004"
    async with (
        house.at_work(house.agents_phone()) as agent,
        house.at_work(house.agents_phone("8002", says=SECOND), "8002") as second,
        house.callers_phone(number) as caller,
    ):
        assert await house.post("/agents/8002/pause", reason="break") == 200  # it is not to ring for the queue
        await house.talk(caller, agent)
        assert await house.post("/agents/8002/ready") == 200
        since = len(agent.events)
        await agent.do("transfer", "8002")
        await second.rings()
        await second.accept()
        await second.hear(CALLER)
        await caller.hear(SECOND)
        await agent.told("CALL_CLOSED", since)
        assert not [event for event in agent.events[since:] if event["type"] == "TRANSFER_FAILED"]
        await caller.do("hangup")
        row = await house.row_of(number)
        assert (row["outcome"], row["agent"]) == ("answered", "8002")


async def test_the_transfer_key_of_a_caller_moves_nobody(house: StrangersSite) -> None:
    """It is refused. That the talk goes on then is seen with phones of ours: baresip hangs up when it is told so."""
    number = "13900004011"
    async with (
        house.at_work(house.agents_phone()) as agent,
        house.agents_phone("8002") as target,
        house.callers_phone(number) as caller,
    ):
        await target.registered()
        await house.talk(caller, agent)
        await caller.do("transfer", "8002")
        refused = await caller.told("TRANSFER_FAILED")
        assert refused["param"] == "603 Decline"
        row = await house.row_of(number)
        assert (row["outcome"], row["agent"], row["cause"]) == ("answered", "8001", "normal")
        assert not [event for event in target.events if event["type"] == "CALL_INCOMING"]
        assert not (await house.live())["calls"]


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_network_that_dies_in_a_talk(house: StrangersSite, how: str) -> None:
    number = {"stopped": "13900004005", "killed": "13900004006"}[how]
    since = len(house.log_file.read_bytes())
    async with house.at_work(house.agents_phone()) as agent, house.callers_phone(number) as caller:
        await house.talk(caller, agent)
        died = time.monotonic()
        if how == "stopped":
            agent.stop()
        else:
            await agent.kill()
        await house.in_place(number, "waiting", NOTICED_S + 5.0)
        noticed_s = time.monotonic() - died
        print(f"\na phone that is {how} in a talk: noticed after {noticed_s:.1f} s (must be {NOTICED_S:g})")
        assert noticed_s <= NOTICED_S
        assert house.logged("no audio came", since)
        assert house.logged("talk cut off", since)
        async with house.at_work(house.agents_phone("8002", says=SECOND), "8002") as second:
            await second.rings()
            await second.accept()
            await second.hear(CALLER)
            await caller.hear(SECOND)
            await caller.do("hangup")


@pytest.mark.parametrize(("phone_srtp", "mediaenc"), [("offered", "srtp"), ("required", "srtp-mand"), ("offered", "")])
async def test_encrypted_audio(house: StrangersSite, phone_srtp: str, mediaenc: str) -> None:
    """`tls: {phone_srtp}` of trunks.yaml, by keys in SDP (RFC 4568): for a phone that takes it, one that insists, and
    one that has none. Who insists needs `required`: Asterisk offers plain audio (RTP/AVP) with a key beside it."""
    await house.publish({"dialplans/trunks.yaml": f"tls: {{phone_srtp: {phone_srtp}}}\ntrunks: {{}}\n"}, {})
    optimistic = {"offered": "true", "required": "false"}[phone_srtp]

    async def in_force() -> bool:
        shown = await ask_console(control_socket(house.asterisk.settings), "pjsip show endpoint agent-8001")
        words = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in shown.splitlines()}
        return (words["media_encryption"], words["media_encryption_optimistic"]) == ("sdes", optimistic)

    await until(in_force, 10.0, 0.1)
    settings = f";mediaenc={mediaenc}" if mediaenc else ""
    async with (
        house.at_work(house.agents_phone(settings=settings)) as agent,
        house.callers_phone("13900004008") as caller,
    ):
        await house.talk(caller, agent)
        assert ("SRTP is Enabled" in agent.log) == bool(mediaenc)
        await caller.do("hangup")


async def test_two_phones_on_one_account_are_told_and_the_newest_one_rings(house: StrangersSite) -> None:
    since = len(house.log_file.read_bytes())
    async with house.at_work(house.agents_phone()) as first:
        await asyncio.sleep(2 * EVERY_S)  # it is seen; nobody tells when
        phone = house.phones_of_ours("8001")
        try:
            await phone.register()
            await until(lambda: bool(house.logged("another phone on an account", since)), 10.0)
            (told,) = house.logged("another phone on an account", since)
            assert told["account"] == "8001"
            assert "baresip" in told["before"]
            assert "baresip" not in told["phone"]
            async with house.callers_phone("13900004009") as caller:
                before = len(first.events)
                await caller.dial(NUMBER)
                await caller.hear(MENU)
                await caller.do("sndcode", "1")
                call = await phone.new_calls.get()
                await call.hear_tone(CALLER)
                assert not [event for event in first.events[before:] if event["type"] == "CALL_INCOMING"]
                await caller.do("hangup")
        finally:
            await phone.close()


async def test_a_phone_that_sends_nothing_while_it_is_muted_is_there(house: StrangersSite) -> None:
    """It answers OPTIONS, and the re-INVITE by which it is asked whether it knows of the call."""
    since = len(house.log_file.read_bytes())
    async with house.at_work(house.agents_phone()) as agent, house.callers_phone("13900004010") as caller:
        await house.talk(caller, agent)
        await agent.do("ausrc", "aubridge,nothing")  # no packet goes out any more
        await caller.hear_none(AGENT)
        await asyncio.sleep(2 * MediaTimeout().talking_s + 2.0)
        await agent.hear(CALLER)
        assert (await house.call_of("13900004010") or {})["place"] == "talking"
        assert [told["device"] for told in house.logged("no audio of a phone that answers", since)] == ["8001"]
        await caller.do("hangup")
