"""A caller speaks Mandarin to the house on a real Asterisk, over a noisy line, and the ear chooses the branch."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import soundfile

from phones.audio import load_wav
from phones.call import CallFailed
from phones.caller import OutgoingCall, PhoneLine
from speech.whisper.weights import is_installed
from switch.asterisk.instance.installation import locate_or_install
from tests.live.conftest import until
from tests.live.live_site import ASK, MENU, NOTED, NUMBER, LiveSite
from tests.voice.callers import RATE, said

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not is_installed(), reason="the ear is not installed: make voice"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    settings = {"speech": {"engine": "whisper", "deadline_s": 30}}
    async with LiveSite(tmp_path_factory.mktemp("house"), locate_or_install(), settings) as made:
        prompts = made.folder / "prompts"
        shutil.copytree(prompts / "recordings/en", prompts / "recordings/zh-CN")
        flow = (made.folder / "dialplans/flows/main.yaml").read_text(encoding="utf-8")
        defaults = (made.folder / "dialplans/defaults.yaml").read_text(encoding="utf-8")
        files = {
            "prompts/zh-CN.yaml": (prompts / "en.yaml").read_text(encoding="utf-8"),
            "dialplans/defaults.yaml": defaults.replace("[en]", "[en, zh-CN]"),
            "dialplans/flows/main.yaml": flow.replace("5: ask", "5: {language: zh-CN, then: ask}").replace(
                "max_s: 4",
                "max_s: 30",  # what a slow machine takes to hear is not the point
            ),
        }
        await made.publish(files, {})
        yield made


async def asked(house: LiveSite, caller: str) -> OutgoingCall:
    """A caller, silent so far, who is being asked."""
    line = PhoneLine(house.endpoint, house.registrar, idle="silence")  # type: ignore[arg-type]  # of the closed set
    call = await line.dial(NUMBER, caller_id=caller)
    await ask_again(call)
    return call


async def ask_again(call: OutgoingCall) -> None:
    await call.hear_tone(MENU)
    await call.press("5")
    await call.hear_tone(ASK)


async def says_bill(house: LiveSite, call: OutgoingCall, caller: str, folder: Path) -> None:
    _, samples = said("balance_none")
    path = folder / "bill.wav"
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    await call.hear_silence(0.5)
    await call.say(load_wav(path))
    try:
        await call.hear_tone(NOTED, timeout_s=60.0)
    except CallFailed:  # another branch hangs up: the log knows why
        await house.row_of(caller)
        pytest.fail(f"the ear has heard no bill: {outcomes(house, caller)}")


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

    await until(told, deadline_s=120.0, every_s=0.2)
    return since


def ear_pid(house: LiveSite) -> int:
    """The ear's process, a child of the controller's."""
    assert house.controller is not None
    children = Path(f"/proc/{house.controller.pid}/task/{house.controller.pid}/children").read_text().split()
    (found,) = (pid for pid in children if b"speech.whisper.worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
    return int(found)


def outcomes(house: LiveSite, caller: str) -> list[str]:
    """How each try at the question ended."""
    query = "SELECT s.outcome FROM steps s JOIN calls c ON s.call = c.call WHERE c.caller LIKE ? AND s.step = 'ask'"
    return [row[0] for row in house.rows(f'{query} ORDER BY s."index"', f"%{caller}")]


async def test_words_choose_the_branch_and_a_killed_ear_comes_back(house: LiveSite, tmp_path: Path) -> None:
    caller = "13000007001"
    call = await asked(house, caller)  # the first one who is listened to: the models are loaded beside the prompt
    await call.press("1")
    await call.hear_tone(NOTED)
    loaded = await ear_is(house, "up")
    await ask_again(call)
    await says_bill(house, call, caller, tmp_path)
    os.kill(ear_pid(house), signal.SIGKILL)
    await ear_is(house, "up", before=loaded)
    await ask_again(call)
    await says_bill(house, call, caller, tmp_path)
    await call.hang_up()
    await house.row_of(caller)
    assert outcomes(house, caller) == ["1", "heard", "heard"]
