"""Phases of a session: what a step waits for, and the transition table of what may happen while it does.

The table has two kinds of events. One from outside (a key, words that are through, the outcome of what the step awaits,
a deadline) counts in a phase, or is ignored for the reason given; where it counts, the step decides. A decision (to
say, to ask, to record …) moves the session to its next phase. An empty cell raises BrokenRule.
"""

from typing import Literal

from calls.transitions import Transitions

Phase = Literal[
    "walking",  # between two events no session is here
    "saying",  # words of a step that asks nothing
    "asking",  # a prompt, or silence after it, and keys count
    "confirming",  # read back: yes or no
    "checking",  # the vault looks at hidden digits
    "understanding",  # what was said is judged elsewhere
    "reviewing",  # a person may look at what would be said next
    "outside",  # a lookup, a case: an answer from elsewhere is awaited
    "queued",  # the queue has the caller, or an agent
    "transferring",  # somebody else has the caller
    "recording",
    "leaving",  # the caller hung up into a recording: the end of the leg is on its way
    "over",  # the walk has ended, and the session is forgotten
]

Outside = Literal[
    "key",
    "played",  # what plays is through
    "heard",  # speech, or none in time
    "failed",  # the switch could not do what is awaited
    "checked",  # the vault's answer
    "understood",  # the judgement of what was said
    "reviewed",  # a person's word on what would be said
    "answered",  # of a lookup, or the case's number
    "suggested",  # the queue suggests a way out
    "callback",  # what became of the callback that the caller wanted
    "left_queue",
    "transferred",
    "recorded",
    "due",  # the step's own time is over
    "cap",  # the call's time is over
    "adopted",  # a new controller has found the caller still up
    "ended",  # the leg is gone
]

Decision = Literal[
    "begin",  # the next step
    "say",
    "ask",
    "read_back",
    "check",
    "understand",
    "review",
    "consult",
    "queue",
    "transfer",
    "record",
    "await_end",
    "end",
]

PhaseEvent = Outside | Decision

_NO_STEP_YET = "no step to come is known to the caller yet"
_HOUSE_ASKS = "what was asked of the house is asked again by the house"
_NO_CAP = "the cap cuts no wait and no talk short; the next step finds it"

PHASES: Transitions[Phase, PhaseEvent] = Transitions(
    "session",
    {
        "walking": {
            "begin": "walking",
            "say": "saying",
            "ask": "asking",
            "consult": "outside",
            "queue": "queued",
            "transfer": "transferring",
            "record": "recording",
            "end": "over",
        },
        "saying": {
            "key": "saying",
            "played": "saying",
            "adopted": "walking",
            "begin": "walking",
            "record": "recording",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "asking": {
            "key": "asking",
            "played": "asking",
            "heard": "asking",
            "failed": "asking",
            "due": "asking",
            "ask": "asking",
            "read_back": "confirming",
            "check": "checking",
            "understand": "understanding",
            "adopted": "walking",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "confirming": {
            "key": "confirming",
            "played": "confirming",
            "due": "confirming",
            "ask": "asking",
            "adopted": "walking",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "checking": {
            "checked": "checking",
            "due": "checking",
            "ask": "asking",
            "adopted": "walking",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "understanding": {
            "key": "understanding",
            "understood": "understanding",
            "due": "understanding",
            "review": "reviewing",
            "ask": "asking",
            "adopted": "walking",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "reviewing": {
            "key": "reviewing",
            "played": "reviewing",
            "reviewed": "reviewing",
            "due": "reviewing",
            "ask": "asking",
            "adopted": "reviewing",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "outside": {
            "answered": "outside",
            "say": "saying",
            "due": "outside",
            "adopted": "walking",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "queued": {
            "key": "queued",
            "played": "queued",
            "suggested": "queued",
            "callback": "queued",
            "left_queue": "queued",
            "due": "queued",
            "begin": "walking",
            "end": "over",
            "ended": "over",
        },
        "transferring": {"transferred": "transferring", "begin": "walking", "end": "over", "ended": "over"},
        "recording": {
            "recorded": "recording",
            "failed": "recording",
            "adopted": "walking",
            "await_end": "leaving",
            "begin": "walking",
            "end": "over",
            "cap": "over",
            "ended": "over",
        },
        "leaving": {"begin": "walking", "ended": "over"},
    },
    {
        "checking": {"key": "the digits are complete, and the vault has not answered yet"},
        "outside": {"key": _NO_STEP_YET},
        "queued": {"adopted": _HOUSE_ASKS, "cap": _NO_CAP},
        "transferring": {"key": _NO_STEP_YET, "adopted": _HOUSE_ASKS, "cap": _NO_CAP},
        "recording": {"key": "the switch ends the message by its key, and tells so"},
        "leaving": {
            "key": "the caller has hung up",
            "adopted": "the caller has hung up: the house finds out itself",
            "cap": "the end is on its way",
        },
    },
)

SOUNDING = frozenset(phase for phase, events in PHASES.moves.items() if "played" in events)
"""Phases in which something may play."""

UNCAPPED = frozenset(phase for phase, events in PHASES.ignored.items() if "cap" in events)
"""Phases that the cap on a call's time does not end."""
