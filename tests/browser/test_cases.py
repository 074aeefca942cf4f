"""The case desk in a real browser: the inbox by due time, a case with player and clocks, acts, the customer's page."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from bench.chromium import Page
from calls.ids import AgentId, CallId
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendar, Version
from complaints.clocks.clock import Clock, Condition
from complaints.intake.contact import Contact
from control.messages import log_commands
from dsl.hours import Hours
from hotline.cases import intake
from hotline.server.serving import Server
from hotline.site.sign_in import address, new_link
from hotline.store import statements
from hotline.versions.store import Versions
from tests.browser.pictures import documented
from tests.browser.watched import Watched, empty_site, person, watching
from tests.unit.hotline.served import publish, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

H = 3600.0
_ALWAYS = Calendar((Version(Hours("UTC", (((0, 1440),),) * 7), "always"),))


def _clock(name: str, hours: float, stop: str) -> Clock:
    started, stopped = Condition({"opened": ()}), Condition({stop: ()})
    return Clock(name, "internal", "natural_minutes", "always", started, stopped, {"else": hours * H})


BOOK = ClockBook(
    {
        "first_feedback": _clock("first_feedback", 2.0, "first_feedback"),
        "decision": _clock("decision", 48.0, "decided"),
    },
    {"always": _ALWAYS},
)


def _take_in(server: Server, source: str, ago_s: float, text: str, **more: str) -> str:
    site = server.site
    contact = Contact("http", source, time.time() - ago_s, text=text, caller="+8613800138000", **more)
    (taken,) = intake.take_in(site.database, [intake.checked(contact, "CN")], site.zone)
    return taken.case


def _call_with_recording(server: Server) -> None:
    """A call of ten minutes ago, whose talk was recorded: the caller speaks first, then the agent."""
    site, rate, at = server.site, 8000, time.time() - 600
    line = 0.3 * np.sin(2 * np.pi * 440 * np.arange(4 * rate) / rate)
    halves = np.repeat([1.0, 0.0], 2 * rate)
    path = site.state / "talk-1.wav"
    soundfile.write(path, np.column_stack([line * halves, line * halves[::-1]]), rate)
    who = (CallId("c1"), "+8613800138000", "95183", "v", "zh-CN")
    row = log_commands.LogCall(*who, at, at + 5, at + 30, at + 90, "care", AgentId("01"), "answered", "normal")
    with closing(sqlite3.connect(site.database, timeout=20)) as store, store:
        store.execute(statements.CALL, msgspec.structs.astuple(row))
        store.execute(statements.RECORDING, (str(path), "c1", 4.0, "talk", "", 1))


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    site = empty_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    (site.versions / version / "clocks.json").write_bytes(msgspec.json.encode(BOOK))
    people = (person("zhou", "lead"), person("wang", "auditor"), person("li", "agent"))
    async with watching(Watched, tmp_path, site, version, people) as looked_at:
        yield looked_at


async def _fill(page: Page, name: str, value: str) -> None:
    found = f"document.querySelector('hotline-case-acts form [name={name}]')"
    await page.until(f"!!{found}")
    await page.tell(f"{found}.value = {value!r}; null")


async def _send(page: Page) -> None:
    await page.tell("document.querySelector('hotline-case-acts form button.main').click(); null")


async def _speaks_to_all(page: Page) -> None:
    """Each button and each field has a name, and nothing is wider than the screen."""
    assert await page.tell("[...document.querySelectorAll('button')].every((one) => one.innerText || one.ariaLabel)")
    fields = "[...document.querySelectorAll('input, select, textarea')]"
    assert await page.tell(f"{fields}.every((one) => one.labels.length || one.ariaLabel)")
    assert await page.tell("[...document.querySelectorAll('[role=img]')].every((one) => one.ariaLabel)")
    assert await page.tell("document.documentElement.scrollWidth <= innerWidth")


async def test_a_case_from_the_inbox_to_its_next_stage(watched: Watched) -> None:
    page, server = watched.page, watched.server
    _call_with_recording(server)
    late = _take_in(
        server, "m1", 3 * H, "Three thousand were taken twice, ring 13800138000", account="A1", product="loans"
    )
    _take_in(server, "m2", 600, "Nobody told me of the fee", account="B2", product="cards")
    contact = Contact(
        *("agent", "c1/form", time.time() - 60), text="charged twice", caller="+8613900139000", fields={"call": "c1"}
    )
    (form,) = intake.take_in(server.site.database, [intake.checked(contact, "CN")], server.site.zone)
    await watched.sign_in("zhou")
    await page.click("Cases")
    await page.until("document.querySelectorAll('.cases tbody tr').length === 3")
    await page.until("document.querySelector('.cases tbody tr').innerText.includes('overdue')")
    await page.until("document.querySelectorAll('.cases tbody tr')[1].innerText.includes('left')")
    assert "13800138000" not in await page.tell("document.documentElement.outerHTML")
    await _speaks_to_all(page)
    await watched.page.picture("cases-inbox")

    await page.tell(f"location.hash = '#cases/{form.case}'; null")
    await page.click("▶ Recording")
    await page.until("document.querySelectorAll('.wave').length === 2")
    assert "50%" in await page.tell("document.querySelector('.wave.agent').innerText")
    await page.tell(
        "const wave = document.querySelector('.wave svg'), box = wave.getBoundingClientRect();"
        "wave.dispatchEvent(new MouseEvent('click', {clientX: box.left + box.width * 0.75, bubbles: true})); null"
    )
    await page.until("document.querySelector('audio').currentTime >= 2.5")
    await until(lambda: "recording looked at" in watched.audited() and "recording heard" in watched.audited())
    await documented(page, "case")

    await page.tell(f"location.hash = '#cases/{late}'; null")
    await page.says("Three thousand were taken twice")
    await page.click("Show number")
    await page.says("+8613800138000")
    assert f"case {late}" in watched.audited()
    buttons = "[...document.querySelectorAll('hotline-case-acts button')].map((one) => one.innerText)"
    await page.until(f"{buttons}.includes('Grade')")
    assert not {"Close", "Decide", "First feedback given"} & set(await page.tell(buttons)), "no stage is skipped"
    await page.click("Grade")
    await _fill(page, "grade", "level_2")
    await _fill(page, "reason", "by hand")
    await watched.page.picture("case-form")
    await _send(page)
    await page.click("Dispatch")
    await _fill(page, "department", "care")
    await _send(page)
    await page.click("Take")
    await _send(page)
    await page.until("document.querySelector('[aria-current=step]').innerText.includes('dispatched')")
    await page.click("First feedback given")
    await _send(page)
    await page.until("document.querySelector('[aria-current=step]').innerText.includes('first feedback')")
    await page.until("document.querySelector('.clocks').innerText.includes('missed')")
    await _speaks_to_all(page)
    await watched.page.picture("case-light")
    await page.press("t")
    await page.press("l")
    await page.says("客户陈述")
    await watched.page.picture("case-dark")
    assert page.problems == []


async def test_the_customer_sees_how_the_case_stands_and_nothing_else(watched: Watched) -> None:
    page = watched.page
    case = _take_in(watched.server, "m1", 60, "Nobody told me of the fee")
    await watched.sign_in("zhou")
    await page.tell(f"location.hash = '#cases/{case}'; null")
    await page.click("Make the link")
    await page.until("!!document.querySelector('.customers-link')")
    link = await page.tell("document.querySelector('.customers-link').href")
    await page.click("Sign out")
    await page.says("Nobody is signed in here.")
    await page.open(link)
    await page.says("How your case stands")
    await page.says("We have received it")
    await watched.page.picture("case-state")
    text = await page.tell("document.body.innerText")
    assert case in text
    assert "fee" not in text
    await page.open(link + "x")
    await page.tell("location.reload(); null")
    await page.says("There is no case with this link")


async def test_who_only_reads_has_no_buttons_and_an_agent_no_page(watched: Watched) -> None:
    page = watched.page
    case = _take_in(watched.server, "m1", 60, "Nobody told me of the fee")
    await watched.sign_in("wang")
    await page.tell(f"location.hash = '#cases/{case}'; null")
    await page.says("You may look at cases, and do nothing with them.")
    assert "Show number" not in await page.tell("document.body.innerText")
    await page.click("Sign out")
    await page.says("Nobody is signed in here.")
    site = watched.server.site
    await page.open(address(site, new_link(site.state, "person", "li", time.time())))
    await page.until("document.querySelector('nav').innerText.includes('li')")
    await page.tell(f"location.hash = '#cases/{case}'; null")
    await page.until("!document.querySelector('hotline-case') && !!document.querySelector('header h1')")
    assert "Cases" not in await page.tell("document.querySelector('nav').innerText")
