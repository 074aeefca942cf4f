"""The supervisor's page in a real browser: agents and callers as they move, and orders about them."""

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.events import AgentPaused, AgentSignedIn
from bench.chromium import Page, chromium
from calls.ids import AgentId
from hotline.people import users
from hotline.people.users import User
from hotline.server.serving import Server
from hotline.site.sign_in import address, new_link
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


class Watched:
    """A server, its world, and a browser."""

    def __init__(self, server: Server, switch: FakeSwitch, page: Page) -> None:
        self.server, self.world, self.page = server, World(switch), page

    async def sign_in(self, person: str) -> None:
        site = self.server.site
        await self.page.open(address(site, new_link(site.state, "person", person, time.time())))
        await self.page.click("Not now")


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    (tmp_path / "site").mkdir()
    site = new_site(tmp_path / "site")
    version = publish(Versions(site.versions), 1)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    for name, role, agent in (("sun", "supervisor", ""), ("li", "agent", "01")):
        users.add(site.database, User(name=name, roles=(role,), agent=agent, added_at=time.time(), added_by="root"))
    async with chromium(tmp_path / "browser") as page:
        await page.size(1280, 800)
        yield Watched(server, switch, page)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_agents_and_callers_are_listed_and_moved(watched: Watched) -> None:
    page, world, tell = watched.page, watched.world, watched.server.controller.tell
    await watched.sign_in("sun")
    await page.click("Supervisor")
    await page.says("Nobody waits.")
    world.phone("8001")
    await tell(AgentSignedIn(AgentId("01")))
    caller = world.dial("95183", "13800138000")
    await page.until("!!document.querySelector('hotline-supervisor')")
    world.press(caller, "1")
    await page.says("Talking")
    world.phone("8002")
    await tell(AgentSignedIn(AgentId("02")))
    await tell(AgentPaused(AgentId("02"), "lunch"))
    await page.says("lunch")
    other = world.dial("95183", "13900139000")
    world.press(other, "1")
    await page.says("+86*******9000")
    assert "13900139000" not in await page.tell("document.documentElement.outerHTML")
    await page.click("Listen")
    await page.says("Say which phone is yours")
    await page.tell(
        "const own = document.querySelector('.phone-of input'); own.value = '8003';"
        " own.dispatchEvent(new Event('change')); null"
    )
    await watched.page.picture("supervisor")
    await page.click("Listen")
    await page.until("!document.querySelector('[role=alert]').innerText")
    audit = watched.server.site.state / "audit.log"
    await until(lambda: "talk supervised" in audit.read_text())
    await page.click("Ready again")
    await page.says("Nobody waits.")
    assert page.problems == []


async def test_an_agent_begins_at_their_desk_and_sees_no_supervisors_page(watched: Watched) -> None:
    page = watched.page
    await watched.sign_in("li")
    await page.says("Nobody is calling you just now.")
    assert await page.tell("document.title.startsWith('Desk')")
    buttons = await page.tell("[...document.querySelectorAll('nav button')].map((one) => one.innerText)")
    assert "Wallboard" in buttons
    assert "Supervisor" not in buttons
    await page.click("Use this browser as the phone")
    await page.until("document.querySelector('[role=alert]').innerText.length > 0")
    await page.press("l")
    await page.says("目前没有来电")
    await watched.page.picture("desk-zh")
    await page.tell("location.hash = '#supervisor'; null")
    await page.until("!!document.querySelector('hotline-desk')")
