"""The inventory is what is live in the switch now, in the house's words."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from calls.errors import SwitchAway
from calls.events import LiveLeg
from calls.ids import AttemptId, LegId, Seconds
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.legs import shown_number
from switch.freeswitch.messages import Recorded
from switch.freeswitch.registrations import REGISTRATIONS, reachable
from switch.freeswitch.transferring import CALL_ID
from switch.freeswitch.wire import Api

_Shape = TypeVar("_Shape")

_BOND = "variable_signal_bond"
"""Names the other leg on both while they are bridged; taken away after."""
_TABLE_DELAY_S: Seconds = 0.2
_LOOKS = 25
"""Its table has been seen half a second late on a busy machine, and later ones may come. A caller who is
not found here is not found at all.
"""


class _Row(msgspec.Struct):
    uuid: str


class _Table(msgspec.Struct):
    row_count: int
    rows: list[_Row] = []


class _Count(msgspec.Struct):
    active: int


class _Sessions(msgspec.Struct):
    count: _Count


class _Response(msgspec.Struct):
    sessions: _Sessions


class _Status(msgspec.Struct):
    response: _Response


class Inventory(msgspec.Struct, frozen=True):
    """One taking of inventory. `core` names the run of the switch: another one means that it was started anew."""

    core: str
    live: tuple[LiveLeg, ...]
    registered: tuple[str, ...]
    channels: int  # ours and others
    recorded: dict[LegId, Recorded] = {}  # ours that recorded a message last, or record one
    call_ids: dict[LegId, str] = {}  # of the SIP dialogs of ours

    @property
    def talks(self) -> dict[AttemptId, tuple[LegId, LegId]]:
        """The talks that stand, by the attempt of their Bridge."""
        legs = {live.leg: live for live in self.live}
        found: dict[AttemptId, tuple[LegId, LegId]] = {}
        for live in self.live:
            other = legs.get(live.bridged_with) if live.bridged_with is not None else None
            if live.bridge is not None and other is not None and live.bridge not in found:
                found[live.bridge] = (live.leg, other.leg)
        return found


async def take_whole_inventory(
    client: EventSocketClient, music: str, known: Collection[LegId] = (), controller: str = ""
) -> Inventory:
    """As `take_inventory`, and wait for the switch's table of channels where it is behind. Raises SwitchAway."""
    for _ in range(_LOOKS):
        inventory = await take_inventory(client, music, known, controller)
        status = _decode(await client.api("json", '{"command":"status","data":{}}'), _Status)
        if inventory.channels >= status.response.sessions.count.active:
            break
        await asyncio.sleep(_TABLE_DELAY_S / 2)
    return inventory


async def take_inventory(
    client: EventSocketClient, music: str, known: Collection[LegId] = (), controller: str = ""
) -> Inventory:
    """Ask the switch: what there is, then of all legs at once what each is. Raises SwitchAway.

    Its table of channels is written up to 200 ms late (1.10.12 gathers statements so long): `known` are legs that are
    looked at though they may not be in it. With `controller`, only legs that this one has claimed are told.
    """
    core, table_text, registrations_text = await asyncio.gather(
        client.api("global_getvar", "core_uuid"),
        client.api("show", "channels as json"),
        client.api(REGISTRATIONS.name, REGISTRATIONS.arguments),
    )
    legs = list(dict.fromkeys((*(LegId(row.uuid) for row in _decode(table_text, _Table).rows), *known)))
    told = await asyncio.gather(*(client.submit(Api("uuid_dump", f"{leg} json")) for leg in legs))
    # One that is not told has ended since.
    dumps = {leg: _decode(dump.text, dict[str, Any]) for leg, dump in zip(legs, told, strict=True) if dump.ok}
    looked = (
        _live(leg, dump, _partner(leg, dumps), music)
        for leg, dump in dumps.items()
        if controller in ("", dump.get("variable_hotline_controller"))
    )
    live = tuple(leg for leg in looked if leg is not None)
    recorded = {leg.leg: message for leg in live if (message := _recorded(dumps[leg.leg])) is not None}
    call_ids = {leg.leg: str(dumps[leg.leg].get(f"variable_{CALL_ID}", "")) for leg in live}
    return Inventory(core.strip(), live, reachable(registrations_text), len(dumps), recorded, call_ids)


def _decode(text: str, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.DecodeError as fault:
        raise SwitchAway(f"the switch gave no {shape.__name__} in JSON: {fault}") from fault


def _partner(leg: LegId, dumps: dict[LegId, dict[str, Any]]) -> LegId | None:
    """The partner of a bridged leg. A uuid_bridge marks both at once, also when it fails because one is gone."""
    other = LegId(str(dumps[leg].get(_BOND, "")))
    return other if other in dumps and dumps[other].get(_BOND) == leg else None


def _live(leg: LegId, dump: dict[str, Any], bridged_with: LegId | None, music: str) -> LiveLeg | None:
    """A channel of ours; None for one that is not, or no longer: of the fallback, given away, or ending."""

    def variable(name: str) -> str:
        return str(dump.get(f"variable_{name}", ""))

    role = variable("hotline_role")
    if role not in ("caller", "agent", "out") or dump.get("Channel-Call-State") == "HANGUP":
        return None
    inbound = role != "out"
    device = variable("hotline_device") or None
    return LiveLeg(
        leg=leg,
        caller=_caller(dump, device, inbound),
        called=device if device is not None and not inbound else variable("hotline_called"),
        answered=dump.get("Answer-State") == "answered",
        inbound=inbound,
        device=device,
        bridged_with=bridged_with,
        bridge=AttemptId(variable("hotline_bridge")) if bridged_with and variable("hotline_bridge") else None,
        held=dump.get("Channel-Call-State") == "HELD",
        in_music=not bridged_with and variable("current_application_data") == music,
    )


def _recorded(dump: dict[str, Any]) -> Recorded | None:
    """The message that a leg records, or has as the last that it did."""
    if dump.get("variable_current_application") != "record":
        return None
    path, _, _ = str(dump.get("variable_current_application_data", "")).partition(" ")
    told_ms = str(dump.get("variable_record_ms", ""))
    return Recorded(Path(path), int(told_ms) / 1000 if told_ms.isdecimal() else None)


def _caller(dump: dict[str, Any], device: str | None, inbound: bool) -> str:
    """The number that a leg shows. Of one that we called: as ordered, for a bridge changes what it shows."""
    if not inbound:
        return str(dump.get("variable_origination_caller_id_number", ""))
    return device or shown_number(dump)
