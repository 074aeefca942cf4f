"""A store of before nodes, with calls that live in the switch at that moment: taken up under the ids that they have."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import DeviceState
from calls.ids import AgentId
from control.messages import events
from hotline.store import opening, statements
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, PickUp, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


async def test_calls_of_before_nodes_go_on_and_new_ones_are_named_by_their_switch(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = FakeSwitch(LoopTimeline())
    world = World(switch)
    leg, gone = world.dial("95183", "13800000001"), "in-0"
    switch.legs[leg].answered = True
    journal: list[events.RouterEvent] = [
        door.ClockSet(time.time() - 1.0),
        events.VersionPublished(version),
        door.SwitchBack("switch-1", ()),
        door.AgentDeviceChanged("8001", DeviceState.IDLE),
        AgentSignedIn(AgentId("02")),
        door.CallArrived(leg, "13800000001", "95183"),
        door.CallArrived(door.LegId(gone), "13800000002", "95183"),
    ]
    opening.migrate(site.database)
    with closing(sqlite3.connect(site.database)) as connection, connection:
        for seq, event in enumerate(journal, 1):
            row = msgspec.to_builtins(event)
            for new in ("also", "alone", "node"):  # as the release before wrote them
                row.pop(new, None)
            connection.execute(statements.JOURNAL, (seq, seq * 0.1, msgspec.json.encode(row)))
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    await until(lambda: set(server.register.calls) == {leg})
    world.phone("8002", PickUp())
    world.press(leg, "1")
    await until(lambda: server.register.calls[leg].place == "talking")
    offer = server.register.calls[leg].offer
    assert offer is not None
    agent = server.register.offers[offer].leg
    assert agent == f"{offer}-agent", "what is called for such a call is named as it was then"
    assert agent in switch.legs
    later = world.dial("95183", "13800000003")
    await until(lambda: f"fake@{later}" in server.register.calls)
    assert server.register.phones["8002"] == ["fake"]
    signal.raise_signal(signal.SIGTERM)
    await serving
    again = new_server(site, switch)
    serving = await serve(again, version)  # from the snapshot of the new release
    await until(lambda: again.controller.health()["ok"])
    assert set(again.register.calls) == {leg, f"fake@{later}"}
    assert again.register.calls[leg].place == "talking"
    world.hang_up(leg)
    await until(lambda: set(again.register.calls) == {f"fake@{later}"})
    signal.raise_signal(signal.SIGTERM)
    await serving
    with closing(sqlite3.connect(site.database)) as connection:
        rows = dict(connection.execute("SELECT call, outcome FROM calls"))
    assert rows == {leg: "answered", gone: "lost"}
