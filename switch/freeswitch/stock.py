"""What is live in the switch now, in the house's words."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec

from calls.errors import SwitchAway
from calls.events import LiveLeg
from calls.ids import AttemptId, LegId
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.wire import Api

_Shape = TypeVar("_Shape")


class _Row(msgspec.Struct):
    uuid: str


class _Table(msgspec.Struct):
    row_count: int
    rows: list[_Row] = []


class _Registration(msgspec.Struct):
    reg_user: str


class _Registrations(msgspec.Struct):
    row_count: int
    rows: list[_Registration] = []


class Stock(msgspec.Struct, frozen=True):
    """One taking of stock. `core` names the run of the switch: another one means that it was started anew."""

    core: str
    live: tuple[LiveLeg, ...]
    registered: tuple[str, ...]

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


async def take_stock(client: EventSocketClient, music: str) -> Stock:
    """Ask the switch: what there is, then of all legs at once what each is. Raises SwitchAway."""
    core, table_text, registrations_text = await asyncio.gather(
        client.api("global_getvar", "core_uuid"),
        client.api("show", "channels as json"),
        client.api("show", "registrations as json"),
    )
    table = _decode(table_text, _Table)
    registrations = _decode(registrations_text, _Registrations)
    dumps = await asyncio.gather(*(client.submit(Api("uuid_dump", f"{row.uuid} json")) for row in table.rows))
    live: list[LiveLeg] = []
    for row, dump in zip(table.rows, dumps, strict=True):
        leg = _live(LegId(row.uuid), _decode(dump.text, dict[str, Any]), music) if dump.ok else None  # it ended since
        if leg is not None:
            live.append(leg)
    return Stock(core.strip(), tuple(live), tuple(row.reg_user for row in registrations.rows))


def _decode(text: str, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.DecodeError as fault:
        raise SwitchAway(f"the switch gave no {shape.__name__} in JSON: {fault}") from fault


def _live(leg: LegId, dump: dict[str, Any], music: str) -> LiveLeg | None:
    """A channel of ours; None for one that is not, or no longer: of the fallback, given away, or ending."""

    def variable(name: str) -> str:
        return str(dump.get(f"variable_{name}", ""))

    role = variable("hotline_role")
    if role not in ("caller", "agent", "out") or dump.get("Channel-Call-State") == "HANGUP":
        return None
    inbound = role != "out"
    device = variable("hotline_device") or None
    # Set on both legs while they are bridged, and taken away after.
    bridged_with = variable("signal_bond")
    return LiveLeg(
        leg=leg,
        caller=_caller(dump, device, inbound),
        called=str(dump.get("Caller-Destination-Number", "")) if inbound or device is None else device,
        answered=dump.get("Answer-State") == "answered",
        inbound=inbound,
        device=device,
        bridged_with=LegId(bridged_with) if bridged_with else None,
        bridge=AttemptId(variable("hotline_bridge")) if bridged_with and variable("hotline_bridge") else None,
        in_music=not bridged_with and variable("current_application_data") == music,
    )


def _caller(dump: dict[str, Any], device: str | None, inbound: bool) -> str:
    """The number that a leg shows. Of one that we called: as ordered, for a bridge changes what it shows."""
    if not inbound:
        return str(dump.get("variable_origination_caller_id_number", ""))
    return device or str(dump.get("Caller-Caller-ID-Number", ""))
