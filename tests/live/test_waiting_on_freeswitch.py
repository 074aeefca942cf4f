"""A callback on a real FreeSWITCH: the agent first, then the caller by the gateway. The scene is of `test_waiting`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.test_waiting import (
    offer_callbacks,
    test_a_callback_keeps_the_place_and_comes,  # noqa: F401 the same scene, over the fixture below
)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FreeSwitchSite]:
    async with FreeSwitchSite(tmp_path_factory.mktemp("house"), None) as house:
        await offer_callbacks(house)
        yield house
