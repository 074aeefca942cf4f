"""A campaign's call to a contact, as call control has it: its states, as one table, and what is known of it.

docs/architecture.md draws the table; the contact itself, before and after its call, is the campaigns core's
(`dialer.campaigns.states`).
"""

from typing import Literal

import msgspec

from calls.ids import AgentId, AttemptId, Instant, Seconds
from calls.transitions import Transitions
from dialer.answering_machines.greeting import Greeting
from dialer.answering_machines.settings import Detection
from dialer.campaigns.commands import TakeToFlow

ContactCallState = Literal["agent", "ringing", "answered", "greeting", "waiting", "talking", "unserved", "flow", "over"]
ContactCallEvent = Literal[
    "agent_ready",
    "picked_up",
    "hear_out",
    "queued",
    "connected",
    "nobody_there",
    "to_flow",
    "agent_lost",
    "given_up",
    "ended",
]

CONTACT_CALLS: Transitions[ContactCallState, ContactCallEvent] = Transitions(
    "contact's call",
    {
        "agent": {"agent_ready": "ringing", "agent_lost": "over", "given_up": "over", "ended": "over"},
        "ringing": {"picked_up": "answered", "agent_lost": "over", "ended": "over"},
        "answered": {
            "queued": "waiting",
            "connected": "talking",
            "hear_out": "greeting",
            "to_flow": "flow",
            "agent_lost": "unserved",
            "ended": "over",
        },
        "greeting": {"to_flow": "flow", "ended": "over"},
        "waiting": {"connected": "talking", "nobody_there": "unserved", "ended": "over"},
        "talking": {"ended": "over"},
        "unserved": {"ended": "over"},
        "flow": {"ended": "over"},
    },
    {
        "ringing": {"given_up": "the leg is hung up, and its end follows"},
        "answered": {"picked_up": "a switch may tell of an answer again after a gap", "given_up": "as while ringing"},
        "greeting": {"picked_up": "as while answered", "given_up": "as while ringing"},
        "waiting": {
            "picked_up": "as while answered",
            "given_up": "as while ringing",
            "agent_lost": "the queues look for another agent",
        },
        "talking": {
            "picked_up": "as while answered",
            "connected": "told again after a gap; or another agent has taken over",
            "agent_lost": "the talk's end is told by itself",
            "given_up": "who talks is not given up",
            "nobody_there": "an agent was there as the time ran out",
        },
        "unserved": {
            "picked_up": "as while answered",
            "connected": "an agent came too late",
            "agent_lost": "as connected",
            "given_up": "as while ringing",
        },
        "flow": {
            "picked_up": "as while answered",
            "connected": "the flow has brought an agent in: the talk is the flow's",
            "agent_lost": "as connected",
            "given_up": "as while ringing",
        },
        "over": {
            "agent_lost": "the call is over, and its agent is told so",
            "given_up": "as agent_lost",
            "ended": "as agent_lost",
        },
    },
)
"""A campaign's call.

| state | what goes on |
|---|---|
| agent | a preview was taken: the phone of its agent is called first |
| ringing | the person is called; the agent of a preview hears music |
| answered | somebody or something is there: it is judged, if that is wanted, and the campaign says what follows |
| greeting | a machine, which is heard to the end of its greeting before it is left a message |
| waiting | in front of the queue, for as long as the campaign's patience |
| talking | |
| unserved | nobody was there in time: the safe-harbour message, and then the end |
| flow | a flow, or a phrase alone, speaks |
"""


class ContactCall(msgspec.Struct):
    """A campaign's call. `attempt` is the try that the campaigns core knows it by."""

    attempt: AttemptId
    campaign: str
    number: str
    ring_s: Seconds
    shown: str
    """The caller id where the gate obliges to none."""
    state: ContactCallState = "ringing"
    agent: AgentId = AgentId("")
    """Of a preview: whose phone is called first."""
    queued: AttemptId | None = None
    """The attempt by which the queues know it."""
    patience_s: Seconds = 0.0
    safe_harbour: str = ""
    notice: AttemptId | None = None
    """The sound of the notice that the gate obliges to, while the person hears it."""
    noticed: bool = False
    """They have heard it."""
    message: AttemptId | None = None
    """The sound after which it is hung up."""
    due_at: Instant | None = None
    """When patience is over."""
    talking_since: Instant | None = None
    detection: Detection = Detection()
    greeting: Greeting | None = None
    """What was heard of the answer, where it is judged."""
    reply: Greeting | None = None
    """What was heard since a machine hears our message."""
    watched: AttemptId | None = None
    """The wish to be told of voices."""
    message_wanted: TakeToFlow | None = None
    """What a machine hears once its greeting is over."""
    heard_out: bool = False
    """Its greeting had no end."""

    def on(self, event: ContactCallEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = CONTACT_CALLS.after(self.state, event)
        self.state = to or self.state
        return to is not None
