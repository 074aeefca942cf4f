"""The state of the forecaster and its feed, for a restart.

The learned layer is not in it: it is a file of its own, and comes from the wiring. Fields stand here under the names
that they have in their classes, without the underscore of what is private there.
"""

from typing import Any, TypeVar

import msgspec

from acd.commands import Offer
from acd.forecast.announce import Band
from acd.forecast.forecaster import Entry, Forecast, Forecaster
from acd.forecast.line import Waiter
from acd.forecast.servers import Free, Talk
from calls.ids import AgentId, AttemptId, CallId, Instant, Seconds

Cell = tuple[str, int]
S = TypeVar("S", bound=msgspec.Struct)


class LineState(msgspec.Struct):
    """Of `line.Line`."""

    waiting: dict[CallId, Waiter]
    joined: int
    last: dict[Cell, tuple[Seconds, Instant]]
    last_any: tuple[Seconds, Instant] | None


class ServersState(msgspec.Struct):
    """Of `servers.Servers`, without what is kept for the present instant only."""

    talks: dict[AgentId, Talk]
    agent_of: dict[CallId, AgentId]
    free: dict[AgentId, Free]
    told: dict[AgentId, list[str]]
    scores: dict[AgentId, dict[str, float]]
    wrap_up: dict[AgentId, Seconds]
    line_clock: Seconds
    next_look_at: Instant


class CurveState(msgspec.Struct):
    """Of `servers.ReturnCurve`."""

    reached: list[float]
    back: list[float]
    chance: list[float]


class HandleState(msgspec.Struct):
    """Of `estimates.Handle`."""

    mean_s: Seconds
    talks: int
    by_kind: dict[str, Seconds]
    by_agent: dict[AgentId, Seconds]


class PatienceState(msgspec.Struct):
    """Of `estimates.Patience`."""

    waited_s: Seconds
    gave_up: float


class DriftState(msgspec.Struct):
    """Of `estimates.Drift`."""

    overall: float
    by_cell: dict[Cell, float]


class CorrectionState(msgspec.Struct):
    """Of `conformal.Correction`."""

    all: list[float]
    cells: dict[Cell, list[float]]
    waits: dict[Cell, int]


class ForecasterState(msgspec.Struct):
    """Of `forecaster.Forecaster` itself."""

    kind_index: dict[str, int]
    entries: dict[CallId, Entry]
    now: Instant | None
    answered: int


class State(msgspec.Struct):
    """The whole state of a forecaster. The names of the fields are those on disk."""

    itself: ForecasterState
    line: LineState
    servers: ServersState = msgspec.field(name="floor")  # snapshots have always said so
    curve: CurveState
    handle: HandleState
    patience: PatienceState
    drift: DriftState
    corrections: dict[str, CorrectionState]


class FeedState(msgspec.Struct):
    """A feed with its forecaster. `said`: the last announcement to each caller."""

    forecaster: State
    offers: dict[AttemptId, Offer]
    kinds: dict[CallId, str]
    said: dict[CallId, tuple[Band, Forecast] | None]
    due: dict[CallId, Instant]
    latest: dict[CallId, Forecast]
    at_once: list[CallId] = msgspec.field(default_factory=list)


def taken(kind: type[S], of: Any) -> S:
    """The fields of `kind` from the object `of`."""
    return kind(**{name: getattr(of, _in(of, name)) for name in kind.__struct_fields__})


def put(state: msgspec.Struct, into: Any) -> None:
    """The inverse of `taken`."""
    for name in state.__struct_fields__:
        setattr(into, _in(into, name), getattr(state, name))


def _in(of: Any, name: str) -> str:
    private = "_" + name
    return private if hasattr(of, private) else name


def state_of(forecaster: Forecaster) -> State:
    """The state that a later forecast depends on, without the model."""
    servers = taken(ServersState, forecaster.servers)
    # the order of a set differs from process to process: the same state is to be the same bytes
    servers.told = {agent: sorted(kinds) for agent, kinds in forecaster.servers.told().items()}
    return State(
        taken(ForecasterState, forecaster),
        taken(LineState, forecaster.line),
        servers,
        taken(CurveState, forecaster.servers.curve),
        taken(HandleState, forecaster.handle),
        taken(PatienceState, forecaster.patience),
        taken(DriftState, forecaster.drift),
        {layer: taken(CorrectionState, of) for layer, of in forecaster.corrections.items()},
    )


def restore(state: State, forecaster: Forecaster) -> None:
    """Put `state` into a forecaster that is new."""
    put(state.itself, forecaster)
    put(state.line, forecaster.line)
    forecaster.line.restored()
    put(state.servers, forecaster.servers)
    forecaster.servers.restore_told({agent: frozenset(kinds) for agent, kinds in state.servers.told.items()})
    put(state.curve, forecaster.servers.curve)
    put(state.handle, forecaster.handle)
    put(state.patience, forecaster.patience)
    put(state.drift, forecaster.drift)
    for layer, of in state.corrections.items():
        put(of, forecaster.corrections[layer])
    forecaster.use(forecaster.model)
