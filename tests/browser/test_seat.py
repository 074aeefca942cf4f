"""A silent seat in a real browser: what the robot would say, until when; it is taken, edited, approved, declined."""

import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bench.accessibility import violations
from bench.chromium import Page, chromium
from calls.commands import Listen
from calls.events import SpeechHeard
from calls.ids import CallId, LegId
from calls.ports import SwitchCommand
from hotline.people import users
from hotline.people.users import User
from hotline.server.serving import Server
from hotline.site.sign_in import address, new_link
from hotline.versions.store import Versions
from ivr.commands import Understand
from ivr.events import Understood
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.control.supervision.test_reviews import PROPOSING
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SAID = "我的卡6222021234567890的事"
"""Its figures are shown to nobody."""
REVIEW_S = 300.0
"""Until the call goes the usual way: a browser takes its time on a busy machine."""


class HearingSwitch(FakeSwitch):
    """Callers who are listened to say SAID."""

    def send(self, command: SwitchCommand) -> None:
        if isinstance(command, Listen):
            self._session.tell(SpeechHeard(command.leg, command.attempt, SAID, 1.0))
        else:
            super().send(command)


class InDoubt:
    """Judges each sentence as one of two."""

    def prepare(self, version: str) -> None:
        """Nothing is to be loaded."""

    async def judge(self, said: Understand) -> Understood:
        return Understood(said.call, said.attempt, "asked", "pay", "lost", 0.5, 0.1)

    def close(self) -> None:
        """Nothing is open."""


class Seated:
    """A server, its world, and a browser in which li looks at the page of the silent seat."""

    def __init__(self, server: Server, switch: FakeSwitch, page: Page) -> None:
        self.server, self.world, self.page = server, World(switch), page

    async def in_doubt(self) -> tuple[LegId, CallId]:
        """A caller about whose words the robot is in doubt; their leg at the switch, and the call."""
        known = set(self.server.register.calls)
        leg = self.world.dial("95183", "13800138000")
        await until(lambda: set(self.server.register.calls) - known)
        (call,) = set(self.server.register.calls) - known
        await self.page.until("!!document.querySelector('.proposal')")
        return leg, call

    def reviewed(self, call: CallId) -> str:
        return self.server.register.ladders[call].turns[-1].reviewed


@pytest.fixture
async def seated(tmp_path: Path) -> AsyncIterator[Seated]:
    (tmp_path / "site").mkdir()
    site = new_site(tmp_path / "site")
    main = PROPOSING.flows["main"]
    patient = msgspec.structs.replace(main.steps["a"], review_s=REVIEW_S)  # type: ignore[call-arg]  # it understands
    flows = {"main": msgspec.structs.replace(main, steps={**main.steps, "a": patient})}
    program = msgspec.structs.replace(PROPOSING, entries={"95183": "main"}, flows=flows)
    version = publish(Versions(site.versions), 1, program=program)
    switch = HearingSwitch(LoopTimeline())
    server = new_server(site, switch)
    server._understanding.close()
    server._understanding = InDoubt()  # type: ignore[assignment]  # as far as it is asked
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    li = User(name="li", title="Li Na", roles=("agent",), agent="01", added_at=time.time(), added_by="root")
    users.add(site.database, li)
    async with chromium(tmp_path / "browser") as page:
        await page.size(1280, 800)
        await page.open(address(site, new_link(site.state, "person", "li", time.time())))
        await page.click("Not now")
        await page.click("Silent seat")
        await page.click("Take the seat")
        await page.says("the robot waits for your word")
        yield Seated(server, switch, page)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_seen_with_its_deadline_edited_and_approved(seated: Seated) -> None:
    page = seated.page
    await page.says("The robot is in no doubt")
    leg, call = await seated.in_doubt()
    await page.says("我的卡••••••••••••••••的事")
    assert "6222021234567890" not in await page.tell("document.documentElement.outerHTML")
    await page.says("then the call goes the usual way")
    left = "document.querySelector('.proposal progress').value"
    first = await page.tell(left)
    assert 0 < first <= REVIEW_S
    await page.until(f"{left} < {first} - 1.0")
    assert await page.tell("document.querySelector('.proposal textarea').value") == "three"
    assert await violations(page) == []
    await page.picture("seat")
    await page.click("I look at it")
    await until(lambda: seated.server.register.proposals[call].seat == "li")
    await _writes(page, "We look at it at once.")
    await page.click("Say this instead")
    await page.says("The robot is in no doubt")
    assert seated.reviewed(call) == "edited"
    seated.world.hang_up(leg)


async def test_the_other_meaning_is_chosen_and_one_is_declined(seated: Seated) -> None:
    page = seated.page
    leg, call = await seated.in_doubt()
    await page.tell("document.querySelectorAll('.proposal [type=radio]')[1].click(); null")
    await page.says("The caller is put through")
    await page.click("Approve")
    await page.says("The robot is in no doubt")
    assert seated.reviewed(call) == "approved"
    await until(lambda: seated.server.register.calls[call].place == "waiting")
    seated.world.hang_up(leg)
    _, other = await seated.in_doubt()
    await page.click("Not right")
    # the caller is asked once more, and at once the robot is in doubt again
    await until(lambda: "declined" in [turn.reviewed for turn in seated.server.register.ladders[other].turns])


async def test_who_leaves_the_page_leaves_the_seat(seated: Seated) -> None:
    assert set(seated.server.register.seats) == {"li"}
    await seated.page.click("Wallboard")
    await until(lambda: not seated.server.register.seats)
    await seated.page.click("Silent seat")
    await seated.page.says("You are not there")


async def _writes(page: Page, text: str) -> None:
    area = "document.querySelector('.proposal textarea')"
    await page.tell(f"{area}.value = {json.dumps(text)}; {area}.dispatchEvent(new Event('input')); null")
