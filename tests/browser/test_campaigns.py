"""The campaign desk in a real browser: started and seen at work, a call tried, a scene approved by a second person."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.site.site import Site
from tests.browser.pictures import documented
from tests.browser.watched import Watched, person, watching
from tests.ports import free_port
from tests.unit.hotline.campaigns.stores import a_try, import_people, log_tries
from tests.unit.hotline.governing.gated_site import approve_policy, publish_again, write

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CAMPAIGNS = (
    "campaigns:\n"
    "  calls: {title: Spring calls, scene: offer, mode: progressive, queue: care, lists: spring,"
    " safe_harbour: welcome, at_once: 3}\n"
    "  renewals: {title: Renewals, scene: remind, mode: predictive, queue: care, lists: spring,"
    " safe_harbour: welcome}\n"
)


class Desk(Watched):
    """The pages of campaigns."""

    async def fill(self, name: str, value: str) -> None:
        """Write into the field of this name."""
        await self.page.until(f"!!document.querySelector('[name={name}]')")
        await self.page.tell(f"document.querySelector('[name={name}]').value = {value!r}; null")

    async def test_call(self, number: str) -> None:
        """Have a call to this number tried for the scene `offer`."""
        await self.page.until("document.querySelectorAll('[name=scene] option').length === 3")
        await self.page.tell("document.querySelector('[name=scene]').value = 'offer'; null")
        await self.fill("number", number)
        await self.page.click("Test")
        await self.page.until("!!document.querySelector('.verdict')")


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = f"web: {{port: {free_port()}}}\nlanguages: [en]\nzone: {_zone()}\nrefit_at: null\n"
    site, version = await asyncio.to_thread(_site, tmp_path / "site", settings)
    people = (person("wang", "compliance", "campaign_owner"), person("sun", "supervisor"))
    async with watching(Desk, tmp_path, site, version, people) as desk:
        yield desk


def _zone() -> str:
    """A zone in which it is about noon: no day ends while its calls are looked at."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}"  # whose sign is that of POSIX


def _site(folder: Path, settings: str) -> tuple[Site, str]:
    """A site with scenes that nobody has approved, and a campaign that has called today; and its version."""
    folder.mkdir()
    site = write(folder, hotline=settings)
    (folder / "dialplans/campaigns").mkdir()
    (folder / "dialplans/campaigns/all.yaml").write_text(CAMPAIGNS)
    version = publish_again(site).version
    approve_policy(site)
    import_people(site.database, [(f"C{place}", place) for place in range(5)])
    talk = {"answered_at": 9.0, "connected_at": 10.0, "result": "talked"}
    lost = {"answered_at": 9.0, "result": "abandoned", "abandoned": True}
    tries = []
    for place in range(24):
        words = talk if place % 3 else lost if place == 12 else {}
        tries.append(a_try(f"calls/1.{place}/1", place % 5, time.time() - 600 * (23 - place) - 5, **words))
    log_tries(site.database, *tries)
    return site, version


async def test_a_campaign_is_started_seen_and_its_scene_approved(watched: Desk) -> None:
    page = watched.page
    await watched.sign_in("wang")
    await page.click("Campaigns")
    await page.says("Spring calls")
    await page.says("0 of 5")
    await page.until("!!document.querySelector('hotline-pacing canvas')")
    await page.says("counted, not paced by")
    await page.click("Count now")
    await page.says("How calls ended")
    await documented(page, "campaigns")
    await page.press("t")
    await page.until("document.documentElement.dataset.theme === 'dark'")
    await page.until("!!document.querySelector('hotline-pacing canvas')")
    await watched.page.picture("campaigns-dark")
    await watched.fill("reason", "day 1")
    await page.click("Start")
    await page.says("Running")
    await page.says("wang: day 1")
    await page.click("Renewals")
    await page.says("Not started")
    await watched.fill("reason", "both")
    await page.click("Start")
    # nobody is asked for: the lists' people are in the other's hands, and its pace counts each window by itself
    await page.until("document.querySelectorAll('.windows tbody tr').length === 3")
    await page.says("agents are shared")
    await watched.page.picture("campaigns-predictive")
    await page.click("Spring calls")
    await page.click("In hand 5")
    await page.says("+86*******0000")
    assert "13800130000" not in await page.tell("document.documentElement.outerHTML")
    await page.click("Whole numbers")
    await page.says("+8613800130000")
    assert '"what":"numbers shown","about":"contacts of campaign calls"' in watched.audited()
    await watched.page.picture("campaigns-contacts")
    await page.click("Governor")
    await watched.test_call("13800138000")
    await page.says("it is not approved")
    await page.says("+86*******8000")
    assert '"what":"gate asked"' in watched.audited()
    await page.until("document.querySelectorAll('hotline-governor section:last-of-type tbody tr').length === 1")
    await watched.page.picture("governor")
    await page.click("Approvals")
    await page.click("offer")
    await page.says("Nobody has approved it yet")
    await page.until("document.querySelector('pre.diff').innerText.includes('+script: sales_script')")
    await watched.page.picture("approvals-dark")
    await watched.fill("reason", "minutes of 30 November")
    await page.click("Approve")
    await page.says("may call")
    assert '"what":"scenes approved"' in watched.audited()
    await page.click("Governor")
    await watched.test_call("13800138000")
    await page.until("document.querySelectorAll('hotline-governor section:last-of-type tbody tr').length === 2")
    assert "it is not approved" not in await page.tell("document.querySelector('[role=status] table')?.innerText ?? ''")
    await page.press("t")
    await page.press("l")
    await page.says("立即试算一通外呼")
    await watched.page.picture("governor-zh")
    named = "(one) => one.innerText || one.ariaLabel || one.labels?.length"
    parts = "button, input, select, progress, meter"
    assert await page.tell(f"[...document.querySelectorAll('{parts}')].every({named})"), "all have names"
    assert await page.tell("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


async def test_who_may_not_approve_looks(watched: Desk) -> None:
    page = watched.page
    await watched.sign_in("sun")
    await page.click("Campaigns")
    await page.says("Spring calls")
    await page.click("Approvals")
    await page.click("offer")
    await page.says("somebody of compliance approves")
    buttons = await page.tell("[...document.querySelectorAll('main button')].map((one) => one.innerText)")
    assert "Approve" not in buttons
    await page.tell("location.hash = '#campaigns/calls'; null")
    await page.says("Not started")
    assert "Whole numbers (audited)" not in await page.tell("document.body.innerText")
    assert page.problems == []
