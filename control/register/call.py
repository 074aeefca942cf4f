"""A call is one caller's journey: where it stands, and its callback, announcements, recording and talk.

Plain data of the register; `control.machines.states` has the tables that say where a call may go.
"""

import msgspec

from acd.events import CallQueued
from calls.errors import BrokenRule
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId, Seconds
from control.machines.states import CALLBACKS, PLACES, CallbackEvent, CallbackState, Place, PlaceEvent
from control.messages.log_commands import CallOutcome, Consent, LegRole


class Callback(msgspec.Struct):
    """A callback; its states are `control.machines.states.CALLBACKS`. `ask` is the attempt that the queues know."""

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
    masked: bool = False
    """The agent wants silence, while something is spoken that nobody may keep."""

    @property
    def muted(self) -> bool:
        """Whether silence is being written."""
        return self.hiding or self.held or self.left_out or self.masked


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
    masked_since: Instant | None = None
    """Since when the agent wants silence in the recording."""
    masks: int = 0
    masked_s: Seconds = 0.0
    """How often, and how long in all, without the silence that goes on."""
    hold_alert_at: Instant | None = None
    """When supervisors are told of the hold that goes on."""


class Connection(msgspec.Struct):
    """A bridge that is ordered or stands between the caller's leg and one of role `role`."""

    attempt: AttemptId
    role: LegRole
    recorded: bool
    talk: Talk | None = None
    """Once both hear each other."""


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
