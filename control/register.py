"""The register: every call, leg and offer of the house, as plain data that a snapshot can hold.

A call is in exactly one place. `control.states` has the tables that say where it may go from there.
"""

import math
from collections.abc import Iterable
from typing import Literal

import msgspec

from acd.events import CallQueued
from calls.causes import Cause
from calls.commands import Media
from calls.errors import BrokenRule
from calls.identity import known_by
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId, Seconds, file_name, leg_on, node_of
from calls.overrides import Override
from complaints.cases import FileCase
from control.commands import AskGate, CallOutcome, Consent, Direction, LegRole, SettleAttempt
from control.override_menu import OverrideMenu, PinFailures
from control.states import (
    AGENT_CALLS,
    CALLBACKS,
    CONSULTATIONS,
    OFFERS,
    PLACES,
    TRANSFERS,
    AgentCallEvent,
    AgentCallState,
    CallbackEvent,
    CallbackState,
    ConsultationEvent,
    ConsultationState,
    OfferEvent,
    OfferState,
    Place,
    PlaceEvent,
    TransferEvent,
    TransferState,
)
from control.target import Target
from dialer.governor.decisions import Obligations
from ivr.commands import Transfer

LAST_AGENTS = 20_000
"""Callers of whom it is known which agent talked to them last."""
LAST_AGENT_S = 30 * 86_400.0
_CALLED_BACK = ":callback-"


def call_id(leg: LegId) -> CallId:
    """The call of a caller's leg: it carries the id of its first one."""
    return CallId(leg.partition(_CALLED_BACK)[0])


def agent_leg(call: CallId, offer: AttemptId) -> LegId:
    """The leg on which an agent is called for an offer of `call`, on its node."""
    return leg_on(node_of(call), f"{offer}-agent")


def callback_leg(call: CallId, turn: int) -> LegId:
    """The leg on which the caller of `call` is called back."""
    return LegId(f"{call}{_CALLED_BACK}{turn}")


class Callback(msgspec.Struct):
    """A callback; `control.states.CALLBACKS` has its states. `ask` is the attempt by which the queues know it."""

    number: str
    booking: AttemptId
    ask: AttemptId
    booked_at: Instant
    expires_at: Instant
    state: CallbackState = "checking"
    due_at: Instant | None = None
    check: AttemptId | None = None
    leg: LegId | None = None
    tries: int = 0
    turns: int = 0
    not_before: float = 0.0
    """Until then the gate lets nobody call, UTC epoch seconds; 0: it has said nothing of that."""

    def on(self, event: CallbackEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = CALLBACKS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class Dialled(msgspec.Struct):
    """What an agent's own call is to come to; `control.states.AGENT_CALLS` has its states."""

    direction: Literal["out", "internal"]
    to: str
    """`phone:ACCOUNT` of a colleague, or `tel:NUMBER`."""
    state: AgentCallState = "checking"
    check: AttemptId | None = None
    """The question whether the number may be called, until it is answered."""
    leg: LegId | None = None
    """The far one, from its Originate to its end."""
    due_at: Instant | None = None
    """When what is waited for has taken too long: it died with an earlier controller."""
    cause: Cause = Cause.NORMAL
    """Why it came to nothing: what the agent's phone is told."""
    scene: str = ""
    person: str = ""
    account: str = ""
    """As the agent asked for it, where they said so: `control.events.DialWanted`."""

    def on(self, event: AgentCallEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = AGENT_CALLS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class Announced(msgspec.Struct):
    """The announcements of a caller who waits: when the next is due, and what the last one said."""

    next_at: Instant | None = None
    due_at: Instant | None = None
    """When the next announcement or alarm falls due, whichever is first."""
    alarms: int = 0
    """Long waits told to the operator."""
    place: int | None = None
    """The place in the queue that the caller was told last, and of which queue that was."""
    queue: str = ""
    unsaid: str = ""
    """Why the wait was not announced last time; empty when it was."""
    first_call: CallId | None = None
    """Another call from the same number that waits in a better place: where it stands is told first."""


class Recorded(msgspec.Struct):
    """The recording of a call's talks: what the caller said to it, the files made so far, and whether a secret is
    being keyed, in which nothing is heard."""

    consent: Consent = ""
    paths: list[str] = msgspec.field(default_factory=list)
    hiding: bool = False
    held: bool = False
    """The other side is on hold, and holds of this queue are not recorded."""
    left_out: bool = False
    """A number outside is in the talk, and talks with those are not recorded."""

    @property
    def muted(self) -> bool:
        """Whether silence is being written."""
        return self.hiding or self.held or self.left_out


class Talk(msgspec.Struct):
    """A talk that goes on: with whom, in which queue, and since when. `role` and `party` are those of the other leg."""

    number: int
    """Counts the call's talks from 1; its recording has the same."""
    began_at: Instant
    leg: LegId
    role: LegRole
    party: str
    agent: AgentId | None
    queue: str
    held_by: list[LegId] = msgspec.field(default_factory=list)
    """Legs of the house's own phones that have put the other side on hold."""
    held_since: Instant | None = None
    """Since when one of them has."""
    holds: int = 0
    held_s: Seconds = 0.0
    """How often, and how long in all, without the hold that goes on."""
    hold_alert_at: Instant | None = None
    """When supervisors are told of the hold that goes on."""


class Connection(msgspec.Struct):
    """A bridge that is ordered or stands between the caller's leg and one of role `role`."""

    attempt: AttemptId
    role: LegRole
    recorded: bool
    talk: Talk | None = None
    """Once both hear each other."""


class Opening(msgspec.Struct):
    """The words that a caller hears before every flow: `attempt` is their sound, then comes `flow`, or the end."""

    attempt: AttemptId
    flow: str
    media: tuple[Media, ...]


class BlindTransfer(msgspec.Struct):
    """A transfer that an agent has asked for, until it has come to its end; `control.states.TRANSFERS` has its states.

    `agent` and `leg` are those who asked; `attempt` is the one by which the queues, or the gate before a number, know
    it; `origin` and `queue` are how, and in which queue, the caller had waited for the talk of number `talk`.
    """

    number: int
    """Counts the call's transfers from 1."""
    by: Literal["phone", "code", "http"]
    agent: AgentId
    leg: LegId
    target: Target
    attempt: AttemptId
    began_at: Instant
    talk: int
    origin: CallQueued
    queue: str
    state: TransferState = "checking"
    why: str = ""
    """The reason why the target was not reached."""
    consulted: bool = False
    """The agent wanted to talk to the target first."""

    def on(self, event: TransferEvent) -> None:
        """Take an event. Raises BrokenRule where the table has nothing."""
        to = TRANSFERS.after(self.state, event)
        self.state = to or self.state


class Consultation(msgspec.Struct):
    """Somebody whom an agent consults about a caller; `control.states.CONSULTATIONS` has its states.

    `agent` and `leg` are those who asked; `other` is the leg of the one who is consulted, from the ring on. `attempt`
    is that of the gate before a number, then of the connection of both. `talk` is the number of the talk that they
    left.
    """

    number: int
    """Counts the call's transfers, and these with them, from 1."""
    by: Literal["phone", "code", "http"]
    agent: AgentId
    leg: LegId
    target: Target
    attempt: AttemptId
    began_at: Instant
    talk: int
    other: LegId | None = None
    state: ConsultationState = "checking"
    why: str = ""
    """The cause of the other one's end."""

    def on(self, event: ConsultationEvent) -> None:
        """Take an event. Raises BrokenRule where the table has nothing."""
        to = CONSULTATIONS.after(self.state, event)
        self.state = to or self.state


class HandedOn(msgspec.Struct):
    """A caller whom agents have handed on, so many times.

    `called_by_us`: the caller had been called back, so that no flow waits for the end of their talks.
    """

    transfers: int = 0
    called_by_us: bool = False


class Call(msgspec.Struct):
    """One caller's journey. Instants are monotonic; `flow_attempt` is the flow's attempt that waits for an answer."""

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
    flow_attempt: AttemptId | None = None
    queued_as: CallQueued | None = None
    """The words by which the queues were told of the caller last."""
    queued_at: Instant | None = None
    answered_at: Instant | None = None
    callback: Callback | None = None
    replaced_callback: Callback | None = None
    """A callback whose place this call has taken: it holds again if the caller hangs up before an agent is there."""
    offer: AttemptId | None = None
    agent: AgentId | None = None
    bridge: Connection | None = None
    announced: Announced = msgspec.field(default_factory=Announced)
    recording: Recorded = msgspec.field(default_factory=Recorded)
    guests: list[LegId] = msgspec.field(default_factory=list)
    """Legs that live only as long as the call: a transfer's target, supervisors."""
    steps: int = 0
    talks: int = 0
    outcome: CallOutcome = "left_in_menu"

    def on(self, event: PlaceEvent) -> None:
        """Take an event and go where PLACES says. Raises BrokenRule where it says nothing."""
        to = PLACES.after(self.place, event)
        if to is None:  # a caller is never where something about the place does not matter
            raise BrokenRule(f"call {self.call}: {event} is ignored while {self.place}")
        self.place = to

    def enter_queue(self, queue: str) -> None:
        """Wait in `queue` from here on: as the flow asked, by overflow, or moved by a supervisor."""
        self.queue = queue

    def end_as(self, outcome: CallOutcome) -> None:
        """Take `outcome` as the call's, if it ended now. The last word counts."""
        self.outcome = outcome

    @property
    def talk(self) -> Talk | None:
        """The talk that the call is in."""
        return self.bridge.talk if self.bridge is not None else None

    @property
    def kept_callback(self) -> Callback | None:
        """The callback that is booked. One whose number is being checked is none yet: the caller is on the line."""
        return self.callback if self.callback is not None and self.callback.state != "checking" else None


class Leg(msgspec.Struct):
    """One channel, and the role that it plays for us. `call` is None for an agent who dialled a code."""

    leg: LegId
    role: LegRole
    call: CallId | None
    party: str
    began_at: Instant
    answered_at: Instant | None = None
    keys: str = ""
    held: bool = False
    """Its far end has put us on hold."""
    mode: Literal["listen", "whisper", "barge"] = "listen"
    """A supervisor's way to be there."""
    via: str = ""
    """The node that it goes on to: this is the near half of a call to a phone that is registered there."""


class Offer(msgspec.Struct):
    """An agent's phone rings for a call, or both already talk; `leg` is the agent's. `control.states.OFFERS`."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    leg: LegId
    state: OfferState = "ringing"
    whisper: AttemptId | None = None
    """The sound by which the agent is being told; the end of another sound is not its end."""

    def on(self, event: OfferEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = OFFERS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class Asked(msgspec.Struct):
    """A question to the gate without an answer yet; at `due_at` there will be none."""

    question: AskGate
    due_at: Instant | None
    """None: whoever was asked died with their controller, and it is asked again once the switch is there."""


class Passed(msgspec.Struct):
    """A call outside that the gate has let pass, on its leg: from its Originate to the leg's end."""

    reservation: int | None
    """None: nothing is to be settled."""
    call: CallId
    agent: AgentId | None
    obligations: Obligations
    dialled_at: float
    """UTC epoch seconds."""
    answered: bool = False
    talked: bool = False


class Register(msgspec.Struct):
    """All of it, and what is pending with the store."""

    calls: dict[CallId, Call] = msgspec.field(default_factory=dict)
    legs: dict[LegId, Leg] = msgspec.field(default_factory=dict)
    offers: dict[AttemptId, Offer] = msgspec.field(default_factory=dict)
    filing: dict[AttemptId, FileCase] = msgspec.field(default_factory=dict)
    bridges: dict[AttemptId, CallId] = msgspec.field(default_factory=dict)
    """Bridges ordered and not yet apart."""
    last_agents: dict[str, tuple[AgentId, Instant]] = msgspec.field(default_factory=dict)
    """The agent who talked to a number last, and when; the newest talk stands last."""
    engaged: list[str] = msgspec.field(default_factory=list)
    """Accounts of agents' phones that are in a call which the queues did not bring, and have been told of."""
    busy_phones: dict[str, str] = msgspec.field(default_factory=dict)
    """Accounts of agents' phones that a node has seen busy while no leg of ours was on them, with that node."""
    transfers: dict[CallId, BlindTransfer] = msgspec.field(default_factory=dict)
    """Transfers by agents that have not come to their end."""
    consultations: dict[CallId, Consultation] = msgspec.field(default_factory=dict)
    """Consultations that go on."""
    handed_on: dict[CallId, HandedOn] = msgspec.field(default_factory=dict)
    """Calls that go on, of which an agent wanted a transfer."""
    leaving: dict[LegId, AttemptId] = msgspec.field(default_factory=dict)
    """Legs of agents who have handed their caller on: the offer is over for the queues once the phone is free."""
    agent_calls: dict[CallId, Dialled] = msgspec.field(default_factory=dict)
    """Of each call that an agent makes, what it is to come to. Its `leg` is the agent's phone, `caller` the account."""
    unwanted: list[AttemptId] = msgspec.field(default_factory=list)
    """Bridges whose recording was declined while it was made: its file goes as soon as it is there."""
    settled: dict[AttemptId, str] = msgspec.field(default_factory=dict)
    """What became of the newest recordings: the path of the file, or nothing where it was dropped. A switch tells once
    more of one that it told of just before its controller was killed."""
    phones: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """The nodes that an account's phone is registered with, the newest last."""
    lost: list[str] = msgspec.field(default_factory=list)
    """Nodes whose link is down while the house has others."""
    aside: list[CallId] = msgspec.field(default_factory=list)
    """Calls of those nodes that wait, of which the queues know nothing until the node is back."""
    openings: dict[CallId, Opening] = msgspec.field(default_factory=dict)
    """Calls in which the words before every flow are being said."""
    overrides: list[Override] = msgspec.field(default_factory=list)
    """Those in force, as they were set."""
    overrides_set: int = 0
    """How many were ever set."""
    menus: dict[LegId, OverrideMenu] = msgspec.field(default_factory=dict)
    """Phones in the menu of overrides."""
    pin_failures: dict[str, PinFailures] = msgspec.field(default_factory=dict)
    """Wrong PINs of overrides by party."""
    asked_for: dict[CallId, Transfer] = msgspec.field(default_factory=dict)
    """Transfers to numbers outside that flows have asked for, while the gate is asked."""
    asked: dict[AttemptId, Asked] = msgspec.field(default_factory=dict)
    """Questions to the gate, by their request."""
    passed: dict[LegId, Passed] = msgspec.field(default_factory=dict)
    """Calls outside that the gate has let pass."""
    recorded_attempts: dict[AttemptId, tuple[int, CallId]] = msgspec.field(default_factory=dict)
    """Of talks with numbers outside that are recorded, the reservation and its call, until the file is there."""
    settlements: dict[AttemptId, SettleAttempt] = msgspec.field(default_factory=dict)
    """Settlements that the ledger is not known to have, in their order."""
    trunks_down: list[str] = msgspec.field(default_factory=list)
    """Trunks by which no call can leave, as was told last."""
    version: str = ""
    wait_model: str = ""
    """The fit that the learned wait forecast speaks with."""
    offset_s: float = 0.0
    minted: int = 0

    def call_of(self, leg: LegId) -> Call | None:
        """The call that this leg belongs to, while both are here."""
        known = self.legs.get(leg)
        return self.calls.get(known.call) if known is not None and known.call is not None else None

    def direction(self, call: CallId) -> Direction:
        """Whether a caller called in, or an agent called out, or a colleague."""
        return self.agent_calls[call].direction if call in self.agent_calls else "in"

    def offer_of(self, call: Call) -> Offer | None:
        """The offer that an agent has of this call, or the agent's part of its talk."""
        return self.offers.get(call.offer) if call.offer is not None else None

    def has_no_flow(self, call: Call) -> bool:
        """Whether no flow waits for the end of this call's talks, though it has no callback any more."""
        handed_on = self.handed_on.get(call.call)
        return handed_on is not None and handed_on.called_by_us

    def records(self, legs: Iterable[LegId], usual: bool) -> bool:
        """Whether a talk of these legs is recorded: as the gate obliges, `usual` where it says nothing of that."""
        obliged = [self.passed[leg].obligations.record for leg in legs if leg in self.passed]
        return "always" in obliged or (usual and "never" not in obliged)

    def connect(self, call: Call, role: LegRole, recorded: bool) -> AttemptId:
        """A new bridge between the caller and a leg of `role`."""
        call.bridge = Connection(self.mint(call.call), role, recorded)
        self.bridges[call.bridge.attempt] = call.call
        return call.bridge.attempt

    def part(self, call: Call) -> None:
        """The call's bridge is no more."""
        if call.bridge is not None:
            self.bridges.pop(call.bridge.attempt, None)
            call.bridge = None

    def nodes(self) -> set[str]:
        """Every node of which something is known beside its calls."""
        return {node for nodes in self.phones.values() for node in nodes}.union(self.lost)

    def is_lost(self, call: CallId) -> bool:
        """Whether nothing can be done about this call now, while others go on."""
        return bool(self.lost) and node_of(call) in self.lost

    def talked(self, caller: str, agent: AgentId, now: Instant) -> None:
        """Remember who talked to this number; the oldest are forgotten after LAST_AGENT_S, or behind LAST_AGENTS.

        Of thirty days a second more is nothing, and whole seconds make a snapshot a third smaller.
        """
        if caller := known_by(caller):
            self.last_agents.pop(caller, None)
            self.last_agents[caller] = (agent, float(math.ceil(now)))
            while len(self.last_agents) > LAST_AGENTS or now - self._oldest_talk() > LAST_AGENT_S:
                del self.last_agents[next(iter(self.last_agents))]

    def _oldest_talk(self) -> Instant:
        return next(iter(self.last_agents.values()))[1]

    def last_agent(self, caller: str, now: Instant) -> AgentId | None:
        """The agent who talked to this number within LAST_AGENT_S."""
        agent, at = self.last_agents.get(known_by(caller), (None, 0.0))
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


def recording_of(call: Call) -> str:
    """The name of the recording of the call's next talk."""
    return f"{file_name(call.call)}-{call.talks + 1}"


def talk_of(path: str) -> int:
    """The number of the talk that a recording is of. Read from its name, for the reason that `is_bridge` has."""
    number = path.rpartition(".")[0].rpartition("-")[2]
    return int(number) if number.isdecimal() else 0
