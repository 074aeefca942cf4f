"""What only Asterisk does: its name taken, frozen, killed while it records, and older than REST over WebSocket."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from calls.causes import Outcome
from calls.commands import Answer, Bridge, HangUp, Play
from calls.events import Bridged, CallAnswered, PlaybackFinished, RecordingFinished, SwitchBack, SwitchLost
from switch.asterisk import versions
from tests.contract.asterisk_rig import AsteriskRig, asterisk_rig
from tests.contract.rig import Events, PickUp, Steps

pytestmark = pytest.mark.live


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[AsteriskRig]:
    async with asterisk_rig(tmp_path) as running:
        yield running


@pytest.fixture
def steps(rig: AsteriskRig) -> Steps:
    return Steps(rig)


async def test_the_second_controller_of_a_name_takes_over_and_the_first_stays_away(
    rig: AsteriskRig, steps: Steps
) -> None:
    caller = await steps.answered_caller()
    first, events = rig.switch, Events()
    second = rig.another_controller()
    await second.start(events.sink)
    lost = await rig.events.next(SwitchLost)
    assert "another connection" in lost.detail
    assert [leg.leg for leg in (await events.next(SwitchBack)).live] == [caller.leg]
    second.send(HangUp(caller.leg))
    await events.ended(caller.leg)
    assert len(rig.events.of(SwitchBack)) == 1
    await first.close()
    await second.close()


async def test_a_frozen_asterisk_is_noticed(rig: AsteriskRig) -> None:
    pid = rig.asterisk.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        await rig.events.next(SwitchLost, within_s=8.0)
    finally:
        os.kill(pid, signal.SIGCONT)
    back = await rig.events.next(SwitchBack)
    assert not back.restarted


async def test_what_was_said_until_asterisk_was_killed_is_kept(rig: AsteriskRig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    attempt = steps.attempt()
    rig.switch.send(Bridge(attempt, caller.leg, agent.leg, "killed"))
    await rig.events.next(Bridged)
    caller.speak()
    agent.speak()
    await agent.hears("caller")
    await rig.grown(3 * 8000)  # both sides have a second and a half on disk
    await rig.restart_switch()
    finished = await rig.events.next(RecordingFinished, within_s=20.0)
    assert (finished.attempt, finished.outcome) == (attempt, Outcome.FINISHED)
    recorded = rig.recorded(finished.path)
    assert (recorded.left, recorded.right) == ({"caller"}, {"agent"})


async def test_requests_go_by_http_to_an_older_asterisk(
    rig: AsteriskRig, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "speaks_rest_over_websocket", lambda version: False)
    await rig.forget()
    caller = await rig.call_in()
    answer, play = steps.attempt(), steps.attempt()
    rig.switch.send(Answer(caller.leg, answer))
    rig.switch.send(Play(caller.leg, play, (rig.clip("high"),)))
    assert await rig.events.outcome(answer) == CallAnswered(caller.leg, answer)
    await caller.hears("high")
    finished = await rig.events.outcome(play)
    assert isinstance(finished, PlaybackFinished)
    assert finished.outcome is Outcome.FINISHED
    rig.switch.send(HangUp(caller.leg))
    await rig.events.ended(caller.leg)
