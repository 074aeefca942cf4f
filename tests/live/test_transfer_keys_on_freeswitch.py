"""REFER on FreeSWITCH: its own handling of it, which calls hosts that phones name, is never reached."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from calls.events import TransferRequested
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.wire import Api
from tests.contract.freeswitch_rig import own_freeswitch_rig
from tests.contract.rig import Steps

pytestmark = pytest.mark.live


async def test_no_host_is_called_that_a_transfer_with_replaces_names(tmp_path: Path) -> None:
    """What its own handling of REFER does in a talk, whoever asks."""
    async with own_freeswitch_rig(tmp_path) as rig:
        steps = Steps(rig)
        caller, agent, _ = await steps.talking()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
            host.bind(("127.0.0.1", 0))
            host.setblocking(False)
            named = f"sip:1002@127.0.0.1:{host.getsockname()[1]}"
            for person in (caller, agent):
                target = f"{named}?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2"
                assert await person._call.refer(target) == 403  # type: ignore[attr-defined]  # a SIP person
            caller.speak()
            await agent.hears("caller")
            await asyncio.sleep(1.0)
            with pytest.raises(BlockingIOError):
                host.recv(4096)
        assert rig.events.of(TransferRequested) == []
        assert {leg.leg for leg in await rig.switch.calls()} == {caller.leg, agent.leg}


@pytest.mark.parametrize("again", ["reloadxml", "sofia profile hotline rescan", "sofia profile hotline restart"])
async def test_it_stays_refused_whatever_an_operator_reloads(tmp_path: Path, again: str) -> None:
    async with own_freeswitch_rig(tmp_path) as rig:
        name, _, arguments = again.partition(" ")
        await ask(rig._settings, Api(name, arguments))
        await asyncio.sleep(3.0)  # a restart has no end that is told
        caller, agent, _ = await Steps(rig).talking()
        for person in (caller, agent):
            refused = await person._call.refer("sip:1002@127.0.0.1")  # type: ignore[attr-defined]  # a SIP person
            assert refused in (403, 405)
        agent.speak()
        await caller.hears("agent")
