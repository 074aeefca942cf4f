"""WatchVoice on FreeSWITCH is unsupported, and says so: a campaign takes everybody for a person then."""

import asyncio

import pytest

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.session import FreeSwitchOptions

pytestmark = pytest.mark.unit


async def test_it_is_unsupported():
    switch, told = FreeSwitch(FreeSwitchOptions("secret")), []
    switch._session.loop = asyncio.get_running_loop()
    switch._session.emit = told.append
    switch.send(commands.WatchVoice(LegId("leg-1"), AttemptId("a1")))
    assert told == [], "never before send has returned"
    await asyncio.sleep(0)
    (failed,) = told
    assert isinstance(failed, events.CommandFailed)
    assert (failed.leg, failed.attempt, failed.reason) == ("leg-1", "a1", "unsupported")
