"""Reads dialplans/answers/*.yaml: what is said to the question of an intent; every problem has its place.

| rule | what |
|---|---|
| answer | a setting that is missing, unknown or of the wrong kind; an answer in two files; days that are none |
| unknown-intent, unknown-flow, unknown-language | a name that nothing has |
| answer-language | an answer without a language that callers may hear, or with other values in one of them |
| phrase-value | a value that nobody gives |
| answer-ends | an answer that has ended, or ends within two weeks |
| answer-unsaid | an answer that no step says |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec

from dsl.decoding import decode
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem
from ivr.answers import Answer, version_of
from ivr.compiler.grammar import Reading
from ivr.compiler.phrases import Phrases
from ivr.compiler.values import PATH
from ivr.phrases import MAX_TEXT, PhraseError, Template, parse_template
from ivr.program import Flow
from ivr.steps import BUILT_IN, Call, SayAnswer, Understand

ANSWERS = "dialplans/answers/"
RULE = "answer"
_SOON = timedelta(days=14)

Name = Annotated[str, msgspec.Meta(pattern=NAME)]
Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class WrittenAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entry of `answers:`, by the name of the intent whose question it answers."""

    says: Annotated[
        dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]],
        msgspec.Meta(description="What is said, by language, with places such as {due:day} as in prompts/."),
    ]
    author: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Who wrote it; others approve it.")]
    ends: Annotated[Day, msgspec.Meta(description="The last day on which it is said.")]
    starts: Annotated[Day, msgspec.Meta(description="The first day on which it is said.")] | None = None
    values_from: Annotated[
        str,
        msgspec.Meta(
            pattern=f"^$|{PATH}",
            description="A flow that returns the values; without it the flow that says it has them.",
        ),
    ] = ""
    about: str = ""


class WrittenAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """File of dialplans/answers. All files together are one book."""

    answers: dict[Name, WrittenAnswer] = {}
    about: str = ""


class Around(NamedTuple):
    """The rest of a site, as far as answers name it. `unread`: flows or intents that may well define a name."""

    languages: Collection[str]
    intents: Collection[str]
    flows: Mapping[str, Flow]
    unread_flows: Collection[str] = ()
    unread_intents: bool = False
    today: date | None = None


class ReadAnswers(NamedTuple):
    """The answers of all files, where each stands, its words by language and name, and what is wrong."""

    answers: dict[str, Answer]
    nodes: dict[str, Node]
    templates: dict[str, dict[str, Template]]
    problems: list[Problem]


def read_answers(roots: Mapping[str, Node], around: Around) -> ReadAnswers:
    """Read the files among `roots` (parsed, by path). What is broken is left out."""
    found = ReadAnswers({}, {}, {language: {} for language in around.languages}, [])
    for path, root in sorted(roots.items()):
        if not path.startswith(ANSWERS):
            continue
        written, of_file = decode(root, WrittenAnswers, {"answers": WrittenAnswer}, RULE)
        found.problems.extend(of_file)
        if written is None:  # that a step names one of them is no problem of its own
            inside = root.items.get("answers")
            found.nodes.update({name: node for name, node in inside.items.items()} if inside is not None else {})
            continue
        for name, one in written.answers.items():
            node = root.find(("answers", name))
            if name in found.nodes:
                before = found.nodes[name]
                told = f"{name}: it stands in {before.file}, line {before.line}, already"
                found.problems.append(Problem(node.key_mark or node.mark, RULE, told))
                continue
            _read(name, one, node, around, found)
    return found


def _read(name: str, one: WrittenAnswer, node: Node, around: Around, found: ReadAnswers) -> None:
    before = len(found.problems)
    found.nodes[name] = node
    templates = dict(_templates(name, one, node, around, found.problems))
    found.problems.extend(_days(name, one, node, around.today))
    found.problems.extend(_names(name, one, node, around))
    if any(not problem.warning for problem in found.problems[before:]):
        return
    values = tuple(dict.fromkeys(place for template in templates.values() for place in template.places))
    answer = Answer(name, one.author, one.ends, one.starts or "", one.values_from, values)
    found.answers[name] = msgspec.structs.replace(answer, version=version_of(answer, one.says))
    for language, template in templates.items():
        found.templates[language][name] = template


def _templates(
    name: str, one: WrittenAnswer, node: Node, around: Around, problems: list[Problem]
) -> Iterator[tuple[str, Template]]:
    key = node.key_mark or node.mark
    for language in around.languages:
        if language not in one.says:
            told = f"{name}: says: no words in {language}, and callers of that language may ask"
            problems.append(Problem(key, "answer-language", told))
    first: Template | None = None
    for language, text in one.says.items():
        inside = node.find(("says", language))
        if language not in around.languages:
            told = f"there is no prompts/{language}.yaml{nearest_hint(language, around.languages)}"
            problems.append(Problem(inside.key_mark or inside.mark, "unknown-language", told))
            continue
        try:
            template = parse_template(text)
        except PhraseError as error:
            told = f"{name}, {language}, character {error.position}: {error.message}"
            problems.append(Problem(inside.mark, RULE, told))
            continue
        first = first or template
        if template.places != first.places:
            told = f"{name}: {_listed(template.places)} in {language}, and {_listed(first.places)} before it"
            problems.append(Problem(inside.mark, "answer-language", told))
        yield language, template


def _listed(places: Mapping[str, str]) -> str:
    return " ".join(f"{{{name}:{kind}}}" for name, kind in sorted(places.items())) or "no value"


def _days(name: str, one: WrittenAnswer, node: Node, today: date | None) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for word, text in (("starts", one.starts), ("ends", one.ends)):
        if not text:
            continue
        try:
            days[word] = date.fromisoformat(text)
        except ValueError:
            yield Problem(node.find((word,)).mark, RULE, f"{name}: {text} is no day of the calendar")
            return
    at, ends = node.find(("ends",)).mark, days["ends"]
    if ends < days.get("starts", ends):
        yield Problem(at, RULE, f"{name}: it ends before it starts")
    elif today is not None and ends < today:
        yield Problem(at, "answer-ends", f"{name}: it ended on {ends}, and is not said any more", warning=True)
    elif today is not None and ends - today <= _SOON:
        told = f"{name}: it ends on {ends}: have it read again, and give it another end"
        yield Problem(at, "answer-ends", told, warning=True)


def _names(name: str, one: WrittenAnswer, node: Node, around: Around) -> Iterator[Problem]:
    if name not in around.intents and not around.unread_intents:
        hint = nearest_hint(name, around.intents)
        told = f"there is no intent {name}{hint}: an answer has the name of the intent whose question it answers"
        yield Problem(node.key_mark or node.mark, "unknown-intent", told)
    if not one.values_from:
        return
    at = node.find(("values_from",)).mark
    flow = around.flows.get(one.values_from)
    if flow is None:
        if one.values_from not in around.unread_flows:
            hint = nearest_hint(one.values_from, around.flows)
            yield Problem(at, "unknown-flow", f"there is no flow {one.values_from}{hint}")
    elif flow.takes:
        yield Problem(at, "argument", f"{one.values_from} takes {', '.join(flow.takes)}: it must ask for them itself")


def with_answers(flow: Flow, reading: Reading, answers: Mapping[str, Answer], flows: Mapping[str, Flow]) -> Flow:
    """The flow with the values of its answers: each step that says one walks the flow that returns them before it."""
    values: list[str] = []
    for name, step in list(flow.steps.items()):
        answer = answers.get(step.answer) if isinstance(step, SayAnswer) else None
        called = flows.get(answer.values_from) if answer is not None else None
        if answer is None or called is None or not answer.values_from:
            continue
        into = {value: value for value in answer.values if value in called.returns}
        said = f"{name}.said"
        flow.steps[name] = Call(flow=answer.values_from, arguments={}, into=into, then=said)
        flow.steps[said] = step
        reading.marks[said] = reading.marks[name]
        values += into
    return msgspec.structs.replace(flow, variables=tuple(dict.fromkeys((*flow.variables, *values))))


def lint_said(found: ReadAnswers, flows: Mapping[str, Flow], readings: Mapping[str, Reading]) -> Iterator[Problem]:
    """Find answers that no step says, and steps that say one whose values are not there."""
    said: set[str] = set()
    for name, flow in flows.items():
        have = {*flow.variables, *BUILT_IN}
        for at, step in flow.steps.items():
            answer = found.answers.get(step.answer) if isinstance(step, SayAnswer) else None
            if answer is None:
                continue
            said.add(answer.name)
            mark = readings[name].marks[at]
            for value in [value for value in answer.values if value in readings[name].secrets]:
                told = f"{answer.name} says {value}, which is secret: the house does not know it"
                yield Problem(mark, "secret-said", told)
            for value in [value for value in answer.values if value not in have]:
                yield _no_value(answer, value, mark, found.nodes[answer.name], flows)
    for answer in found.answers.values():
        if answer.name not in said:
            node = found.nodes[answer.name]
            told = (
                f"{answer.name}: no step says it: `answered: STEP` of an understand does where the intent leads "
                f"nowhere else, or {{answer: {answer.name}, none: STEP}} does"
            )
            yield Problem(node.key_mark or node.mark, "answer-unsaid", told, warning=True)


def _no_value(answer: Answer, value: str, mark: Mark, node: Node, flows: Mapping[str, Flow]) -> Problem:
    called = flows.get(answer.values_from)
    if called is not None:
        hint = nearest_hint(value, called.returns)
        told = f"{answer.name} needs a value {value}, and {answer.values_from} does not return it{hint}"
        return Problem(node.find(("values_from",)).mark, "phrase-value", told)
    told = f"{answer.name} needs a value {value}, and this flow has none: values_from names a flow that returns it"
    return Problem(mark, "phrase-value", told)


def with_answered(step: Understand, name: str, answers: Mapping[str, Answer], reading: Reading) -> dict[str, SayAnswer]:
    """Steps that say the answers to intents of this step, by intent; none where it has no `answered`."""
    if not step.answered:
        return {}
    found = {}
    for key, answer in answers.items():
        reading.marks[f"{name}.answered.{key}"] = reading.marks[name]
        found[key] = SayAnswer(answer=answer.name, then=step.answered, none=step.other or step.wrong.then)
    return found


def spoken(found: ReadAnswers, phrases: Phrases) -> dict[str, dict[str, str]]:
    """Texts of phrases by language and key, with those of answers."""
    texts = {
        language: {key: phrases.template(key, language).text for key in phrases.keys} for language in phrases.languages
    }
    for language, templates in found.templates.items():
        if language in texts:
            texts[language] |= {found.answers[name].phrase: template.text for name, template in templates.items()}
    return texts


def answers_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file of dialplans/answers."""
    (_,), defs = msgspec.json.schema_components([WrittenAnswers], ref_template="#/$defs/{name}")
    root = defs.pop("WrittenAnswers")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hotline: answers"}
    return {**root, **head, "$defs": defs}
