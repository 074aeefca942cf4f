"""Session: where one caller is in the flows, as plain data, without a reference into a compiled program.

So a snapshot is an encoding of it, and a session goes on under the version that it started with.
"""

from typing import Any, Literal

import msgspec

from calls.ids import AttemptId, CallId, Instant, LegId
from ivr.machine.phases import PHASES, Outside, Phase, PhaseEvent


class Trail(msgspec.Struct):
    """Menu that the caller came through. `values` are kept only when the walk went on in another flow."""

    flow: str
    step: str
    values: dict[str, Any] | None = None


class Frame(msgspec.Struct):
    """Flow that is being walked; below the last one are those that called it. `step` is where the walk is, or waits."""

    flow: str
    step: str
    values: dict[str, Any]
    trail: list[Trail] = []


class Wish(msgspec.Struct):
    """What the caller of an `understand` step wants, as far as it is known.

    `said` waits for its judgement; `between` are two intents that the caller is asked about; `slot` is the value that
    is asked for, or, `confirming`, read back; `sure` are the values that were read back and right. `heard` is what was
    said last. `proposed` are intents that a person may look at, after the judgement `doubt`; `music`: meanwhile.
    """

    intent: str = ""
    said: str = ""
    between: list[str] = []
    slot: str = ""
    confirming: bool = False
    sure: list[str] = []
    heard: str = ""
    proposed: list[str] = []
    doubt: Literal["", "answered", "asked"] = ""
    music: bool = False


class Session(msgspec.Struct):
    """Session of one call."""

    call: CallId
    leg: LegId
    version: str
    caller: str
    called: str
    language: str
    started_at: Instant
    frames: list[Frame]
    phase: Phase = "walking"
    steps: int = 0
    minted: int = 0
    case: str = ""
    agent: str = ""
    # of the step that is being walked
    began_at: Instant = 0.0
    keys: str = ""
    notes: list[str] = []
    awaits: AttemptId | None = None  # whose outcome ends the phase
    due_at: Instant | None = None
    typed: str = ""
    silences: int = 0
    wrongs: int = 0
    asked: int = 0
    deaf: Literal["", "failed", "told"] = ""  # nobody hears what is said to this question; does the caller know it?
    wish: Wish = msgspec.field(default_factory=Wish)
    # of a way out of the queue
    offered: list[str] = msgspec.field(name="ways", default_factory=list)  # "ways" in snapshots since the first
    dialogue: Literal["", "confirming", "typing", "booking"] = ""
    number: str = ""  # where the caller wants to be called
    books: AttemptId | None = None
    # of the line
    playing: AttemptId | None = None
    hidden: str = ""  # the name under which digits go to the vault now
    ahead: str = ""  # keys pressed before their step was reached
    question: str = ""  # what the caller wanted last, in their words
    owed: bool = False  # a message or a score was left, and what follows from it is not done yet

    @property
    def frame(self) -> Frame:
        """Frame of the flow that is walked now."""
        return self.frames[-1]

    def takes(self, event: Outside) -> bool:
        """True if `event` counts in this phase; False: the table ignores it. Raises BrokenRule for an empty cell."""
        return PHASES.after(self.phase, event) is not None

    def move(self, event: PhaseEvent) -> None:
        """Go to the phase that follows `event`. Raises BrokenRule where none does and it is not ignored, either."""
        self.phase = PHASES.after(self.phase, event) or self.phase

    def values(self) -> dict[str, Any]:
        """Values that expressions and phrases of the flow can name."""
        return {
            "caller": self.caller,
            "called": self.called,
            "language": self.language,
            "case": self.case,
            "agent": self.agent,
            **self.frame.values,
        }
