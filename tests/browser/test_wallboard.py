"""The wallboard in a real browser: signed in by a link, moving with the calls, read on a desk and at a wall."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.events import AgentPaused, AgentSignedIn
from bench.chromium import chromium
from calls.ids import AgentId
from hotline.site.sign_in import LinkRole, address, new_link
from hotline.versions.store import Versions
from hotline.web import live_events
from tests.browser.watched import Watched, empty_site, watching
from tests.unit.hotline.served import new_server, publish, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_SHOWN = "!!document.querySelector('hotline-wallboard .figure')"


class Wallboard(Watched):
    """The board, in a browser."""

    async def show(self, role: LinkRole = "admin") -> None:
        await self.page.open(address(self.site, new_link(self.site.state, role, "operator", time.time())))
        await self.page.until(_SHOWN)

    async def figures(self) -> dict[str, str]:
        """By its name each big figure."""
        found: dict[str, str] = await self.page.tell(
            "Object.fromEntries([...document.querySelectorAll('.figure')]"
            ".map((one) => [one.querySelector('h2').innerText, one.querySelector('.value').innerText]))"
        )
        return found


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Wallboard]:
    site = empty_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    async with watching(Wallboard, tmp_path, site, version) as board:
        yield board


async def test_a_link_signs_in_and_the_board_moves_with_the_calls(watched: Wallboard) -> None:
    page, world, tell = watched.page, watched.world, watched.server.controller.tell
    await watched.show()
    assert await page.tell("location.hash") == "", "the token is gone from the address"
    assert (await watched.figures())["Waiting"] == "0"
    callers = [world.dial("95183", f"1380013800{number}") for number in range(3)]
    await page.until("document.querySelectorAll('.calls tbody tr').length === 3")
    for caller in callers:
        world.press(caller, "1")
    await page.until("document.querySelector('.figure .value').innerText.startsWith('3')")
    assert "+86*******8000" in await page.tell("document.querySelector('.calls').innerText")
    assert "13800138000" not in await page.tell("document.documentElement.outerHTML")
    world.phone("8001")
    await tell(AgentSignedIn(AgentId("01")))
    await page.until("document.querySelector('.people')?.innerText.includes('Talking')")
    await tell(AgentSignedIn(AgentId("02")))
    await tell(AgentPaused(AgentId("02"), "lunch"))
    await page.until("document.querySelector('.people').innerText.includes('Paused')")
    await watched.page.picture("wallboard-moving")
    world.hang_up(callers[2])
    await page.until("document.querySelectorAll('.calls tbody tr').length === 2")
    await page.until("[...document.querySelectorAll('.figure')].at(4).querySelector('.value').innerText === '1'")
    assert page.problems == []


async def test_languages_themes_and_screens(watched: Wallboard) -> None:
    page = watched.page
    await page.size(1280, 720)
    await watched.show("wallboard")
    for width, height, least in ((1280, 720, 40), (1920, 1080, 60), (3840, 2160, 120)):
        await page.size(width, height)
        await page.until(f"innerWidth === {width}")
        size = await page.tell("parseFloat(getComputedStyle(document.querySelector('.figure .value')).fontSize)")
        assert size >= least, "read from four metres"
        assert await page.tell("document.documentElement.scrollWidth <= innerWidth"), width
        assert await page.tell("document.documentElement.scrollHeight <= innerHeight"), height
        await watched.page.picture(f"wallboard-{width}")
    assert await page.tell("document.documentElement.lang") == "en"
    await page.press("l")
    await page.until("document.querySelector('.figure h2').innerText === '排队'")
    assert await page.tell("document.documentElement.lang") == "zh-CN"
    grounds = set()
    for _ in range(2):
        await page.press("t")
        await page.until("document.documentElement.dataset.theme !== undefined")
        grounds.add(await page.tell("getComputedStyle(document.body).backgroundColor"))
        await watched.page.picture(f"wallboard-theme-{len(grounds)}")
    assert len(grounds) == 2
    assert await page.tell("[...document.querySelectorAll('button')].every((one) => one.innerText || one.ariaLabel)"), (
        "each button has a name"
    )
    await page.ask("Page.reload")
    await page.until(_SHOWN)
    assert await page.tell("document.documentElement.lang") == "zh-CN", "the choice is kept"
    assert page.problems == []


async def test_nobody_sees_anything_without_a_session(watched: Wallboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_events, "_LOOK_AT_SESSION_S", 0.1)
    page = watched.page
    await page.open(address(watched.site))
    await page.until("document.body.innerText.includes('hotline sign-in')")
    await page.open(address(watched.site, "made-up"))  # the same page by another link: nothing else reloads it
    await page.until("document.body.innerText.includes('too old')")
    await watched.show()
    await page.tell(
        "fetch('../session').then((one) => one.json())"
        ".then((one) => fetch('../session', {method: 'DELETE', headers: {'Hotline-Csrf': one.csrf}}))"
    )
    await page.until("document.body.innerText.includes('hotline sign-in')")


async def test_a_server_that_goes_and_comes(tmp_path: Path) -> None:
    site = empty_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    serving = await serve(new_server(site), version)
    async with chromium(tmp_path / "browser") as page:
        await asyncio.sleep(0.5)
        await page.open(address(site, new_link(site.state, "wallboard", "door", time.time())))
        await page.until(_SHOWN)
        signal.raise_signal(signal.SIGTERM)
        await serving
        await page.until("document.querySelector('.link').innerText.includes('cut off since')")
        assert await page.tell(_SHOWN), "the figures stay as they were"
        serving = await serve(new_server(site), version)
        await page.until("document.querySelector('.link').innerText.includes('live')")
    signal.raise_signal(signal.SIGTERM)
    await serving
