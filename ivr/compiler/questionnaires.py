"""Reader of dialplans/questionnaires.yaml: each questionnaire becomes a flow of its own, `questionnaires/NAME`.

    questionnaires:
      after_complaint:
        opening: followup_intro            # said first
        refuse: 9                          # the key of whoever wants to be asked no more
        questions:                         # in this order, where no way says otherwise
          solved: {say: ask_solved, yes_no: true, then: {no: why}}
          satisfied: {say: survey_ask, scale: 1-5, then: end}
          why: {say: ask_why, choices: {1: slow, 2: decision}}
        thanks: survey_thanks

The steps are those of any survey: keys, tries, silence and barge-in are as everywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec

from dsl.records import decoding_problem
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem
from ivr.compiler.flows import HEAD, read_flow
from ivr.compiler.grammar import Reading, Schema
from ivr.compiler.phrases import Phrases
from ivr.phrases import PhraseError
from ivr.program import Flow
from ivr.questionnaires import END, FLOWS, REFUSED, Question, QuestionForm, Questionnaire
from ivr.steps import ENDINGS, Survey, SurveyAnswer

QUESTIONNAIRES = "dialplans/questionnaires.yaml"
_OPENING, _THANKS = "opening", "thanks"
_TAKEN = (*HEAD, *ENDINGS, _OPENING, _THANKS, END)
"""Words that no question can be called by: they are steps and words of its flow."""
_FORMS: tuple[QuestionForm, ...] = ("scale", "yes_no", "choices")
_SCALE = r"^[0-9]-[0-9]$"
_KEY = r"^[0-9]$"
_RANGE = re.compile(r"([0-9])-([0-9])")


class _Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    say: Any = None
    tries: int = 1


class _YesNo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    yes: int = 1
    no: int = 2


class _Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    say: Any
    scale: str = ""
    yes_no: bool | _YesNo = False
    choices: dict[str, str] = {}
    then: str | dict[str, str] = {}


class _Questionnaire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    questions: dict[str, Any]
    title: str = ""
    about: str = ""
    opening: Any = None
    thanks: Any = None
    refuse: int | None = None
    start: str = ""
    no_input: _Retry = _Retry()
    wrong: _Retry = _Retry()


@dataclass(slots=True)
class QuestionnaireReading:
    """All questionnaires of a folder, with their flows and the readings of these by the flows' names."""

    questionnaires: dict[str, Questionnaire] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    names: tuple[str, ...] = ()
    """Of all that the file has, also of those that could not be read."""


def read_questionnaires(root: Node | None, defaults: Mapping[str, Node], phrases: Phrases) -> QuestionnaireReading:
    """Read all of the file; None: there is none. What is wrong in steps is in the readings, as of any flow."""
    found = QuestionnaireReading()
    if root is None or root.value is None:
        return found
    for word, node in root.items.items():
        if word not in ("questionnaires", "about"):
            hint = nearest_hint(word, ("questionnaires",))
            told = f"{word} is not known here{hint}; there is questionnaires"
            found.problems.append(_problem(node, told, at_key=True))
    inside = root.items.get("questionnaires")
    if not root.is_mapping or (inside is not None and not inside.is_mapping):
        found.problems.append(_problem(inside or root, "a mapping is wanted: questionnaires: {NAME: {questions: …}}"))
        return found
    entries = {} if inside is None else inside.items
    found.names = tuple(entries)
    for name, node in entries.items():
        if not re.match(NAME, name):
            told = f"{name!r} is no name: small letters, digits and _"
            found.problems.append(_problem(node, told, at_key=True))
            continue
        _Reader(name, node, found).read(defaults, phrases)
    return found


class _Reader:
    """One questionnaire."""

    def __init__(self, name: str, node: Node, found: QuestionnaireReading) -> None:
        self._name = name
        self._node = node
        self._found = found
        self._before = len(found.problems)

    def read(self, defaults: Mapping[str, Node], phrases: Phrases) -> None:
        written = self._converted(self._node, _Questionnaire, ())
        if written is None:
            return
        nodes = self._node.items["questions"].items
        raw = {name: self._converted(node, _Question, ("questions", name)) for name, node in nodes.items()}
        if not nodes:
            self._wrong(self._node, "questions: there is none")
        if len(self._found.problems) > self._before:
            return
        known = cast(dict[str, _Question], raw)
        refuse = "" if written.refuse is None else str(written.refuse)
        if refuse and not re.match(_KEY, refuse):
            self._wrong(self._node.items["refuse"], f"refuse: {refuse} is no key from 0 to 9")
        questions = {name: self._question(name, one, nodes[name], list(known), refuse) for name, one in known.items()}
        start = written.start or next(iter(known))
        if start not in known:
            self._wrong(self._node.items["start"], f"there is no question {start}{nearest_hint(start, known)}")
        if len(self._found.problems) > self._before:
            return
        made = Questionnaire(self._name, written.title, start, questions, "", refuse)
        self._make_flow(made, nodes, defaults, phrases)

    def _converted(self, node: Node, kind: type[Any], path: tuple[str, ...]) -> Any:
        try:
            return msgspec.convert(node.plain() if node.value is not None else {}, kind)
        except msgspec.ValidationError as error:
            found = decoding_problem(error, kind, ())
            hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
            where = f"{path[-1]}: " if path else ""
            self._wrong(node.find(found.path), f"{where}{found.message}{hint}")
            return None

    def _question(self, name: str, one: _Question, node: Node, names: list[str], refuse: str) -> Question:
        if name in _TAKEN or not re.match(NAME, name):
            self._wrong(node, f"no question can be called {name}: small letters, digits and _, and none of the words "
                        f"{', '.join(_TAKEN)}")  # fmt: skip
        given = [form for form in _FORMS if getattr(one, form)]
        if len(given) != 1:
            self._wrong(node, f"{name}: one of {', '.join(_FORMS)} is wanted: how is it answered?")
            return Question("", "scale", {}, {})
        answers = self._answers(name, one, node)
        for key, word in answers.items():
            if key == refuse:
                self._wrong(node, f"{name}: key {key} is {word}, and the key of whoever wants to be asked no more")
        ways, otherwise = self._ways(name, one, node, names, answers)
        said = "" if node.items["say"].is_mapping else node.items["say"].text
        return Question(said, given[0], answers, ways, otherwise)

    def _answers(self, name: str, one: _Question, node: Node) -> dict[str, str]:
        if one.yes_no:
            keys = _YesNo() if isinstance(one.yes_no, bool) else one.yes_no
            if keys.yes == keys.no or not {keys.yes, keys.no} <= set(range(10)):
                self._wrong(node.items["yes_no"], f"{name}: two keys from 0 to 9 say yes and no")
            return {str(keys.yes): "yes", str(keys.no): "no"}
        if one.scale:
            least, _, most = one.scale.partition("-")
            if not re.match(_SCALE, one.scale) or least >= most:
                self._wrong(node.items["scale"], f"{name}: a scale is such as 1-5, not {one.scale!r}")
                return {}
            return {str(score): str(score) for score in range(int(least), int(most) + 1)}
        for key, word in one.choices.items():
            inside = node.items["choices"].items[key]
            if not re.match(_KEY, key):
                self._wrong(inside, f"{name}: {key!r} is no key from 0 to 9")
            if not re.match(NAME, word) or word in (REFUSED, "else"):
                self._wrong(inside, f"{name}: {word!r} is no word for an answer: small letters, digits and _, not else")
        if len(set(one.choices.values())) < len(one.choices):
            self._wrong(node.items["choices"], f"{name}: two keys have one word")
        return dict(one.choices)

    def _ways(
        self, name: str, one: _Question, node: Node, names: list[str], answers: Mapping[str, str]
    ) -> tuple[dict[str, str], str]:
        place = names.index(name)
        following = names[place + 1] if place + 1 < len(names) else ""
        if isinstance(one.then, str):
            return {}, self._target(node.items["then"], one.then, names)
        ways: dict[str, str] = {}
        words = list(answers.values())
        for given, to in one.then.items():
            inside = node.items["then"].items[given]
            target = self._target(inside, to, names)
            span = _RANGE.fullmatch(given)
            reached = [given] if given in words else []
            if span and one.scale:
                reached = [word for word in words if span[1] <= word <= span[2]]
            if given == "else":
                following = target
            elif not reached:
                hint = nearest_hint(given, words)
                told = f"{name}: no answer {given}{hint}; there are {', '.join(words)} and else"
                self._wrong(inside, told, at_key=True)
            ways |= dict.fromkeys(reached, target)
        return ways, following

    def _target(self, node: Node, to: str, names: list[str]) -> str:
        if to == END:
            return ""
        if to not in names:
            self._wrong(node, f"there is no question {to}{nearest_hint(to, names)}; {END} ends it")
        return to

    def _make_flow(
        self, made: Questionnaire, nodes: Mapping[str, Node], defaults: Mapping[str, Node], phrases: Phrases
    ) -> None:
        mark = self._node.key_mark or self._node.mark
        end = _THANKS if "thanks" in self._node.items else "return"
        name = f"{FLOWS}{made.name}"
        first = _OPENING if "opening" in self._node.items else made.start
        steps: dict[str, Any] = {"flow": name, "start": first}
        if first == _OPENING:
            steps[_OPENING] = {"say": self._node.items["opening"], "then": made.start}
        for question, node in nodes.items():
            step = {
                **{"survey": question, "say": node.items["say"], "scores": "0-9", "then": end},
                **{word: self._retry(word, end) for word in ("no_input", "wrong")},
            }
            steps[question] = replace(_node(step, node.mark), key_mark=node.key_mark)
        if end == _THANKS:
            steps[_THANKS] = {"say": self._node.items["thanks"], "then": "return"}
        flow, reading = read_flow(_node(steps, mark), name, defaults)
        assert flow is not None  # it is a mapping
        made = msgspec.structs.replace(made, version=_version(made, reading, phrases))
        walked = {step: _asks(made, step, built, end) for step, built in flow.steps.items()}
        self._found.questionnaires[made.name] = made
        self._found.flows[name] = msgspec.structs.replace(flow, steps=walked)
        self._found.readings[name] = reading

    def _retry(self, word: str, end: str) -> dict[str, Any]:
        given = self._node.items[word].items if word in self._node.items else {}
        retry: dict[str, Any] = {"tries": 1, **given, "then": end}
        return retry

    def _wrong(self, node: Node, message: str, *, at_key: bool = False) -> None:
        self._found.problems.append(_problem(node, f"{self._name}: {message}", at_key=at_key))


def _asks(made: Questionnaire, name: str, step: Any, end: str) -> Any:
    """The step of a question with its answers; other steps as they are."""
    if not isinstance(step, Survey):
        return step
    question = made.questions[name]
    answers = {key: SurveyAnswer(word, question.after(word) or end) for key, word in question.answers.items()}
    if made.refuse:
        answers[made.refuse] = SurveyAnswer(REFUSED, end)
    return msgspec.structs.replace(step, questionnaire=made.name, version=made.version, answers=answers)


def _version(made: Questionnaire, reading: Reading, phrases: Phrases) -> str:
    texts: dict[str, list[str]] = {}
    for key in sorted({ref.name for ref in reading.refs if ref.kind == "phrase"}):
        for language in phrases.languages:
            with contextlib.suppress(PhraseError, KeyError):  # a text that is missing is told elsewhere
                texts.setdefault(key, []).append(f"{language} {phrases.template(key, language).text}")
    digest = hashlib.sha256(msgspec.json.encode([made, texts], order="deterministic"))
    return digest.hexdigest()[:12]


def _node(value: Any, mark: Mark) -> Node:
    """A value as a node of the tree; nodes inside it stay as they are."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        return Node({word: _node(one, mark) for word, one in value.items()}, mark)
    return Node(value, mark, None, str(value))


def _problem(node: Node, message: str, *, at_key: bool = False) -> Problem:
    return Problem((node.key_mark if at_key else None) or node.mark, "questionnaire", message)


def lint_ways(found: QuestionnaireReading) -> Iterator[Problem]:
    """Problems of the ways between questions: a circle, in which somebody is asked the same again."""
    for name, made in found.questionnaires.items():
        reading = found.readings[f"{FLOWS}{name}"]
        for question in made.questions:
            seen: set[str] = set()
            todo = [made.questions[question].otherwise, *made.questions[question].ways.values()]
            while todo:
                at = todo.pop()
                if at and at not in seen:
                    seen.add(at)
                    todo += [made.questions[at].otherwise, *made.questions[at].ways.values()]
            if question in seen:
                told = f"{name}: {question} is asked again after it was answered"
                yield Problem(reading.marks[question], "questionnaire", told)


def questionnaires_schema() -> Schema:
    """Schema of the file."""
    lines: Schema = {
        "anyOf": [{"type": ["string", "object"]}, {"type": "array"}],
        "description": "Phrases of prompts/.",
    }
    key: Schema = {"type": "integer", "minimum": 0, "maximum": 9}
    retry: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"say": lines, "tries": {"type": "integer"}},
    }
    yes_no: Schema = {"type": "object", "additionalProperties": False, "properties": {"yes": key, "no": key}}
    words: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
    way: Schema = {"type": "string", "description": f"A question, or {END}."}
    question: Schema = {
        "type": "object",
        "required": ["say"],
        "additionalProperties": False,
        "properties": {
            "say": lines,
            "scale": {"type": "string", "pattern": _SCALE},
            "yes_no": {"anyOf": [{"type": "boolean"}, yes_no]},
            "choices": {**words, "propertyNames": {"pattern": _KEY}},
            "then": {"anyOf": [way, {"type": "object", "additionalProperties": way}]},
        },
    }  # fmt: skip
    questionnaire: Schema = {
        "type": "object",
        "required": ["questions"],
        "additionalProperties": False,
        "properties": {
            **{word: {"type": "string"} for word in ("title", "about", "start")},
            **{"opening": lines, "thanks": lines, "refuse": key, "no_input": retry, "wrong": retry},
            "questions": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": question},
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "about": {"type": "string"},
            "questionnaires": {
                "type": "object",
                "propertyNames": {"pattern": NAME},
                "additionalProperties": questionnaire,
            },
        },
    }
