"""A call whose far end is gone without a word ends in the time that the setting says."""

from __future__ import annotations

import time

from calls.causes import Cause
from calls.events import Unbridged
from switch.media_timeout import MediaTimeout
from tests.contract.rig import Events, PickUp, Rig, Steps

_NOTICED_S = 10.0


async def test_an_agent_whose_network_is_gone_in_a_talk_is_noticed(rig: Rig, events: Events, steps: Steps) -> None:
    assert MediaTimeout().talking_s < _NOTICED_S
    caller, agent, attempt = await steps.talking()
    caller.speak()
    await agent.hears("caller")
    since = time.monotonic()
    await (await rig.phone("1001", PickUp())).unplug()
    assert (await events.ended(agent.leg, _NOTICED_S)).cause is Cause.TIMED_OUT
    assert time.monotonic() - since < _NOTICED_S
    assert (await events.next(Unbridged)).attempt == attempt
    assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg], "the caller is still there"
