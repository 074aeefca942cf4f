"""The link drops, the switch dies, the controller dies: calls go on, and what is live is told."""

from __future__ import annotations

import pytest

from calls.causes import Cause, Outcome
from calls.commands import Answer, HangUp, Originate, Play, StartMusic
from calls.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallRinging,
    CommandFailed,
    DigitPressed,
    PlaybackFinished,
    RecordingFinished,
    SwitchBack,
    SwitchLost,
    Unbridged,
)
from calls.ids import LegId
from tests.contract.conftest import NOT_RECORDED
from tests.contract.rig import PROMPTS, Events, LeaveRinging, Rig, Steps


async def test_a_talk_survives_the_loss_of_the_link(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    await rig.cut_link()
    caller.speak()
    await agent.hears("caller")
    await rig.restore_link()
    back = events.of(SwitchBack)[-1]
    assert not back.restarted
    assert {(leg.leg, leg.bridged_with, leg.bridge) for leg in back.live} == {
        (caller.leg, agent.leg, attempt),
        (agent.leg, caller.leg, attempt),
    }
    await agent.hang_up()
    assert await events.next(Unbridged) == Unbridged(attempt, (caller.leg,))


async def test_music_survives_and_is_told(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    music = steps.attempt()
    rig.switch.send(StartMusic(caller.leg, music))
    await events.outcome(music)
    await rig.cut_link()
    await caller.hears("music")
    await rig.restore_link()
    assert [(leg.leg, leg.in_music) for leg in events.of(SwitchBack)[-1].live] == [(caller.leg, True)]
    await caller.press("1")
    assert (await events.next(DigitPressed)).leg == caller.leg


async def test_what_is_open_fails_with_the_link(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"), rig.clip("low"))))
    await caller.hears("low")
    await rig.cut_link()
    event = await events.outcome(attempt)
    assert isinstance(event, PlaybackFinished)
    assert event.outcome is Outcome.FAILED
    assert events.of(CallEnded) == []


async def test_music_is_heard_after_a_prompt_that_ended_in_the_gap(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("low"),)))
    await caller.hears("low")
    await rig.cut_link()
    await rig.pause(PROMPTS["low"])  # nobody here is told when it ends
    await rig.restore_link()
    music = steps.attempt()
    rig.switch.send(StartMusic(caller.leg, music))
    await events.outcome(music)
    await caller.hears("music")


async def test_commands_while_the_link_is_down_fail_at_once(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await rig.cut_link()
    music, play, leg = steps.attempt(), steps.attempt(), steps.leg()
    rig.switch.send(StartMusic(caller.leg, music))
    rig.switch.send(Play(caller.leg, play, (rig.clip("high"),)))
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
    failed = await events.outcome(music, within_s=3.0)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "switch_lost"
    assert isinstance(await events.outcome(play, within_s=3.0), PlaybackFinished)
    await events.ended(leg, within_s=3.0)


async def test_a_hangup_ordered_in_the_gap_is_carried_out_after_it(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await rig.cut_link()
    rig.switch.send(HangUp(caller.leg))
    await rig.restore_link()
    await events.ended(caller.leg)
    await caller.gone()


async def test_who_goes_in_the_gap_is_not_live(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await rig.cut_link()
    await caller.hang_up()
    await rig.pause(1.0)  # the switch needs a moment to see it, and nobody here can tell when it has
    await rig.restore_link()
    assert events.of(SwitchBack)[-1].live == ()


async def test_a_new_controller_finds_everything(rig: Rig, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    waiting = await waiting_caller(rig, steps)
    await rig.forget()
    (back,) = rig.events.of(SwitchBack)
    live = {leg.leg: leg for leg in back.live}
    assert live.keys() == {caller.leg, agent.leg, waiting}
    assert (live[caller.leg].bridge, live[caller.leg].bridged_with) == (attempt, agent.leg)
    assert (live[caller.leg].inbound, live[agent.leg].inbound) == (True, False)
    assert (live[caller.leg].caller, live[caller.leg].called) == ("13800000001", "95001")
    assert live[agent.leg].device == "1001"
    assert live[waiting].in_music
    await agent.hang_up()
    assert await rig.events.next(Unbridged) == Unbridged(attempt, (caller.leg,))
    prompt = steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    await caller.hears("high")


async def test_a_recording_goes_on_under_a_new_controller(rig: Rig, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking(record="adopted")
    caller.speak()
    agent.speak()
    await agent.hears("caller")
    await rig.forget()
    await rig.pause(0.5)  # what is to be recorded
    await agent.hang_up()
    finished = await rig.events.next(RecordingFinished)
    assert (finished.attempt, finished.leg, finished.outcome) == (attempt, caller.leg, Outcome.FINISHED)
    recorded = rig.recorded(finished.path)
    assert (recorded.left, recorded.right) == ({"caller"}, {"agent"})


async def waiting_caller(rig: Rig, steps: Steps) -> LegId:
    """Another caller, in music."""
    waiting = await rig.call_in(caller="13900000002")
    rig.switch.send(Answer(waiting.leg, steps.attempt()))
    music = steps.attempt()
    rig.switch.send(StartMusic(waiting.leg, music))
    await rig.events.outcome(music)
    return waiting.leg


async def test_a_call_that_rings_outlives_the_gap(rig: Rig, events: Events, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    leg, attempt = steps.leg(), steps.attempt()
    rig.switch.send(Originate(leg, attempt, f"phone:{phone.account}", "95001", "", 20.0))
    await events.next(CallRinging)
    await rig.cut_link()
    await rig.restore_link()
    assert [(live.leg, live.answered) for live in events.of(SwitchBack)[-1].live] == [(leg, False)]
    rig.switch.send(HangUp(leg))
    assert (await events.ended(leg)).cause == "cancelled"


async def test_a_phone_that_rings_is_answered_under_a_new_controller(rig: Rig, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), f"phone:{phone.account}", "95001", "", 20.0))
    await rig.events.next(CallRinging)
    await rig.forget()
    assert [(live.leg, live.answered) for live in rig.events.of(SwitchBack)[-1].live] == [(leg, False)]
    await phone.pick_up()
    assert (await rig.events.next(CallAnswered)).leg == leg
    agent = await phone.on_call(leg)
    rig.switch.send(Play(leg, steps.attempt(), (rig.clip("low"),)))
    await agent.hears("low")
    assert len(rig.events.of(CallAnswered)) == 1


async def test_a_phone_that_rings_is_withdrawn_by_a_new_controller(rig: Rig, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), f"phone:{phone.account}", "95001", "", 20.0))
    await rig.events.next(CallRinging)
    await rig.forget()
    rig.switch.send(HangUp(leg))
    assert (await rig.events.ended(leg)).cause == "cancelled"


async def test_a_phone_picked_up_in_the_gap_is_told_of_once(rig: Rig, events: Events, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    leg, attempt = steps.leg(), steps.attempt()
    rig.switch.send(Originate(leg, attempt, f"phone:{phone.account}", "95001", "", 20.0))
    await events.next(CallRinging)
    await rig.cut_link()
    await phone.pick_up()
    await rig.pause(0.2)  # the switch needs a moment to see it, and nobody here can tell when it has
    await rig.restore_link()
    back = events.of(SwitchBack)[-1]
    assert [live.leg for live in back.live] == [leg]
    (already,) = (live.answered for live in back.live)
    if not already:  # Asterisk gives who answered without us to us when it looks again
        assert await events.next(CallAnswered) == CallAnswered(leg, attempt)
    agent = await phone.on_call(leg)
    rig.switch.send(Play(leg, steps.attempt(), (rig.clip("low"),)))
    await agent.hears("low")
    told = [event for event in events.after(back) if isinstance(event, CallAnswered | CallEnded)]
    assert len(told) == (0 if already else 1)


@pytest.mark.parametrize("rig", NOT_RECORDED, indirect=True)
async def test_what_is_called_without_a_link_is_not_to_blame_and_is_not_called(
    rig: Rig, events: Events, steps: Steps
) -> None:
    await rig.phone("1001", LeaveRinging())
    await rig.cut_link()
    number, phone = steps.leg(), steps.leg()
    rig.switch.send(Originate(number, steps.attempt(), "tel:+861012345678", "95001", "", 20.0))
    rig.switch.send(Originate(phone, steps.attempt(), "phone:1001", "95001", "", 20.0))
    assert (await events.ended(number)).cause is Cause.NO_TRUNK
    assert (await events.ended(phone)).cause is Cause.FAILED
    await rig.restore_link()
    assert list(await rig.switch.calls()) == []


@pytest.mark.parametrize("rig", NOT_RECORDED, indirect=True)
async def test_a_phone_picked_up_while_no_controller_is_there_is_the_next_one_s(rig: Rig, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), f"phone:{phone.account}", "95001", "", 20.0))
    await rig.events.next(CallRinging)
    await rig.switch.close()
    await phone.pick_up()
    await rig.pause(0.7)  # longer than Asterisk's pause until it looks again
    await rig.forget()
    (live,) = rig.events.of(SwitchBack)[-1].live
    assert (live.leg, live.inbound, live.device) == (leg, False, "1001")
    if not live.answered:
        assert (await rig.events.next(CallAnswered)).leg == leg
    agent = await phone.on_call(leg)
    rig.switch.send(Play(leg, steps.attempt(), (rig.clip("low"),)))
    await agent.hears("low")
    assert rig.events.of(CallEnded) == []
    await agent.hang_up()
    await rig.events.ended(leg)


async def test_the_link_is_lost_again_and_again_under_a_ringing_phone(rig: Rig, events: Events, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    for _ in range(6):  # Asterisk 22.10.1 once locked its WebSockets for good at about the third
        leg = steps.leg()
        rig.switch.send(Originate(leg, steps.attempt(), f"phone:{phone.account}", "95001", "", 20.0))
        await events.next(CallRinging)
        await rig.cut_link()
        await rig.restore_link()
        assert [live.leg for live in events.of(SwitchBack)[-1].live] == [leg]
        rig.switch.send(HangUp(leg))
        await events.ended(leg)


async def test_the_switch_dies_and_comes_back_empty(rig: Rig, events: Events, steps: Steps) -> None:
    await steps.answered_caller()
    await rig.restart_switch()
    await events.next(SwitchLost)
    back = await events.next(SwitchBack, lambda event: event.restarted, within_s=20.0)
    assert back.live == ()
    await rig.call_in(caller="13900000009")
    assert len(events.of(CallArrived)) == 2
