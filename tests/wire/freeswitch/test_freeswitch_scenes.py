"""The whole port on FreeSWITCH, as scenes: over recorded conversations always, over a real switch when there is one.

Each scene was recorded from a real FreeSWITCH 1.10.12 with real phones and audio.
"""

import asyncio

import pytest

from calls import commands as do
from calls import events as was
from calls.causes import Cause, DeviceState, Outcome
from calls.ids import AttemptId
from phones.agent_phone import Answer, LetRing, Reject
from tests.wire.freeswitch.exchange import (
    LIVE,
    MUSIC_HZ,
    Exchange,
    clip,
    live_exchange,
    loud_tones,
    recorded_exchange,
)
from tests.wire.freeswitch.staging import SCENES, agent_up, answered, bridged, gone, leg_id, scene

pytestmark = pytest.mark.live if LIVE else pytest.mark.wire


@scene
async def first_call(x: Exchange) -> None:
    """Arrive, answer, music, a prompt cut short by a key, the next prompt, a missing one, the caller hangs up."""
    caller = await x.caller("95588", 'Zoë "王" %0AHangup-Cause: X')
    arrived = await x.events.next(was.CallArrived)
    assert (arrived.caller, arrived.called, arrived.device) == ("13800138000", "95588", None)
    assert arrived.caller_name == 'Zoë "王"  Hangup-Cause: X'
    leg = arrived.leg
    x.switch.send(do.EarlyMedia(leg, AttemptId("early")))
    await x.events.next(was.CommandDone, attempt="early")
    x.switch.send(do.Answer(leg, AttemptId("answer")))
    await x.events.next(was.CallAnswered, attempt="answer")
    x.switch.send(do.StartMusic(leg, AttemptId("music")))
    await x.events.next(was.CommandDone, attempt="music")
    await caller.hears(MUSIC_HZ)
    x.switch.send(do.Play(leg, AttemptId("greet"), (do.Clip(clip(400, 4)),)))
    await caller.hears(400)
    await caller.press("1")
    await x.events.next(was.DigitPressed, digit="1")
    x.switch.send(do.Stop(leg, AttemptId("greet")))
    x.switch.send(do.Play(leg, AttemptId("next"), (do.Clip(clip(700, 0.3)), do.Clip(clip(500, 0.3)))))
    assert (await x.events.next(was.PlaybackFinished, attempt="greet")).outcome is Outcome.STOPPED
    await caller.hears(500)
    assert (await x.events.next(was.PlaybackFinished, attempt="next")).outcome is Outcome.FINISHED
    await caller.hears(MUSIC_HZ)
    x.switch.send(do.Play(leg, AttemptId("missing"), (do.Clip("/nowhere"),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="missing")).outcome is Outcome.FAILED
    x.switch.send(do.StopMusic(leg, AttemptId("quiet")))
    await x.events.next(was.CommandDone, attempt="quiet")
    await caller.hears_nothing(0.3)
    await caller.hang_up()
    assert (await x.events.next(was.CallEnded)).cause is Cause.NORMAL
    assert x.events.all[-1] == was.CallEnded(leg, Cause.NORMAL, "NORMAL_CLEARING")


@scene
async def a_prompt_dies_with_its_caller(x: Exchange) -> None:
    """Every open order has its outcome before the leg's last event; orders to a dead leg have theirs too."""
    leg, caller = await answered(x)
    x.switch.send(do.Play(leg, AttemptId("greet"), (do.Clip(clip(400, 4)),)))
    x.switch.send(do.Play(leg, AttemptId("second"), (do.Clip(clip(400, 4)),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="greet")).outcome is Outcome.STOPPED
    await caller.hears(400)
    await caller.hang_up()
    finished = await x.events.next(was.PlaybackFinished, attempt="second")
    ended = await x.events.next(was.CallEnded, leg=leg)
    assert x.events.all.index(finished) < x.events.all.index(ended)
    x.switch.send(do.Play(leg, AttemptId("late"), (do.Clip(clip(400, 4)),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="late")).outcome is Outcome.FAILED
    x.switch.send(do.StartMusic(leg, AttemptId("music")))
    assert (await x.events.next(was.CommandFailed, attempt="music")).reason == "leg_gone"
    x.switch.send(do.HangUp(leg))
    assert (await x.events.next(was.CallEnded, leg=leg)).cause is Cause.LOST


@scene
async def voicemail(x: Exchange) -> None:
    """Recorded until a key; then until silence; then stopped."""
    leg, caller = await answered(x)
    x.switch.send(do.Record(leg, AttemptId("message"), "mail/one", 20.0, 0.0, "#", beep=True))
    await caller.hears(1000)
    await caller.says(700)
    await asyncio.sleep(1.0 if x.live else 0)
    await caller.press("#")
    recorded = await x.events.next(was.RecordingFinished, attempt="message")
    assert (recorded.outcome, recorded.ended_by) == (Outcome.FINISHED, "digit")
    assert recorded.path.endswith("/mail/one.wav")
    assert 0.5 < recorded.duration_s < 3
    x.switch.send(do.Record(leg, AttemptId("pause"), "mail/two", 20.0, 1.0, "", beep=False))
    await asyncio.sleep(0.5 if x.live else 0)
    await caller.says(None)
    assert (await x.events.next(was.RecordingFinished, attempt="pause")).ended_by == "silence"
    x.switch.send(do.Record(leg, AttemptId("stop"), "mail/three", 20.0, beep=False))
    await asyncio.sleep(0.5)
    x.switch.send(do.Stop(leg, AttemptId("stop")))
    assert (await x.events.next(was.RecordingFinished, attempt="stop")).ended_by == "stopped"
    await gone(x, leg, Cause.NORMAL)


@scene
async def a_talk(x: Exchange) -> None:
    """The agent is called, both talk and are recorded, a secret is muted, the agent hangs up, the caller is kept."""
    await x.agent("1001", lambda call: Answer(0.2))
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)
    leg, caller = await answered(x)
    x.switch.send(do.StartMusic(leg, AttemptId("music")))
    agent = await agent_up(x, 1, "1001")
    await bridged(x, "talk", leg, agent, "talks/one")
    phone = await x.agents_call("1001")
    await phone.says(600)
    await caller.says(800)
    await caller.hears(600)
    await phone.hears(800)
    await caller.press("5")
    await x.events.next(was.DigitPressed, leg=leg, digit="5")
    await asyncio.sleep(0.5 if x.live else 0)
    x.switch.send(do.MuteRecording(AttemptId("mute"), AttemptId("talk"), True))
    await x.events.next(was.CommandDone, attempt="mute")
    await asyncio.sleep(0.5 if x.live else 0)
    x.switch.send(do.MuteRecording(AttemptId("sound"), AttemptId("talk"), False))
    await x.events.next(was.CommandDone, attempt="sound")
    live = {found.leg: found for found in await x.switch.calls()}
    assert live[leg].bridged_with == agent
    assert live[agent].bridge == "talk"
    await phone.hang_up()
    assert (await x.events.next(was.Unbridged)).survivors == (leg,)
    assert (await x.events.next(was.CallEnded)).leg == agent
    recorded = await x.events.next(was.RecordingFinished, attempt="talk")
    assert recorded.leg == leg
    assert recorded.path.endswith("/talks/one.wav")
    if x.live:
        left, right = loud_tones(recorded.path)
        assert left.count(800.0) >= 4
        assert right.count(600.0) >= 4
        muted = [both == (0.0, 0.0) for both in zip(left, right, strict=True)]
        assert sum(muted) >= 4
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.RINGING)
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.BUSY)
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)
    x.switch.send(do.StartMusic(leg, AttemptId("more music")))
    await caller.hears(MUSIC_HZ)
    await gone(x, leg, Cause.NORMAL)


@scene
async def a_miss_and_the_next_agent(x: Exchange) -> None:
    """An agent who does not answer in time, one who is busy, one who is not there, one who declines; then a talk."""
    await x.agent("1001", lambda call: LetRing())
    await x.agent("1002", lambda call: Reject(486))
    leg, caller = await answered(x)
    x.switch.send(do.StartMusic(leg, AttemptId("music")))
    for number, (to, cause) in enumerate(
        [
            ("phone:1001", Cause.NO_ANSWER),
            ("phone:1002", Cause.BUSY),
            ("phone:1003", Cause.UNREACHABLE),
            ("phone:a b", Cause.FAILED),
        ],
        1,
    ):
        x.switch.send(do.Originate(leg_id(number), AttemptId(f"offer-{number}"), to, "95588", "front", 0.7))
        assert (await x.events.next(was.CallEnded, leg=leg_id(number))).cause is cause
    await x.agent("1003", lambda call: Answer(0.1))
    await x.events.next(was.AgentDeviceChanged, device="1003", state=DeviceState.IDLE)
    agent = await agent_up(x, 5, "1003")
    await bridged(x, "talk", leg, agent)
    phone = await x.agents_call("1003")
    await caller.says(800)
    await phone.hears(800)
    await caller.hang_up()
    assert (await x.events.next(was.Unbridged)).survivors == (agent,)
    await gone(x, agent, Cause.NORMAL)


@scene
async def a_cancelled_offer(x: Exchange) -> None:
    """Withdrawn at once, before the switch has a channel for it; and withdrawn while it rings."""
    await x.agent("1001", lambda call: LetRing())
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)
    x.switch.send(do.Originate(leg_id(1), AttemptId("offer-1"), "phone:1001", "95588", "front", 10.0))
    x.switch.send(do.HangUp(leg_id(1)))
    assert (await x.events.next(was.CallEnded)).cause is Cause.CANCELLED
    x.switch.send(do.Originate(leg_id(2), AttemptId("offer-2"), "phone:1001", "95588", "front", 10.0))
    await x.events.next(was.CallRinging, leg=leg_id(2))
    x.switch.send(do.HangUp(leg_id(2)))
    assert (await x.events.next(was.CallEnded)).cause is Cause.CANCELLED
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)


@scene
async def a_caller_handed_on(x: Exchange) -> None:
    """Re-bridged to another agent: the first one is a survivor, in silence, and ours."""
    await x.agent("1001", lambda call: Answer(0.1))
    await x.agent("1002", lambda call: Answer(0.1))
    leg, caller = await answered(x)
    first = await agent_up(x, 1, "1001")
    await bridged(x, "talk-1", leg, first)
    second = await agent_up(x, 2, "1002")
    x.switch.send(do.Bridge(AttemptId("talk-2"), leg, second))
    await x.events.next(was.Bridged, attempt="talk-2")
    assert (await x.events.next(was.Unbridged, attempt="talk-1")).survivors == (first,)
    phone = await x.agents_call("1002")
    await caller.says(800)
    await phone.hears(800)
    x.switch.send(do.Play(first, AttemptId("bye"), (do.Clip(clip(700, 0.3)),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="bye")).outcome is Outcome.FINISHED
    await gone(x, first, Cause.NORMAL)
    await gone(x, leg, Cause.NORMAL)
    assert (await x.events.next(was.Unbridged, attempt="talk-2")).survivors == (second,)
    await gone(x, second, Cause.NORMAL)


@scene
async def a_bridge_that_meets_a_hang_up(x: Exchange) -> None:
    """The agent's leg goes at the same moment: the order fails, the caller is still ours and can hear music."""
    await x.agent("1001", lambda call: Answer(0.1))
    leg, caller = await answered(x)
    agent = await agent_up(x, 1, "1001")
    x.switch.send(do.HangUp(agent))
    x.switch.send(do.Bridge(AttemptId("talk"), leg, agent))
    assert (await x.events.next(was.CommandFailed, attempt="talk")).reason == "leg_gone"
    await x.events.next(was.CallEnded, leg=agent)
    x.switch.send(do.Play(leg, AttemptId("sorry"), (do.Clip(clip(400, 0.5)),)))
    await caller.hears(400)
    assert (await x.events.next(was.PlaybackFinished, attempt="sorry")).outcome is Outcome.FINISHED
    await gone(x, leg, Cause.NORMAL)


@scene
async def a_supervisor(x: Exchange) -> None:
    """Listens, whispers to the agent alone, joins."""
    await x.agent("1001", lambda call: Answer(0.1))
    await x.agent("1002", lambda call: Answer(0.1))
    leg, caller = await answered(x)
    agent = await agent_up(x, 1, "1001")
    await bridged(x, "talk", leg, agent)
    supervisor = await agent_up(x, 2, "1002")
    boss = await x.agents_call("1002")
    phone = await x.agents_call("1001")
    await caller.says(800)
    x.switch.send(do.Supervise(supervisor, AttemptId("listen"), agent, "listen"))
    await x.events.next(was.CommandDone, attempt="listen")
    await boss.hears(800)
    await caller.says(None)
    await boss.says(500)
    x.switch.send(do.Supervise(supervisor, AttemptId("whisper"), agent, "whisper"))
    await x.events.next(was.CommandDone, attempt="whisper")
    await phone.hears(500)
    await caller.hears_nothing(0.3)
    x.switch.send(do.Supervise(supervisor, AttemptId("barge"), agent, "barge"))
    await x.events.next(was.CommandDone, attempt="barge")
    await caller.hears(500)
    await gone(x, supervisor, Cause.NORMAL)
    await phone.says(600)
    await caller.hears(600)
    await gone(x, leg, Cause.NORMAL)
    await x.events.next(was.Unbridged, attempt="talk")
    await gone(x, agent, Cause.NORMAL)


@scene
async def an_agent_dials_in(x: Exchange) -> None:
    """A phone of ours has to prove itself, also from an address that trunks may call from; then it is known."""
    await x.agent("1001", lambda call: LetRing())
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)
    phone = await x.agent_dials("1001", "*41")
    arrived = await x.events.next(was.CallArrived)
    assert (arrived.device, arrived.caller, arrived.called) == ("1001", "1001", "*41")
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.BUSY)
    x.switch.send(do.Answer(arrived.leg, AttemptId("answer")))
    await x.events.next(was.CallAnswered)
    x.switch.send(do.Play(arrived.leg, AttemptId("done"), (do.Clip(clip(500, 0.5)),)))
    await phone.hears(500)
    await x.events.next(was.PlaybackFinished, attempt="done", outcome=Outcome.FINISHED)
    await gone(x, arrived.leg, Cause.NORMAL)
    await x.events.next(was.AgentDeviceChanged, device="1001", state=DeviceState.IDLE)


@scene
async def a_switch_that_dies(x: Exchange) -> None:
    """It crashes with a caller in it and is started again: the link is back by itself, and the leg is known lost."""
    leg, _ = await answered(x)
    await x.events.next(was.SwitchBack)
    await x.switch_dies()
    await x.events.next(was.SwitchLost)
    back = await x.events.next(was.SwitchBack)
    assert (back.restarted, back.live) == (True, ())
    assert (await x.events.next(was.CallEnded, leg=leg)).cause is Cause.LOST


@scene
async def a_caller_given_away(x: Exchange) -> None:
    """To nobody: still ours. To somebody: gone from us, and talking."""
    await x.agent("1001", lambda call: Answer(0.1))
    leg, caller = await answered(x)
    x.switch.send(do.Redirect(leg, AttemptId("nobody"), "phone:1003"))
    assert (await x.events.next(was.CommandFailed, attempt="nobody")).reason == "refused"
    x.switch.send(do.Play(leg, AttemptId("sorry"), (do.Clip(clip(400, 0.5)),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="sorry")).outcome is Outcome.FINISHED
    x.switch.send(do.Redirect(leg, AttemptId("away"), "phone:1001"))
    assert (await x.events.next(was.CallEnded, leg=leg)).cause is Cause.TRANSFERRED
    phone = await x.agents_call("1001")
    await caller.says(800)
    await phone.hears(800)
    assert await x.switch.calls() == ()
    await caller.hang_up()


@scene
async def a_lost_link(x: Exchange) -> None:
    """Calls go on; what was pending fails; what is live is told when the link is back, and still ours."""
    await x.agent("1001", lambda call: Answer(0.1))
    talking, _ = await answered(x)
    agent = await agent_up(x, 1, "1001")
    await bridged(x, "talk", talking, agent)
    waiting, _ = await answered(x)
    x.switch.send(do.StartMusic(waiting, AttemptId("music")))
    x.switch.send(do.Play(waiting, AttemptId("greet"), (do.Clip(clip(400, 4)),)))
    await asyncio.sleep(0.3 if x.live else 0.1)
    await x.lose_link()
    lost = await x.events.next(was.SwitchLost)
    pending = await x.events.next(was.PlaybackFinished, attempt="greet")
    assert pending.outcome is Outcome.FAILED
    assert x.events.all.index(pending) < x.events.all.index(lost)
    back = (await x.events.next(was.SwitchBack, live=())) and await x.events.next(was.SwitchBack)
    assert not back.restarted
    live = {found.leg: found for found in back.live}
    assert set(live) == {talking, agent, waiting}
    assert (live[talking].bridged_with, live[talking].bridge) == (agent, "talk")
    await gone(x, agent, Cause.NORMAL)
    assert (await x.events.next(was.Unbridged, attempt="talk")).survivors == (talking,)
    x.switch.send(do.Play(waiting, AttemptId("again"), (do.Clip(clip(500, 0.3)),)))
    assert (await x.events.next(was.PlaybackFinished, attempt="again")).outcome is Outcome.FINISHED
    await gone(x, talking, Cause.NORMAL)
    await gone(x, waiting, Cause.NORMAL)


@scene
async def another_controller(x: Exchange) -> None:
    """The controller dies and another one starts: it finds the caller in music and the talk, and takes them on."""
    await x.agent("1001", lambda call: Answer(0.1))
    talking, _ = await answered(x)
    agent = await agent_up(x, 1, "1001")
    await bridged(x, "talk", talking, agent)
    waiting, caller = await answered(x)
    x.switch.send(do.StartMusic(waiting, AttemptId("music")))
    await caller.hears(MUSIC_HZ)
    assert (await x.events.next(was.SwitchBack)).live == ()
    await x.new_controller()
    live = {found.leg: found for found in (await x.events.next(was.SwitchBack)).live}
    assert live[waiting].in_music
    assert not live[talking].in_music
    assert (live[agent].device, live[agent].inbound, live[agent].bridge) == ("1001", False, "talk")
    x.switch.send(do.Play(waiting, AttemptId("next"), (do.Clip(clip(500, 0.3)),)))
    await caller.hears(500)
    assert (await x.events.next(was.PlaybackFinished, attempt="next")).outcome is Outcome.FINISHED
    await caller.hears(MUSIC_HZ)
    await gone(x, talking, Cause.NORMAL)
    assert (await x.events.next(was.Unbridged, attempt="talk")).survivors == (agent,)
    await bridged(x, "talk-2", waiting, agent)
    await gone(x, waiting, Cause.NORMAL)
    await x.events.next(was.Unbridged, attempt="talk-2")
    await gone(x, agent, Cause.NORMAL)


@pytest.mark.parametrize("name", SCENES)
async def test_scene(name: str) -> None:
    exchange = live_exchange if LIVE else recorded_exchange
    async with exchange(name) as x:
        await SCENES[name](x)
        for event in x.events.of(was.CommandFailed):
            assert event.reason != "deadline"
