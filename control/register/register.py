"""The register: every call, leg and offer of the house, as plain data that a snapshot can hold.

A call is in exactly one place. `control.machines.states` has the tables that say where it may go from there.
"""

import math
from collections.abc import Iterable
from typing import Literal

import msgspec

from calls.causes import Cause
from calls.commands import Media
from calls.identity import known_by
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId, file_name, leg_on, native, node_of
from calls.overrides import Override
from complaints.cases import FileCase
from control.machines.contact_states import ContactCall
from control.machines.disposition_states import TalkDisposition
from control.machines.ladder import Ladder
from control.machines.override_menu import OverrideMenu, PinFailures
from control.machines.proposals import Proposal
from control.machines.states import (
    AGENT_CALLS,
    OFFERS,
    AgentCallEvent,
    AgentCallState,
    OfferEvent,
    OfferState,
)
from control.messages.commands import AskGate, SettleAttempt
from control.messages.events import GateAnswered
from control.messages.log_commands import Direction, LegRole
from control.register.call import Call, Connection
from control.register.handing_on import BlindTransfer, Consultation, Declined, HandedOn
from dialer.governor.decisions import Obligations
from ivr.commands import Transfer

LAST_AGENTS = 20_000
"""Callers of whom it is known which agent talked to them last."""
LAST_AGENT_S = 30 * 86_400.0
_CALLED_BACK = ":callback-"
_MOVED = "-moved"


def call_id(leg: LegId) -> CallId:
    """The call of a caller's leg: it carries the id of its first one."""
    return CallId(leg.partition(_CALLED_BACK)[0])


def agent_leg(call: CallId, offer: AttemptId) -> LegId:
    """The leg on which an agent is called for an offer of `call`, on its node."""
    return leg_on(node_of(call), f"{offer}-agent")


def callback_leg(call: CallId, turn: int) -> LegId:
    """The leg on which the caller of `call` is called back."""
    return LegId(f"{call}{_CALLED_BACK}{turn}")


def moved_leg(call: CallId, attempt: AttemptId) -> LegId:
    """The leg on which an agent is called once more for the talk of `call`, on its node."""
    return leg_on(node_of(call), f"{native(attempt)}{_MOVED}")


def is_moved(leg: LegId) -> bool:
    """Whether it is such a leg. No release before moved talks has any."""
    return leg.endswith(_MOVED)


class Dialled(msgspec.Struct):
    """What an agent's own call is to come to; `control.machines.states.AGENT_CALLS` has its states."""

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
    """As the agent asked for it, where they said so: `control.messages.events.DialWanted`."""

    def on(self, event: AgentCallEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = AGENT_CALLS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class Opening(msgspec.Struct):
    """The words that a caller hears before every flow: `attempt` is their sound, then comes `flow`, or the end."""

    attempt: AttemptId
    flow: str
    media: tuple[Media, ...]


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
    """An agent's phone rings for a call, or both already talk; `leg` is the agent's. `machines.states.OFFERS`."""

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


class EchoTest(msgspec.Struct):
    """An agent tries their headset on a leg of its own: they speak, and hear it."""

    agent: AgentId
    recording: AttemptId | None = None
    """From the answer on."""
    path: str = ""
    """Of the file, once they hear it."""


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
    declined: dict[CallId, Declined] = msgspec.field(default_factory=dict)
    """Calls that go on, of which agents have declined something by a screen."""
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
    contacts: dict[CallId, ContactCall] = msgspec.field(default_factory=dict)
    """Calls of campaigns."""
    tries: dict[AttemptId, GateAnswered] = msgspec.field(default_factory=dict)
    """What the gate has said to campaigns' tries that go on: their reservations and obligations."""
    dispositions: dict[AgentId, TalkDisposition] = msgspec.field(default_factory=dict)
    """Of each agent's last talk in a queue with dispositions, what came of it."""
    echo_tests: dict[LegId, EchoTest] = msgspec.field(default_factory=dict)
    """Headsets that are tried now."""
    ladders: dict[CallId, Ladder] = msgspec.field(default_factory=dict)
    """Of each call that took a step, where it is between self-service, the robot and a person."""
    seats: dict[str, Instant] = msgspec.field(default_factory=dict)
    """People who look at what the robot would say, and until when."""
    proposals: dict[CallId, Proposal] = msgspec.field(default_factory=dict)
    """What the robot would say next, on lines where it waits for a person's word."""
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

    def ladder(self, call: CallId) -> Ladder:
        """The ladder of a call that goes on."""
        return self.ladders.setdefault(call, Ladder())

    def direction(self, call: CallId) -> Direction:
        """Whether a caller called in, or an agent called out, or a colleague."""
        if call in self.contacts:
            return "out"
        return self.agent_calls[call].direction if call in self.agent_calls else "in"

    def offer_of(self, call: Call) -> Offer | None:
        """The offer that an agent has of this call, or the agent's part of its talk."""
        return self.offers.get(call.offer) if call.offer is not None else None

    def has_no_flow(self, call: Call) -> bool:
        """Whether no flow waits for the end of this call's talks, though it has no callback any more."""
        contact = self.contacts.get(call.call)
        if contact is not None and contact.state != "flow":
            return True
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
