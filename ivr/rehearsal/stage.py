"""Stage for a call without a switch: the flow machine, a clock that moves when told to, a house that plays along.

Words are heard at once and end when the rehearsal says so; digits that are hidden go to a vault of its own; a case gets
a number at once. Lookups, queues, transfers and recordings wait until somebody says what came of them.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, assert_never

import msgspec

from calls.causes import Cause, Outcome
from calls.commands import Answer, Clip, HangUp, Listen, Media, Play, Record, StartMusic, Stop, StopMusic
from calls.events import (
    CallAnswered,
    CallEnded,
    ClockSet,
    DigitPressed,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
)
from calls.ids import AgentId, AttemptId, CallId, CaseNumber, Instant, LegId, Seconds
from calls.numbers import e164
from ivr import commands as c
from ivr.events import (
    AnswerReviewed,
    CallbackAnswered,
    CallStarted,
    CaseOpened,
    IvrEvent,
    LeftQueue,
    LookupFinished,
    TransferEnded,
    Understood,
    WayOutSuggested,
)
from ivr.machine.core import Ivr
from ivr.phrases import Place, parse_template
from ivr.program import Program
from ivr.steps import ANSWER_STANDING
from ivr.vault import Vault
from understanding.judgement import NOTHING, Judgement, nearest
from understanding.wishes import Judge, understand

_CALL = CallId("call")
_LEG = LegId("call")
_RUNAWAY = 10_000


@dataclass(frozen=True)
class Heard:
    """Phrase that the caller heard. `phrase` is empty when no phrase reads like that."""

    phrase: str
    language: str
    text: str


class Stage:
    """Program made ready to be rehearsed many times: media can be read back as phrases."""

    def __init__(self, program: Program, judge: Judge | None = None) -> None:
        """`judge` says what sentences mean; without one they are judged by their words alone."""
        self._judge = judge
        self._templates = {
            language: {key: parse_template(text) for key, text in texts.items()}
            for language, texts in program.phrases.items()
        }
        clips = {
            language: {key: f"{language}/{key}" for key, template in templates.items() if template.is_static}
            for language, templates in self._templates.items()
        }
        self.program = program.with_clips("rehearsed", clips)
        self._patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def understand(self, said: c.Understand) -> Understood:
        """Judge what the caller said by the program's intents."""
        if self._judge is None:
            from understanding.matching import Matcher, train  # NumPy, which few rehearsals need

            model = train(self.program.intents)
            self._judge = Matcher(model).judge if model is not None else _nothing
        judged = understand(said.said, self._judge)
        one = judged.judgement
        return Understood(
            *(said.call, said.attempt, one.decision, one.intent, one.second, one.score, one.margin, judged.turn),
            near=nearest(one),
        )

    def read(self, media: Media) -> Heard:
        """Find the phrase of what was played. A sentence is known by its phrase's words; values may be anything."""
        if isinstance(media, Clip):
            language, _, key = media.path.partition("/")
            return Heard(key, language, self.program.phrases[language][key])
        for key, pattern in self._dynamic(media.language):
            if pattern.fullmatch(media.text):
                return Heard(key, media.language, media.text)
        return Heard("", media.language, media.text)

    def _dynamic(self, language: str) -> list[tuple[str, re.Pattern[str]]]:
        """Phrases with places, those with the most words of their own first."""
        if language not in self._patterns:
            found: list[tuple[int, str, re.Pattern[str]]] = []
            for key, template in self._templates.get(language, {}).items():
                if not template.is_static:
                    words = sum(len(part) for part in template.parts if isinstance(part, str))
                    parts = (".*" if isinstance(part, Place) else re.escape(part) for part in template.parts)
                    found.append((-words, key, re.compile("".join(parts), re.DOTALL)))
            self._patterns[language] = [(key, pattern) for _, key, pattern in sorted(found, key=lambda row: row[:2])]
        return self._patterns[language]


def _nothing(said: str) -> Judgement:
    return NOTHING


@dataclass
class Rehearsal:
    """Rehearsal of one call. Its course is in `heard` (not yet taken), `commands` (all), `steps` and `ended`."""

    stage: Stage
    at: datetime
    heard: deque[Heard] = field(default_factory=deque)
    commands: list[c.IvrCommand] = field(default_factory=list)
    steps: list[c.StepTaken] = field(default_factory=list)
    scores: dict[str, int] = field(default_factory=dict)
    cases: list[c.OpenCase] = field(default_factory=list)
    messages: list[c.VoicemailLeft] = field(default_factory=list)
    unanswered: list[c.QuestionUnanswered] = field(default_factory=list)
    ended: str = ""
    now: Instant = 0.0
    lookup: c.Lookup | None = None
    queue: c.EnterQueue | None = None
    booking: c.BookCallback | None = None
    transfer: c.Transfer | None = None
    record: Record | None = None
    listen: Listen | None = None

    def __post_init__(self) -> None:
        self._ivr = Ivr({"rehearsed": self.stage.program})
        self._playing: AttemptId | None = None
        self._vault = Vault()
        self._recording_since: Instant = 0.0

    def begin(self, flow: str, caller: str, called: str) -> None:
        """Let the call arrive."""
        instant = self.at if self.at.tzinfo is not None else self.at.replace(tzinfo=UTC)
        self._tell(ClockSet(instant.timestamp()))
        region = self.stage.program.region
        caller, called = e164(caller, region), e164(called, region)
        self._tell(CallStarted(_CALL, _LEG, "rehearsed", flow, caller, called))

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._tell(self._vault.take(DigitPressed(_LEG, key)))

    def speak(self, text: str, *, raised: bool = False) -> None:
        """Speak into an open ear; without one nothing happens."""
        self.finish()
        if self.listen is not None:
            self.was_heard(SpeechHeard(_LEG, self.listen.attempt, text, 1.0 if text else 0.0, raised=raised))

    def was_heard(self, heard: SpeechHeard) -> None:
        """What an ear made of a sound, for what listens now."""
        self.listen = None
        self._tell(heard)

    def finish(self) -> bool:
        """Play what plays to its end; False: nothing played."""
        if self._playing is None:
            return False
        attempt, self._playing = self._playing, None
        self._tell(PlaybackFinished(_LEG, attempt, Outcome.FINISHED))
        return True

    def wait(self, seconds: Seconds) -> None:
        """Let time pass in silence."""
        until = self.now + seconds
        for _ in range(_RUNAWAY):
            while self.finish():
                pass
            due_at = self._ivr.next_deadline()
            if due_at is None or due_at > until:
                break
            self.now = max(self.now, due_at)
            self._take(self._ivr.tick(self.now))
        self.now = until

    def answer_lookup(self, outcome: Any, value: Any = None) -> None:
        """Answer the lookup, if one is open."""
        if self.lookup is not None:
            attempt, self.lookup = self.lookup.attempt, None
            self._tell(LookupFinished(_CALL, attempt, outcome, value))

    def suggest(self, way: Any) -> None:
        """Suggest a way out to a caller who waits; they wait on."""
        if self.queue is not None:
            self._tell(WayOutSuggested(_CALL, self.queue.attempt, way))

    def overflow(self, queue: str) -> None:
        """Overflow the caller, who notices nothing, to another queue."""
        if self.queue is not None:
            self.queue = msgspec.structs.replace(self.queue, queue=queue)

    def answer_booking(self, outcome: Any) -> None:
        """Answer the booking of the callback that the caller confirmed."""
        if self.booking is not None:
            attempt, self.booking = self.booking.attempt, None
            if outcome == "booked":
                self.queue = None
            self._tell(CallbackAnswered(_CALL, attempt, outcome))

    def leave_queue(self, outcome: Any, agent: str = "") -> None:
        """Let the caller leave the queue with this outcome."""
        if self.queue is not None:
            attempt, self.queue = self.queue.attempt, None
            self._tell(LeftQueue(_CALL, attempt, outcome, AgentId(agent) if agent else None))

    def end_transfer(self, outcome: Any) -> None:
        """End the transfer with this outcome."""
        if self.transfer is not None:
            attempt, self.transfer = self.transfer.attempt, None
            self._tell(TransferEnded(_CALL, attempt, outcome))

    def leave_message(self, duration_s: Seconds, *, hangs_up: bool = False) -> None:
        """Leave a message of so many seconds, and end it by its key, or by hanging up."""
        if self.record is not None:
            self._end_recording(duration_s, "hang_up" if hangs_up else "digit")
            if hangs_up:
                self.hang_up()

    def hang_up(self) -> None:
        """Hang up as the caller. What they said since a recording began is a message."""
        if self.record is not None:
            self._end_recording(self.now - self._recording_since, "hang_up")
        self._tell(CallEnded(_LEG, Cause.NORMAL))

    def _end_recording(self, duration_s: Seconds, ended_by: Literal["digit", "hang_up"]) -> None:
        if self.record is not None:
            record, self.record = self.record, None
            path = f"{record.name}.wav"
            self._tell(RecordingFinished(_LEG, record.attempt, path, duration_s, Outcome.FINISHED, ended_by))

    def where(self) -> tuple[str, str]:
        """Flow and step that wait now; empty when the call is over."""
        session = self._ivr.sessions.get(_CALL)
        return (session.frame.flow, session.frame.step) if session is not None else ("", "")

    def language(self) -> str:
        """Language that is spoken now; empty when the call is over."""
        session = self._ivr.sessions.get(_CALL)
        return session.language if session is not None else ""

    def _tell(self, event: IvrEvent) -> None:
        self._take(self._ivr.handle(event, self.now))

    def _take(self, commands: list[c.IvrCommand]) -> None:
        self.commands += commands
        for command in commands:
            self._do(command)

    def _do(self, command: c.IvrCommand) -> None:
        match command:
            case Play():
                self._playing = command.attempt
                self.heard.extend(self.stage.read(media) for media in command.media)
            case Stop():
                if command.attempt == self._playing:
                    self._playing = None
                if self.listen is not None and command.attempt == self.listen.attempt:
                    self.listen = None
            case Answer():
                self._tell(CallAnswered(_LEG, command.attempt))
            case c.CheckSecret():
                self._tell(self._vault.check(command))
            case c.Understand():
                self._tell(self.stage.understand(command))
            case c.ProposeAnswer():
                self._tell(AnswerReviewed(_CALL, command.attempt, "nobody"))
            case c.HideDigits():
                self._vault.hide(command)
            case c.ShowDigits():
                self._vault.show(command)
            case c.OpenCase():
                self.cases.append(command)
                number = CaseNumber(f"{self.at:%Y}-{len(self.cases):04d}")
                self._tell(CaseOpened(_CALL, command.attempt, number))
            case c.Lookup() if command.url == ANSWER_STANDING:  # answers count as approved here, as scenes do
                self._tell(LookupFinished(_CALL, command.attempt, "ok", {"refused": ""}))
            case c.Lookup():
                self.lookup = command
            case c.QuestionUnanswered():
                self.unanswered.append(command)
            case c.EnterQueue():
                self._playing = None
                self.queue = command
            case c.LeaveQueue():
                self.queue = None
            case c.BookCallback():
                self.booking = command
            case c.Transfer():
                self.transfer = command
            case Record():
                self.record, self._recording_since = command, self.now
            case Listen():
                self.listen = command
            case c.VoicemailLeft():
                self.messages.append(command)
            case c.SurveyAnswered():
                self.scores[command.question] = command.score
            case c.QuestionAnswered():
                self.scores[command.question] = command.figure
            case c.StepTaken():
                self.steps.append(command)
            case c.FlowEnded():
                self.ended = command.reason
                self._playing = None
            case (
                StartMusic()
                | StopMusic()
                | HangUp()
                | c.RecordingConsent()
                | c.TurnTaken()
                | c.ValuesTaken()
                | c.EndProposal()
            ):
                pass
            case _:
                assert_never(command)
