"""A bad night on each real switch: queues and lines closed, an announcement spoken by phone, wrong PINs, kills.

The sample hotline as shipped, open round the clock; phrases are tones, so that one can tell by ear which is said.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from hotline.journal.snapshots import unpacked
from hotline.site.pin import PinFile
from phones.agent_phone import LetRing
from phones.audio import tone
from phones.caller import OutgoingCall
from switch.asterisk.instance.configuration import control_socket
from switch.asterisk.instance.console import ask_console
from switch.asterisk.instance.installation import locate_or_install
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.wire import Api
from tests.live.conftest import until
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.live_site import NUMBER, ROOT, LiveSite
from tests.live.rigs import SWITCHES
from tests.live.sample import (
    CLOSED,
    LANGUAGE,
    LOCKED,
    MENU,
    NAMED_ELSEWHERE,
    OTHER,
    OVERRIDES,
    PIN,
    SET,
    VOICEMAIL,
    SampleSite,
)
from tests.live.site_files import AGENT

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

OPEN = "service: {zone: Asia/Shanghai, week: {mon-sun: 00:00-24:00}}\n" + NAMED_ELSEWHERE
LINE_OF = "hotline-fallback-line-"


class OpenSite(SampleSite):
    """Open round the clock, with a PIN."""

    pin = ""

    def before(self) -> None:
        """The operator has made the PIN before anybody calls."""
        self.pin = PinFile(self.site.override_pin).make()


class OpenSiteOnFreeSwitch(OpenSite, FreeSwitchSite):
    """The same on FreeSWITCH."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenSite]:
    folder = tmp_path_factory.mktemp("night")
    on_asterisk = request.param == "asterisk"
    async with OpenSite(folder, locate_or_install()) if on_asterisk else OpenSiteOnFreeSwitch(folder, None) as house:
        await house.publish({"dialplans/hours.yaml": OPEN}, {})
        yield house


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def as_published(house: OpenSite) -> AsyncIterator[None]:
    """Each test begins and ends with nothing overridden."""
    yield
    for one in await overrides(house):
        async with house.session.delete(f"/overrides/{one['number']}", params={"author": "test"}) as answer:
            assert answer.status == 200
    await house.nobody_left()


async def overrides(house: LiveSite) -> list[dict[str, Any]]:
    async with house.session.get("/overrides") as answer:
        rows: list[dict[str, Any]] = await answer.json()
        return rows


async def put(house: LiveSite, **want: Any) -> dict[str, Any]:
    body = {"author": "test", "reason": "a storm", **want}
    async with house.session.post("/overrides", json=body) as answer:
        row: dict[str, Any] = await answer.json()
        assert answer.status == 201, row
        return row


async def in_the_menu(house: OpenSite, account: str = "8001", clip: Any = None) -> OutgoingCall:
    """A phone of the house that has dialled the code, keyed the PIN and chosen Chinese."""
    call = await house.phones[account].dial("*66", clip)
    await call.hear_tone(PIN, timeout_s=15.0)
    await call.press(f"{house.pin}#")
    await call.hear_speech(timeout_s=15.0)  # the language
    await call.press("1")
    await call.hear_tone(OVERRIDES, timeout_s=15.0)
    return call


async def to_the_menu(house: LiveSite, caller: str) -> OutgoingCall:
    call = await house.dial(caller, NUMBER)
    await call.hear_tone(LANGUAGE, timeout_s=15.0)
    await call.press("1")
    await call.hear_tone(MENU, timeout_s=15.0)
    return call


async def test_a_queue_is_closed_by_phone_and_no_digit_of_the_pin_is_written_anywhere(house: OpenSite) -> None:
    since = house.log_file.stat().st_size
    async with house.signed_in("8002", lambda call: LetRing()):
        waiting = await to_the_menu(house, "13900003000")
        await waiting.press("0")
        await house.in_place("13900003000", "offered", 15.0)
        call = await in_the_menu(house)
        await call.press("1")
        await call.hear_speech(timeout_s=15.0)
        await call.press("1")  # the first queue
        await call.hear_tone(OTHER, timeout_s=15.0)  # until when?
        await call.press("1")
        await call.hear_tone(OTHER, timeout_s=15.0, after=asyncio.get_running_loop().time())
        await call.press("1")
        await call.hear_tone(SET, timeout_s=15.0)
        (override,) = await overrides(house)
        assert (override["target"], override["author"]) == ("queue:front_desk", "phone 8001")
        assert override["ends_at"] is not None
        assert (await house.live())["overrides"] == [override]
        await waiting.hear_tone(CLOSED, timeout_s=15.0)  # who waited is told, and may leave a message
        await waiting.hear_tone(VOICEMAIL, timeout_s=15.0)
        await waiting.hang_up()
        later = await to_the_menu(house, "13900003001")
        await later.press("0")
        await later.hear_tone(CLOSED, timeout_s=15.0)
        await asyncio.gather(later.hang_up(), call.hang_up())
    await house.nobody_left()
    async with house.session.get("/overrides/log") as answer:
        assert (await answer.json())[0]["reason"] == "by phone with the PIN, from phone 8001, of agent 8001"
    written = house.log_file.read_bytes()[since:].decode()
    assert house.pin not in written
    with closing(sqlite3.connect(house.site.database)) as connection:
        events = [row[0].decode() for row in connection.execute("SELECT event FROM journal")]
        snapshots = [unpacked(row[0]).decode() for row in connection.execute("SELECT state FROM snapshots")]
    assert sum("•" in event for event in events) >= len(house.pin), "hidden before it was written"
    assert not any(house.pin in state for state in snapshots)


async def test_an_announcement_that_was_spoken_by_phone_comes_first(house: OpenSite) -> None:
    call = await in_the_menu(house, clip=tone(AGENT, 30.0))
    await call.press("3")
    await call.hear_speech(timeout_s=15.0)
    await call.press("1")  # all lines
    await call.hear_tone(OTHER, timeout_s=15.0)
    await asyncio.sleep(3.0)  # what is spoken
    await call.press("#")
    await call.hear_tone(OTHER, timeout_s=15.0, after=asyncio.get_running_loop().time())
    await call.press("2")  # until lifted
    await call.hear_tone(OTHER, timeout_s=15.0, after=asyncio.get_running_loop().time())
    await call.press("1")
    await call.hear_tone(SET, timeout_s=15.0)
    await call.hang_up()
    (override,) = await overrides(house)
    assert (override["target"], override["ends_at"], override["detail"]["recorded"]) == ("all", None, True)
    caller = await house.dial("13900003002", NUMBER)
    heard = await caller.hear_tone(AGENT, timeout_s=15.0)
    assert await caller.hear_tone(LANGUAGE, timeout_s=15.0) > heard
    await caller.hang_up()


async def test_three_wrong_pins_lock_the_phone(house: OpenSite) -> None:
    since = house.log_file.stat().st_size
    wrong = f"{(int(house.pin) + 1) % 1_000_000:06}"
    call = await house.phones["8002"].dial("*66")
    for _ in range(3):
        await call.hear_tone(PIN, timeout_s=15.0, after=asyncio.get_running_loop().time())
        await call.press(f"{wrong}#")
    await call.hear_tone(LOCKED, timeout_s=15.0)
    await call.ended(15.0)
    again = await house.phones["8002"].dial("*66")
    await again.hear_tone(LOCKED, timeout_s=15.0)
    await again.ended(15.0)
    assert len(house.logged("wrong PIN", since)) == 3
    assert house.logged("PIN locked", since)
    assert wrong not in house.log_file.read_bytes()[since:].decode()


async def test_it_outlives_a_kill_and_is_over_at_its_end_though_nobody_was_there(house: OpenSite) -> None:
    end = datetime.fromtimestamp(time.time() + 20.0, UTC).isoformat()
    stays = await put(house, kind="closure", target=f"line:{NUMBER}")
    await put(house, kind="closure", target="queue:loans", until=end)
    assert await house.stop_controller(signal.SIGKILL) == -signal.SIGKILL
    await house.start_controller()
    assert [one["target"] for one in await overrides(house)] == [f"line:{NUMBER}", "queue:loans"]
    caller = await house.dial("13900003003", NUMBER)
    await caller.hear_tone(CLOSED, timeout_s=15.0)
    await caller.hang_up()
    await house.nobody_left()
    assert await house.stop_controller(signal.SIGKILL) == -signal.SIGKILL
    await until(lambda: time.time() > datetime.fromisoformat(end).timestamp(), 25.0)
    await house.start_controller()
    assert await overrides(house) == [stays]
    async with house.session.get("/overrides/log") as answer:
        log = {row["target"]: row["how"] for row in await answer.json()}
    assert log["queue:loans"] == "ended"


async def test_the_fallback_knows_a_closed_line(house: OpenSite) -> None:
    row = await put(house, kind="closure", target="line:4000395183", until="lifted")
    line = f"round_the_clock-closed-{row['number']}"

    async def told() -> bool:
        if isinstance(house, FreeSwitchSite):
            return line in await ask(house.instance.settings, Api("xml_locate", "dialplan"))
        shown = f"dialplan show {LINE_OF}{line}"
        return "HOTLINE_OUTCOME=closed" in await ask_console(control_socket(house.asterisk.settings), shown)

    await until(told, 15.0)
    await house.stop_controller()
    if isinstance(house, FreeSwitchSite):
        await house.lease_over()
    try:
        closed, other = await house.dial("13900003004", "4000395183"), await house.dial("13900003005", NUMBER)
        await closed.hear_tone(CLOSED, timeout_s=15.0)
        await closed.hear_tone(VOICEMAIL, timeout_s=15.0)
        await other.hear_tone(LANGUAGE, timeout_s=20.0)
        await asyncio.gather(closed.hang_up(), other.hang_up())
    finally:
        await house.start_controller()


async def hotline(house: LiveSite, *words: str) -> tuple[int, str]:
    """The command, as an operator types it: its exit code, and what it said."""
    command = (sys.executable, "-m", "hotline", "overrides", *words, "--site", str(house.folder))
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    process = await asyncio.create_subprocess_exec(*command, env=env, cwd=ROOT, **pipes)  # type: ignore[arg-type]
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_command_sets_lists_and_lifts(house: OpenSite) -> None:
    assert "nothing is overridden" in (await hotline(house))[1]
    code, said = await hotline(house, "close", "queue:frud", "--reason", "storm")
    assert (code, "did you mean 'fraud'?" in said) == (2, True)
    code, said = await hotline(house, "close", "queue:fraud", "--reason", "storm", "--until", "someday")
    assert (code, "is no end" in said) == (2, True)
    code, said = await hotline(house, "close", "queue:fraud", "--reason", "storm", "--author", "li")
    assert (code, "closure of queue:fraud is in force, until 2" in said) == (0, True), said
    assert (await hotline(house, "hours", "service", "08:30-15:00", "--reason", "typhoon", "--until", "lifted"))[0] == 0
    code, said = await hotline(house, "announce", "-t", "en=A storm.", "--line", "4000395183", "--reason", "storm")
    assert (code, "announcement of line:+864000395183" in said) == (0, True), said
    rows = json.loads((await hotline(house, "--json"))[1])
    assert [(row["target"], row["reason"]) for row in rows] == [
        ("queue:fraud", "storm"),
        ("hours:service", "typhoon"),
        ("line:+864000395183", "storm"),
    ]
    for row in rows:
        assert (await hotline(house, "lift", str(row["number"])))[0] == 0
    assert json.loads((await hotline(house, "--json"))[1]) == []
    assert "lifted" in (await hotline(house, "--log"))[1]
    made = (await hotline(house, "pin"))[1].strip()
    assert made.isdecimal()
    house.pin = made
    call = await in_the_menu(house)  # no restart is needed
    await call.hang_up()
