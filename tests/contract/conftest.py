"""Each contract test runs once on every switch that there is a rig for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.asterisk_rig import asterisk_rig
from tests.contract.fake_rig import fake_rig
from tests.contract.rig import Facts, Rig, Steps


@pytest_asyncio.fixture(
    params=[pytest.param("fake", marks=pytest.mark.unit), pytest.param("asterisk", marks=pytest.mark.live)]
)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """A switch that is up, with nobody on it."""
    if request.param == "fake":
        async with fake_rig() as fake:
            yield fake
    else:
        async with asterisk_rig(tmp_path) as asterisk:
            yield asterisk


@pytest.fixture
def steps(rig: Rig) -> Steps:
    return Steps(rig)


@pytest.fixture
def facts(rig: Rig) -> Facts:
    return rig.facts
