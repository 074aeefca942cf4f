"""The inventory, taken after each connect, is what Asterisk has of ours: asked by GET, as events of a gap are lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeVar

from calls.errors import SwitchAway, SwitchError
from calls.ids import LegId, Seconds
from switch.asterisk import answers, wire
from switch.asterisk.bridging import pair_in
from switch.asterisk.called import is_ours
from switch.asterisk.client import AriClient
from switch.asterisk.devices import subscriptions
from switch.asterisk.requests import Reply

T = TypeVar("T")

_HEARD_S: Seconds = 3.0
"""While the connection before is still being closed, Asterisk may take the application for one that has nobody: the new
connection gets no events then, or not even answers, for as long as it stands (22.10.1, 8 times of 1,600, when busy)."""


_HOLD = wire.part("CHANNEL(rtp,hold)")


@dataclass(frozen=True)
class Inventory:
    """`channels`, `bridges` (id → channels in it), `pairs` (id → who talks in it) and `held` (channels of these pairs
    whose far end has put us on hold) are of our application only."""

    startup_time: str
    channels: tuple[wire.Channel, ...]
    bridges: dict[str, tuple[str, ...]]
    pairs: dict[str, tuple[LegId, LegId]]
    endpoints: tuple[answers.Endpoint, ...]
    held: frozenset[str] = frozenset()


async def prepare(client: AriClient, application: str, music: str, device_prefix: str) -> None:
    """Tell Asterisk which events we want, and make the first holding bridge, `music`. Harmless when done before.

    `device_prefix` tells the endpoints of agents' phones from others.
    """
    wanted = [{"type": name} for name in wire.WANTED_EVENTS]
    try:
        async with asyncio.timeout(_HEARD_S):
            await _must(client, "PUT", f"applications/{wire.part(application)}/eventFilter", {"allowed": wanted})
            await client.hears()
    except TimeoutError:
        raise SwitchAway("Asterisk took the connection and tells nothing") from None
    told_of = (await _get(client, f"applications/{wire.part(application)}", answers.Application)).device_names
    # only their names: their states are asked for in take_inventory, once nothing that changes them can pass unheard
    endpoints = await _get(client, "endpoints/PJSIP", tuple[answers.Endpoint, ...])
    users = {endpoint.resource for endpoint in endpoints if endpoint.resource.startswith(device_prefix)}
    for uri in subscriptions(application, users - {name.removeprefix("PJSIP/") for name in told_of}):
        await _must(client, "POST", uri)
    reply = await client.ask("POST", f"bridges/{wire.part(music)}?type=holding&name={wire.part(music)}")
    if not reply.ok and reply.status != 409:  # 409: it stands since an earlier connection
        raise SwitchError(f"no holding bridge: {reply.reason}")


async def take_inventory(client: AriClient, application: str) -> Inventory:
    """The inventory as it is now. Raises SwitchAway, or SwitchError when Asterisk refuses or answers nonsense."""
    uri = "asterisk/info"
    info = _read(await client.ask("GET", uri), uri, answers.Info)
    owned = await _get(client, f"applications/{wire.part(application)}", answers.Application)
    channels = await _get(client, "channels", tuple[wire.Channel, ...])
    bridges = await _get(client, "bridges", tuple[wire.BridgeState, ...])
    endpoints = await _get(client, "endpoints/PJSIP", tuple[answers.Endpoint, ...])
    await _must(client, "GET", "asterisk/ping")  # lists come beside the events: what was told before them is here now
    told_of = frozenset(owned.channel_ids)
    untold = [channel.id for channel in channels if channel.id not in told_of and is_ours(channel, application)]
    for channel_id in untold:  # refused: it has ended since
        events_of = f"applications/{wire.part(application)}/subscription?eventSource=channel:{wire.part(channel_id)}"
        await client.ask("POST", events_of)
    ours = told_of.union(untold)
    own_bridges = [bridge for bridge in bridges if bridge.id.startswith(f"{application}-")]
    pairs = {bridge.id: pair for bridge in own_bridges if (pair := pair_in(bridge)) is not None}
    return Inventory(
        startup_time=info.status.startup_time,
        channels=tuple(channel for channel in channels if channel.id in ours),
        bridges={bridge.id: bridge.channels for bridge in own_bridges},
        pairs=pairs,
        endpoints=endpoints,
        held=await _held(client, [leg for pair in pairs.values() for leg in pair if leg in ours]),
    )


async def _held(client: AriClient, legs: list[LegId]) -> frozenset[str]:
    """Those whose far end has put us on hold. No list has it: each channel is asked, all at once."""
    replies = await asyncio.gather(
        *(client.ask("GET", f"channels/{wire.part(leg)}/variable?variable={_HOLD}") for leg in legs)
    )
    held = set()
    for leg, reply in zip(legs, replies, strict=True):
        if reply.failure in ("deadline", "switch_lost"):
            raise SwitchAway(f"GET of the hold of {leg}: {reply.reason}")
        try:  # one that is refused has ended since, or is no SIP channel
            if reply.ok and wire.decode_body(reply.body, wire.Variable).value == "1":
                held.add(leg)
        except wire.BadMessage as error:
            raise SwitchError(f"GET of the hold of {leg}: {error}") from error
    return frozenset(held)


async def _get(client: AriClient, uri: str, kind: type[T]) -> T:
    """A list, or what has lists inside."""
    return _read(await client.fetch(uri), uri, kind)


def _read(reply: Reply, uri: str, kind: type[T]) -> T:
    try:
        return wire.decode_body(_body(reply, f"GET {uri}"), kind)
    except wire.BadMessage as error:
        raise SwitchError(f"GET {uri}: {error}") from error


async def _must(client: AriClient, method: str, uri: str, body: object = None) -> None:
    _body(await client.ask(method, uri, body), f"{method} {uri}")


def _body(reply: Reply, asked: str) -> str:
    if reply.failure in ("deadline", "switch_lost"):
        raise SwitchAway(f"{asked}: {reply.reason}")
    if not reply.ok:
        raise SwitchError(f"{asked}: {reply.reason}")
    return reply.body
