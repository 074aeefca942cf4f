"""People of the network beyond a gateway, in live tests: who is called there, what they say, and calls that fail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phones.agent_phone import AgentPhone, Answer, OnRing
from phones.audio import tone
from phones.caller import OutgoingCall
from phones.digest import Credentials
from phones.facts import CallFailed
from tests.live.gateway import Gateway


@asynccontextmanager
async def outside(carrier: Gateway, number: str, on_ring: OnRing) -> AsyncIterator[AgentPhone]:
    """Somebody of the network, under this number."""
    phone = AgentPhone(carrier, (carrier.host, 5060), Credentials(number, ""), on_ring)
    try:
        yield phone
    finally:
        await phone.close()


def says(hz: int) -> Answer:
    """They answer, and say a tone all the time."""
    return Answer(clip=tone(hz, 1.0))


async def failed(call: OutgoingCall) -> int:
    """The final answer to a call that comes to nothing, a SIP status."""
    with pytest.raises(CallFailed) as refused:
        await call.answered(15.0)
    return refused.value.status
