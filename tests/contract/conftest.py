"""Each contract test runs once on every switch that there is a rig for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from switch.freeswitch.process import locate
from tests.contract.asterisk_rig import asterisk_rig
from tests.contract.fake_rig import fake_rig
from tests.contract.freeswitch_rig import freeswitch_rig
from tests.contract.rig import Facts, Rig, Steps

_SWITCHES = [pytest.param("fake", marks=pytest.mark.unit), pytest.param("asterisk", marks=pytest.mark.live)]
if locate():  # where it is not installed, tests/wire/freeswitch replays what a real one said to the same port
    _SWITCHES.append(pytest.param("freeswitch", marks=pytest.mark.live))


@pytest_asyncio.fixture(params=_SWITCHES)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """A switch that is up, with nobody on it."""
    if request.param == "fake":
        async with fake_rig() as fake:
            yield fake
    elif request.param == "freeswitch":
        async with freeswitch_rig(tmp_path) as freeswitch:
            yield freeswitch
    else:
        async with asterisk_rig(tmp_path) as asterisk:
            yield asterisk


@pytest.fixture
def steps(rig: Rig) -> Steps:
    return Steps(rig)


@pytest.fixture
def facts(rig: Rig) -> Facts:
    return rig.facts
