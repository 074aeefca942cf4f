"""Flow machine: all callers in all flows, as one core.

An event finds its session by call or leg; an event whose attempt the session does not await changes nothing. The
session takes its turn, walks on until a step waits, and its commands go out. Deadlines are in one heap, with stale
entries skipped when they come up. `ivr.machine.phases` has the table of what may happen when.

Caps: `Limits.steps` steps a call, `Limits.call_s` seconds. The time cap does not cut a wait or a talk short (the queue
has its own limit); it ends the walk at the next step.
"""

import copy
import heapq
from collections.abc import Callable
from typing import Protocol, assert_never

import msgspec

from calls.commands import Answer, HangUp, Play, Sentence
from calls.events import (
    CallAnswered,
    CallEnded,
    ClockSet,
    CommandDone,
    CommandFailed,
    DigitPressed,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
    Tick,
)
from calls.ids import CallId, Instant, LegId, Seconds
from dsl.hours import OtherHours
from ivr.commands import FlowEnded, IvrCommand
from ivr.events import (
    AnswerReviewed,
    CallAdopted,
    CallbackAnswered,
    CallHandedOn,
    CallStarted,
    CaseOpened,
    HoursReplaced,
    IvrEvent,
    LeftQueue,
    LookupFinished,
    SecretChecked,
    TransferEnded,
    Understood,
    WayOutSuggested,
)
from ivr.machine import alone, dispatch
from ivr.machine.phases import SOUNDING, UNCAPPED
from ivr.machine.saying import Voice
from ivr.machine.session import Frame, Session
from ivr.machine.walk import Walk
from ivr.program import (
    Program,
)

_STALE = 256  # entries of the heap that may be out of date before it is made anew


class Versions(Protocol):
    """Programs by version. A version never changes, so a replay walks the same flows."""

    def __getitem__(self, version: str) -> Program:
        """Raises KeyError for a version that there is not."""
        ...


class Snapshot(msgspec.Struct):
    """State of the whole machine."""

    offset_s: Seconds | None
    sessions: list[Session]
    other_hours: dict[str, OtherHours] = {}


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Snapshot)


class Ivr:
    """Core of the flows; `calls.ports.Core` says how it is driven."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._voices: dict[str, tuple[Program, Voice]] = {}
        self._sessions: dict[CallId, Session] = {}
        self._legs: dict[LegId, CallId] = {}
        self._heap: list[tuple[Instant, CallId]] = []
        self._armed: dict[CallId, Instant] = {}
        """When each session is due: of the heap's entries only those that say the same still hold."""
        self._offset_s: Seconds | None = None
        self._other_hours: dict[str, OtherHours] = {}

    @property
    def sessions(self) -> dict[CallId, Session]:
        """Sessions by call, to be read only."""
        return self._sessions

    def places(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The version of each call that is on its flow, and the flow and step of each frame, the one it is in last."""
        return [
            (session.version, tuple((frame.flow, frame.step) for frame in session.frames))
            for session in self._sessions.values()
        ]

    def walks(self, call: CallId) -> bool:
        """Whether the call is still on its flow; one that is not has been hung up, or was given away."""
        return call in self._sessions

    def handle(self, event: IvrEvent, now: Instant) -> list[IvrCommand]:
        """Take one event; `now` never goes back. Raises BrokenRule for one that cannot come in the session's phase."""
        match event:
            case ClockSet(offset_s):
                self._offset_s = offset_s
                return []
            case HoursReplaced(others):
                self._other_hours = others
                return []
            case Tick():
                return self.tick(now)
            case CallStarted():
                return self._start(event, now)
            case CallHandedOn():
                return self._hand_on(event, now)
            case DigitPressed() | PlaybackFinished() | SpeechHeard() | RecordingFinished() | CallEnded():
                session = self._by_leg(event.leg)
            case CommandFailed():
                session = self._by_leg(event.leg)
            case LookupFinished() | SecretChecked() | CaseOpened() | LeftQueue() | TransferEnded() | CallAdopted():
                session = self._sessions.get(event.call)
            case WayOutSuggested() | CallbackAnswered() | Understood() | AnswerReviewed():
                session = self._sessions.get(event.call)
            case CallAnswered() | CommandDone():
                return []  # sound is commanded with the answer, not after it; the end of a leg says that neither came
            case _:
                assert_never(event)
        if session is None:  # of a call whose walk is over
            # the command to hang up may have gone down with the controller that gave it
            return [HangUp(LegId(event.call))] if isinstance(event, CallAdopted) else []
        return self._turn(session, event, now)

    def next_deadline(self) -> Instant | None:
        """Instant of the first deadline: some step's own time is over, or the cap of a call."""
        while self._heap:
            due_at, call = self._heap[0]
            if self._armed.get(call) == due_at:
                return due_at
            heapq.heappop(self._heap)
        return None

    def tick(self, now: Instant) -> list[IvrCommand]:
        """Do what is due at `now`."""
        out: list[IvrCommand] = []
        while (due_at := self.next_deadline()) is not None and due_at <= now:
            session = self._sessions[heapq.heappop(self._heap)[1]]
            out += self._turn(session, Tick(due_at), now)
        return out

    def snapshot(self) -> bytes:
        """Encode all state."""
        return _ENCODER.encode(Snapshot(self._offset_s, list(self._sessions.values()), self._other_hours))

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`."""
        state = _DECODER.decode(snapshot)
        self._offset_s = state.offset_s
        self._other_hours = state.other_hours
        self._sessions = {session.call: session for session in state.sessions}
        self._legs = {session.leg: session.call for session in state.sessions}
        self._heap = []
        self._armed = {}
        for session in state.sessions:
            self._arm(session)

    def _hand_on(self, event: CallHandedOn, now: Instant) -> list[IvrCommand]:
        session = self._sessions.get(event.call)
        if session is None:
            return self._begin(event, now)
        walk = self._walk(session, now)
        walk.hand_on(event.flow)
        return self._settle(walk)

    def _start(self, event: CallStarted, now: Instant) -> list[IvrCommand]:
        return [] if event.call in self._sessions else self._begin(event, now)

    def _begin(self, event: CallStarted | CallHandedOn, now: Instant) -> list[IvrCommand]:
        try:
            program, _ = self._voice(event.version)
            flow = program.flows[event.flow]
        except KeyError:
            return [HangUp(event.leg), FlowEnded(event.call, "failed")]
        frame = Frame(event.flow, "", dict.fromkeys(flow.variables))
        language = program.languages[0]
        session = Session(
            event.call, event.leg, event.version, event.caller, event.called, language, now, [frame], began_at=now
        )
        self._sessions[event.call] = session
        self._legs[event.leg] = event.call
        walk = self._walk(session, now)
        if not (isinstance(event, CallStarted) and event.answered):
            walk.out.append(Answer(session.leg, walk.mint()))
        walk.successor = flow.start
        return self._settle(walk)

    def _turn(self, session: Session, event: IvrEvent, now: Instant) -> list[IvrCommand]:
        walk = self._walk(session, now)
        if isinstance(event, CallEnded):
            alone.left(walk)
        elif isinstance(event, Tick):
            dispatch.due(walk, event)
        else:
            dispatch.take(walk, event)
        return self._settle(walk)

    def _settle(self, walk: Walk) -> list[IvrCommand]:
        """Walk on until a step waits or the walk is over, and arm the next deadline."""
        session = walk.session
        while (step := walk.next()) is not None:
            dispatch.enter(walk, step)
        if session.phase == "over":
            del self._sessions[session.call]
            del self._legs[session.leg]
            self._armed.pop(session.call, None)
            return walk.out
        if session.playing is not None and session.phase not in SOUNDING:
            walk.hush()  # words of a step that the caller has left by a key
        self._arm(session)
        return walk.out

    def _walk(self, session: Session, now: Instant) -> Walk:
        program, voice = self._voice(session.version)
        return Walk(session, program, voice, now, self._offset_s, self._other_hours, self._foretold)

    def _foretold(self, walk: Walk, turn: Callable[[Walk], None]) -> str:
        """What a walk would say next after `turn`: tried on a copy of the session, of which nothing comes."""
        program = walk.program.with_clips(walk.program.version, {})  # so that all words are text
        session = copy.deepcopy(walk.session)
        ahead = Walk(session, program, Voice(program), walk.now, self._offset_s, self._other_hours)
        turn(ahead)
        while (step := ahead.next()) is not None:
            dispatch.enter(ahead, step)
        plays = [command for command in ahead.out if isinstance(command, Play)]
        return " ".join(one.text for one in plays[-1].media if isinstance(one, Sentence)) if plays else ""

    def _voice(self, version: str) -> tuple[Program, Voice]:
        found = self._voices.get(version)
        if found is None:
            program = self._versions[version]
            used = {session.version for session in self._sessions.values()}
            self._voices = {known: voice for known, voice in self._voices.items() if known in used}
            found = self._voices[version] = (program, Voice(program))
        return found

    def _by_leg(self, leg: LegId | None) -> Session | None:
        call = self._legs.get(leg) if leg is not None else None
        return None if call is None else self._sessions[call]

    def _due_at(self, session: Session) -> Instant | None:
        """Deadline of the step, or the cap on the call's time."""
        if session.phase in UNCAPPED:
            return session.due_at
        program, _ = self._voice(session.version)
        cap_at = session.started_at + program.limits.call_s
        return cap_at if session.due_at is None else min(cap_at, session.due_at)

    def _arm(self, session: Session) -> None:
        due_at = self._due_at(session)
        if due_at is None:
            self._armed.pop(session.call, None)
            return
        self._armed[session.call] = due_at
        heapq.heappush(self._heap, (due_at, session.call))
        if len(self._heap) > 4 * len(self._sessions) + _STALE:
            self._heap = [(at, call) for call, at in self._armed.items()]
            heapq.heapify(self._heap)
