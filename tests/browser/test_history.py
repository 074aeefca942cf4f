"""History in a real browser: calls are searched for, one is told and explained, its recording heard."""

import asyncio
import contextlib
import sqlite3
import struct
import wave
from collections.abc import AsyncIterator
from math import pi, sin
from pathlib import Path

import pytest

from acd.events import AgentSignedIn
from calls.ids import AgentId
from hotline.store import statements
from hotline.versions.store import Versions
from tests.browser.pictures import documented
from tests.browser.watched import Watched, empty_site, person, watching
from tests.unit.hotline.served import publish, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RATE = 8_000


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    site = empty_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    people = (person("zhao", "compliance"), person("qian", "campaign_owner"))
    async with watching(Watched, tmp_path, site, version, people) as looked_at:
        yield looked_at


def _sound(path: Path) -> None:
    """Three seconds of two sides who speak in turn."""
    frames = []
    for place in range(3 * RATE):
        turn, level = place // (RATE // 2) % 2, int(12_000 * sin(2 * pi * 330 * place / RATE))
        frames.append(struct.pack("<hh", *((level, 0) if turn else (0, level))))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(frames))


async def _talked(watched: Watched) -> str:
    """A call that is over and recorded, and one that was abandoned; the first one's id."""
    world, server = watched.world, watched.server
    world.phone("8001")
    await server.controller.tell(AgentSignedIn(AgentId("01")))
    caller = world.dial("95183", "13800138000")
    await until(lambda: server.register.calls)
    (call,) = server.register.calls
    world.press(caller, "1")
    await until(lambda: any(one.place == "talking" for one in server.register.calls.values()))
    world.hang_up(caller)
    await until(lambda: not server.register.calls)
    world.hang_up(world.dial("95183", "13900139000"))
    await until(lambda: not server.register.calls)
    await server.controller.durable()
    path = server.site.state / "talk-1.wav"
    await asyncio.to_thread(_sound, path)
    with contextlib.closing(sqlite3.connect(server.site.database)) as store, store:
        store.execute(statements.RECORDING, (str(path), call, 3.0, "talk", "", 1))
    reports = server.site.folder / "var/reports"
    reports.mkdir()
    (reports / "daily-2026-11-29.html").write_text("<!doctype html><title>daily</title><h1>Sunday</h1>")
    return call


async def test_a_call_is_found_told_explained_and_heard(watched: Watched) -> None:
    page = watched.page
    call = await _talked(watched)
    await watched.sign_in("zhao")
    await page.click("History")
    await page.until("document.querySelectorAll('.history tbody tr').length === 2")
    assert "13800138000" not in await page.tell("document.documentElement.outerHTML")
    await page.tell("document.querySelector('[name=number]').value = '138 0013 8000'; null")
    await page.click("Search")
    await page.until("document.querySelectorAll('.history tbody tr').length === 1")
    assert '"what":"number looked up","about":"calls of +8613800138000"' in watched.audited()
    await page.click(await page.tell("document.querySelector('.history tbody button').innerText"))
    await page.says("talks with 01")
    assert await page.tell("decodeURIComponent(location.hash)") == f"#history/{call}"
    await page.click("▶ Recording")
    await page.until("document.querySelectorAll('.recording .wave svg').length === 2")
    await until(lambda: "recording" in watched.audited())
    await page.click("Why this agent")
    await page.says("offered to 01", 120)
    await page.says("01: chosen")
    await documented(page, "history")
    await page.press("t")
    await page.until("document.documentElement.dataset.theme === 'dark'")
    await watched.page.picture("history-dark")
    links = await page.tell("[...document.querySelectorAll('.history a')].map((one) => one.getAttribute('href'))")
    assert links == ["../calls.csv?number=138+0013+8000", "../calls.xlsx?number=138+0013+8000",
                     "../reports/daily-2026-11-29.html"]  # fmt: skip
    file = await page.tell(f"fetch({links[0]!r}).then((one) => one.text())")
    assert "+86*******8000" in file
    report = await page.tell(f"fetch({links[2]!r}).then((one) => one.text())")
    assert "Sunday" in report
    await page.press("l")
    await page.says("已结束的通话")
    await watched.page.picture("history-zh")
    named = "(one) => one.innerText || one.ariaLabel || one.labels?.length"
    parts = "button, input, select"
    assert await page.tell(f"[...document.querySelectorAll('{parts}')].every({named})"), "all have names"
    assert await page.tell("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


async def test_who_may_not_search_has_no_such_page(watched: Watched) -> None:
    page = watched.page
    await watched.sign_in("qian")
    await page.says("Campaigns")
    assert "History" not in await page.tell("document.querySelector('nav').innerText")
    await page.tell("location.hash = '#history'; null")
    await page.until("!!document.querySelector('hotline-wallboard')")
    assert page.problems == []
