"""A talk's disposition: what came of it, by its agent, from the first word on the line to the end of wrap-up."""

from typing import Literal

import msgspec

from calls.ids import AttemptId, CallId
from calls.transitions import Transitions

DispositionState = Literal["talking", "noting", "over"]
DispositionEvent = Literal["wrap_up_began", "said", "wrap_up_over"]

DISPOSITIONS: Transitions[DispositionState, DispositionEvent] = Transitions(
    "disposition",
    {
        "talking": {"said": "talking", "wrap_up_began": "noting", "wrap_up_over": "over"},
        "noting": {"said": "over", "wrap_up_over": "over"},
        "over": {"said": "over"},
    },
    {
        "noting": {"wrap_up_began": "the agent's state is told again after a restart"},
        "over": {
            "wrap_up_began": "what was said in the talk has ended it",
            "wrap_up_over": "the agent's state changes for other work",
        },
    },
)
"""The disposition of an agent's talk. It may be said in each state, and the last word counts.

| state | what goes on |
|---|---|
| talking | the agent has the caller, or rests from them while somebody is consulted |
| noting | wrap-up; where the queue requires a disposition, its agent owes one |
| over | said in or after wrap-up, or wrap-up ended without |
"""


class TalkDisposition(msgspec.Struct):
    """The disposition of an agent's last talk in a queue that has some. `said` is empty until they have said one."""

    call: CallId
    talk: int
    """Its number in the call; of several with the same agent, one after the other, the last."""
    queue: str
    version: str
    offer: AttemptId
    state: DispositionState = "talking"
    said: str = ""
    note: str = ""

    def on(self, event: DispositionEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = DISPOSITIONS.after(self.state, event)
        self.state = to or self.state
        return to is not None
