"""The supervisor's page in a real browser: agents and callers as they move, and orders about them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.events import AgentPaused, AgentSignedIn
from calls.ids import AgentId
from hotline.versions.store import Versions
from tests.browser.watched import Watched, empty_site, person, watching
from tests.unit.hotline.served import publish, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    site = empty_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    people = (person("sun", "supervisor"), person("li", "agent", agent="01"))
    async with watching(Watched, tmp_path, site, version, people) as looked_at:
        yield looked_at


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
    world.phone("8003")
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
