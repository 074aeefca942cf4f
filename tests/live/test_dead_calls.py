"""Calls without audio on each real switch: whose time is over, whose is not, and that no setting is passed by."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.causes import Cause
from calls.commands import StartMusic
from calls.events import CallEnded, SwitchBack
from switch.media_timeout import MediaTimeout
from tests.contract.rig import PickUp, Steps
from tests.contract.sip_rig import SipPerson
from tests.live.rigs import SWITCHES, rig_on

pytestmark = pytest.mark.live
on_each_switch = pytest.mark.parametrize("switch", SWITCHES)


def falls_silent(person: object) -> None:
    """No packet of this person arrives any more; what comes to them, and SIP, is as before."""
    assert isinstance(person, SipPerson)
    person._call.say(None)
    person._call.stream.idle = "nothing"


@on_each_switch
async def test_a_waiting_caller_without_audio_ends_in_their_own_time_and_it_is_told(
    switch: str, tmp_path: Path
) -> None:
    async with rig_on(switch, tmp_path, media_timeout=MediaTimeout(waiting_s=3, talking_s=60)) as rig:
        steps = Steps(rig)
        caller = await steps.answered_caller()
        rig.switch.send(StartMusic(caller.leg, steps.attempt()))
        since = time.monotonic()
        falls_silent(caller)
        with capture_logs() as logs:
            assert (await rig.events.ended(caller.leg)).cause is Cause.TIMED_OUT
        assert 2.0 < time.monotonic() - since < 6.0
        assert [line["leg"] for line in logs if line["event"] == "no audio came"] == [caller.leg]


@on_each_switch
async def test_an_agent_ends_before_a_caller_whose_time_is_longer(switch: str, tmp_path: Path) -> None:
    timeout = MediaTimeout(waiting_s=60, talking_s=2)
    async with rig_on(switch, tmp_path, media_timeout=timeout, qualify_s=1) as rig:
        caller, agent, _ = await Steps(rig).talking()
        falls_silent(caller)
        await (await rig.phone("1001", PickUp())).unplug()
        ended = await rig.events.next(CallEnded)
        assert (ended.leg, ended.cause) == (agent.leg, Cause.TIMED_OUT)
        assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


@on_each_switch
async def test_whoever_holds_the_talk_has_the_time_of_holding(switch: str, tmp_path: Path) -> None:
    async with rig_on(switch, tmp_path, media_timeout=MediaTimeout(talking_s=2, hold_s=6)) as rig:
        _caller, agent, _ = await Steps(rig).talking()
        assert isinstance(agent, SipPerson)
        await agent._call.hold()
        falls_silent(agent)
        await asyncio.sleep(4.0)
        assert not rig.events.of(CallEnded), "on hold, and not gone"
        assert (await rig.events.ended(agent.leg)).cause is Cause.TIMED_OUT


@on_each_switch
async def test_a_phone_that_speaks_and_one_that_is_muted_with_packets_stay(switch: str, tmp_path: Path) -> None:
    async with rig_on(switch, tmp_path, media_timeout=MediaTimeout(waiting_s=2, talking_s=2)) as rig:
        caller, agent, _ = await Steps(rig).talking()
        caller.speak()
        agent.hush()  # silent packets
        await asyncio.sleep(4.0)
        assert not rig.events.of(CallEnded)
        await agent.hears("caller")


async def test_a_phone_that_sends_nothing_and_answers_sip_is_there(tmp_path: Path) -> None:
    """On Asterisk: one that sends no packets while it is muted, for many times the time of talking."""
    async with rig_on("asterisk", tmp_path, media_timeout=MediaTimeout(talking_s=2), qualify_s=1) as rig:
        caller, agent, _ = await Steps(rig).talking()
        caller.speak()
        with capture_logs() as logs:
            falls_silent(agent)
            await asyncio.sleep(9.0)
        assert not rig.events.of(CallEnded)
        assert [line["leg"] for line in logs if line["event"] == "no audio of a phone that answers"] == [agent.leg]
        await agent.hears("caller")
        agent.speak()
        await caller.hears("agent")


async def test_a_phone_that_started_anew_in_a_talk_knows_nothing_of_it(tmp_path: Path) -> None:
    """It answers SIP, and has a new registration; to a request within the call it says 481."""
    async with rig_on("asterisk", tmp_path, media_timeout=MediaTimeout(talking_s=2), qualify_s=1) as rig:
        caller, agent, _ = await Steps(rig).talking()
        await (await rig.phone("1001", PickUp())).restart()
        assert (await rig.events.ended(agent.leg, within_s=6.0)).cause is Cause.TIMED_OUT
        assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


async def test_a_phone_is_asked_for_the_muted_s_of_the_setting_at_most(tmp_path: Path) -> None:
    async with rig_on("asterisk", tmp_path, media_timeout=MediaTimeout(talking_s=2, muted_s=5), qualify_s=1) as rig:
        _, agent, _ = await Steps(rig).talking()
        since = time.monotonic()
        falls_silent(agent)
        assert (await rig.events.ended(agent.leg, within_s=9.0)).cause is Cause.TIMED_OUT
        assert time.monotonic() - since > 4.0


@on_each_switch
async def test_the_controllers_settings_hold_from_the_next_call_on_and_after_a_restart(
    switch: str, tmp_path: Path
) -> None:
    """As hotline.yaml has them: written with the accounts while it runs, and kept where its start names none."""
    async with rig_on(switch, tmp_path) as rig:
        steps = Steps(rig)
        await rig.set_accounts(("1001",), MediaTimeout(waiting_s=2, talking_s=3))
        for restarted in (False, True):
            if restarted:
                await rig.restart_switch()
                await rig.events.next(SwitchBack, lambda event: event.restarted)
            caller = await steps.answered_caller()
            falls_silent(caller)
            assert (await rig.events.ended(caller.leg, within_s=6.0)).cause is Cause.TIMED_OUT, restarted


@on_each_switch
async def test_a_phone_that_is_pulled_out_gives_the_other_side_back(switch: str, tmp_path: Path) -> None:
    async with rig_on(switch, tmp_path, media_timeout=MediaTimeout(talking_s=2), qualify_s=1) as rig:
        caller, agent, _ = await Steps(rig).talking()
        await (await rig.phone("1001", PickUp())).unplug()
        assert (await rig.events.ended(agent.leg, within_s=6.0)).cause is Cause.TIMED_OUT
        assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]
