"""The sign of life by which new calls come to us: it holds in the switch's own time, whatever becomes of its clock."""

from __future__ import annotations

import time

import pytest

from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.session import FreeSwitchOptions
from tests.live.conftest import until
from tests.wire.freeswitch.bare_switch import api, bare_switch

pytestmark = pytest.mark.wire

_LEASE = "api global_setvar hotline_until="


class Clock:
    """A switch with nobody on it and a clock that can be set."""

    def __init__(self) -> None:
        self.ahead_s = 1_800_000_000.0
        self.leases: list[int] = []

    @property
    def epoch(self) -> int:
        return int(time.monotonic() + self.ahead_s)

    def answer(self, command: str) -> str | None:
        if command.startswith(_LEASE):
            self.leases.append(int(command.removeprefix(_LEASE)))
            return api("+OK")
        if "strepoch" in command:
            return api(str(self.epoch))
        if command.startswith("api show"):
            return api('{"row_count": 0}')
        if command.startswith("api sofia xmlstatus"):
            return api("<profile>\n  <registrations>\n  </registrations>\n</profile>\n")
        if command.startswith("api json"):
            return api('{"response": {"sessions": {"count": {"active": 0}}}}')
        return api("core") if command.startswith("api global_getvar") else None


async def test_the_lease_follows_the_clock_of_the_switch() -> None:
    clock = Clock()
    async with bare_switch(clock.answer) as (_, port):
        switch = FreeSwitch(FreeSwitchOptions("right", port=port))
        await switch.start(lambda event: None)
        try:
            await until(lambda: bool(clock.leases))
            for step_s in (3600, -7200):
                clock.ahead_s += step_s
                await until(lambda: abs(clock.leases[-1] - clock.epoch - switch.options.lease_s) <= 2)
        finally:
            await switch.close()
