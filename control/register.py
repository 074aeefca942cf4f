"""Who is where: every call, leg and offer of the house, as plain data that a snapshot can hold.

A call is in exactly one place. The router moves it; `move` refuses what the table does not list.
"""

from typing import Literal

import msgspec

from acd.events import CallQueued
from calls.errors import BrokenRule
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId
from complaints.cases import FileCase
from control.commands import CallOutcome, Consent, LegRole

Place = Literal["menu", "waiting", "booked", "offered", "talking", "transferring", "transferred", "gone"]

MOVES: dict[Place, frozenset[Place]] = {
    "menu": frozenset({"waiting", "transferring", "gone"}),
    "waiting": frozenset({"offered", "booked", "menu", "gone"}),
    "booked": frozenset({"offered", "menu", "gone"}),  # a callback: the caller is gone or going, the place is kept
    "offered": frozenset(
        {"talking", "waiting", "booked", "menu", "gone"}
    ),  # menu: a key took the caller out while a phone rang
    "talking": frozenset({"menu", "gone"}),
    "transferring": frozenset({"transferred", "menu", "gone"}),
    "transferred": frozenset({"menu", "gone"}),
    "gone": frozenset(),
}
"""From each place, where a call may go next."""


LAST_AGENTS = 20_000
"""Callers of whom it is known who talked to them last."""
LAST_AGENT_S = 30 * 86_400.0
_CALLED_BACK = ":callback-"


def call_id(leg: LegId) -> CallId:
    """The call of a caller's leg: it carries the id of its first one."""
    return CallId(leg.partition(_CALLED_BACK)[0])


def callback_leg(call: CallId, turn: int) -> LegId:
    """The leg on which the caller of `call` is called back."""
    return LegId(f"{call}{_CALLED_BACK}{turn}")


class Callback(msgspec.Struct):
    """A caller who hung up and keeps the place. `ask` is the attempt by which the queues know it.

    | state | the queues | what goes on |
    |---|---|---|
    | checking | wait | may this number be called at all? the caller is on the line |
    | booked | wait, or offer | the place is kept |
    | asking | offer | the agent hears who and why, and has until `due_at` to press 1 |
    | clearing | offer | may the number be called still? |
    | dialling | offer | the caller's phone rings on `leg` |
    | resting | do not know it | nobody answered; at `due_at` back into the old place |
    | talking | talk | |
    """

    number: str
    booking: AttemptId
    ask: AttemptId
    booked_at: Instant
    expires_at: Instant
    state: Literal["checking", "booked", "asking", "clearing", "dialling", "resting", "talking"] = "checking"
    due_at: Instant | None = None
    check: AttemptId | None = None
    leg: LegId | None = None
    tries: int = 0
    turns: int = 0


class Call(msgspec.Struct):
    """One caller's journey. Instants are monotonic; `ask` is the flow's attempt that waits for an answer."""

    call: CallId
    leg: LegId
    caller: str
    called: str
    version: str
    arrived_at: Instant
    place: Place = "menu"
    language: str = ""
    queue: str = ""
    reason: str = ""
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    ask: AttemptId | None = None
    entry: CallQueued | None = None
    """As the queues were told when the caller came to them last."""
    callback: Callback | None = None
    promised: Callback | None = None
    """A callback whose place this call has taken up: it holds again if the caller hangs up before an agent is there."""
    offer: AttemptId | None = None
    agent: AgentId | None = None
    bridge: AttemptId | None = None
    recorded: bool = False
    """Whether the bridge is."""
    consent: Consent = ""
    recordings: list[str] = msgspec.field(default_factory=list)
    """Paths of what was recorded of its talks."""
    queued_at: Instant | None = None
    answered_at: Instant | None = None
    announce_at: Instant | None = None
    said_place: int | None = None
    """The place in the queue that the caller was told last."""
    said_queue: str = ""
    """Of which queue that was."""
    line: CallId | None = None
    """Another call from the same number that waits in a better place: where it stands is told first."""
    unsaid: str = ""
    """Why the wait was not announced last time; empty when it was."""
    alarms: int = 0
    """Long waits told to the operator."""
    due_at: Instant | None = None
    """When something of the above falls due."""
    steps: int = 0
    talks: int = 0
    hiding: bool = False
    guests: list[LegId] = msgspec.field(default_factory=list)
    """Legs that live only as long as the call: a transfer's target, supervisors."""
    outcome: CallOutcome = "left_in_menu"

    def move(self, place: Place) -> None:
        """Go to `place`. Raises BrokenRule where MOVES has no such way."""
        if place not in MOVES[self.place]:
            raise BrokenRule(f"call {self.call}: no way from {self.place} to {place}")
        self.place = place


class Leg(msgspec.Struct):
    """One channel and what it is to us. `call` is None for an agent who dialled a code."""

    leg: LegId
    role: LegRole
    call: CallId | None
    party: str
    began_at: Instant
    answered_at: Instant | None = None
    keys: str = ""
    mode: Literal["listen", "whisper", "barge"] = "listen"
    """What a supervisor's leg is here for."""


class Offer(msgspec.Struct):
    """An agent's phone rings for a call, or both already talk. `leg` is the agent's."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    leg: LegId
    state: Literal["ringing", "whispering", "bridging", "talking"] = "ringing"
    whisper: AttemptId | None = None
    """What the agent is being told; the end of another sound is not its end."""


class Register(msgspec.Struct):
    """All of it, and what is pending with the store."""

    calls: dict[CallId, Call] = msgspec.field(default_factory=dict)
    legs: dict[LegId, Leg] = msgspec.field(default_factory=dict)
    offers: dict[AttemptId, Offer] = msgspec.field(default_factory=dict)
    filing: dict[AttemptId, FileCase] = msgspec.field(default_factory=dict)
    bridges: dict[AttemptId, CallId] = msgspec.field(default_factory=dict)
    """Bridges ordered and not yet apart."""
    last_agents: dict[str, tuple[AgentId, Instant]] = msgspec.field(default_factory=dict)
    """Who talked to a number last, and when; the newest talk stands last."""
    unwanted: list[AttemptId] = msgspec.field(default_factory=list)
    """Bridges whose recording was declined while it was made: its file goes as soon as it is there."""
    version: str = ""
    wait_model: str = ""
    """The fit that the learned wait forecast speaks with."""
    offset_s: float = 0.0
    minted: int = 0

    def bridge(self, call: Call, recorded: bool) -> AttemptId:
        """A new bridge of this call."""
        call.bridge = self.mint(call.call)
        self.bridges[call.bridge] = call.call
        call.recorded = recorded
        return call.bridge

    def apart(self, call: Call) -> None:
        """The call's bridge is no more."""
        if call.bridge is not None:
            self.bridges.pop(call.bridge, None)
            call.bridge, call.recorded = None, False

    def talked(self, caller: str, agent: AgentId, now: Instant) -> None:
        """Remember who talked to this number; the oldest are forgotten once there are LAST_AGENTS."""
        if caller:
            self.last_agents.pop(caller, None)
            self.last_agents[caller] = (agent, now)
            if len(self.last_agents) > LAST_AGENTS:
                del self.last_agents[next(iter(self.last_agents))]

    def last_agent(self, caller: str, now: Instant) -> AgentId | None:
        """Who talked to this number within LAST_AGENT_S."""
        agent, at = self.last_agents.get(caller, (None, 0.0))
        return agent if now - at <= LAST_AGENT_S else None

    def mint(self, call: CallId | LegId) -> AttemptId:
        """A new attempt's id: a count, so that a replay mints the same."""
        self.minted += 1
        return AttemptId(f"{call}:{self.minted}")


def is_bridge(attempt: AttemptId, leg: LegId) -> bool:
    """Whether this attempt was minted here for the call of `leg`, and so is a bridge's if a recording comes of it.

    The flow's own attempts look otherwise. Asked of the name and not of a list, because a recording outlives all that
    the register knows: it may come after the call's end, or from before a controller's.
    """
    return attempt.startswith(f"{call_id(leg)}:")
