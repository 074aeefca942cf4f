"""A caller speaks Mandarin to the house on a real switch, over a noisy line, and the ear chooses the branch."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from phones.audio import Clip
from phones.caller import OutgoingCall, PhoneLine
from phones.facts import CallFailed
from speech.whisper.weights import is_installed
from tests.live.conftest import until
from tests.live.live_site import NUMBER, LiveSite
from tests.live.rigs import SWITCHES
from tests.live.site_files import ASK, MENU, NOTED
from tests.live.sites import site_on
from tests.voice.callers import said

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not is_installed(), reason="the ear is not installed: make voice"),
]
CALLER = "13000007001"
TRIES = 3
"""A machine that is busy loses pieces of sound: a caller who is asked again says it again."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    settings = {"speech": {"engine": "whisper", "deadline_s": 30}}
    async with site_on(request.param, tmp_path_factory.mktemp("house"), settings) as made:
        prompts = made.folder / "prompts"
        shutil.copytree(prompts / "recordings/en", prompts / "recordings/zh-CN")
        flow = (made.folder / "dialplans/flows/main.yaml").read_text(encoding="utf-8")
        defaults = (made.folder / "dialplans/defaults.yaml").read_text(encoding="utf-8")
        files = {
            "prompts/zh-CN.yaml": (prompts / "en.yaml").read_text(encoding="utf-8"),
            "dialplans/defaults.yaml": defaults.replace("[en]", "[en, zh-CN]"),
            "dialplans/flows/main.yaml": flow.replace("5: ask", "5: {language: zh-CN, then: ask}")
            .replace("tries: 0", f"tries: {TRIES}")
            .replace("max_s: 4", "max_s: 30"),  # what a slow machine takes to hear is not the point
        }
        await made.publish(files, {})
        yield made


@asynccontextmanager
async def asked(house: LiveSite) -> AsyncIterator[OutgoingCall]:
    """A caller, silent so far, who is being asked; they have hung up when it ends."""
    line = PhoneLine(house.endpoint, house.registrar, idle="silence")  # type: ignore[arg-type]  # of the closed set
    call = await line.dial(NUMBER, caller_id=CALLER)
    try:
        await call.hear_tone(MENU)
        await call.press("5")
        await call.hear_tone(ASK)
        yield call
    finally:
        await call.hang_up()
        await house.nobody_left()


async def says_bill(house: LiveSite, call: OutgoingCall) -> None:
    """Say it into the question, which stops; and again as often as the question is asked anew."""
    bill = Clip(said("balance_none")[1])
    try:
        for _ in range(TRIES):
            await call.say(bill)
            said_at = time.monotonic()
            await call.hear_silence(0.2, timeout_s=60.0)
            if await first_of(call, {NOTED: said_at, ASK: time.monotonic()}) == NOTED:
                return
    except CallFailed:  # another branch hangs up: the log knows why
        await house.nobody_left()
    pytest.fail(f"the ear has heard no bill: {outcomes(house)}")


async def first_of(call: OutgoingCall, tones: dict[int, float], timeout_s: float = 60.0) -> int:
    """The tone that is heard first, each after its instant. Raises TimeoutError, CallFailed."""
    waiting = {
        asyncio.create_task(call.hear_tone(hz, timeout_s=timeout_s, after=after)): hz for hz, after in tones.items()
    }
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        first = done.pop()
        await first
        return waiting[first]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def ear_is(house: LiveSite, state: str, before: float = 0.0) -> float:
    """Wait until the ear is so, since another instant than `before`; since when (UTC epoch seconds)."""
    since = 0.0

    async def told() -> bool:
        nonlocal since
        async with house.session.get("/health") as answer:
            parts = (await answer.json())["dependencies"]
        (ear,) = (part for part in parts if part["name"] == "ear")
        since = ear["since"]
        return bool(ear["state"] == state and since != before)

    await until(told, deadline_s=200.0, every_s=0.2)
    return since


def ear_pid(house: LiveSite) -> int:
    """The ear's process, a child of the controller's."""
    assert house.controller is not None
    children = Path(f"/proc/{house.controller.pid}/task/{house.controller.pid}/children").read_text().split()
    (found,) = (pid for pid in children if b"speech.whisper.worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
    return int(found)


def outcomes(house: LiveSite) -> list[str]:
    """How the question ended in each call."""
    query = "SELECT s.outcome FROM steps s JOIN calls c ON s.call = c.call WHERE c.caller LIKE ? AND s.step = 'ask'"
    return [row[0] for row in house.rows(f"{query} ORDER BY c.arrived_at", f"%{CALLER}")]


async def test_words_choose_the_branch_and_a_killed_ear_comes_back(house: LiveSite) -> None:
    async with asked(house) as call:  # the first one who is listened to: the models are loaded beside the prompt
        await call.press("1")
        await call.hear_tone(NOTED)
    loaded = await ear_is(house, "up")
    async with asked(house) as call:
        await says_bill(house, call)
    os.kill(ear_pid(house), signal.SIGKILL)
    await ear_is(house, "up", before=loaded)
    async with asked(house) as call:
        await says_bill(house, call)
    await until(lambda: outcomes(house) == ["1", "heard", "heard"])
