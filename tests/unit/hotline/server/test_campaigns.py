"""A whole server with a campaign: contacts from the store, calls, rows, orders; and the next server goes on with it."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from acd.config import read
from acd.events import AgentSignedIn
from calls import commands
from calls.causes import Cause
from calls.ids import AgentId
from dialer.campaigns.results import Disposition
from hotline.campaigns.reading import Standing, contacts, standing
from hotline.campaigns.report import report
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.store import Versions
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from switch.fake import FakeSwitch, LoopTimeline, World
from switch.fake.state import LeaveRinging, Phone, PickUp, Reaction, Refuse
from tests.unit.hotline.campaigns.stores import import_people, settings
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.web.asking import ask

pytestmark = pytest.mark.unit

CALLS = settings("calls", dispositions=(Disposition(name="no_more", meaning="refused"),), disposition_required=False)


class Network(FakeSwitch):
    """People with telephones; counts how often each was called."""

    def __init__(self, *reactions: Reaction) -> None:
        super().__init__(LoopTimeline())
        self.called: Counter[str] = Counter()
        for place, reaction in enumerate(reactions):
            self.network[f"+861380013{place:04d}"] = Phone(reaction)

    def send(self, command: commands.SwitchCommand) -> None:
        if isinstance(command, commands.Originate) and command.to.startswith("tel:"):
            self.called[command.to.removeprefix("tel:")] += 1
        super().send(command)


def made(folder: Path, people: int) -> tuple[Site, str]:
    site = new_site(folder)
    opening.migrate(site.database)
    import_people(site.database, [(f"C{place}", place) for place in range(people)])
    rules, problems = read({"queues": {"care": {}}}, {"agents": {"8001": {"account": "8001", "skills": {"care": 3}}}})
    assert not problems
    return site, publish(Versions(site.versions), 1, rules, {"calls": CALLS})


@asynccontextmanager
async def served(site: Site, version: str, switch: FakeSwitch) -> AsyncIterator[Server]:
    server = new_server(site, switch)
    serving = await serve(server, version)
    World(switch).phone("8001", PickUp(0.01))
    await until(lambda: server.controller.health()["ok"])
    await server.controller.tell(AgentSignedIn(AgentId("8001")))
    try:
        yield server
    finally:
        signal.raise_signal(signal.SIGTERM)
        await serving


async def order(server: Server, act: str) -> dict[str, Any]:
    app = make(server.controller, "token", WaitTokens("a secret"))
    body = {"act": act, "author": "li", "reason": "day 1"}
    status, answer = await ask(app, "POST", "/campaigns/calls", body, "token")
    assert status == 200
    return dict(answer)


async def test_people_are_called_and_the_rows_say_what_became_of_them(tmp_path: Path) -> None:
    site, version = await asyncio.to_thread(made, tmp_path, 3)
    switch = Network(Refuse(Cause.BUSY, 0.01), PickUp(0.01), Refuse(Cause.INVALID_NUMBER, 0.01))
    async with served(site, version, switch) as server:
        assert await order(server, "start") == {
            **{"campaign": "calls", "state": "running", "changed": True, "detail": ""}
        }
        assert (await order(server, "start"))["changed"] is False
        await until(lambda: any(leg.role == "agent" and leg.answered_at for leg in server.register.legs.values()))
        (row,) = server.controller.view()["campaigns"]
        assert (row["campaign"], row["state"], row["live"]) == ("calls", "running", 1)
        talking = next(leg.id for leg in switch.legs.values() if not leg.inbound and leg.device is None)
        await asyncio.sleep(0.1)
        World(switch).hang_up(talking)
        await until(lambda: server.controller.campaign_state("calls") == "finished")
        await server.controller.durable()
    found = report(site.database, CALLS)
    assert (found.dialled, found.answered, found.connected, found.double_dialled) == (3, 1, 1, 0)
    assert found.results == {"busy": 1, "invalid_number": 1, "talked": 1}
    assert {one.person: one.state for one in contacts(site.database, "calls")} == {
        **{"C0": "spent", "C1": "reached", "C2": "spent"}
    }
    assert standing(site.database, "calls") == Standing("finished", "progressive", "", "li", "day 1")
    assert switch.called == {f"+861380013{place:04d}": 1 for place in range(3)}


async def test_the_next_server_calls_nobody_twice_and_forgets_nobody(tmp_path: Path) -> None:
    site, version = await asyncio.to_thread(made, tmp_path, 4)
    switch = Network(Refuse(Cause.BUSY, 0.01), LeaveRinging(), Refuse(Cause.BUSY, 0.01), Refuse(Cause.BUSY, 0.01))
    async with served(site, version, switch) as server:
        await order(server, "start")
        await until(lambda: switch.called["+8613800130001"])
        await server.controller.durable()
    async with served(site, version, switch) as server:
        assert server.controller.campaign_state("calls") == "running"
        ringing = next(leg.id for leg in switch.legs.values() if leg.device is None)
        World(switch).hang_up(ringing, Cause.NO_ANSWER)
        await until(lambda: server.controller.campaign_state("calls") == "finished")
        await server.controller.durable()
    assert switch.called == {f"+861380013{place:04d}": 1 for place in range(4)}
    assert report(site.database, CALLS).results == {"busy": 3, "no_answer": 1}


async def test_a_campaign_that_has_called_everybody_goes_on_when_its_list_grows(tmp_path: Path) -> None:
    site, version = await asyncio.to_thread(made, tmp_path, 1)
    switch = Network(*[Refuse(Cause.BUSY, 0.01)] * 3)
    async with served(site, version, switch) as server:
        await order(server, "start")
        await until(lambda: server.controller.campaign_state("calls") == "finished")
        people = [(f"C{place}", place) for place in range(3)]
        await asyncio.to_thread(import_people, site.database, people, replace=True)
        await until(lambda: len(switch.called) == 3)
        await until(lambda: server.controller.campaign_state("calls") == "finished")
    assert switch.called == {f"+861380013{place:04d}": 1 for place in range(3)}
