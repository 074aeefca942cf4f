"""The fields of a queue step on /live and on the bus: while the call waits or talks, numbers masked, no secret."""

import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.ids import AgentId, CallId, LegId
from hotline.bus import words
from hotline.bus.picture import Picture
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from hotline.views.board import Board
from ivr import program as flow
from ivr import steps
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.control import harness
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, configuration
from tests.unit.hotline.served import new_server, new_site, serve, until

pytestmark = pytest.mark.unit

FIELDS: dict[str, steps.Value] = {
    "topic": steps.Const("loans"),
    "phone": steps.Cel("caller"),
    "owed": steps.Const(1250),
    "card": steps.Const("6222021234567890123"),
    "note": steps.Const("a colleague, +8613900139000, called before"),
}
SHOWN = {
    "topic": "loans",
    "phone": "+86*******8000",
    "owed": "1250",
    "card": "6222021234567890123",
    "note": "a colleague, +86*******9000, called before",
}


def _program(fields: dict[str, steps.Value] = FIELDS, **first: steps.Step) -> flow.Program:
    """The small house's flow with `fields` in its queue, and steps of its own."""
    main = PROGRAM.flows["main"]
    steps = {**main.steps, **first, "care": msgspec.structs.replace(main.steps["care"], fields=fields)}
    return msgspec.structs.replace(PROGRAM, flows={"main": msgspec.structs.replace(main, steps=steps)})


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> ControlHarness:
    monkeypatch.setattr(harness, "PROGRAM", _program())
    return ControlHarness()


def _live(house: ControlHarness, call: CallId) -> dict[str, str]:
    (row,) = [row for row in Board().view(house.router.register, house.now)["calls"] if row["call"] == call]
    fields: dict[str, str] = row["fields"]
    return fields


def _bus(house: ControlHarness, call: CallId) -> words.Call:
    picture = Picture("base")
    picture.look(house.router.register, (), ())
    return msgspec.json.decode(picture.topics[f"base/calls/{call}/state"], type=words.Call)


def test_fields_are_shown_from_the_queue_to_the_end_of_the_talk(house: ControlHarness) -> None:
    call = house.arrive()
    seen = [(_bus(house, call).place, _live(house, call), _bus(house, call).fields)]
    house.press(call, "1")
    seen.append((_bus(house, call).place, _live(house, call), _bus(house, call).fields))
    house.tell(AgentSignedIn(AgentId("01")))
    seen.append((_bus(house, call).place, _live(house, call), _bus(house, call).fields))
    agent = house.take(call)
    seen.append((_bus(house, call).place, _live(house, call), _bus(house, call).fields))
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    seen.append((_bus(house, call).place, _live(house, call), _bus(house, call).fields))
    assert seen == [
        ("menu", {}, {}),
        ("waiting", SHOWN, SHOWN),
        ("offered", SHOWN, SHOWN),
        ("talking", SHOWN, SHOWN),
        ("menu", {}, {}),
    ]
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800138000", "1******8000"),
        ("138 0013 8000", "1** **** 8000"),
        ("0086 13800138000", "008* *******8000"),
        ("+8613800138000", "+86*******8000"),
        ("8000", "8000"),
        ("", ""),
        ("13900139000 or +8613900139000", "1******9000 or +86*******9000"),
        ("6222021234567890123", "6222021234567890123"),
    ],
)
def test_numbers_are_masked_in_any_form_and_other_figures_not(house: ControlHarness, value: str, shown: str) -> None:
    call = house.arrive(caller="13800138000")
    house.press(call, "1")
    house.router.register.calls[call].fields = {"phone": value}
    assert _live(house, call) == _bus(house, call).fields == {"phone": shown}


def test_the_number_of_a_phone_of_the_house_is_masked_too(house: ControlHarness) -> None:
    call = house.arrive(caller="8005")
    house.press(call, "1")
    assert _live(house, call)["phone"] == "8**5"


async def test_a_keyed_secret_is_not_on_the_screen_even_where_no_lint_kept_a_field_from_naming_it(
    tmp_path: Path,
) -> None:
    menu = PROGRAM.flows["main"].steps["choose"]
    assert isinstance(menu, steps.Menu)
    asking: dict[str, Any] = {name: getattr(menu, name) for name in steps.Asking.__struct_fields__}
    secret = steps.Collect(**asking, into="pin", least=4, most=4, check="", confirm=None, secret=True, then="care")
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    leaky = {**FIELDS, "pin": steps.Cel("pin"), "vault": steps.Const("secret:pin")}
    program = _program(leaky, choose=msgspec.structs.replace(menu, keys={"1": "pin"}), pin=secret)
    routing = RoutingConfiguration(configuration(), {}, {})
    versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), program.with_clips(VERSION, {}), routing, [])
    versions.activate(VERSION)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, VERSION)
    await until(lambda: server.controller.health()["ok"])
    world = World(switch)
    leg = world.dial("95183", "13800138000")
    await until(lambda: bool(server.register.calls) and bool(switch.legs[leg].answered))
    world.press(leg, "1")
    world.press(leg, "4711")
    call = CallId(f"fake@{leg}")
    await until(lambda: server.register.calls[call].place == "waiting")
    (row,) = server.controller.view()["calls"]
    assert row["fields"] == {**SHOWN, "vault": "secret:pin"}
    assert "4711" not in msgspec.json.encode(server.controller.view()).decode()
    signal.raise_signal(signal.SIGTERM)
    await serving
