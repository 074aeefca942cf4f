"""The state machines of call control, each as one table: a call's place, an agent's offer, a caller's callback.

docs/architecture.md draws them. A cell that is in no table is a broken rule; `calls.transitions` has the mechanism.
"""

from typing import Literal

from calls.transitions import Transitions

Place = Literal["menu", "waiting", "booked", "offered", "talking", "transferring", "transferred", "dialling", "gone"]
PlaceEvent = Literal[
    "queued",
    "offered",
    "missed",
    "callback_missed",
    "connected",
    "talk_ended",
    "cut_off",
    "released",
    "booked",
    "came_back",
    "given_up",
    "transfer_begun",
    "transfer_ended",
    "handed_on",
    "taken_to_flow",
    "ended",
]

PLACES: Transitions[Place, PlaceEvent] = Transitions(
    "call",
    {
        "menu": {"queued": "waiting", "transfer_begun": "transferring", "ended": "gone"},
        "waiting": {"offered": "offered", "booked": "booked", "released": "menu", "ended": "gone"},
        # A callback: the caller is gone or going, the place is kept.
        "booked": {"offered": "offered", "came_back": "menu", "given_up": "menu", "ended": "gone"},
        "offered": {
            "connected": "talking",
            "missed": "waiting",
            "callback_missed": "booked",
            "came_back": "menu",
            "released": "menu",
            "ended": "gone",
        },
        # Cut off: the agent's side died, and the caller waits again, first in line. Handed on: an agent's transfer, to
        # somebody whom the queues find, or back.
        "talking": {
            "talk_ended": "menu",
            "cut_off": "waiting",
            "handed_on": "waiting",
            "transfer_begun": "transferring",
            "ended": "gone",
        },
        "transferring": {
            "connected": "transferred",
            "transfer_ended": "menu",
            "handed_on": "waiting",
            "ended": "gone",
        },
        "transferred": {"transfer_ended": "menu", "ended": "gone"},
        # A call that an agent makes begins here (AGENT_CALLS), and a campaign's (contact_states.CONTACT_CALLS).
        "dialling": {"connected": "talking", "queued": "waiting", "taken_to_flow": "menu", "ended": "gone"},
    },
)
"""Where a caller is. `released`: by the queues, or by the flow: a key, a limit, the cap on a call's time."""

OfferState = Literal["ringing", "whispering", "bridging", "talking", "parting", "over"]
OfferEvent = Literal[
    "answered",
    "connecting",
    "connecting_again",
    "connected",
    "failed",
    "parting",
    "parted",
    "call_became_callback",
    "handed_on",
    "agent_left",
    "caller_left",
    "withdrawn",
]

OFFERS: Transitions[OfferState, OfferEvent] = Transitions(
    "offer",
    {
        "ringing": {"answered": "whispering", "agent_left": "over", "caller_left": "over", "withdrawn": "over"},
        "whispering": {
            "connecting": "bridging",
            "call_became_callback": "whispering",
            "agent_left": "over",
            "caller_left": "over",
            "withdrawn": "over",
        },
        "bridging": {
            "connected": "talking",
            "connecting_again": "bridging",
            "failed": "over",
            "parted": "over",
            "call_became_callback": "whispering",
            "agent_left": "over",
            "caller_left": "over",
            "withdrawn": "over",
        },
        "talking": {
            "parting": "parting",
            "parted": "over",
            "handed_on": "over",
            "agent_left": "over",
            "caller_left": "over",
        },
        # The agent's leg is on its way out: its end says whether they hung up or died.
        "parting": {"agent_left": "over", "caller_left": "over"},
    },
    {
        "ringing": {"call_became_callback": "the agent hears of it when the phone is answered"},
        "whispering": {"answered": "a switch may tell of an answer again after a gap"},
        "bridging": {"answered": "as while whispering"},
        "talking": {
            "answered": "as while whispering",
            "connected": "a connection that stands may be told again after a gap",
            "failed": "a deadline that ran out as both began to hear each other",
        },
        "parting": {
            "answered": "as while whispering",
            "connected": "as while talking",
            "failed": "as while talking",
            "parting": "told again after a gap",
            "parted": "as parting",
        },
    },
)
"""An agent's phone, from its first ring to the end of the talk. While an agent is asked to accept a callback, and while
the caller's phone rings for it, the offer goes on `whispering`."""

TransferState = Literal["checking", "away", "outside", "returning", "waiting", "over"]
TransferEvent = Literal[
    "allowed",
    "refused",
    "reached",
    "connected",
    "not_reached",
    "talk_ended",
    "left",
]

TRANSFERS: Transitions[TransferState, TransferEvent] = Transitions(
    "transfer",
    {
        # The talk goes on until the number may be called.
        "checking": {"allowed": "away", "refused": "over", "talk_ended": "over", "left": "over"},
        "away": {"reached": "over", "connected": "outside", "not_reached": "returning", "left": "over"},
        "outside": {"talk_ended": "over", "left": "over"},
        "returning": {"reached": "over", "not_reached": "waiting", "left": "over"},
        "waiting": {"reached": "over", "left": "over"},
    },
)
"""A blind transfer that an agent has asked for.

| state | where the caller is | what goes on |
|---|---|---|
| checking | in the talk with the agent | may the number outside be called? |
| away | on music | the target's phone rings, or the target's queue looks for somebody |
| outside | in a talk with a number outside | |
| returning | on music | the agent who asked is rung |
| waiting | on music | that agent is gone, too: the queue looks for another one, and the caller is first in line |
"""

ConsultationState = Literal["checking", "ringing", "talking", "swapped", "conference", "over"]
ConsultationEvent = Literal[
    "allowed",
    "refused",
    "answered",
    "swapped",
    "joined",
    "completed",
    "given_back",
    "other_left",
    "agent_left",
    "left",
]

_ENDS: dict[ConsultationEvent, ConsultationState] = {
    "completed": "over",
    "given_back": "over",
    "other_left": "over",
    "agent_left": "over",
    "left": "over",
}
CONSULTATIONS: Transitions[ConsultationState, ConsultationEvent] = Transitions(
    "consultation",
    {
        "checking": {"allowed": "ringing", "refused": "over", "given_back": "over", "left": "over"},
        "ringing": {
            "answered": "talking",
            "given_back": "over",
            "other_left": "over",
            "agent_left": "over",
            "left": "over",
        },
        "talking": {"swapped": "swapped", "joined": "conference", **_ENDS},
        "swapped": {"swapped": "talking", "joined": "conference", **_ENDS},
        "conference": {"swapped": "talking", **_ENDS},
    },
)
"""An agent who asks somebody about a caller.

| state | the caller | the agent | the other one |
|---|---|---|---|
| checking | talks with the agent | talks with the caller | may the number be called? |
| ringing | music | music | their phone rings |
| talking | music | talk with each other | |
| swapped | talk with each other | | music |
| conference | hear each other | | |
"""

CallbackState = Literal[
    "checking", "unchecked", "booked", "asking", "clearing", "dialling", "resting", "talking", "over"
]
CallbackEvent = Literal[
    "allowed",
    "refused",
    "overtaken",
    "joined",
    "caller_left",
    "told",
    "accepted",
    "closed",
    "not_reached",
    "connected",
    "agent_lost",
    "released",
    "put_back",
    "came_back",
    "promised_again",
    "given_up",
]

CALLBACKS: Transitions[CallbackState, CallbackEvent] = Transitions(
    "callback",
    {
        "checking": {
            "allowed": "booked",
            "refused": "over",
            "overtaken": "over",
            "joined": "over",
            "caller_left": "unchecked",
        },
        "unchecked": {"allowed": "resting", "came_back": "resting", "joined": "over", "given_up": "over"},
        "booked": {
            "told": "asking",
            "accepted": "clearing",
            "agent_lost": "booked",
            "released": "resting",
            "came_back": "resting",
            "given_up": "over",
        },
        "asking": {"accepted": "clearing", "agent_lost": "booked", "came_back": "resting", "given_up": "over"},
        "clearing": {
            "allowed": "dialling",
            "closed": "resting",
            "agent_lost": "booked",
            "came_back": "resting",
            "given_up": "over",
        },
        "dialling": {
            "connected": "talking",
            "not_reached": "resting",
            "agent_lost": "booked",
            "came_back": "resting",
            "given_up": "over",
        },
        "resting": {"put_back": "booked", "came_back": "resting", "promised_again": "booked", "given_up": "over"},
    },
    {
        "asking": {"told": "the whisper is said again after a gap"},
        "clearing": {"told": "accepted into the whisper already"},
        "dialling": {"told": "accepted into the whisper already"},
        "unchecked": {"agent_lost": "as while resting"},
        "resting": {"agent_lost": "it was taken out of the queue, and so the agent was let go"},
        "over": {"agent_lost": "as while resting"},
    },
)
"""A caller who hung up and keeps the place.

| state | the queues | what goes on |
|---|---|---|
| checking | wait | may this number be called at all? the caller is on the line |
| unchecked | do not know it | as checking, and the caller has hung up: the answer decides |
| booked | wait, or offer | the place is kept |
| asking | offer | the agent hears who and why, and has until `due_at` to press 1 |
| clearing | offer | may the number be called still? |
| dialling | offer | the caller's phone rings on `leg` |
| resting | do not know it | nobody answered; at `due_at` back into the old place |
| talking | talk | |
"""

AgentCallState = Literal["calling", "checking", "ringing", "bridging", "talking", "telling", "ending", "over"]
AgentCallEvent = Literal[
    "answered",
    "allowed",
    "refused",
    "picked_up",
    "connecting_again",
    "connected",
    "failed",
    "parted",
    "told",
    "handed_on",
    "far_end_left",
    "agent_left",
]

AGENT_CALLS: Transitions[AgentCallState, AgentCallEvent] = Transitions(
    "agent's call",
    {
        "calling": {"answered": "checking", "agent_left": "over"},
        "checking": {"allowed": "ringing", "refused": "telling", "agent_left": "over"},
        "ringing": {
            "picked_up": "bridging",
            "handed_on": "over",
            "far_end_left": "telling",
            "agent_left": "over",
        },
        "bridging": {
            "connected": "talking",
            "connecting_again": "bridging",
            "failed": "ending",
            "far_end_left": "ending",
            "agent_left": "over",
        },
        "talking": {"parted": "ending", "handed_on": "over", "far_end_left": "ending", "agent_left": "over"},
        "telling": {"told": "ending", "agent_left": "over"},
        "ending": {"agent_left": "over"},
    },
    {
        "bridging": {
            "answered": "the agent's phone is told that the far end is there",
            "picked_up": "a switch may tell of an answer again after a gap",
        },
        "talking": {
            "answered": "as while bridging",
            "picked_up": "as while bridging",
            "connected": "a connection that stands may be told again after a gap",
            "connecting_again": "as connected",
            "failed": "a deadline that ran out as both began to hear each other",
        },
        "ending": {
            "answered": "as while bridging",
            "picked_up": "as while bridging",
            "connected": "the two are on their way out",
            "connecting_again": "as connected",
            "failed": "as connected",
            "parted": "as connected",
            "told": "told again after a gap",
            "far_end_left": "it is hung up by us",
        },
    },
)
"""A call that an agent makes, from their phone or by HTTP. Handed on: whom they called has a caller of theirs now.

| state | what goes on |
|---|---|
| calling | asked for by HTTP: the agent's own phone rings |
| checking | may this be dialled? |
| ringing | the far end is called; the agent's phone is told so |
| bridging | the far end has picked up |
| talking | |
| telling | the agent hears why it came to nothing |
| ending | both are being hung up |
"""
