"""`kill -9` of the controller on FreeSWITCH: the scenes of `test_killed` and `test_killed_recordings`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.test_killed import (  # noqa: F401 the same scenes, over the fixture below
    test_a_message_that_a_kill_falls_into_is_there_once_and_whole,
    test_rows_and_events_are_there_once_and_without_a_gap,
    test_who_has_heard_that_it_is_signed_in_is_signed_in,
    test_who_has_heard_the_next_question_is_at_that_question,
    voicemail,
)
from tests.live.test_killed_recordings import (  # noqa: F401 likewise
    test_a_kill_before_the_command_to_connect_arrives_loses_nobody,
    test_a_talk_that_a_kill_falls_into_as_it_begins_is_recorded,
    test_what_the_caller_says_after_the_agent_left_is_no_talk,
)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FreeSwitchSite]:
    async with FreeSwitchSite(tmp_path_factory.mktemp("house"), None) as house:
        yield house
