"""What a FreeSWITCH told on reconnecting gives rise to at once is not taken for something of before the gap."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import Mock, create_autospec

import pytest

from calls.commands import Bridge, Originate
from calls.events import CallAnswered, CallArrived, Event, LiveLeg, SwitchBack, Unbridged
from calls.ids import AttemptId, LegId
from switch.freeswitch import adapter
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.inventory import Inventory
from switch.freeswitch.session import FreeSwitchOptions

pytestmark = pytest.mark.unit

CALLER = LegId("call-1")
TARGET = LegId("call-1:7-transfer")


async def test_a_target_who_answered_in_the_gap_is_bridged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    switch = adapter.FreeSwitch(FreeSwitchOptions("secret", recordings_dir=tmp_path))

    def house(event: Event) -> None:
        """Connects the caller as soon as it is told of the answer."""
        events.append(event)
        if isinstance(event, CallAnswered):
            switch.send(Bridge(AttemptId("talk"), CALLER, TARGET, "talk"))

    client: Mock = create_autospec(EventSocketClient, instance=True)
    client.linked = client.connected = True
    client.api.return_value = "1000"
    client.submit.side_effect = lambda *given: asyncio.get_running_loop().create_future()
    client.job.side_effect = client.submit.side_effect
    monkeypatch.setattr(adapter, "EventSocketClient", lambda *given: client)
    live = [LiveLeg(CALLER, "138", "95588", True, True)]

    async def take_inventory(*given: object) -> Inventory:
        return Inventory("core", tuple(live), (), len(live))

    monkeypatch.setattr(adapter, "take_whole_inventory", take_inventory)
    await switch.start(house)
    await switch.resync()
    switch.send(Originate(TARGET, AttemptId("ring"), "tel:+861012345", "95588", "", 20.0))
    switch.lost("cut")
    live.append(LiveLeg(TARGET, "95588", "+861012345", True, False))
    events.clear()
    await switch.resync()
    assert [type(event) for event in events] == [CallAnswered, SwitchBack]
    ordered = [str(call.args[0]) for call in client.submit.call_args_list]
    assert [order for order in ordered if "uuid_bridge" in order] != []
    assert [order for order in ordered if " stop " in order] == [], "its recording goes on"
    assert not any(isinstance(event, CallArrived | Unbridged) for event in events)
    await switch.close()
