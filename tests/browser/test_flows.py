"""The flow picture in a real browser: the sample's flows, calls and drop-outs, lint, two versions, a case."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.store import statements
from hotline.versions.checking import check
from hotline.versions.store import Manifest, Versions
from tests.browser.pictures import documented
from tests.browser.watched import Watched, empty_site, person, watching

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_ROOT = Path(__file__).parents[2]
_STEPS = "document.querySelectorAll('svg.flow button.step:not(.inner)').length"


class Drawn(Watched):
    """The pages of the sample's flows."""

    async def choose(self, selector: str, value: str) -> None:
        """Choose a value of a list, once it is there."""
        await self.page.until(
            f"[...document.querySelector('{selector}').options].some((one) => one.value === {value!r})"
        )
        await self.page.tell(
            f"(() => {{ const list = document.querySelector('{selector}'); list.value = {value!r};"
            " list.dispatchEvent(new Event('change')); })()"
        )


def _publish(site: Site, number: int) -> str:
    """The folder as it stands, without sounds."""
    checked = check(site)
    assert checked.program is not None, checked.errors
    assert checked.routing is not None
    version, versions = f"{number:04d}-{number:08x}", Versions(site.versions)
    program = checked.program.with_clips(version, {})
    manifest = Manifest(version, time.time(), "", "test", len(program.flows), 0)
    versions.add(manifest, program, checked.routing, list(checked.paths.items()))
    versions.activate(version)
    return version


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Drawn]:
    site = empty_site(tmp_path)
    for folder in ("dialplans", "prompts"):
        shutil.copytree(_ROOT / folder, site.folder / folder)
    await asyncio.to_thread(_publish, site, 1)
    path = site.dialplans / "flows" / "main.yaml"
    path.write_text(
        path.read_text().replace("then: office}", "then: once_more}\nonce_more: {say: welcome, then: office}")
    )
    version = await asyncio.to_thread(_publish, site, 2)
    people = (person("sun", "supervisor"), person("li", "agent"))
    async with watching(Drawn, tmp_path, site, version, people) as drawn:
        yield drawn


def _yesterday(server: Server) -> None:
    """Ten callers of an hour ago, of whom two hung up at the consent and three in the hours' step."""
    at = time.time() - 3600
    with closing(sqlite3.connect(server.site.database, timeout=20)) as store, store:
        for number in range(10):
            call = f"old-{number}"
            row = (call, "+8613800138000", "95183", "v", "zh-CN", at, None, None, at + 60, "", None, "left_in_menu")
            store.execute(statements.CALL, (*row, "normal", "", "in"))
            steps = [("consent", "caller_left" if number < 2 else "said")]
            steps += [("office", "caller_left" if number < 5 else "open")] if number >= 2 else []
            for index, (step, outcome) in enumerate(steps):
                store.execute(statements.STEP, (call, index, "main", step, "say", at, at + 5, "", outcome))


async def test_a_flow_is_drawn_with_its_calls_and_its_day(watched: Drawn) -> None:
    page = watched.page
    _yesterday(watched.server)
    await watched.sign_in("sun")
    await page.click("Flows")
    await page.until(f"{_STEPS} === 3")
    await page.until("document.querySelector('svg.flow .end.left').textContent.includes('✕ 2 · 20%')")
    watched.world.dial("95183", "13800138000")
    await page.until("!!document.querySelector('svg.flow .step .now')")
    assert "13800138000" not in await page.tell("document.documentElement.outerHTML")
    await page.click("consent")
    await page.until("document.querySelectorAll('.phrase').length >= 2")
    await page.says("Hung up here")
    await watched.choose(".before", "0001-00000001")
    await page.until("document.querySelectorAll('svg.flow .step.added').length === 1")
    await page.until("document.querySelector('.diff').innerText.includes('+once_more')")
    assert await page.tell("document.querySelectorAll('svg.flow .way.added').length") == 2
    await documented(page, "flow")
    await page.tell("location.hash = '#flows/reception'; null")
    await page.until(f"{_STEPS} > 4")
    await watched.choose(".before", "")
    await watched.page.picture("flow-light")
    assert await page.tell("[...document.querySelectorAll('button')].every((one) => one.innerText || one.ariaLabel)")
    assert await page.tell("[...document.querySelectorAll('select')].every((one) => one.labels.length)")
    assert await page.tell("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


async def test_a_test_case_is_played_step_by_step_and_lint_stands_at_its_step(watched: Drawn) -> None:
    page, site = watched.page, watched.server.site
    path = site.dialplans / "flows" / "main.yaml"
    path.write_text(path.read_text().replace("open: {flow: reception}", "open: {flow: recepton}"))
    await watched.sign_in("sun")
    await page.click("Flows")
    await page.until(f"{_STEPS} === 3")
    await watched.choose(".test-case", "a complaint lands in care")
    await page.until("!!document.querySelector('svg.flow .step.at')")
    for _ in range(30):
        if await page.tell("document.querySelector('.course li:last-child').ariaCurrent === 'true'"):
            break
        await page.tell("document.querySelector('hotline-flow-play button.main').click(); null")
        await page.tell("new Promise((done) => requestAnimationFrame(done))")
    await page.until("document.querySelectorAll('.course li.later').length === 0")
    await page.says("as expected")
    await page.until("document.querySelectorAll('svg.flow .step.walked').length >= 1")
    await watched.page.picture("flow-played")
    await page.tell("location.hash = '#flows/main'; null")
    await page.click("Lint")
    await page.until("!!document.querySelector('svg.flow .step .problems')")
    await page.says("did you mean reception")
    await page.press("t")
    await page.press("l")
    await page.says("测试用例")
    await watched.page.picture("flow-dark")
    assert page.problems == []


async def test_an_agent_sees_no_flows(watched: Drawn) -> None:
    page = watched.page
    await watched.sign_in("li")
    await page.tell("location.hash = '#flows'; null")
    await page.until("!!document.querySelector('header h1') && !document.querySelector('hotline-flows')")
    assert "Flows" not in await page.tell("document.querySelector('nav').innerText")
