"""Outer parts that come late, and go: the controller is up before its switch and its broker, runs all it can without
them, and takes them up when they come. The figure is printed: `pytest -s -k first_call`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from hotline.versions.publishing import publish
from speech.espeak import Espeak
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from tests.live.conftest import until
from tests.live.controllers import ForkedController
from tests.live.live_site import ROOT, LiveSite
from tests.live.mosquitto import Mosquitto, listening
from tests.live.site_files import MENU
from tests.live.test_bus import BASE, says

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

AWAY_S = 12.0
"""Long enough for the pauses to have grown to their ceiling."""
SERVED_WITHIN_S = 3.0
HANGS = "away: service http://127.0.0.1:%d"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path_factory.mktemp("broker"))
    yield mosquitto
    await mosquitto.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto
) -> AsyncIterator[LiveSite]:
    settings = {"bus": {"port": broker.port, "site": "here"}}
    async with LiveSite(tmp_path_factory.mktemp("house"), installation, settings) as house:
        yield house


async def start_alone(house: LiveSite) -> None:
    """`hotline serve`, not waited for until its switch is there."""
    house.controller = await asyncio.to_thread(ForkedController, ROOT, house.folder, house.log_file)

    async def answers() -> bool:
        try:
            await health_of(house)
        except aiohttp.ClientError:
            return False
        return True

    await until(answers, 30.0)


async def health_of(house: LiveSite) -> dict[str, Any]:
    async with house.session.get("/health") as answer:
        told: dict[str, Any] = await answer.json()
        assert (answer.status == 200) == told["ok"]
        return told


async def part(house: LiveSite, name: str) -> dict[str, Any]:
    (row,) = [row for row in (await health_of(house))["dependencies"] if row["name"] == name]
    return dict(row)


async def status_of(house: LiveSite, *options: str) -> tuple[int | None, str]:
    """Exit status and output of `hotline status`."""
    command = (sys.executable, "-m", "hotline", "status", "--site", str(house.folder), *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    said, _ = await asyncio.wait_for(process.communicate(), 30.0)
    return process.returncode, said.decode()


async def first_call_served(house: LiveSite, caller: str) -> float:
    """Seconds from now, when the switch has just come, until a caller hears the menu."""
    began = asyncio.get_running_loop().time()
    await until(house.serves, 20.0)
    call = await house.dial(caller)
    heard_at = await call.hear_tone(MENU)
    await call.hang_up()
    return heard_at - began


async def test_first_call_after_the_switch_has_come_to_a_controller_that_waits(
    house: LiveSite, broker: Mosquitto
) -> None:
    await house.stop_controller()
    await house.asterisk.stop()
    await start_alone(house)
    began = asyncio.get_running_loop().time()
    told = await health_of(house)
    assert told["wrong"] == ["the switch is away"]
    assert (await part(house, "store"))["state"] == "up"

    async def both_away() -> bool:
        return {(await part(house, name))["state"] for name in ("switch switch-1", "broker")} == {"down"}

    await until(both_away, 15.0)
    assert "away: broker" in (await health_of(house))["warnings"]
    code, said = await status_of(house)
    assert code == 2, "callers are not served"
    assert "the switch is away" in said

    # all else runs: the bus, a version that is published meanwhile
    before = (await house.live())["version"]
    await broker.start()
    async with listening(broker.port) as listener:
        await until(lambda: says(listener, "controller").get("online") is True, 30.0)
    assert BASE
    await publish(house.site, Espeak())

    async def taken_up() -> bool:
        return bool((await house.live())["version"] != before)

    await until(taken_up, 10.0)
    while asyncio.get_running_loop().time() < began + AWAY_S:  # noqa: ASYNC110 - so long it is away, and nothing tells
        await asyncio.sleep(0.1)
    row = await part(house, "switch switch-1")
    assert row["state"] == "down"
    assert row["error"]
    assert row["next_try_at"] > row["since"]
    figures = []
    await house.asterisk.start()
    figures.append(await first_call_served(house, "13500000000"))
    assert (await part(house, "switch switch-1"))["state"] == "up"
    code, said = await status_of(house, "--json")
    told = json.loads(said)
    assert (told["ok"], told["warnings"]) == (True, [HANGS % house.hanging_port])
    assert code == 1, "the service of the flow's lookup takes questions and never answers"
    for number in range(1, 4):  # and whenever it goes
        await house.asterisk.kill()
        await until(lambda: bool(house.logged("switch lost")), 20.0)
        await asyncio.sleep(2.0 * number)
        await house.asterisk.start()
        figures.append(await first_call_served(house, f"1350000000{number}"))
    print("\nswitch there -> first call served, s:", *(f"{figure:.2f}" for figure in figures))
    assert max(figures) <= SERVED_WITHIN_S
    await house.nobody_left()


async def test_a_switch_that_refuses_our_password_is_tried_until_it_takes_it(house: LiveSite) -> None:
    await house.asterisk.stop()
    right = house.asterisk.settings
    stranger = AsteriskProcess(replace(right, ari_password="another"), house.asterisk.installation)
    await stranger.start()

    async def refused() -> bool:
        return "refuses user" in str((await part(house, "switch switch-1"))["error"])

    try:
        await until(refused, 15.0)
        since = (await part(house, "switch switch-1"))["since"]
        await asyncio.sleep(3.0)
        row = await part(house, "switch switch-1")
        assert (row["state"], row["since"]) == ("down", since), "it is away since then, however often it was tried"
    finally:
        await stranger.stop()
    await house.asterisk.start()
    assert await first_call_served(house, "13500000009") <= SERVED_WITHIN_S
    await house.nobody_left()


async def test_a_broker_that_goes_is_told_with_its_next_try_and_taken_up_again(
    house: LiveSite, broker: Mosquitto
) -> None:
    async def is_(state: str) -> bool:
        return bool((await part(house, "broker"))["state"] == state)

    await until(lambda: is_("up"), 30.0)
    await broker.kill()
    await until(lambda: is_("down"), 15.0)
    row = await part(house, "broker")
    assert row["error"]
    code, said = await status_of(house)
    assert code == 1, "callers are served"
    assert "away: broker" in said
    await broker.start()
    await until(lambda: is_("up"), 30.0)
    assert (await part(house, "broker"))["since"] > row["since"]
