"""Random callers in random flows: each walk ends once, within its caps; stale events, replays, restarts do no harm.

An event that the table of phases does not allow would raise: so none of what the house may tell is missing there.
"""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.causes import Cause, Outcome
from calls.commands import HangUp, Listen, Play, Record, Stop
from calls.events import (
    CallEnded,
    ClockSet,
    CommandFailed,
    DigitPressed,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
)
from calls.ids import AttemptId, CallId, CaseNumber, LegId
from ivr import commands as c
from ivr.compiler.compiling import compile_folder
from ivr.compiler.schema import json_schema
from ivr.events import (
    CallAdopted,
    CallbackAnswered,
    CallStarted,
    CaseOpened,
    IvrEvent,
    LeftQueue,
    LookupFinished,
    SecretChecked,
    TransferEnded,
    WayOutSuggested,
)
from ivr.machine.core import Ivr
from ivr.program import Program, decode, encode

pytestmark = pytest.mark.properties

CALL, LEG = CallId("c"), LegId("c")
STEP_LIMIT = 60
_SCHEMA = jsonschema.Draft202012Validator(json_schema("flow"))
_AROUND = {
    "prompts/zh-CN.yaml": "one: 一\ntwo: 二\nback: '{digits:digits}'\n"
    "callback_confirm: '{phone:phone}'\ncallback_number: 三\ncallback_refused: 四\n",
    "dialplans/queues.yaml": "queues: {care: {}}\n",
    "dialplans/defaults.yaml": f"limits: {{steps: {STEP_LIMIT}, call_s: 600}}\n",
    "dialplans/hours.yaml": "office: {zone: Asia/Shanghai, week: {mon-fri: 09:00-18:00}, holidays: cn}\n",
}


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A flow that the lint takes: steps that wait for nobody lead only forward, and nothing is unreachable."""
    count = draw(st.integers(1, 7))

    def anywhere() -> str:
        return f"s{draw(st.integers(0, count - 1))}" if draw(st.booleans()) else draw(st.sampled_from(_ENDINGS))

    def forward(index: int) -> str:
        later = [f"s{number}" for number in range(index + 1, count)]
        return draw(st.sampled_from([*later, "hangup", "return"]))

    steps: dict[str, Any] = {f"s{index}": _step(draw, index, anywhere, forward) for index in range(count)}
    reached = {"s0"}
    while True:
        named = {name for step in reached for name in steps if json.dumps(name) in json.dumps(steps[step])}
        if named <= reached:
            break
        reached |= named
    return {"flow": "main", "start": "s0", **{name: step for name, step in steps.items() if name in reached}}


_ENDINGS = ("hangup", "return", "again", "back")


def _step(draw: st.DrawFn, index: int, anywhere: Any, forward: Any) -> dict[str, Any]:
    tries = st.integers(0, 2)
    asking = {
        "no_input": {"say": "two", "tries": draw(tries), "then": anywhere()},
        "wrong": {"tries": draw(tries), "then": anywhere()},
        "barge_in": draw(st.booleans()),
    }
    kinds = ("say", "menu", "collect", "listen", "survey", "branch", "set", "wait", "wait", "other", "hours")
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "say":
            return {"say": "one", "barge_in": draw(st.booleans()), "then": forward(index)}
        case "menu":
            keys = draw(st.sets(st.sampled_from(("1", "2", "12", "0", "*")), min_size=1))
            return {"menu": "one", "keys": {key: anywhere() for key in sorted(keys)}, **asking}
        case "collect":
            extra: dict[str, Any] = draw(
                st.sampled_from(({}, {"secret": True, "check": "luhn"}, {"confirm": "back"}, {"check": "[0-5]+"}))
            )
            return {"collect": f"d{index}", "say": "one", "length": "2-4", "then": anywhere(), **extra, **asking}
        case "listen":
            return {"listen": "one", "answers": [{"hears": "yes", "press": 1, "then": anywhere()}], **asking}
        case "survey":
            return {"survey": "q", "say": "one", "then": anywhere(), **asking}
        case "branch":
            condition = draw(st.sampled_from(("caller == '1'", "size(caller) > 1", "int(caller) > 1", "case == ''")))
            return {"branch": [{"if": condition, "then": forward(index)}], "else": forward(index)}
        case "set":
            return {"set": {f"v{index}": "=size(caller) + 1"}, "then": forward(index)}
        case "hours":
            return {"hours": "office", "open": forward(index), "closed": forward(index)}
        case "wait":
            ways = (("callback", 1), ("message", 2))
            offers = {way: {"key": key, "say": "two", "then": anywhere()} for way, key in ways}
            offered: dict[str, Any] = draw(st.sampled_from(({"offers": offers}, {})))
            return {"queue": "care", "keys": {"9": anywhere()}, "no_agents": anywhere(), "then": anywhere(), **offered}
    return draw(
        st.sampled_from(
            (
                {"lookup": "http://x/", "into": f"l{index}", "failed": anywhere(), "then": anywhere()},
                {"open_case": {"category": "x"}, "failed": anywhere(), "then": anywhere()},
                {"transfer": "tel:1", "busy": anywhere(), "then": anywhere()},
                {"voicemail": "box", "say": "two", "failed": anywhere(), "then": anywhere()},
            )
        )
    )


def program_of(flow: dict[str, Any]) -> Program:
    """Compiled from JSON, which is YAML too; and the schema takes what the loader takes."""
    assert not list(_SCHEMA.iter_errors(flow))
    done = compile_folder({**_AROUND, "dialplans/flows/main.yaml": json.dumps(flow)}, version="v")
    assert done.program is not None, [str(problem) for problem in done.problems]
    assert decode(encode(done.program)) == done.program
    return done.program


_WITH_OUTCOME = (
    Play,
    Listen,
    Record,
    c.Lookup,
    c.OpenCase,
    c.EnterQueue,
    c.BookCallback,
    c.Transfer,
    c.CheckSecret,
)


class Caller:
    """Does what a list of numbers says, and keeps the events that were told and the commands that came."""

    def __init__(self, program: Program) -> None:
        self.machine = Ivr({"v": program})
        self.told: list[tuple[IvrEvent | None, float]] = []
        self.ordered: list[list[c.IvrCommand]] = []
        self.now = 0.0
        self.open: dict[AttemptId, c.IvrCommand] = {}

    def tell(self, event: IvrEvent | None) -> list[c.IvrCommand]:
        """Tell an event, or None for a tick at the next deadline."""
        if event is None:
            due_at = self.machine.next_deadline()
            self.now = self.now if due_at is None else due_at
            out = self.machine.tick(self.now)
        else:
            out = self.machine.handle(event, self.now)
        self.told.append((event, self.now))
        self.ordered.append(out)
        for command in out:
            if isinstance(command, Stop):
                self.open.pop(command.attempt, None)
            elif isinstance(
                command,
                Play
                | Listen
                | Record
                | c.Lookup
                | c.OpenCase
                | c.EnterQueue
                | c.BookCallback
                | c.Transfer
                | c.CheckSecret,
            ):
                self.open[command.attempt] = command
        return out

    def act(self, number: int) -> None:
        """One thing that may happen."""
        choice, detail = number % 16, number // 16
        if choice < 6:
            key = "0129*#"[detail % 6]
            hidden = self.machine.sessions[CALL].hidden if CALL in self.machine.sessions else ""
            self.tell(DigitPressed(LEG, "•" if hidden and key.isdigit() else key))
        elif choice < 12:
            self.outcome(detail)
        elif choice == 12:
            self.tell(None)
        elif choice == 13:
            if CALL in self.machine.sessions:  # one whose walk is over is hung up
                self.tell(CallAdopted(CALL))
        elif choice == 14:
            self.tell(PlaybackFinished(LEG, AttemptId("c/9999"), Outcome.FINISHED))
        else:
            self.now += detail % 7

    def suggest(self, attempt: AttemptId, detail: int) -> None:
        """The queue suggests a way out; some callers take the callback at once, others go on as they did."""
        self.tell(WayOutSuggested(CALL, attempt, "message" if detail % 4 == 1 else "callback"))
        for key in "" if detail % 3 == 0 else "11":
            self.tell(DigitPressed(LEG, key))

    def outcome(self, detail: int) -> bool:
        """What became of the oldest thing under way."""
        if not self.open:
            return False
        attempt = next(iter(self.open))
        match self.open.pop(attempt):
            case Play():
                outcome = (Outcome.FINISHED, Outcome.STOPPED, Outcome.FAILED)[detail % 3]
                self.tell(PlaybackFinished(LEG, attempt, outcome))
            case Listen() | Record() if detail % 7 == 6:
                self.tell(CommandFailed(attempt, "refused", LEG))
            case Listen():
                self.tell(SpeechHeard(LEG, attempt, ("yes", "no", "")[detail % 3]))
            case Record():
                self.tell(RecordingFinished(LEG, attempt, "/x.wav", float(detail % 3), ended_by="digit"))
            case c.Lookup():
                self.tell(LookupFinished(CALL, attempt, "ok" if detail % 2 else "deadline", {"n": detail}))
            case c.OpenCase():
                self.tell(CaseOpened(CALL, attempt, CaseNumber("1")))
            case c.EnterQueue() as waits if detail % 2:
                self.open[attempt] = waits
                self.suggest(attempt, detail)
            case c.EnterQueue():
                self.tell(LeftQueue(CALL, attempt, ("served", "no_agents", "full")[detail % 3]))
            case c.BookCallback():
                self.tell(CallbackAnswered(CALL, attempt, ("booked", "refused", "connecting")[detail % 3]))
            case c.Transfer():
                self.tell(TransferEnded(CALL, attempt, ("talked", "busy", "failed")[detail % 3]))
            case c.CheckSecret():
                self.tell(SecretChecked(CALL, attempt, bool(detail % 2)))
        return True

    def walk(self, numbers: list[int], *, hang_up: bool) -> None:
        """From the first event to the end: what the numbers say, then silence, or a hang-up."""
        self.tell(ClockSet(1_795_400_000.0))
        self.tell(CallStarted(CALL, LEG, "v", "main", "+86138", "95183"))
        for number in numbers:
            self.act(number)
        if hang_up:
            self.tell(CallEnded(LEG, Cause.NORMAL))
        for _ in range(20 * STEP_LIMIT):
            if CALL not in self.machine.sessions:
                break
            if not self.outcome(0):
                self.tell(None)


@given(flows(), st.lists(st.integers(0, 400), max_size=40), st.booleans())
@settings(max_examples=120)
def test_every_walk_ends_once_and_within_its_caps(flow: dict[str, Any], numbers: list[int], hang_up: bool) -> None:
    caller = Caller(program_of(flow))
    caller.walk(numbers, hang_up=hang_up)
    commands = [command for batch in caller.ordered for command in batch]
    ends = [index for index, command in enumerate(commands) if isinstance(command, c.FlowEnded)]
    assert len(ends) == 1
    assert ends[0] == len(commands) - 1
    assert sum(isinstance(command, c.StepTaken) for command in commands) <= STEP_LIMIT + 1
    hangs = sum(isinstance(command, HangUp) for command in commands)
    assert hangs == (0 if commands[-1].reason == "caller_left" else 1)  # type: ignore[union-attr]  # a FlowEnded, as above
    hides = [command for command in commands if isinstance(command, c.HideDigits | c.ShowDigits)]
    assert not hides or isinstance(hides[-1], c.ShowDigits)
    attempts = [command.attempt for command in commands if isinstance(command, Play | Record | c.Lookup | c.EnterQueue)]
    assert len(set(attempts)) == len(attempts)
    assert not caller.machine.sessions
    assert caller.machine.next_deadline() is None


@given(flows(), st.lists(st.integers(0, 400), max_size=25), st.integers(0, 1000))
@settings(max_examples=60)
def test_a_replay_and_a_restart_command_the_same(flow: dict[str, Any], numbers: list[int], cut: int) -> None:
    program = program_of(flow)
    caller = Caller(program)
    caller.walk(numbers, hang_up=False)
    cut %= len(caller.told)
    machine = Ivr({"v": program})
    for index, (event, now) in enumerate(caller.told):
        if index == cut:
            snapshot = machine.snapshot()
            machine = Ivr({"v": decode(encode(program))})
            machine.restore(snapshot)
            assert machine.snapshot() == snapshot
        again = machine.tick(now) if event is None else machine.handle(event, now)
        assert again == caller.ordered[index]


_QUEUE = {
    "flow": "main",
    "start": "s0",
    "s0": {
        "queue": "care",
        "keys": {"9": "hangup"},
        "offers": {
            "callback": {"key": 1, "say": "two", "then": "s1"},
            "message": {"key": 2, "say": "two", "then": "s2"},
        },
        "then": "s2",
    },
    "s1": {"hangup": "one"},
    "s2": {"voicemail": "box", "say": "two", "then": "s0"},
}
_IN_QUEUE = ("callback", "message", "1", "2", "11", "9", "#", "answer", "outcome", "played", "due", "adopted")


@given(st.lists(st.tuples(st.sampled_from(_IN_QUEUE), st.integers(0, 8)), max_size=40))
@settings(max_examples=120)
def test_offers_of_a_queue_break_no_phase(happens: list[tuple[str, int]]) -> None:
    caller = Caller(program_of(_QUEUE))
    caller.tell(ClockSet(1_795_400_000.0))
    caller.tell(CallStarted(CALL, LEG, "v", "main", "+86138", "95183"))
    for what, detail in happens:
        session = caller.machine.sessions.get(CALL)
        match what:
            case "callback" | "message":
                for attempt in [a for a, command in caller.open.items() if isinstance(command, c.EnterQueue)]:
                    caller.tell(WayOutSuggested(CALL, attempt, "callback" if what == "callback" else "message"))
            case "outcome":
                caller.outcome(detail)
            case "answer" if session is not None and session.books is not None:
                caller.tell(CallbackAnswered(CALL, session.books, ("booked", "refused", "connecting")[detail % 3]))
            case "played" if session is not None and session.playing is not None:
                caller.tell(PlaybackFinished(LEG, session.playing, Outcome.FINISHED))
            case "due":
                caller.tell(None)
            case "adopted" if session is not None:
                caller.tell(CallAdopted(CALL))
            case "1" | "2" | "11" | "9" | "#":
                for key in what:
                    caller.tell(DigitPressed(LEG, key))
    caller.tell(CallEnded(LEG, Cause.NORMAL))
    ends = [command for batch in caller.ordered for command in batch if isinstance(command, c.FlowEnded)]
    assert len(ends) == 1
    assert not caller.machine.sessions
