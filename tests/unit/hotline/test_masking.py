"""No screen, log, report or topic shows more than half of a number: all of them are looked through for digits."""

import asyncio
import contextlib
import io
import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from typer.testing import CliRunner

from hotline.bus.picture import Picture
from hotline.cli.main import app
from hotline.server import logs
from hotline.site.site import Site
from hotline.store import statements
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from hotline.views import wire
from hotline.web import app as web
from hotline.web.tokens import WaitTokens
from ivr import steps as flow
from switch.fake import FakeSwitch, LeaveRinging, LoopTimeline, World
from switch.fake.state import Phone
from tests.unit.control.harness import PROGRAM, VERSION, configuration
from tests.unit.hotline.served import new_server, new_site, serve, until
from tests.unit.hotline.web.asking import ask

pytestmark = pytest.mark.unit

CALLER = "13912345678"
OTHER = "15987654321"
TOKEN = "token-of-the-test"
FIELDS: dict[str, flow.Value] = {
    "phone": flow.Cel("caller"),
    "other": flow.Const(OTHER),
    "figure": flow.Const(int(OTHER)),
    "note": flow.Const(f"call 159 8765 4321 or +86 {OTHER}"),
}


def exposed(text: str) -> list[str]:
    """Rows of more than half the digits of a number, as they stand in a text, however they are set off."""
    found = []
    for number in (CALLER, OTHER):
        for begin in range(len(number) - 6):
            part = number[begin : begin + 6]
            found += re.findall(r"[ ().-]{0,2}".join(part), text)
    return found


def test_the_search_finds_what_it_should() -> None:
    assert exposed("159 8765 4321")
    assert exposed("8613912345678")
    assert not exposed("+86*******5678")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    stream = io.StringIO()
    logs.configure(stream, "debug")
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    structlog.configure(**before)


def _publish(site: Site) -> None:
    main = PROGRAM.flows["main"]
    steps = {
        **main.steps,
        "care": msgspec.structs.replace(main.steps["care"], fields=FIELDS),
        "complain": msgspec.structs.replace(main.steps["complain"], fields=FIELDS),
        "pass_on": msgspec.structs.replace(main.steps["pass_on"], to=flow.Const(f"tel:{OTHER}")),
    }
    program = msgspec.structs.replace(PROGRAM, flows={"main": msgspec.structs.replace(main, steps=steps)})
    versions = Versions(site.versions)
    routing = RoutingConfiguration(configuration(), {}, {})
    versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), program.with_clips(VERSION, {}), routing, [])
    versions.activate(VERSION)


async def test_no_number_is_shown(tmp_path: Path, log: io.StringIO) -> None:
    site = new_site(tmp_path)
    _publish(site)
    switch = FakeSwitch(LoopTimeline())
    world = World(switch)
    switch.network[f"+86{OTHER}"] = Phone(reaction=LeaveRinging())
    server = new_server(site, switch)
    serving = await serve(server, VERSION)
    await until(lambda: server.controller.health()["ok"])
    shown: dict[str, str] = {}
    application = web.make(server.controller, TOKEN, WaitTokens("secret"))

    async def web_shows(path: str) -> Any:
        status, answer = await ask(application, "GET", path, token=TOKEN)
        assert status == 200, answer
        shown[path] = json.dumps(answer, ensure_ascii=False)
        return answer

    waits = world.dial("95183", CALLER)
    await until(lambda: bool(server.register.calls) and bool(switch.legs[waits].answered))
    world.press(waits, "2")
    await until(lambda: next(iter(server.register.calls.values())).place == "waiting")
    await web_shows("/live")
    picture = Picture("base")
    picture.look(server.register, server.controller.agents(), server.controller.queues())
    shown["bus"] = b" ".join(picture.topics.values()).decode()
    house = server.controller
    shown["wire"] = wire.encoded(wire.snapshot(house.states(), house.position, house.utc(), house.house()))
    assert "5678" in shown["wire"]
    assert "5678" in shown["/live"]
    assert "5678" in shown["bus"]
    passed_on = world.dial("95183", CALLER)
    await until(lambda: bool(switch.legs[passed_on].answered))
    world.press(passed_on, "3")
    await until(lambda: len(switch.legs) > 2)
    for leg in (waits, passed_on):
        world.hang_up(leg)
    await until(lambda: not server.register.calls)
    await server.controller.durable()
    await web_shows("/live")
    calls = await web_shows("/calls")
    assert len(calls) == 2
    for row in calls:
        await web_shows(f"/calls/{row['call']}")
    assert len(await web_shows("/cases")) == 1
    structlog.get_logger("hotline").warning("command_failed", command=f"Originate(to='+86{OTHER}')", parts=[OTHER])
    signal.raise_signal(signal.SIGTERM)
    await serving
    with contextlib.closing(sqlite3.connect(site.database)) as store, store:
        refused = ("c", f"+86{OTHER}", "care", 0.0, 0.0, 0.0, 1, "refused", None, f"no route to {OTHER}")
        store.execute(statements.CALLBACK, refused)
        typed = (calls[0]["call"], 99, "main", "typed", "collect", 0.0, 0.0, f"{OTHER}#", f"tel:+86{OTHER}")
        store.execute(statements.STEP, typed)
    shown["log"] = log.getvalue()
    assert "command_failed" in shown["log"]
    runner = CliRunner()
    commands = [["calls"], ["cases"], ["callbacks"], *(["why", row["call"]] for row in calls)]
    for command in commands:
        for form in ([], ["--json"]):
            result = await asyncio.to_thread(runner.invoke, app, [*command, *form, "--site", str(tmp_path)])
            assert result.exit_code == 0, result.output
            shown[" ".join([*command, *form])] = result.output
    assert {place: exposed(text) for place, text in shown.items() if exposed(text)} == {}
