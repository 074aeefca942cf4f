"""The state of the pacing core as bytes, and back: what a restart goes on from, with all that was learned."""

import msgspec

from calls.ids import CallId, Instant
from dialer.pacing.agents import AgentsState
from dialer.pacing.answering import CurveState, RateState
from dialer.pacing.commands import Mode, Why
from dialer.pacing.events import Cell
from dialer.pacing.ledgers import LedgerState
from dialer.pacing.steering import SteeringState


class Ring(msgspec.Struct):
    """A call that may be answered. Its age counts from `at`, since it rings where that was told; `rate` is the lasting
    one of its cell when it was dialled."""

    dialled_at: Instant
    at: Instant
    rate: float
    cell: Cell


class Order(msgspec.Struct):
    """Calls that `Dial` asked for, and that are not dialled yet."""

    count: int
    at: Instant


class State(msgspec.Struct):
    """The whole state. The names of the fields are those on disk."""

    now: Instant
    decided_at: Instant
    changed: bool
    mode: Mode
    why: Why
    window: str
    cell: Cell
    inbound_share: float
    calling_until: Instant | None
    rings: dict[CallId, Ring]
    waiting: dict[CallId, Instant]
    orders: list[Order]
    curves: CurveState
    rates: RateState
    agents: AgentsState
    ledgers: list[LedgerState]
    steering: SteeringState


def encode(state: State) -> bytes:
    """The state as bytes."""
    return msgspec.msgpack.encode(state)


def decode(data: bytes) -> State:
    """Bytes as the state. Raises msgspec.ValidationError for what is none."""
    return msgspec.msgpack.decode(data, type=State)
