"""A flow machine over flows written in the test, and the phrases and queues that they may name."""

from collections.abc import Sequence
from typing import TypeVar

from calls.causes import Cause, Outcome
from calls.commands import Command, Play, Sentence
from calls.events import CallEnded, ClockSet, DigitPressed, PlaybackFinished
from calls.ids import AttemptId, CallId, LegId
from ivr.commands import IvrCommand, StepTaken
from ivr.compiler.compiling import compile_folder
from ivr.events import CallStarted, IvrEvent
from ivr.machine.core import Ivr
from ivr.program import Program

CALL, LEG = CallId("c"), LegId("c")
TRIES = "no_input: {say: silent, tries: 1, then: bye}\n  wrong: {say: wrong, tries: 1, then: bye}\nbye: {hangup: bye}\n"
"""What each step that asks needs."""
_PHRASES = ["one", "two", "three", "four", "ask", "wrong", "silent", "bye", "callback_number", "callback_refused"]
_WITH_PLACES = "back: 'back {digits:digits}'\nworth: '{sum:money}'\ncallback_confirm: 'at {phone:phone}'\n"
_WITH_PLACES += "which: 'which {first} {second}'\nday_right: 'right {day:day}'\n"
C = TypeVar("C", bound=Command)


def compiled(*flows: str, **files: str) -> Program:
    """The program of these flows; each begins with `flow: NAME`. Other files by name: `defaults="…"`."""
    texts = "".join(f"{key}: {key}\n" for key in _PHRASES) + _WITH_PLACES
    folder = {
        "prompts/en.yaml": texts,
        "prompts/zh-CN.yaml": texts,
        "dialplans/queues.yaml": "queues: {care: {}}\n",
        "dialplans/agents.yaml": "agents: {'1': {skills: {care: 4}}}\n",
        **{f"dialplans/flows/{flow.split()[1]}.yaml": flow for flow in flows},
        **{f"dialplans/{name}.yaml": text for name, text in files.items()},
    }
    done = compile_folder(folder, version="v1")
    assert done.program is not None, [str(problem) for problem in done.problems]
    return done.program


class Line:
    """One caller on a machine. Time is `now`."""

    def __init__(self, program: Program) -> None:
        self.machine = Ivr({"v1": program})
        self.now = 0.0
        self.all: list[IvrCommand] = []
        self.machine.handle(ClockSet(1_795_400_000.0), 0.0)

    def tell(self, event: IvrEvent) -> list[IvrCommand]:
        """Tell an event, now."""
        out = self.machine.handle(event, self.now)
        self.all += out
        return out

    def start(self, flow: str = "main") -> list[IvrCommand]:
        """Let the call come."""
        return self.tell(CallStarted(CALL, LEG, "v1", flow, "+8613800138000", "95183"))

    def press(self, *keys: str) -> list[IvrCommand]:
        """Press keys, one by one; returns the commands of the last."""
        return [self.tell(DigitPressed(LEG, key)) for key in keys][-1]

    def played(self, outcome: Outcome = Outcome.FINISHED, detail: str = "") -> list[IvrCommand]:
        """End what plays."""
        attempt = self.machine.sessions[CALL].playing
        assert attempt is not None
        return self.tell(PlaybackFinished(LEG, attempt, outcome, detail))

    def due(self) -> list[IvrCommand]:
        """Let time go on to the next deadline."""
        due_at = self.machine.next_deadline()
        assert due_at is not None
        self.now = due_at
        out = self.machine.tick(due_at)
        self.all += out
        return out

    def hang_up(self) -> list[IvrCommand]:
        """Hang up as the caller."""
        return self.tell(CallEnded(LEG, Cause.NORMAL))

    @property
    def awaited(self) -> AttemptId:
        """The attempt whose outcome the step waits for."""
        attempt = self.machine.sessions[CALL].awaits
        assert attempt is not None
        return attempt

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Steps taken, with their outcome."""
        return [(taken.step, taken.outcome) for taken in self.all if isinstance(taken, StepTaken)]


def texts(commands: Sequence[IvrCommand]) -> list[str]:
    """Sentences that are to be heard."""
    plays = [command for command in commands if isinstance(command, Play)]
    return [media.text for play in plays for media in play.media if isinstance(media, Sentence)]


def only(commands: Sequence[IvrCommand], kind: type[C]) -> C:
    """The one command of this kind."""
    (found,) = [command for command in commands if isinstance(command, kind)]
    return found
