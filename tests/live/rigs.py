"""Rigs of switches of a test's own, with other settings than the contract's: Asterisk, and FreeSWITCH where it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from switch.freeswitch.instance.installation import locate
from tests.contract.asterisk_rig import AsteriskRig, asterisk_rig
from tests.contract.freeswitch_rig import FreeSwitchRig, own_freeswitch_rig

SWITCHES = ("asterisk", *(("freeswitch",) if locate() else ()))

Rig = AsteriskRig | FreeSwitchRig


@asynccontextmanager
async def rig_on(switch: str, folder: Path, **changes: object) -> AsyncIterator[Rig]:
    """One of SWITCHES; `changes` replace settings that both have, a gateway is HOST:PORT."""
    if switch == "freeswitch":
        async with own_freeswitch_rig(folder, **changes) as rig:
            yield rig
        return
    if gateway := changes.get("gateway"):
        changes["gateway"] = f"sip:{gateway}"
    async with asterisk_rig(folder, **changes) as rig_of_asterisk:
        yield rig_of_asterisk
