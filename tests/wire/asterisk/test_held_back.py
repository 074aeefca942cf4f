"""What happens while the inventory is taken is told after it, once: a phone picked up then is neither lost nor new."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from calls.commands import Bridge, Clip, HangUp, Originate, Play
from calls.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CommandFailed,
    PlaybackFinished,
    SwitchBack,
    SwitchLost,
)
from calls.ids import AttemptId, LegId
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.session import AsteriskOptions
from tests.contract.rig import Events
from tests.wire.asterisk.ari_server import AriServer, Request, ari_server

pytestmark = pytest.mark.wire

AGENT = LegId("call-1:2-agent")
CALLER = LegId("call-2")


def channel(leg: LegId, state: str) -> dict[str, object]:
    """As Asterisk lists it."""
    name, exten = ("PJSIP/agent-1001-0", "s") if leg == AGENT else ("PJSIP/trunk-0", "95588")
    return {"id": leg, "name": name, "state": state, "dialplan": {"exten": exten}}


class Asterisk:
    """A scripted one. `channels` are those it has; `meanwhile` it tells while they are being asked for."""

    def __init__(self, server: AriServer) -> None:
        self.server = server
        self.channels: list[dict[str, object]] = []
        self.untold: set[LegId] = set()
        """Of these the application is not told."""
        self.meanwhile: list[dict[str, object]] = []
        self._telling: set[asyncio.Task[None]] = set()
        server.answer = self._answer

    def _answer(self, request: Request) -> Request:
        uri = request["uri"]
        if uri.startswith("events/user/"):
            self._tell({"type": "ChannelUserevent", "eventname": "hotline-hears"})
        bodies: dict[str, object] = {
            "asterisk/info": {"system": {"version": "22.10.1"}, "status": {"startup_time": "then"}},
            "applications/hotline": {
                "channel_ids": [each["id"] for each in self.channels if each["id"] not in self.untold],
                "device_names": [],
            },
            "channels": self.channels,
            "bridges": [],
            "endpoints/PJSIP": [],
            "asterisk/ping": {},
        }
        if request["method"] != "GET":
            return {"status_code": 204}
        if uri == "asterisk/info":  # the first of those that take inventory: the others come after what is told now
            for event in self.meanwhile:
                self._tell(event)
        if uri not in bodies:  # a channel
            return {"status_code": 404}
        return {"status_code": 200, "message_body": json.dumps(bodies[uri])}

    def _tell(self, event: dict[str, object]) -> None:
        task = asyncio.create_task(self.server.say({"timestamp": "", **event}))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def orders(self, method: str) -> list[str]:
        """What was asked by that method, of channels."""
        asked = [request for request in self.server.requests if request["uri"].startswith("channels/")]
        return [request["uri"] for request in asked if request["method"] == method]


@pytest_asyncio.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    async with ari_server() as server:
        yield Asterisk(server)


@pytest_asyncio.fixture
async def switch(asterisk: Asterisk, tmp_path: Path) -> AsyncIterator[AsteriskSwitch]:
    options = AsteriskOptions(
        asterisk.server.url, "user", "secret", recordings_dir=tmp_path, connections=1, deadline_s=1.0
    )
    adapter = AsteriskSwitch(options)
    yield adapter
    await adapter.close()


def picked_up() -> dict[str, object]:
    """The agent's phone is answered."""
    return {"type": "StasisStart", "channel": channel(AGENT, "Up"), "args": ["out"]}


async def test_a_phone_is_picked_up_while_a_new_controller_takes_inventory(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    events = Events()
    asterisk.channels, asterisk.meanwhile = [channel(AGENT, "Ringing")], [picked_up()]
    await switch.start(events.sink)
    assert [(leg.leg, leg.answered) for leg in events.of(SwitchBack)[0].live] == [(AGENT, False)]
    assert [event.leg for event in events.of(CallAnswered)] == [AGENT]
    assert events.of(CallEnded) == []
    assert asterisk.orders("DELETE") == []


async def test_a_phone_is_picked_up_while_the_link_comes_back(asterisk: Asterisk, switch: AsteriskSwitch) -> None:
    events = Events()
    await switch.start(events.sink)
    await events.next(SwitchBack)
    switch.send(Originate(AGENT, AttemptId("ring"), "phone:1001", "95588", "", 20.0))
    asterisk.channels, asterisk.meanwhile = [channel(AGENT, "Ringing")], [picked_up()]
    await asterisk.server.drop()
    await events.next(SwitchLost)
    back = await events.next(SwitchBack)
    await events.next(CallAnswered)
    assert [leg.leg for leg in back.live] == [AGENT]
    assert events.of(CallAnswered) == [CallAnswered(AGENT, AttemptId("ring"))]
    assert events.of(CallEnded) == []


def called(place: str) -> dict[str, object]:
    """The agent's phone was answered while no controller was there, or not long ago."""
    return {**channel(AGENT, "Up"), "dialplan": {"context": "hotline-called", "exten": place}}


async def test_who_answered_meanwhile_is_answered_once_they_are_ours(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    events = Events()
    asterisk.channels = [called("away")]
    await switch.start(events.sink)
    (leg,) = events.of(SwitchBack)[0].live
    assert (leg.leg, leg.answered, leg.inbound, leg.device) == (AGENT, False, False, "1001")
    assert events.of(CallAnswered) == []
    await asterisk.server.say({**picked_up(), "timestamp": "", "channel": called("s")})
    assert (await events.next(CallAnswered)).leg == AGENT
    assert events.of(CallArrived) == []


async def test_who_is_ours_already_is_told_of_as_answered(asterisk: Asterisk, switch: AsteriskSwitch) -> None:
    events = Events()
    asterisk.channels = [called("s")]
    asterisk.meanwhile = [{**picked_up(), "channel": called("s")}]
    await switch.start(events.sink)
    assert [(leg.leg, leg.answered, leg.inbound) for leg in events.of(SwitchBack)[0].live] == [(AGENT, True, False)]
    assert (events.of(CallAnswered), events.of(CallArrived)) == ([], [])


async def test_who_answered_while_the_link_was_away_is_answered_once(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    events = Events()
    await switch.start(events.sink)
    await events.next(SwitchBack)
    switch.send(Originate(AGENT, AttemptId("ring"), "phone:1001", "95588", "", 20.0))
    asterisk.channels = [called("away")]
    await asterisk.server.drop()
    await events.next(SwitchLost)
    assert [leg.answered for leg in (await events.next(SwitchBack)).live] == [False]
    await asterisk.server.say({**picked_up(), "timestamp": "", "channel": called("s")})
    assert await events.next(CallAnswered) == CallAnswered(AGENT, AttemptId("ring"))
    assert events.of(CallEnded) == []


@pytest.mark.parametrize(
    ("place", "account", "found"),
    [
        pytest.param({"exten": "s", "app_name": "AppDial2"}, "hotline", True, id="rings"),
        pytest.param({"context": "hotline-called", "exten": "away", "app_name": "Wait"}, "hotline", True, id="waits"),
        pytest.param({"exten": "s", "app_name": "AppDial2"}, "another", False, id="of another application"),
        pytest.param({"exten": "s", "app_name": "AppDial"}, "hotline", False, id="dialled by the dialplan"),
        pytest.param({"context": "hotline-given-away", "exten": "s"}, "hotline", False, id="given away"),
    ],
)
async def test_a_call_of_a_controller_that_died_as_it_placed_it_is_found(
    asterisk: Asterisk, switch: AsteriskSwitch, place: dict[str, str], account: str, found: bool
) -> None:
    events = Events()
    asterisk.channels = [{**channel(AGENT, "Ringing"), "dialplan": place, "accountcode": account}]
    asterisk.untold = {AGENT}
    await switch.start(events.sink)
    assert [leg.leg for leg in events.of(SwitchBack)[0].live] == ([AGENT] if found else [])
    asked = [request["uri"] for request in asterisk.server.requests if request["method"] == "POST"]
    assert (f"applications/hotline/subscription?eventSource=channel:{AGENT}" in asked) is found


async def test_who_waits_to_be_ours_can_be_hung_up(asterisk: Asterisk, switch: AsteriskSwitch) -> None:
    events = Events()
    asterisk.channels = [called("away")]
    await switch.start(events.sink)
    switch.send(HangUp(AGENT))
    gone = {"type": "ChannelDestroyed", "timestamp": "", "channel": called("away"), "cause": 16}
    await asterisk.server.say(gone)
    assert (await events.ended(AGENT)).cause == "cancelled"


async def test_a_caller_who_comes_while_the_inventory_is_taken_arrives_once(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    events = Events()
    asterisk.channels = [channel(CALLER, "Ring")]
    asterisk.meanwhile = [{"type": "StasisStart", "channel": channel(CALLER, "Ring"), "args": ["caller"]}]
    await switch.start(events.sink)
    assert events.of(SwitchBack)[0].live == ()
    assert [event.leg for event in events.of(CallArrived)] == [CALLER]


async def test_lists_never_go_by_the_websocket(asterisk: Asterisk, switch: AsteriskSwitch) -> None:
    """Their length grows with the calls, and Asterisk's WebSockets are made for short messages."""
    asterisk.channels = [channel(CALLER, "Up")]
    await switch.start(Events().sink)
    await switch.calls()
    asked = [request for request in asterisk.server.requests if request["method"] == "GET"]
    lists = {"applications/hotline", "channels", "bridges", "endpoints/PJSIP"}
    assert {request["uri"] for request in asked if request.get("over_http")} == lists
    assert {request["uri"] for request in asked if not request.get("over_http")} == {"asterisk/info", "asterisk/ping"}


async def test_phones_that_were_changed_are_read_again(asterisk: Asterisk, switch: AsteriskSwitch) -> None:
    await switch.start(Events().sink)
    asterisk.server.requests.clear()
    await asterisk.server.say({"type": "ChannelUserevent", "eventname": "hotline-accounts", "timestamp": ""})
    while not (read := [request for request in asterisk.server.requests if request["method"] == "GET"]):
        await asterisk.server.asked(len(asterisk.server.requests) + 1)  # first of music, too
    (asked,) = read
    assert (asked["method"], asked["uri"], asked["over_http"]) == ("GET", "endpoints/PJSIP", True)


async def test_an_asterisk_that_does_not_answer_for_its_lists_is_tried_again(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    answer, asked = asterisk.server.answer, 0

    def silent_at_first(request: Request) -> Request | None:
        nonlocal asked
        asked += request["uri"] == "channels"
        return None if request["uri"] == "channels" and asked == 1 else answer(request)

    asterisk.server.answer = silent_at_first
    events = Events()
    await switch.start(events.sink)
    await events.next(SwitchBack)
    assert asterisk.server.connections == 2


async def test_what_is_ordered_before_the_inventory_is_no_command_to_a_leg_that_is_gone(
    asterisk: Asterisk, switch: AsteriskSwitch
) -> None:
    """A new controller's first orders come before Asterisk has told it of the legs of the one before."""
    events = Events()
    asterisk.channels = [channel(CALLER, "Up")]
    starting = asyncio.create_task(switch.start(events.sink))
    await asyncio.sleep(0)  # it has its sink, and no link
    switch.send(Play(CALLER, AttemptId("said"), (Clip("hello"),)))
    switch.send(Bridge(AttemptId("both"), CALLER, AGENT))
    switch.send(HangUp(CALLER))
    switch.send(HangUp(AGENT))
    await starting
    await events.next(CallEnded)
    assert [event.reason for event in events.of(PlaybackFinished)] == ["switch_lost"]
    assert [event.reason for event in events.of(CommandFailed)] == ["switch_lost"]
    assert [event.leg for event in events.of(CallEnded)] == [AGENT], "which is not there"
    async with asyncio.timeout(20.0):
        while not asterisk.orders("DELETE"):  # noqa: ASYNC110 the scripted server tells of all requests alike
            await asyncio.sleep(0.01)
    assert asterisk.orders("DELETE") == [f"channels/{CALLER}?reason_code=16"]
