"""Test cases: calls as admins write them down beside the flows, in dialplans/tests/*.yaml.

    complaint goes to care:
      at: 2026-11-23 10:00              # the site's own time, or any instant with its zone
      dials: "95183"                    # or flow: loans/ask
      from: "+8613800138000"
      script:
        - hears: main_menu              # a phrase's key, at some time from here on
        - presses: 3
        - opens_case: {category: complaint}
        - lands_in: {queue: care, skills: [complaints>=3], class: urgent}
        - queue: served                 # the agent and the caller have talked
        - hangs_up:
        - ends: caller_left

`hears` looks forward: phrases before it need no line of their own. `never_hears` lists phrases that must not be said.
`says` has words, or `{text: …, raised: true}` for a raised voice, or `{sound: FILE}`, a caller's recording beside the
test cases, which is heard where an ear is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem, SourceError, parse
from ivr.compiler.queue_rules import QueueRules, queue_rules
from ivr.compiler.shapes import OFFERS
from ivr.program import Program

TESTS = "dialplans/tests/"
_CASE_WORDS = ("at", "dials", "flow", "from", "script", "never_hears", "about")
_DEFAULT_CALLER = "+8613800138000"

ACTIONS: Mapping[str, str] = {
    "presses": "keys, one after the other; a prompt that plays is interrupted",
    "says": "words, into a step that listens; {text: …, raised: true} in a raised voice; or {sound: FILE}, a recording"
    " in dialplans/tests",
    "waits": "seconds of silence",
    "hangs_up": "nothing behind it",
    "lookup": "what the service answers: {answers: …}, or deadline, refused, not_json, unreachable",
    "queue": "what the queue does: served, no_agents, timed_out, full, failed, closed, or {served: AGENT}; and as its"
    " steps in queues.yaml say, while the caller waits on: {offers: callback}, {offers: message}, {overflows: QUEUE}",
    "booking": "what becomes of the callback that the caller confirmed: booked, refused, connecting",
    "transfer": "what becomes of it: talked, busy, no_answer, failed",
    "leaves_message": "seconds of a message that its key ends, or {seconds: 12, then: hangs_up}: ended by hanging up",
}
EXPECTATIONS: Mapping[str, str] = {
    "hears": "a phrase's key, {phrase: …, language: …}, or {text: part of what is said}",
    "lands_in": "a queue's name, or {queue, skills, class, language, agent, vip, priority}",
    "books": "the number that the caller confirmed for a callback",
    "opens_case": "a category, or {category, and fields}",
    "asks": "the address of a lookup, or {url, send}",
    "transferred_to": "tel:NUMBER or phone:ACCOUNT",
    "message_for": "the box of a voicemail",
    "scores": "{question: score} of a survey",
    "at_step": "FLOW/STEP that waits now",
    "ends": "hung_up, caller_left, step_limit, time_limit, failed",
}
_ENDS = ("hung_up", "caller_left", "step_limit", "time_limit", "failed")
_LOOKUPS = ("deadline", "refused", "not_json", "unreachable")
_QUEUES = ("served", "no_agents", "timed_out", "full", "failed", "closed")
_BOOKINGS = ("booked", "refused", "connecting")
_TRANSFERS = ("talked", "busy", "no_answer", "failed")


@dataclass(frozen=True)
class Line:
    """Line of a script: an action of the caller or the house, or an expectation."""

    verb: str
    value: Any
    mark: Mark


@dataclass(frozen=True)
class TestCase:
    """Test case: one call, its script, and the phrases that it must never say."""

    __test__ = False  # pytest collects what is called Test…

    name: str
    mark: Mark
    at: datetime
    flow: str
    caller: str
    called: str
    script: tuple[Line, ...]
    never_hears: tuple[str, ...] = ()
    queues: Mapping[str, QueueRules] | None = None
    """Rules of the queues by name; None where they are not known: then a queue may do anything."""

    @property
    def has_sound(self) -> bool:
        """Whether a caller speaks by a recording in it: an ear is needed then."""
        return any(
            line.verb == "says" and isinstance(line.value, dict) and "sound" in line.value for line in self.script
        )


def read_test_cases(files: Mapping[str, str], program: Program) -> tuple[list[TestCase], list[Problem]]:
    """Read all test cases of a folder's files, and find what is wrong with them."""
    problems: list[Problem] = []
    cases: list[TestCase] = []
    queues = queue_rules(files)
    for path in sorted(files):
        if not (path.startswith(TESTS) and path.endswith(".yaml")):
            continue
        try:
            root = parse(files[path], path)
        except SourceError as error:
            problems.append(Problem(Mark(error.file, error.line, error.column), "yaml", error.message))
            continue
        if not root.is_mapping:
            problems.append(Problem(root.mark, "test", f"a mapping of names to test cases is wanted, not {root.kind}"))
        for name, node in root.items.items():
            case = _Reader(program, problems, queues).case(name, node)
            if case is not None:
                cases.append(case)
    return cases, problems


class _Reader:
    def __init__(self, program: Program, problems: list[Problem], queues: Mapping[str, QueueRules] | None) -> None:
        self._program = program
        self._problems = problems
        self._queues = queues

    def case(self, name: str, node: Node) -> TestCase | None:
        before = len(self._problems)
        mark = node.key_mark or node.mark
        if not node.is_mapping:
            self._wrong(node.mark, f"a test case is a mapping with {', '.join(_CASE_WORDS)}, not {node.kind}")
            return None
        items = node.items
        for word, inside in items.items():
            if word not in _CASE_WORDS:
                hint = nearest_hint(word, _CASE_WORDS)
                self._wrong(
                    inside.key_mark or inside.mark, f"{word} is not a word of a test case{hint}", "unknown-word"
                )
        at = self._at(items.get("at"), mark)
        flow, called = self._entry(items, mark)
        caller = items["from"].text if "from" in items else _DEFAULT_CALLER
        never = items.get("never_hears")
        phrases = () if never is None else never.children if never.is_sequence else (never,)
        for phrase in phrases:
            self._known(phrase.text, self._phrases(), "phrase", phrase.mark)
        script = items.get("script")
        if script is None or not script.is_sequence:
            self._wrong(mark if script is None else script.mark, "script: a list of what is done and what is seen")
            return None
        lines = tuple(line for child in script.children if (line := self._line(child)) is not None)
        if len(self._problems) > before or at is None:
            return None
        never_hears = tuple(phrase.text for phrase in phrases)
        return TestCase(name, mark, at, flow, caller, called, lines, never_hears, self._queues)

    def _wrong(self, mark: Mark, message: str, rule: str = "test") -> None:
        self._problems.append(Problem(mark, rule, message))

    def _known(self, name: str, known: Sequence[str], label: str, mark: Mark) -> None:
        if name not in known:
            self._wrong(mark, f"there is no {label} {name}{nearest_hint(name, known)}", f"unknown-{label}")

    def _phrases(self) -> list[str]:
        return list(dict.fromkeys(key for texts in self._program.phrases.values() for key in texts))

    def _at(self, node: Node | None, mark: Mark) -> datetime | None:
        if node is None:
            self._wrong(mark, "at is missing: when is the call? such as 2026-11-23 10:00")
            return None
        try:
            at = datetime.fromisoformat(node.text)
        except ValueError:
            self._wrong(node.mark, f"{node.text!r} is no time: write 2026-11-23 10:00")
            return None
        return at if at.tzinfo is not None else at.replace(tzinfo=self._zone())

    def _zone(self) -> ZoneInfo:
        zones = [hours.zone for hours in self._program.hours.values()]
        return ZoneInfo(zones[0] if zones else "UTC")

    def _entry(self, items: Mapping[str, Node], mark: Mark) -> tuple[str, str]:
        if "flow" in items:
            self._known(items["flow"].text, list(self._program.flows), "flow", items["flow"].mark)
            return items["flow"].text, items["dials"].text if "dials" in items else ""
        if "dials" not in items:
            self._wrong(mark, "dials or flow is missing: which number is called?")
            return "", ""
        called = items["dials"].text
        flow = self._program.entry(called)
        if flow is None:
            self._wrong(items["dials"].mark, f"no flow answers {called}: see entry.yaml")
        return flow or "", called

    def _line(self, node: Node) -> Line | None:
        verbs = (*ACTIONS, *EXPECTATIONS)
        if not node.is_mapping or len(node.items) != 1:
            self._wrong(node.mark, f"one word and its value are wanted: {', '.join(verbs)}")
            return None
        verb, value = next(iter(node.items.items()))
        if verb not in verbs:
            message = f"{verb} is not a word of a script{nearest_hint(verb, verbs)}; there are {', '.join(verbs)}"
            self._wrong(value.key_mark or node.mark, message, "unknown-word")
            return None
        problem = self._check(verb, value)
        if problem:
            self._wrong(value.mark, f"{verb}: {problem}")
            return None
        as_text = ("presses", "says", "transferred_to", "books")
        plain = value.text if verb in as_text and not value.is_mapping else value.plain()
        return Line(verb, plain, value.key_mark or node.mark)

    def _check(self, verb: str, node: Node) -> str:
        value = node.value
        match verb:
            case "presses":
                return (
                    "" if re.fullmatch(r"[0-9*#]+", node.text) else f"{ACTIONS[verb]}, not {node.text or node.kind!r}"
                )
            case "says" if node.is_mapping:
                given = {key: inside.value for key, inside in node.items.items()}
                words = given.keys() <= {"text", "raised"} and isinstance(given.get("text"), str)
                heard = given.keys() == {"sound"} and isinstance(given["sound"], str)
                return "" if heard or (words and isinstance(given.get("raised", True), bool)) else ACTIONS[verb]
            case "leaves_message" if node.is_mapping:
                whole = set(node.items) == {"seconds", "then"} and node.items["then"].text == "hangs_up"
                return "" if whole and _is_seconds(node.items["seconds"].value) else ACTIONS[verb]
            case "waits" | "leaves_message":
                return "" if _is_seconds(value) else ACTIONS[verb]
            case "lookup":
                return "" if node.text in _LOOKUPS or set(node.items) == {"answers"} else ACTIONS[verb]
            case "queue":
                return self._queue(node)
            case "booking":
                return "" if node.text in _BOOKINGS else ACTIONS[verb]
            case "transfer":
                return "" if node.text in _TRANSFERS else ACTIONS[verb]
            case "ends":
                return "" if node.text in _ENDS else EXPECTATIONS[verb]
            case "hears":
                phrase = node.items.get("phrase", node)
                if isinstance(phrase.value, str) and "text" not in node.items:
                    self._known(phrase.text, self._phrases(), "phrase", phrase.mark)
                    return ""
                return "" if "text" in node.items else EXPECTATIONS[verb]
            case "scores":
                return "" if node.is_mapping else EXPECTATIONS[verb]
            case _:
                return ""

    def _queue(self, node: Node) -> str:
        if node.text in _QUEUES or set(node.items) == {"served"}:
            return ""
        if set(node.items) == {"offers"}:
            way = node.items["offers"].text
            return "" if way in OFFERS else f"offers one of {', '.join(OFFERS)}{nearest_hint(way, OFFERS)}"
        if set(node.items) == {"overflows"}:
            if self._queues is not None:
                self._known(node.items["overflows"].text, list(self._queues), "queue", node.items["overflows"].mark)
            return ""
        return ACTIONS["queue"]


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400


def cases_schema() -> dict[str, Any]:
    """JSON Schema of a file of test cases."""
    text_or_number = {"type": ["string", "integer"]}
    seconds = {"type": "number", "minimum": 0}
    shapes: dict[str, Any] = {
        "presses": text_or_number,
        "says": {
            "anyOf": [
                text_or_number,
                {
                    "type": "object",
                    "required": ["text"],
                    "additionalProperties": False,
                    "properties": {"text": {"type": "string"}, "raised": {"type": "boolean"}},
                },
                _with("sound", {"type": "string"}),
            ]
        },
        "waits": seconds,
        "leaves_message": {
            "anyOf": [
                seconds,
                {
                    "type": "object",
                    "required": ["seconds", "then"],
                    "additionalProperties": False,
                    "properties": {"seconds": seconds, "then": {"const": "hangs_up"}},
                },
            ]
        },
        "queue": {
            "anyOf": [
                {"enum": list(_QUEUES)},
                _with("served", {"type": ["string", "integer"]}),
                _with("offers", {"enum": list(OFFERS)}),
                _with("overflows", {"type": "string"}),
            ]
        },
        "booking": {"enum": list(_BOOKINGS)},
        "books": text_or_number,
        "lookup": {"anyOf": [{"enum": list(_LOOKUPS)}, {"type": "object", "required": ["answers"]}]},
        "transfer": {"enum": list(_TRANSFERS)},
        "ends": {"enum": list(_ENDS)},
        "scores": {"type": "object"},
    }
    lines = [
        {
            "type": "object",
            "required": [verb],
            "additionalProperties": False,
            "properties": {verb: {**shapes.get(verb, {}), "description": doc}},
        }
        for verb, doc in (*ACTIONS.items(), *EXPECTATIONS.items())
    ]
    name = {"type": "string"}
    case = {
        "type": "object",
        "required": ["at", "script"],
        "additionalProperties": False,
        "properties": {
            "at": name,
            "dials": text_or_number,
            "flow": name,
            "from": text_or_number,
            "about": name,
            "never_hears": {"anyOf": [name, {"type": "array", "items": name}]},
            "script": {"type": "array", "items": {"anyOf": lines}},
        },
    }
    return {"type": "object", "additionalProperties": case}


def _with(word: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [word], "additionalProperties": False, "properties": {word: shape}}
