"""All pages against WCAG by axe-core: no serious and no critical violation, in both languages, light and dark."""

import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from acd.events import AgentSignedIn
from bench.accessibility import violations
from bench.chromium import Page, chromium
from calls.ids import AgentId, CallId, LegId, QueueName
from control.rules.treatment import QueueDisposition, QueueTreatment
from hotline.server.serving import Server
from hotline.site.sign_in import address, new_link
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.control.harness import configuration
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ASKS = QueueTreatment(
    record=True, whisper="", dispositions={"solved": QueueDisposition("Solved", "1")}, disposition_required=True
)


class House:
    """A server, its world, and a browser."""

    def __init__(self, server: Server, switch: FakeSwitch, page: Page) -> None:
        self.server, self.world, self.page = server, World(switch), page

    async def sign_in(self) -> None:
        site = self.server.site
        await self.page.open(address(site, new_link(site.state, "admin", "operator", time.time())))
        await self.page.until("!!document.querySelector('hotline-wallboard')")

    async def turn_to(self, view: str, element: str) -> None:
        """Another page of the house, once it is drawn."""
        await self.page.tell(f"location.hash = '#{view}'; null")
        await self.page.until(
            f"!!document.querySelector('{element} main') && !document.querySelector('{element} main.alone')"
        )

    async def looked_at(self, name: str) -> None:
        """Both languages, and one of them in the other theme, have no grave violation."""
        for key in ("", "l", "t"):
            if key:
                await self.page.press(key)
            found = await violations(self.page)
            assert found == [], f"{name} after {key!r}"
        for key in ("l", "t"):
            await self.page.press(key)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "site").mkdir()
    site = new_site(tmp_path / "site")
    rules = configuration()
    care = QueueName("care")
    patient = msgspec.structs.replace(rules.queues[care], wrap_up_s=600.0)
    rules = msgspec.structs.replace(rules, queues={**rules.queues, care: patient})
    version = publish(Versions(site.versions), 1, rules, treatments={"care": ASKS})
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    async with chromium(tmp_path / "browser") as page:
        await page.size(1280, 800)
        yield House(server, switch, page)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_before_anybody_is_signed_in(house: House) -> None:
    web = house.server.site.settings.web
    await house.page.open(f"http://{web.host}:{web.port}/console/")
    await house.page.until("!!document.querySelector('hotline-sign-in input')")
    await house.looked_at("sign-in")
    await house.page.open(f"http://{web.host}:{web.port}/console/state.html#none")
    await house.page.until("document.body.innerText.length > 20")
    assert await violations(house.page) == []


async def test_every_page_with_a_call_on_it(house: House) -> None:
    await house.sign_in()
    await house.looked_at("wallboard, empty")
    leg, call = await _talk(house)
    await house.turn_to("wallboard", "hotline-wallboard")
    await house.looked_at("wallboard")
    await house.turn_to("desk/01", "hotline-desk")
    await house.page.until("!!document.querySelector('.hand-on')")
    await house.looked_at("desk in a talk")
    for view in ("seat", "supervisor", "cases", "flows", "campaigns", "history", "whatif"):
        await house.turn_to(view, f"hotline-{view}")
        await house.looked_at(view)
    house.world.hang_up(leg)
    database = house.server.site.database
    await until(lambda: _count(database, "SELECT count(*) FROM calls") == 1)
    await house.turn_to("desk/01", "hotline-desk")
    await house.page.until("!!document.querySelector('.came-of-it')")
    await house.looked_at("desk in wrap-up")
    _transcribe(database, call)
    await house.turn_to(f"history/{call}", "hotline-history")
    await house.page.until("!!document.querySelector('hotline-transcript button')")
    await house.page.tell("document.querySelector('hotline-transcript button').click(); null")
    await house.page.says("Good day")
    await house.looked_at("a call of history")
    assert house.page.problems == []


async def _talk(house: House) -> tuple[LegId, CallId]:
    """A caller who talks to agent 01; their leg at the switch, and the call."""
    house.world.phone("8001")
    await house.server.controller.tell(AgentSignedIn(AgentId("01")))
    leg = house.world.dial("95183", "13800138000")
    house.world.press(leg, "1")
    calls = house.server.register.calls
    await until(lambda: [one.place for one in calls.values()] == ["talking"])
    return leg, next(iter(calls))


def _count(database: Path, query: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
        count: int = store.execute(query).fetchone()[0]
        return count


def _transcribe(database: Path, call: str) -> None:
    """The call has a recording, and what was said in it."""
    line = {"side": "house", "begin_s": 0.5, "end_s": 1.0, "text": "Good day", "confidence": 1.0}
    row = ("/rec/1.wav", call, 1, "en", "whisper", 0.0, "", json.dumps([line]), '["your name"]', "[]", "goodday")
    with closing(sqlite3.connect(database, timeout=20)) as store, store:
        store.execute("INSERT INTO recordings VALUES ('/rec/1.wav', ?, 2.0, 'talk', '', 1)", (call,))
        store.execute(f"INSERT INTO transcripts VALUES ({', '.join('?' * len(row))})", row)
