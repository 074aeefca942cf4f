"""Walk of one call through its flow: entering and leaving steps, the stack of flows, the end.

The steps themselves are in `ivr.machine.asking` (keys and speech) and `ivr.machine.stepping` (all others); they speak
through the methods here, and leave by naming a successor. The core then enters it, until a step waits for an event or
the walk is over.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from calls.commands import HangUp, Play, Sentence, Stop, StopMusic
from calls.ids import AttemptId, Instant, Seconds
from dsl.conditions import Budget
from dsl.hours import OtherHours
from ivr.commands import (
    FlowEnded,
    HideDigits,
    IvrCommand,
    QuestionUnanswered,
    ShowDigits,
    StepTaken,
    Unanswered,
)
from ivr.machine.phases import Decision, PhaseEvent
from ivr.machine.saying import Voice
from ivr.machine.session import Frame, Session, Trail, Wish
from ivr.program import Flow, Program
from ivr.steps import AGAIN, BACK, ENDINGS, KINDS, RETURN, AnyStep, Collect, Goto, Jump, Language, Lines, Menu, Say, Set
from ivr.steps import Call as CallStep
from understanding.judgement import Near

EndReason = Literal["hung_up", "caller_left", "step_limit", "time_limit", "transferred", "failed"]


class Walk:
    """Turn of one session: made for an event, thrown away after it."""

    def __init__(
        self,
        session: Session,
        program: Program,
        voice: Voice,
        now: Instant,
        offset_s: Seconds | None,
        other_hours: Mapping[str, OtherHours],
        foretell: Callable[["Walk", Callable[["Walk"], None]], str] = lambda walk, turn: "",
    ) -> None:
        """`other_hours` hold in place of the program's, by name. `foretell` tells what this walk would say next if it
        took a turn, which it does not take."""
        self.session = session
        self.program = program
        self.now = now
        self.offset_s = offset_s
        self.other_hours = other_hours
        self.out: list[IvrCommand] = []
        self.budget = Budget()
        self.successor: str | None = None
        self.instead = ""
        """Words of a person in place of the next that are said in this turn."""
        self.alone = False  # the caller is gone: nobody hears, nobody is hung up
        self._voice = voice
        self._foretell = foretell

    @property
    def utc_s(self) -> float | None:
        """Now, in UTC epoch seconds; None where no clock is known."""
        return None if self.offset_s is None else self.now + self.offset_s

    # what steps do

    def mint(self) -> AttemptId:
        """Mint a new attempt of this call."""
        self.session.minted += 1
        return AttemptId(f"{self.session.call}/{self.session.minted}")

    def say(self, *parts: Lines) -> AttemptId | None:
        """Play phrases in one go; None when there is nothing to hear. What plays is replaced."""
        session = self.session
        lines = sum(parts, ())
        if not lines:
            return None
        media = self._voice.media(
            lines, session.language, session.values(), self.utc_s, session.notes, self.budget, self.other_hours
        )
        if not media:
            return None
        if self.instead:
            media, self.instead = (Sentence(self.instead, session.language),), ""
        attempt = self.mint()
        self.out.append(Play(session.leg, attempt, media))
        session.playing = attempt
        return attempt

    def foretell(self, turn: Callable[["Walk"], None]) -> str:
        """The words that the caller would hear next after `turn`; empty where none are said at once."""
        return self._foretell(self, turn)

    def say_all(self, lines: Lines) -> str:
        """Play phrases as `say` does, if all can be said; else why not, and nothing is played."""
        session, notes = self.session, list[str]()
        media = self._voice.media(
            lines, session.language, session.values(), self.utc_s, notes, self.budget, self.other_hours
        )
        if notes or not media:
            return "; ".join(notes) or "no words"
        session.playing = self.mint()
        self.out.append(Play(session.leg, session.playing, media))
        return ""

    def unanswered(self, said: str, why: Unanswered, intent: str = "", near: Near = ()) -> None:
        """Tell the editors of intents and answers what nobody answered here."""
        session = self.session
        where = f"{session.frame.flow}/{session.frame.step}"
        self.out.append(QuestionUnanswered(session.call, self.mint(), session.language, where, said, why, intent, near))

    def hush(self) -> None:
        """Stop what plays. Not needed before `say`: a second Play stops the first, and sooner."""
        if self.session.playing is not None:
            self.out.append(Stop(self.session.leg, self.session.playing))
            self.session.playing = None

    def hide(self, name: str, *, star: str = "") -> None:
        """Hide digits: they go to the vault under `name` from here on; what it had under that name is forgotten."""
        self.out.append(HideDigits(self.session.call, self.session.leg, name, star))
        self.session.hidden = name

    def show(self) -> None:
        """Show keys again, if they were hidden."""
        if self.session.hidden:
            self.out.append(ShowDigits(self.session.call, self.session.leg))
            self.session.hidden = ""

    def wait(self, decision: Decision, awaits: AttemptId | None = None, within_s: Seconds | None = None) -> None:
        """Move to the phase of `decision`; the step goes on when the outcome of `awaits` comes, or the time is over."""
        self.session.move(decision)
        self.wait_on(awaits, within_s)

    def wait_on(self, awaits: AttemptId | None, within_s: Seconds | None) -> None:
        """Stay in this phase, with another outcome awaited or another time (None: for ever)."""
        self.session.awaits = awaits
        self.session.due_at = None if within_s is None else self.now + within_s

    def note(self, text: str) -> None:
        """Add to the outcome of this step in the log."""
        self.session.notes.append(text)

    def leave(self, outcome: str, successor: str) -> None:
        """Leave the step for `successor`; the core enters that."""
        self._log(outcome)
        if isinstance(self.step(), Collect):
            self.show()
        self.successor = successor

    def step(self) -> AnyStep:
        """Step that is being walked."""
        return self._flow().steps[self.session.frame.step]

    def next_step(self, name: str) -> AnyStep | None:
        """Step of that name in the flow that is being walked; None for an ending."""
        return self._flow().steps.get(name)

    def call(self, step: CallStep, values: dict[str, Any]) -> None:
        """Walk another flow, to come back here."""
        self._log("called")
        self.session.frames.append(self._frame(step.flow, values))
        self.successor = self.program.flows[step.flow].start

    def jump(self, step: Jump, values: dict[str, Any]) -> None:
        """Walk another flow instead of this one."""
        self._log("left")
        before = self.session.frame
        for menu in before.trail:
            menu.values = before.values if menu.values is None else menu.values
        frame = self._frame(step.flow, values)
        frame.trail = before.trail
        self.session.frames[-1] = frame
        self.successor = self.program.flows[step.flow].start

    def hand_on(self, flow: str) -> None:
        """Walk another flow instead of all that were walked: an agent wants it so. Caps count anew from here.

        With a flow that this version has not, the caller is hung up.
        """
        session = self.session
        self._log("handed_on")
        session.started_at, session.steps = self.now, 0
        if flow not in self.program.flows:
            self.end("failed")
            return
        session.frames = [self._frame(flow, {})]
        self.successor = self.program.flows[flow].start

    def give_back(self, values: dict[str, Any]) -> None:
        """Return to the flow that called this one; from the first flow, the line is hung up."""
        self._log("returned")
        self._return(values)

    def end(self, reason: EndReason, *, hang_up: bool = True, by: PhaseEvent = "end") -> None:
        """End the walk: the session moves `by` this event to its last phase."""
        if self.alone:
            reason, hang_up = "caller_left", False
        self.session.move(by)
        self.show()
        if hang_up:
            self.hush()
            self.out.append(HangUp(self.session.leg))
        self.out.append(FlowEnded(self.session.call, reason))
        self.successor = None

    def abandon(self, reason: EndReason, outcome: str, *, hang_up: bool, by: PhaseEvent = "end") -> None:
        """End the walk in the middle of a step."""
        self._log(outcome)
        self.end(reason, hang_up=hang_up, by=by)

    # how steps follow each other

    def next(self) -> AnyStep | None:
        """Follow `successor` to the step to enter now, the session made ready for it; None when the walk is over."""
        while self.successor is not None:
            name, self.successor = self.successor, None
            if name in ENDINGS:
                name = self._ending(name)
                if name == "":
                    continue
            session, limits = self.session, self.program.limits
            session.steps += 1
            if session.steps > limits.steps or len(session.frames) > limits.depth:
                self.end("step_limit")
                return None
            if self.now - session.started_at >= limits.call_s:
                self.end("time_limit")
                return None
            step = self._flow().steps[name]
            self._begin(name, step)
            return step
        return None

    def _begin(self, name: str, step: AnyStep) -> None:
        session = self.session
        session.frame.step = name
        session.move("begin")
        session.began_at = self.now
        session.keys = ""
        session.notes = []
        session.awaits = session.due_at = None
        session.typed = ""
        session.offered, session.dialogue, session.number, session.books = [], "", "", None
        session.silences = session.wrongs = session.asked = 0
        if session.wish.music:
            self.out.append(StopMusic(session.leg, self.mint()))
        session.wish = Wish()
        if session.hidden and not _keeps_hidden(step, session.hidden):
            self.show()
        if isinstance(step, Menu):
            trail = session.frame.trail
            here = [i for i, menu in enumerate(trail) if menu.flow == session.frame.flow and menu.step == name]
            del trail[here[0] if here else len(trail) :]
            trail.append(Trail(session.frame.flow, name))

    def _ending(self, word: str) -> str:
        """Step that an ending leads to, or "" when it led to a successor of its own, or to the end."""
        session = self.session
        match word:
            case str() if word == AGAIN:
                return session.frame.step
            case str() if word == BACK:
                return self._back()
            case str() if word == RETURN:
                self._return({})
                return ""
            case _:
                self.end("hung_up")
                return ""

    def _back(self) -> str:
        """Step of the menu before the one where the caller is; without one, that one again."""
        frame = self.session.frame
        trail = frame.trail
        if trail and (trail[-1].flow, trail[-1].step) == (frame.flow, frame.step) and len(trail) > 1:
            trail.pop()
        if not trail:
            return frame.step
        menu = trail[-1]
        if menu.values is not None:
            frame.flow, frame.values, menu.values = menu.flow, menu.values, None
        return menu.step

    def _return(self, values: dict[str, Any]) -> None:
        frames = self.session.frames
        if len(frames) == 1:
            self.end("hung_up")
            return
        frames.pop()
        step = self.step()
        if isinstance(step, CallStep):
            for name, returned in step.into.items():
                self.session.frame.values[name] = values.get(returned)
            self.successor = step.then

    def _frame(self, flow: str, values: dict[str, Any]) -> Frame:
        return Frame(flow, "", {**dict.fromkeys(self.program.flows[flow].variables), **values})

    def _flow(self) -> Flow:
        return self.program.flows[self.session.frame.flow]

    def _log(self, outcome: str) -> None:
        session = self.session
        kind = KINDS[type(self.step())]
        outcome = "; ".join((outcome, *session.notes))
        self.out.append(
            StepTaken(
                session.call, session.frame.flow, session.frame.step, kind, session.began_at, session.keys, outcome
            )
        )


def _keeps_hidden(step: AnyStep, name: str) -> bool:
    """True where digits stay hidden: in words before the secret `name` (see `stepping.say`), and in its question."""
    if isinstance(step, Collect):
        return step.secret and step.into == name
    return isinstance(step, Say | Set | Goto | Language)
