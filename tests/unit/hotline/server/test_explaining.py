"""Why of a call, for a page: by `hotline why` in a process of its own, from the journal of a server that runs."""

import asyncio
import signal
from pathlib import Path

import pytest

from acd.events import AgentSignedIn
from calls.ids import AgentId
from hotline.versions.store import Versions
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.web.asking import ask

pytestmark = pytest.mark.unit


async def test_a_call_is_explained_and_one_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    world = World(switch)
    world.phone("8001")
    await server.controller.tell(AgentSignedIn(AgentId("01")))
    caller = world.dial("95183", "13800138000")
    await until(lambda: server.register.calls)
    (call,) = server.register.calls
    world.press(caller, "1")
    await until(lambda: any(one.place == "talking" for one in server.register.calls.values()))
    await server.controller.durable()
    app = make(server.controller, "token", WaitTokens("a secret"))
    (status, why), (unknown, said) = await asyncio.gather(
        ask(app, "GET", f"/calls/{call}/why", token="token"), ask(app, "GET", "/calls/--reveal/why", token="token")
    )
    assert (status, why["unexplained"], why["gate"]) == (200, "", [])
    chosen = {one["decision"]["agent"] for one in why["decisions"]} - {None}
    assert chosen == {"01"}
    assert {"agent": "01", "verdict": "chosen"}.items() <= why["decisions"][-1]["decision"]["standings"][0].items()
    # what looks like an option is a call's id all the same
    assert (unknown, "no call --reveal" in said["detail"]) == (404, True)
    signal.raise_signal(signal.SIGTERM)
    await serving
