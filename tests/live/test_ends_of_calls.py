"""Why calls ended, as each real switch tells it: trunks that are silent or forward, transfers that nobody ordered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from calls.causes import Cause
from calls.commands import HangUp, Originate
from calls.events import CallArrived, CallEnded, TransferRequested
from phones.agent_phone import AgentPhone, Forward, OnRing, Reject
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from tests.contract.asterisk_rig import asterisk_rig
from tests.contract.rig import Steps
from tests.live.rigs import SWITCHES, Rig, rig_on

pytestmark = pytest.mark.live
on_each_switch = pytest.mark.parametrize("switch", SWITCHES)

_NUMBER = "+861012345678"


@asynccontextmanager
async def behind_a_trunk(switch: str, folder: Path, on_ring: OnRing | None) -> AsyncIterator[Rig]:
    """A switch whose trunk reaches one phone; a trunk that is dead, where that does nothing."""
    far_end = await Endpoint.open()
    async with rig_on(switch, folder, gateway=f"{far_end.host}:{far_end.port}") as rig:
        phone = AgentPhone(far_end, ("127.0.0.1", 1), Credentials(_NUMBER, ""), on_ring or (lambda call: Reject()))
        if on_ring is None:
            far_end.close()
        yield rig
        await phone.close()
    if on_ring is not None:
        far_end.close()


async def end_of_a_call(rig: Rig, ring_s: float = 20.0) -> CallEnded:
    steps = Steps(rig)
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), f"tel:{_NUMBER}", "95001", "", ring_s))
    return await rig.events.ended(leg)


@on_each_switch
@pytest.mark.parametrize("to", ["sip:+882999@10.1.2.3", "sip:95001@127.0.0.1", "sip:*61@127.0.0.1"])
async def test_a_trunk_that_forwards_is_not_followed(switch: str, tmp_path: Path, to: str) -> None:
    async with behind_a_trunk(switch, tmp_path, lambda call: Forward(to)) as rig:
        assert (await end_of_a_call(rig)).cause is Cause.FORWARDED
        assert rig.events.of(CallArrived) == []
        assert list(await rig.switch.calls()) == []


@on_each_switch
async def test_a_trunk_that_refuses_our_password_says_so(switch: str, tmp_path: Path) -> None:
    async with behind_a_trunk(switch, tmp_path, lambda call: Reject(407)) as rig:
        assert (await end_of_a_call(rig)).cause is Cause.WRONG_CREDENTIALS


@on_each_switch
async def test_a_trunk_that_is_dead_is_unreachable_and_not_a_callee_who_did_not_answer(
    switch: str, tmp_path: Path
) -> None:
    async with behind_a_trunk(switch, tmp_path, None) as rig:
        assert (await end_of_a_call(rig, ring_s=1.0)).cause is Cause.TRUNK_UNREACHABLE


@on_each_switch
async def test_transfer_keys_of_a_phone_and_of_a_caller_move_nobody(switch: str, tmp_path: Path) -> None:
    """Of a caller it is refused, of a phone told, without the host: nobody is called who could be outside.

    FreeSWITCH refuses a phone's, too.
    """
    to_caller, to_phone = {"asterisk": (603, 202), "freeswitch": (403, 403)}[switch]
    async with rig_on(switch, tmp_path) as rig:
        steps = Steps(rig)
        caller, agent, _ = await steps.talking()
        for target in ("1002@127.0.0.1", "+882999@10.1.2.3"):
            assert await caller._call.refer(f"sip:{target}") == to_caller  # type: ignore[attr-defined]  # a SIP person
            assert await agent._call.refer(f"sip:{target}") == to_phone  # type: ignore[attr-defined]
            assert (await rig.events.next(TransferRequested)).to == target.partition("@")[0]
        caller.speak()
        await agent.hears("caller")
        agent.speak()
        await caller.hears("agent")
        assert len(rig.events.of(CallArrived)) == 1
        assert len(rig.events.of(TransferRequested)) == 2
        assert {leg.leg for leg in await rig.switch.calls()} == {caller.leg, agent.leg}


async def test_a_channel_of_the_switch_itself_is_no_caller(tmp_path: Path) -> None:
    """Whatever makes it: here a request to ARI, as somebody else's program might send one."""
    async with asterisk_rig(tmp_path) as rig:
        client = rig.switch._session.client  # type: ignore[attr-defined]  # the adapter's own link
        reply = await client.ask("POST", "channels?endpoint=Local/95001@hotline-callers&app=hotline&appArgs=x")
        assert reply.ok
        caller = await Steps(rig).answered_caller()
        assert [event.leg for event in rig.events.of(CallArrived)] == [caller.leg]
        assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


@on_each_switch
@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (Cause.FAILED, 500),
        (Cause.LOST, 500),
        (Cause.CONGESTION, 503),
        (Cause.BUSY, 486),
        (Cause.UNREACHABLE, 480),
        (Cause.INVALID_NUMBER, 404),
    ],
)
async def test_a_caller_who_is_turned_away_is_told_whose_fault_it_was(
    switch: str, tmp_path: Path, cause: Cause, status: int
) -> None:
    async with rig_on(switch, tmp_path) as rig:
        endpoint = await Endpoint.open()
        call = await PhoneLine(endpoint, rig._sip, user="13800000001").dial("95001")
        arrived = await rig.events.next(CallArrived)
        rig.switch.send(HangUp(arrived.leg, cause))
        with pytest.raises(CallFailed) as refused:
            await call.answered()
        assert refused.value.status == status
        endpoint.close()
