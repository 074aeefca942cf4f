"""Trunks on a real FreeSWITCH: the scenes of `test_trunks` are its own, imported."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.test_trunks import (  # noqa: F401 the same scenes, over the fixture below
    TrunkSite,
    test_a_callback_of_the_sample_goes_by_a_gateway_with_a_password,
    test_a_dead_gateway_is_known_and_passed_over,
    test_a_gateway_that_falls_silent_is_given_up_for_the_next_within_the_same_call,
    test_a_gateway_that_is_full_is_followed_by_the_next,
    test_a_number_that_is_busy_is_not_tried_by_another_trunk,
    test_a_trunk_whose_password_is_not_there_is_left_out_and_the_others_work,
    test_a_wrong_password_says_so,
    test_numbers_of_an_arrival_are_read_as_its_trunk_writes_them,
    with_gateways,
)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


class OnFreeSwitch(FreeSwitchSite, TrunkSite):
    """The sample with trunks, on FreeSWITCH."""

    refused = "its gateway is down"
    dead_known_s = 60.0
    """It asks every 5 s at most, and gives a question up after 32 (RFC 3261, timer F)."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrunkSite]:
    async with with_gateways(OnFreeSwitch(tmp_path_factory.mktemp("trunks"), None)) as house:
        yield house
