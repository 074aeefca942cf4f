"""Test runner: it rehearses the call that a test case describes, and tells where the call went another way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from calls.commands import Listen
from calls.errors import BadInput
from calls.events import SpeechHeard
from dsl.tree import Mark, Problem
from ivr.compiler.test_cases import EXPECTATIONS, Line, TestCase, read_test_cases
from ivr.program import Program
from ivr.rehearsal.stage import Heard, Rehearsal, Stage
from understanding.wishes import Judge

_RUNAWAY = 1000


class Ear(Protocol):
    """Hears callers' recordings, for test cases in which they speak by one."""

    def begin(self) -> None:
        """The next call is another caller's."""
        ...

    def hear(self, sound: str, listen: Listen) -> SpeechHeard:
        """What was said in a file of dialplans/tests, for what listens. Raises BadInput: there is no such sound."""
        ...


@dataclass(frozen=True)
class Difference:
    """Line of the script that did not come true. `str()` is `file:line:column: expected …, but …`."""

    mark: Mark
    expected: str
    happened: str

    def __str__(self) -> str:
        return f"{self.mark}: expected {self.expected}, but {self.happened}"


@dataclass(frozen=True)
class Moment:
    """Moment of a rehearsed call: what was heard, done or seen, and where that was.

    `walked`: the steps that were left since the moment before, as `FLOW/STEP`; `at`: the one that waits now, empty once
    the call is over. `line` of the script, 0 for what was heard in passing.
    """

    kind: Literal["heard", "does", "sees", "differs"]
    text: str
    walked: tuple[str, ...] = ()
    at: str = ""
    line: int = 0


@dataclass
class Result:
    """Result of a test case. `transcript` tells people who did what, `course` where it was."""

    case: TestCase
    differences: list[Difference] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    course: list[Moment] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True if every line came true."""
        return not self.differences

    def __str__(self) -> str:
        lines = "".join(f"\n  {difference}" for difference in self.differences)
        return f"{self.case.mark}: {self.case.name}: {'as expected' if self.ok else 'another way'}{lines}"


class BadTestCases(BadInput):
    """Error in the files of test cases; `problems` has all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def run_folder(program: Program, files: Mapping[str, str], judge: Judge | None = None) -> list[Result]:
    """Run every test case of a folder (text by path) that needs no ear; `judge` as `Stage` takes it.

    Raises BadTestCases.
    """
    cases, problems = read_test_cases(files, program)
    if problems:
        raise BadTestCases(problems)
    return list(run_cases(program, [case for case in cases if not case.has_sound], judge))


def run_cases(
    program: Program, cases: Iterable[TestCase], judge: Judge | None = None, ear: Ear | None = None
) -> Iterator[Result]:
    """Run test cases, each with a fresh call. Without an `ear` those with sound go another way."""
    stage = Stage(program, judge)
    for case in cases:
        yield _Run(stage, case, ear).run()


def run_case(program: Program, case: TestCase) -> Result:
    """Run one test case. It stops at the first difference: what follows would only be its consequence."""
    return _Run(Stage(program), case).run()


class _Run:
    def __init__(self, stage: Stage, case: TestCase, ear: Ear | None = None) -> None:
        self._call = Rehearsal(stage, case.at)
        self._ear = ear
        self._case = case
        self._result = Result(case)
        self._all_heard: list[Heard] = []
        self._backlog: deque[Heard] = deque()  # heard since the caller last did something, and not asked for yet
        self._cases_seen = 0
        self._messages_seen = 0
        self._walked = 0
        self._line_number = 0

    def run(self) -> Result:
        case, result = self._case, self._result
        if self._ear is not None:
            self._ear.begin()
        self._call.begin(case.flow, case.caller, case.called)
        for line in case.script:
            self._line_number = line.mark.line
            difference = self._line(line)
            if difference is not None:
                result.differences.append(Difference(line.mark, *difference))
                self._moment("differs", "expected {}, but {}".format(*difference))
                break
            if line.verb in EXPECTATIONS:
                self._moment("sees", f"{line.verb} {_in_words(line.value)}")
        self._line_number = 0
        self._hear_rest()
        if len(self._call.steps) > self._walked:
            self._moment("sees", self._state())
        if result.ok:
            said = {heard.phrase for heard in self._all_heard}
            for phrase in case.never_hears:
                if phrase in said:
                    result.differences.append(Difference(case.mark, f"never to hear {phrase}", "it was said"))
        result.steps = [f"{step.flow}/{step.step}: {step.outcome}" for step in self._call.steps]
        return result

    def _line(self, line: Line) -> tuple[str, str] | None:
        """Do the line, or look for what it says; return what was expected and what was there, where they differ."""
        call = self._call
        match line.verb:
            case "hears":
                return self._hears(line.value)
            case "presses":
                return self._does(f"presses {line.value}", lambda: call.press(str(line.value)), not call.ended)
            case "says":
                return self._says(line.value)
            case "waits":
                return self._does(f"waits {line.value} s", lambda: call.wait(float(line.value)), not call.ended)
            case "hangs_up":
                return self._does("hangs up", call.hang_up, not call.ended)
            case "ends":
                self._hear_rest()
                return _same(f"the call to end: {line.value}", line.value, call.ended, self._state())
            case "at_step":
                self._hear_rest()
                return _same(f"step {line.value}", line.value, "/".join(call.where()), self._state())
        self._hear_rest()
        return self._house(line)

    def _says(self, value: Any) -> tuple[str, str] | None:
        call = self._call
        while call.finish():
            pass
        given = value if isinstance(value, dict) else {"text": str(value)}
        if "sound" not in given or call.listen is None:
            text, raised = str(given.get("text") or given.get("sound")), bool(given.get("raised"))
            what = f"says {text}{' in a raised voice' if raised else ''}"
            return self._does(what, lambda: call.speak(text, raised=raised), call.listen is not None)
        if self._ear is None:
            return f"an ear for {given['sound']}", "nobody here hears sounds"
        heard = self._ear.hear(given["sound"], call.listen)
        what = f"says {given['sound']}, heard as: {heard.text or 'nothing'}{', in a raised voice' * heard.raised}"
        return self._does(what, lambda: call.was_heard(heard), True)

    def _house(self, line: Line) -> tuple[str, str] | None:
        call, value = self._call, line.value
        match line.verb:
            case "lookup":
                outcome, answer = ("ok", value["answers"]) if isinstance(value, dict) else (value, None)
                ready = call.lookup is not None
                return self._does(f"(the service: {outcome})", lambda: call.answer_lookup(outcome, answer), ready)
            case "queue":
                return self._queue(value)
            case "booking":
                ready = call.booking is not None
                return self._does(f"(the callback: {value})", lambda: call.answer_booking(value), ready)
            case "transfer":
                ready = call.transfer is not None
                return self._does(f"(the transfer: {value})", lambda: call.end_transfer(value), ready)
            case "leaves_message":
                seconds, hangs_up = (value["seconds"], True) if isinstance(value, dict) else (value, False)
                what = f"leaves a message of {seconds} s{' and hangs up' if hangs_up else ''}"
                ready = call.record is not None
                return self._does(what, lambda: call.leave_message(float(seconds), hangs_up=hangs_up), ready)
            case _:
                return self._sees(line.verb, value)

    def _queue(self, value: Any) -> tuple[str, str] | None:
        call, ready = self._call, self._call.queue is not None
        given = value if isinstance(value, dict) else {value: ""}
        (word, what), *_ = given.items()
        name = call.queue.queue if call.queue is not None else ""
        known = self._case.queues.get(name) if self._case.queues is not None else None
        if word == "offers":
            if ready and known is not None and what not in known.offers:
                return f"the queue to offer a {what}", f"no step of {name} in queues.yaml has offer: {what}"
            return self._does(f"(the queue offers a {what})", lambda: call.suggest(what), ready)
        if word == "overflows":
            if ready and known is not None and what not in known.overflows:
                return f"the queue to overflow to {what}", f"no step of {name} in queues.yaml has overflow: {what}"
            return self._does(f"(the queue overflows to {what})", lambda: call.overflow(what), ready)
        return self._does(f"(the queue: {word})", lambda: call.leave_queue(word, str(what)), ready)

    def _sees(self, verb: str, value: Any) -> tuple[str, str] | None:
        call = self._call
        match verb:
            case "lands_in":
                wanted = value if isinstance(value, dict) else {"queue": value}
                entered = call.queue
                if entered is None:
                    return f"to wait in {wanted.get('queue', 'a queue')}", self._state()
                there = {
                    "queue": entered.queue,
                    "skills": list(entered.skills),
                    "class": entered.class_,
                    "language": entered.language,
                    "agent": entered.agent,
                    "vip": entered.vip,
                    "priority": entered.priority,
                    **entered.fields,
                }
                return _within("to wait with", wanted, there)
            case "opens_case":
                wanted = value if isinstance(value, dict) else {"category": value}
                if len(call.cases) <= self._cases_seen:
                    return f"a case {wanted}", f"none was opened; {self._state()}"
                case = call.cases[self._cases_seen]
                self._cases_seen += 1
                return _within("a case", wanted, {"category": case.category, **case.fields})
            case "books":
                number = call.booking.number if call.booking is not None else ""
                return _same(f"a callback to {value}", value, number, self._state())
            case "asks":
                wanted = value if isinstance(value, dict) else {"url": value}
                if call.lookup is None:
                    return f"a lookup {wanted}", self._state()
                return _within("a lookup", wanted, {"url": call.lookup.url, "send": call.lookup.body})
            case "transferred_to":
                to = call.transfer.to if call.transfer is not None else ""
                return _same(f"a transfer to {value}", str(value), to, self._state())
            case "message_for":
                boxes = [message.box for message in call.messages[self._messages_seen :]]
                self._messages_seen = len(call.messages)
                return _same(f"a message for {value}", value, boxes[-1] if boxes else "", self._state())
            case _:
                return _within("scores", value, call.scores)

    def _does(self, what: str, do: Any, possible: bool) -> tuple[str, str] | None:
        if not possible:
            return f"that this can happen: {what}", self._state()
        self._note_heard()
        self._backlog.clear()
        self._result.transcript.append(f"→ {what}")
        self._moment("does", what)
        do()
        return None

    def _hears(self, value: Any) -> tuple[str, str] | None:
        wanted = value if isinstance(value, dict) else {"phrase": value}
        passed: list[str] = []
        for _ in range(_RUNAWAY):
            self._note_heard()
            while self._backlog:
                heard = self._backlog.popleft()
                if _is(heard, wanted):
                    return None
                passed.append(heard.phrase or heard.text)
            if not self._call.finish():
                break
        name = wanted.get("phrase") or repr(wanted.get("text"))
        said = f"heard {', '.join(passed)}; " if passed else "heard nothing more; "
        language = f" in {wanted['language']}" if "language" in wanted else ""
        return f"to hear {name}{language}", said + self._state()

    def _note_heard(self) -> None:
        while self._call.heard:
            heard = self._call.heard.popleft()
            self._all_heard.append(heard)
            self._backlog.append(heard)
            self._result.transcript.append(f"  {heard.text}")
            self._moment("heard", heard.text)

    def _moment(self, kind: Literal["heard", "does", "sees", "differs"], text: str) -> None:
        steps = self._call.steps
        walked = tuple(f"{step.flow}/{step.step}" for step in steps[self._walked :])
        self._walked = len(steps)
        at = "/".join(self._call.where()) if not self._call.ended else ""
        line = 0 if kind == "heard" else self._line_number
        self._result.course.append(Moment(kind, text, walked, at, line))

    def _hear_rest(self) -> None:
        self._note_heard()
        while self._call.finish():
            self._note_heard()

    def _state(self) -> str:
        call = self._call
        if call.ended:
            return f"the call is over ({call.ended})"
        doing = "/".join(call.where())
        for waits, word in (
            (call.booking, f"waits for the booking of {call.booking.number}" if call.booking else ""),
            (call.queue, f"waits in {call.queue.queue}" if call.queue else ""),
            (call.lookup, f"waits for {call.lookup.url}" if call.lookup else ""),
            (call.transfer, f"is with {call.transfer.to}" if call.transfer else ""),
            (call.record, "records"),
        ):
            if waits is not None:
                return f"the call {word} (step {doing})"
        return f"the call is at step {doing}"


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is(heard: Heard, wanted: dict[str, Any]) -> bool:
    return (
        ("phrase" not in wanted or heard.phrase == wanted["phrase"])
        and ("language" not in wanted or heard.language == wanted["language"])
        and ("text" not in wanted or str(wanted["text"]) in heard.text)
    )


def _same(expected: str, wanted: str, there: str, state: str) -> tuple[str, str] | None:
    return None if wanted == there else (expected, state)


def _within(what: str, wanted: dict[str, Any], there: dict[str, Any]) -> tuple[str, str] | None:
    """Compare: what is wanted must be there as it is; what else is there does not matter."""
    for name, value in wanted.items():
        found = there.get(name)
        if isinstance(value, dict) and isinstance(found, dict):
            if (inner := _within(f"{what} {name}", value, found)) is not None:
                return inner
        elif value != found:
            return f"{what} {name} {value!r}", f"it has {found!r}"
    return None
