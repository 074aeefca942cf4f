"""A controller that is killed between the gate's answer and the settlement: each call is dialled once, and settled."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from phones.agent_phone import Answer
from phones.audio import tone
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.governed_site import (
    GovernedSite,
    governed,
)
from tests.live.network import outside, says
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, CALLER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

DIES = str(Path(__file__).with_name("dies_after_reserving.py"))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(
    request: pytest.FixtureRequest, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GovernedSite]:
    async with governed(request.param, tmp_path_factory.mktemp("governed"), installation) as site:
        yield site


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _nobody_of_the_test_before(house: GovernedSite) -> AsyncIterator[None]:
    house.carrier.calls_per_invite.clear()
    yield
    await house.clear()


async def test_killed_between_the_reservation_and_the_dialling_it_is_dialled_once(house: GovernedSite) -> None:
    number = "13900008301"
    await house.stop_controller()
    await house.start_controller(sys.executable, DIES)
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: says(CALLER)) as other,
    ):
        call = await phone.dial(number, tone(AGENT, 1.0))
        assert house.controller is not None
        await asyncio.wait_for(house.controller.wait(), 15.0)
        assert [row[1] for row in house.attempts(number)] == ["reserved"]
        assert other.new_calls.empty(), "nothing is dialled yet"
        await house.start_controller()
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await call.answered(10.0)
        await call.hear_tone(CALLER)
        await ringing.hear_tone(AGENT)
        await call.hang_up()
        await ringing.ended(5.0)
    await house.settled(number, ("by_hand", "effective", "answered"))
    assert len(house.carrier.calls_per_invite) == 1


async def test_killed_after_the_dialling_it_is_not_dialled_again_and_is_settled(house: GovernedSite) -> None:
    number = "13900008302"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        # who answers while there is no controller is hung up on by the switch: later than the slowest start
        outside(house.carrier, number, lambda call: Answer(4.5, clip=tone(CALLER, 1.0))) as other,
    ):
        call = await phone.dial(number, tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        await call.answered(15.0)
        await call.hear_tone(CALLER)
        await house.stop_controller(signal.SIGKILL)
        await ringing.hang_up()
        await house.start_controller()
        await call.ended(10.0)
    await house.settled(number, ("by_hand", "effective", "answered"))
    assert len(house.carrier.calls_per_invite) == 1


async def test_killed_while_the_ledger_does_not_take_it_the_next_one_tells_it(house: GovernedSite) -> None:
    number = "13900008303"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, number, lambda call: says(CALLER)) as other,
    ):
        call = await phone.dial(number, tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await call.hear_tone(CALLER)
        await until(lambda: [row[1] for row in house.attempts(number)] == ["answered"])
        with contextlib.closing(sqlite3.connect(house.site.state / "ledger.db", isolation_level=None)) as ledger:
            ledger.execute("BEGIN IMMEDIATE")
            await ringing.hang_up()
            await call.ended(5.0)
            await house.agent_is("8001", "idle")
            await house.stop_controller(signal.SIGKILL)
            ledger.execute("ROLLBACK")
        assert [row[1] for row in house.attempts(number)] == ["answered"]
        await house.start_controller()
        await house.settled(number, ("by_hand", "effective", "answered"))
