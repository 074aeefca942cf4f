"""Events of call control besides those of the door: with these, all that the journal holds."""

from typing import Any, Literal

import msgspec

from acd.events import AgentMoved, AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, CallMoved, WrapUpEnded
from calls.events import ClockSet, Event, SwitchEvent, Tick
from calls.ids import AgentId, AttemptId, CallId, CaseNumber, LegId, Seconds
from calls.overrides import Kind
from dialer.campaigns.events import CampaignOrdered, Dispositioned, Fetched, ListGrew, PreviewAnswered, Recalled
from dialer.governor.decisions import Obligations
from ivr.events import LookupFinished, SecretChecked, Understood


class VersionPublished(Event, frozen=True):
    """Calls that arrive from now on walk the flows of `version`, and queues and agents are as it says."""

    version: str


class WaitModelFitted(Event, frozen=True):
    """From now on the learned wait forecast speaks with the fit of this name; the empty name is none."""

    model: str


class Restarted(Event, frozen=True):
    """A controller took the journal up again: commands that were pending when the last one died are given anew."""


class CaseFiled(Event, frozen=True):
    """The case is durable: its number may be told."""

    attempt: AttemptId
    call: CallId
    number: CaseNumber


class CaseWanted(Event, frozen=True):
    """An agent asked for a case about a call over HTTP; by phone it is a star code."""

    call: CallId
    attempt: AttemptId
    category: str
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


class SupervisionWanted(Event, frozen=True):
    """A supervisor, at the phone `account`, wants to hear call `call`, whisper to its agent, or join."""

    call: CallId
    account: str
    mode: Literal["listen", "whisper", "barge"]


class OverrideWanted(Event, frozen=True):
    """Somebody wants an override in force from now on; `calls.overrides.Override` has the fields.

    `until`: `today`, the end of the day in the house's zone; `lifted`, until somebody lifts it; or UTC epoch seconds.
    """

    kind: Kind
    target: str
    author: str
    reason: str
    until: float | Literal["today", "lifted"] = "today"
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    recording: str = ""
    node: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class OverrideLifted(Event, frozen=True):
    """Somebody wants the override of this number to be over."""

    number: int
    author: str


class TrunksChanged(Event, frozen=True):
    """The trunks that are down now; all others are up, or nobody knows."""

    down: tuple[str, ...] = ()


class SeatTaken(Event, frozen=True):
    """Somebody is there to look at what the robot would say, for `for_s` from now on, unless they say so again."""

    seat: str
    for_s: Seconds


class SeatLeft(Event, frozen=True):
    """Somebody looks no more."""

    seat: str


class ProposalTaken(Event, frozen=True):
    """A seat wants to answer a proposal: no other may then."""

    call: CallId
    attempt: AttemptId
    seat: str


class ProposalAnswered(Event, frozen=True):
    """A seat's word on a proposal. Approved: with `intent` of its candidates (empty: the first), and `text` in place of
    the robot's (empty: as it is)."""

    call: CallId
    attempt: AttemptId
    seat: str
    act: Literal["approve", "decline"]
    intent: str = ""
    text: str = ""


class TalkMoveWanted(Event, frozen=True):
    """An agent wants their talk at their phone as it is registered now: a page that was loaded anew, or the desk's."""

    agent: AgentId


class DialWanted(Event, frozen=True):
    """An agent wants a number or a colleague called (click to call). `token` makes it one call, however often said."""

    agent: AgentId
    number: str
    token: str
    scene: str = ""
    """What it is for, where the agent has chosen; empty: the scene of outgoing.yaml."""
    person: str = ""
    account: str = ""
    """Whom and what it is about, as the site knows them: calls are counted by them, too."""


class ConsultationWanted(Event, frozen=True):
    """An agent in a talk wants to consult `to`, written as for a transfer; or wants something of a consultation.

    `connect`: the caller has the other one, and the agent leaves. `swap`: the agent talks to the one who hears music.
    `join`: all three hear each other. `give_back`: the other one goes. `leg` is the agent's.
    """

    leg: LegId
    act: Literal["consult", "swap", "join", "connect", "give_back"]
    to: str = ""
    by: Literal["code", "http"] = "code"
    briefing: str = ""
    """What the one who is consulted reads before they answer."""


class RecordingMaskWanted(Event, frozen=True):
    """Somebody wants silence in the recording of this call's talk from now on, or no more: a card number is spoken."""

    call: CallId
    on: bool
    by: str = ""
    """Who wants it, for whoever reads the journal."""


class CallDeclined(Event, frozen=True):
    """An agent declines, by a screen, what rings at their phone: an offer, or somebody who wants to consult them."""

    agent: AgentId
    reason: str


class EchoTestWanted(Event, frozen=True):
    """An agent wants their phone called, to hear themselves: does the headset work?"""

    agent: AgentId


class NumberChecked(Event, frozen=True):
    """The gate's answer in journals of before scenes: whether a number is on a list."""

    call: CallId
    attempt: AttemptId
    allowed: bool
    reason: str = ""


class GateAnswered(Event, frozen=True):
    """The gate's answer to AskGate. Only with `allow` may the call be placed, and once.

    `unknown`: nobody could decide (no ledger, no policy, no answer in time), so it is a no now; later is another
    matter. `rule` is POLICY.RULE and `clause` what it cites; neither they nor `reason` hold a number or a name.
    """

    call: CallId
    attempt: AttemptId
    verdict: Literal["allow", "deny", "defer", "unknown"]
    reservation: int | None = None
    """The reserved attempt, to be settled. None: none was reserved, and none is to be settled."""
    obligations: Obligations = Obligations()
    rule: str = ""
    clause: str = ""
    reason: str = ""
    until: float | None = None
    """Of a defer: the first instant at which it may be, UTC epoch seconds."""
    number_only: bool = False
    """Of a no: another number of the same person may have another answer."""

    @property
    def why(self) -> str:
        """The reason with its rule and clause, in one line."""
        told = ": ".join(word for word in (self.rule, self.reason) if word)
        return f"{told} [{self.clause}]" if self.clause else told


class AttemptSettled(Event, frozen=True):
    """The ledger has the settlement of this name."""

    attempt: AttemptId


RouterEvent = (
    SwitchEvent
    | ClockSet
    | Tick
    | VersionPublished
    | WaitModelFitted
    | Restarted
    | LookupFinished
    | SecretChecked
    | Understood
    | CaseFiled
    | CaseWanted
    | SupervisionWanted
    | DialWanted
    | TalkMoveWanted
    | ConsultationWanted
    | RecordingMaskWanted
    | CallDeclined
    | EchoTestWanted
    | SeatTaken
    | SeatLeft
    | ProposalTaken
    | ProposalAnswered
    | NumberChecked
    | GateAnswered
    | AttemptSettled
    | TrunksChanged
    | OverrideWanted
    | OverrideLifted
    | AgentSignedIn
    | AgentSignedOut
    | AgentPaused
    | AgentResumed
    | WrapUpEnded
    | AgentMoved
    | CallMoved
    | CampaignOrdered
    | Dispositioned
    | Fetched
    | ListGrew
    | PreviewAnswered
    | Recalled
)
"""All that may stand in the journal."""
