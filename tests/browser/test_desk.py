"""An agent at the desk in a real browser: their phone talks with a SIP caller through a real Asterisk, both heard."""

import asyncio
import contextlib
import signal
import time
import wave
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import pytest_asyncio

from hotline.site.site import Site
from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from switch.asterisk.instance.installation import locate_or_install
from tests.browser.desks import PEAK, Desk, at_the_desk
from tests.browser.pictures import documented
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import BYE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

QUEUES = "queues: {care: {record: true, ring_s: 20, miss_limit: 9, delay_rejected_s: 1, %s}}\n"
ASKS = "wrap_up_s: 300, disposition_required: true, dispositions: {solved: {title: Solved, code: 1}, open: {code: 2}}"
OTHER = 500
"""What agent 8002 says, in Hz."""


class DeskSite(LiveSite):
    """The house of the live tests, whose Asterisk takes browsers as phones; 8001 has none on the desk."""

    web_phones: ClassVar[bool] = True

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        """Who declines is offered the next caller soon."""
        site = super().make_site(switch, web_port)
        (self.folder / "dialplans/queues.yaml").write_text(QUEUES % "wrap_up_s: 1", encoding="utf-8")
        return site

    async def bring_phones(self, stack: contextlib.AsyncExitStack) -> None:
        """Of 8002 alone."""
        phone = self.phones["8002"] = await self._phone("8002")
        stack.push_async_callback(phone.close)

    async def phone_on_the_desk(self, account: str) -> AgentPhone:
        """A phone with the account's own password, once the switch takes that."""
        return await self._phone(account)


def _loud(path: Path) -> np.ndarray:
    """Of each side, by tenths of a second, whether something is to be heard in a stereo recording."""
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).T.astype(float)
        piece = file.getframerate() // 10
    whole = samples[:, : samples.shape[1] // piece * piece].reshape(2, -1, piece)
    found: np.ndarray = np.sqrt((whole**2).mean(axis=2)) > 100
    return found


def _longest_silence(loud: np.ndarray) -> float:
    """The longest time in which neither side is to be heard, seconds."""
    longest = run = 0
    for is_loud in loud.any(axis=0):
        run = 0 if is_loud else run + 1
        longest = max(longest, run)
    return longest / 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    async with DeskSite(folder, locate_or_install()) as house, at_the_desk(house, folder) as desk:
        yield desk


async def test_both_hear_each_other_and_either_hangs_up(desk: Desk) -> None:
    page = desk.page
    caller, _ = await desk.caller()
    await page.until("!!document.querySelector('button.answer')")
    await page.says("+86*******8001")
    shown = await page.tell("document.querySelector('section.call').innerText")
    assert "choose" in shown, "the way through the menu"
    assert "13800138001" not in await page.tell("document.documentElement.outerHTML")
    await desk.page.picture("desk-ringing")
    await page.click("Answer")
    await desk.both_hear(caller)
    await page.says("Ask first")
    await desk.page.picture("desk-talk")
    await page.press("t")
    await page.click("Case")
    await page.until("!!document.querySelector('hotline-desk form textarea')")
    await page.size(1280, 860)
    await documented(page, "desk")
    await page.size(1280, 800)
    await page.click("Case")
    await page.press("t")
    await page.click("Hang up")
    await caller.hear_tone(BYE)
    await caller.hang_up()
    await desk.over()
    caller, _ = await desk.talk()
    await caller.hang_up()
    await desk.over()


async def test_hold_and_mute(desk: Desk) -> None:
    caller, number = await desk.talk()
    await desk.page.press("h")
    await desk.page.says("on hold")
    call = await desk.house.call_of(number)
    assert call is not None
    assert call["held_s"] is not None
    await desk.page.picture("desk-held")
    await desk.page.press("h")
    await desk.page.until("!document.body.innerText.includes('on hold')")
    await desk.both_hear(caller)
    await desk.page.press("m")
    await caller.hear_silence(0.5)
    await desk.page.press("m")
    await desk.both_hear(caller)
    await desk.page.press("x")
    await caller.hear_tone(BYE)
    await caller.hang_up()
    await desk.over()


async def test_a_recording_is_silent_while_it_is_masked(desk: Desk) -> None:
    caller, number = await desk.talk()
    call = await desk.house.in_place(number, "talking")
    await desk.page.says("This talk is recorded")
    await desk.page.press("r")
    await desk.page.says("The recording is silent")
    await desk.page.picture("desk-masked")
    for _ in range(3):  # some time goes by, and both hear each other in it
        await desk.both_hear(caller)
    await desk.page.press("r")
    await desk.page.says("This talk is recorded")
    for _ in range(3):
        await desk.both_hear(caller)
    await caller.hang_up()
    await desk.over()
    rows = "SELECT t.masks, t.masked_s, r.path FROM talks t JOIN recordings r ON r.call = t.call WHERE t.call = ?"
    await until(lambda: bool(desk.house.rows(rows, call["call"])))
    ((masks, masked_s, path),) = desk.house.rows(rows, call["call"])
    assert masks == 1
    loud = _loud(Path(path))
    assert loud[0].any(), "the caller before it"
    silent = _longest_silence(loud)
    assert abs(silent - masked_s) < 0.5, "both sides, from the order to its end"
    assert loud[:, -1].any() or loud[:, -2].any(), "and sound again after it"


async def test_declined_with_a_reason_and_rung_again(desk: Desk) -> None:
    caller, _ = await desk.caller()
    await desk.page.until("!!document.querySelector('.decline input')")
    await desk.page.picture("desk-declining")
    await desk.page.tell("document.querySelector('.decline input').value = 'wash my hands'; null")
    await desk.page.click("Decline")
    await desk.page.until("!document.querySelector('button.answer')")
    await until(
        lambda: desk.house.rows("SELECT kind, agent, reason FROM declines") == [("offer", "8001", "wash my hands")]
    )
    await desk.page.click("Answer")
    await desk.both_hear(caller)
    await caller.hang_up()
    await desk.over()


async def test_the_headset_is_tried(desk: Desk) -> None:
    await desk.page.click("Try the headset")
    await desk.page.says("This is how you sound")
    await desk.page.says("Your voice has come back")
    await desk.over()
    kept = [one for one in desk.house.recordings.rglob("*") if one.is_file() and "echo" in str(one)]
    assert kept == [], "nothing of it stays"


async def test_loaded_anew_in_a_talk(desk: Desk) -> None:
    caller, number = await desk.talk()
    before = await desk.house.in_place(number, "talking")
    await desk.page.ask("Page.reload")
    began = time.monotonic()
    await desk.page.says("this browser is the phone")
    await desk.page.says("Hang up")
    await desk.both_hear(caller)
    print(f"talk taken over {time.monotonic() - began:.2f} s after the reload")
    after = await desk.house.in_place(number, "talking")
    assert (after["call"], after["agent"]) == (before["call"], "8001")
    assert not caller.is_over
    one_talk = "SELECT count(*) FROM talks WHERE call = ?"
    await until(lambda: desk.house.rows(one_talk, before["call"]) == [(1,)])
    await desk.page.press("x")
    await caller.hear_tone(BYE)
    await caller.hang_up()
    await desk.over()


async def test_the_controller_is_killed_in_a_talk(desk: Desk) -> None:
    caller, number = await desk.talk()
    await desk.house.stop_controller(signal.SIGKILL)
    await desk.both_hear(caller)
    await desk.page.says("cut off since")
    await desk.house.start_controller()
    await desk.page.until("document.querySelector('.link').innerText.includes('live')")
    await desk.page.says("this browser is the phone")
    await desk.both_hear(caller)
    await desk.house.in_place(number, "talking")
    await caller.hang_up()
    await desk.page.says("Nobody is calling you")
    await desk.over()


async def test_handed_on_and_asked_first(desk: Desk) -> None:
    caller, _ = await desk.talk()
    async with desk.house.signed_in("8002", lambda call: Answer(clip=tone(OTHER, 1.0))) as phone:
        await desk.whom("8002")
        await desk.page.tell("document.querySelector('.hand-on [name=briefing]').value = 'an old friend'; null")
        phone.on_ring = lambda call: Answer(after_s=30.0)
        await desk.page.click("Ask first")
        await desk.page.says("is being rung")
        async with desk.house.session.get("/agents/8002/desk") as answer:
            asked = (await answer.json())["asked"]
        assert (asked["by"], asked["briefing"]) == ("8001", "an old friend")
        assert await desk.house.post("/agents/8002/decline", reason="in a meeting") == 200
        await desk.page.says("8002 declines: in a meeting")
        await desk.both_hear(caller)
        phone.on_ring = lambda call: Answer(clip=tone(OTHER, 1.0))
        await desk.house.agent_is("8002", "idle")
        await desk.whom("8002")
        await desk.page.click("Ask first")
        await desk.page.says("talks to you; the caller hears music")
        await desk.page.until(f"Math.abs({PEAK} - {OTHER}) < 60")
        await desk.page.picture("desk-consulting")
        await desk.page.click("Give back")
        await desk.both_hear(caller)
        await desk.whom("8002")
        await desk.page.click("Hand on")
        await caller.hear_tone(OTHER, timeout_s=30.0)
        await desk.page.says("Nobody is calling you")
        await asyncio.gather(*(call.hang_up() for call in tuple(phone.calls)))
        await caller.hang_up()
    await desk.over()


async def test_what_came_of_it_ends_wrap_up(desk: Desk) -> None:
    await desk.house.publish({"dialplans/queues.yaml": QUEUES % ASKS}, {})
    caller, number = await desk.talk()
    call = await desk.house.in_place(number, "talking")
    await caller.hang_up()
    await desk.page.until("!!document.querySelector('.came-of-it select')")
    assert await desk.house.post("/agents/8001/wrap-up-done") == 200
    await desk.house.agent_is("8001", "wrap_up")
    assert "Wrap-up done" not in await desk.page.tell("document.body.innerText")
    await desk.page.picture("desk-wrap-up")
    await desk.page.tell("document.querySelector('.came-of-it select').value = 'solved'; null")
    await desk.page.tell("document.querySelector('.came-of-it [name=note]').value = 'paid'; null")
    await desk.page.click("Done")
    await desk.over()
    said = "SELECT talk, agent, queue, disposition, note FROM talk_dispositions WHERE call = ?"
    assert desk.house.rows(said, call["call"]) == [(1, "8001", "care", "solved", "paid")]


async def test_the_phone_on_the_desk_has_its_account_again(desk: Desk) -> None:
    await desk.page.click("Use the phone on the desk")
    await desk.page.says("not in this browser")
    phone = await desk.house.phone_on_the_desk("8001")
    await phone.close()
    assert [one for one in desk.page.problems if "WebSocket" not in one and "Failed to load" not in one] == []
