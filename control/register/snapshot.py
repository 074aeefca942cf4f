"""The router's state as bytes, and back; snapshots of earlier formats are read, too.

| format | differs by |
|---|---|
| 1 (written without a number) | a call was one flat record with other names, a bridge did not say with whom |
| 2 | |
"""

import math
from typing import Any

import msgspec

from calls.ids import AgentId
from control.register.call import Call, Talk
from control.register.register import Register, is_moved

FORMAT = 2


class Snapshot(msgspec.Struct):
    """The router's whole state: the register, and the bytes of each core."""

    register: Register
    flows: bytes
    queues: bytes
    cases: bytes
    format: int = 1
    campaigns: bytes = b""
    """Empty of a release before them."""


class _Format(msgspec.Struct):
    format: int = 1


_FORMAT = msgspec.json.Decoder(_Format)
_SNAPSHOT = msgspec.json.Decoder(Snapshot)


def encode(register: Register, flows: bytes, queues: bytes, cases: bytes, campaigns: bytes) -> bytes:
    """The state in today's format."""
    return msgspec.json.encode(Snapshot(register, flows, queues, cases, FORMAT, campaigns))


def decode(data: bytes) -> Snapshot:
    """The state of any format known. Raises msgspec.MsgspecError, or KeyError where a record lacks something."""
    if _FORMAT.decode(data).format == 1:
        state: dict[str, Any] = msgspec.json.decode(data)
        for call in state["register"]["calls"].values():
            _from_format_1(call)
        snapshot = msgspec.convert(state, Snapshot)
    else:  # without a second copy of all of it
        snapshot = _SNAPSHOT.decode(data)
    last_agents, agents = snapshot.register.last_agents, dict[AgentId, AgentId]()
    for number, (agent, at) in last_agents.items():
        # whole seconds: a release before dated them more finely
        last_agents[number] = (agents.setdefault(agent, agent), float(math.ceil(at)))
    for call in snapshot.register.calls.values():
        _talk_of_before(snapshot.register, call)
    return snapshot


def _talk_of_before(register: Register, call: Call) -> None:
    """Note the talk of a call that goes on since a release that did not."""
    offer = register.offer_of(call)
    if call.bridge is None or call.talk is not None or call.place != "talking" or call.call in register.handed_on:
        return  # the last: the agent has consulted somebody, and is being connected with the caller again
    if offer is not None and offer.leg in register.legs and not is_moved(offer.leg):
        began_at = call.answered_at if call.talks == 1 else register.legs[offer.leg].answered_at
        party = register.legs[offer.leg].party
        call.bridge.talk = Talk(
            call.talks, began_at or call.arrived_at, offer.leg, "agent", party, offer.agent, call.queue
        )


_RENAMED = {"ask": "flow_attempt", "entry": "queued_as", "promised": "replaced_callback"}
_ANNOUNCED = {
    "announce_at": "next_at",
    "due_at": "due_at",
    "alarms": "alarms",
    "said_place": "place",
    "said_queue": "queue",
    "unsaid": "unsaid",
    "line": "first_call",
}
_RECORDED = {"consent": "consent", "recordings": "paths", "hiding": "hiding"}


def _from_format_1(call: dict[str, Any]) -> None:
    for old, new in _RENAMED.items():
        call[new] = call.pop(old)
    call["announced"] = {new: call.pop(old) for old, new in _ANNOUNCED.items()}
    call["recording"] = {new: call.pop(old) for old, new in _RECORDED.items()}
    attempt, recorded = call.pop("bridge"), call.pop("recorded")
    if attempt is not None:
        role = "transfer" if call["place"] in ("transferring", "transferred") else "agent"
        call["bridge"] = {"attempt": attempt, "role": role, "recorded": recorded}
