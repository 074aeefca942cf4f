"""The drawing of a flow: its steps, what each says and asks for, and the ways from one to another with their words."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ivr.answers import PHRASE
from ivr.program import Flow
from ivr.steps import (
    KINDS,
    AnyStep,
    AskHours,
    Asking,
    Branch,
    Call,
    Cel,
    Collect,
    Const,
    Jump,
    Language,
    Line,
    Listen,
    Lookup,
    Menu,
    OpenCase,
    Queue,
    Retry,
    SayAnswer,
    Set,
    Survey,
    Transfer,
    Understand,
    Value,
    Voicemail,
)


class Way(msgspec.Struct, frozen=True):
    """A way from a step: to another one, or to one of `ivr.steps.ENDINGS`. `words`: the keys, answers, conditions and
    outcomes by which it is taken; none where it is the only one."""

    to: str
    words: tuple[str, ...] = ()


class Spoken(msgspec.Struct, frozen=True):
    """A phrase that a step says. `when`: empty for what it says at once, else such as `again`, `no_input`."""

    phrase: str
    language: str = ""
    when: str = ""


class DrawnStep(msgspec.Struct, frozen=True):
    """A step. `about`: what an admin wants to see of it, by word; `flow`: the other flow that it leads to."""

    step: str
    kind: str
    ways: tuple[Way, ...] = ()
    says: tuple[Spoken, ...] = ()
    about: dict[str, str] = {}
    flow: str = ""


class Drawing(msgspec.Struct, frozen=True):
    """A flow: `steps` in the order of its file. One that is written inside another (`choose.keys.1`) is among them only
    where a way leads to it: the site's defaults give each flow some that it has no use for."""

    start: str
    steps: tuple[DrawnStep, ...]


def drawing(flow: Flow) -> Drawing:
    """Draw a flow. A way is drawn once, with all the words by which it is taken."""
    reached: set[str] = set()
    todo = [flow.start, *(name for name in flow.steps if "." not in name)]
    while todo:
        name = todo.pop()
        if name in flow.steps and name not in reached:
            reached.add(name)
            todo += (to for _, to in ways_of(flow.steps[name]))
    return Drawing(flow.start, tuple(_drawn(name, step) for name, step in flow.steps.items() if name in reached))


def _drawn(name: str, step: AnyStep) -> DrawnStep:
    words: dict[str, list[str]] = {}
    for word, to in ways_of(step):
        words.setdefault(to, []).append(word)
    ways = tuple(Way(to, tuple(word for word in dict.fromkeys(found) if word)) for to, found in words.items())
    leads = step.flow if isinstance(step, Call | Jump) else ""
    return DrawnStep(name, KINDS[type(step)], ways, tuple(dict.fromkeys(_says(step))), _about(step), leads)


def ways_of(step: AnyStep) -> Iterator[tuple[str, str]]:
    """The ways from a step, each as its word and where it leads; an empty word is the usual way."""
    match step:
        case Menu():
            yield from step.keys.items()
        case Listen():
            yield from (
                (" ".join(filter(None, (answer.key, *answer.hears[:1]))), answer.then) for answer in step.answers
            )
        case Understand():
            yield from step.keys.items()
            yield from step.leads.items()
            rest = (("other", step.other), ("complaint", step.complaint), ("answered", step.answered))
            yield from ((word, to) for word, to in rest if to)
        case SayAnswer():
            yield "", step.then
            yield "none", step.none
        case Survey() if step.questionnaire:
            yield from ((f"{key} {answer.word}", answer.then) for key, answer in step.answers.items())
        case Branch():
            yield from ((case.condition, case.then) for case in step.cases)
            yield "else", step.otherwise
        case AskHours():
            yield "open", step.open
            yield "closed", step.closed
        case Queue():
            yield from step.keys.items()
            yield from ((f"{way} {offer.key}", offer.then) for way, offer in step.offers.items())
            yield from step.outcomes.items()
            yield "", step.then
        case Transfer():
            yield from step.outcomes.items()
            yield "", step.then
        case _:
            if (then := getattr(step, "then", None)) is not None:
                yield "", then
            if (failed := getattr(step, "failed", None)) is not None:
                yield "failed", failed
    if isinstance(step, Asking):
        yield from step.global_keys.items()
        yield "no_input", step.no_input.then
        yield "wrong", step.wrong.then


def _says(step: AnyStep) -> Iterator[Spoken]:
    yield from _spoken(getattr(step, "lines", ()), "")
    if isinstance(step, SayAnswer):
        yield Spoken(PHRASE + step.answer)
    if isinstance(step, Asking):
        yield from _spoken(() if step.again == step.lines else step.again, "again")
        yield from _retried(step.no_input, "no_input")
        yield from _retried(step.wrong, "wrong")
    if isinstance(step, Collect) and step.confirm is not None:
        yield from _spoken(step.confirm.lines, "confirm")
    if isinstance(step, Understand):
        yield from _spoken(step.clarify, "clarify")
        yield from _spoken(step.review, "review")
    if isinstance(step, Listen | Understand):
        yield from _spoken(step.by_keys, "by_keys")
    if isinstance(step, Queue):
        for way, offer in step.offers.items():
            yield from _spoken(offer.lines, way)


def _retried(retry: Retry, when: str) -> Iterator[Spoken]:
    return _spoken(retry.lines, when)


def _spoken(lines: tuple[Line, ...], when: str) -> Iterator[Spoken]:
    return (Spoken(line.phrase, line.language or "", when) for line in lines)


def _about(step: AnyStep) -> dict[str, str]:
    told = dict(_told(step))
    return {name: text for name, value in told.items() if (text := _text(value))}


def _told(step: AnyStep) -> Iterator[tuple[str, Any]]:
    match step:
        case Queue():
            yield "queue", step.queue
            yield "skills", " and ".join(step.skills)
            yield "class", step.class_
            yield "reason", step.reason
        case Collect():
            yield "into", step.into
            yield "digits", f"{step.least}-{step.most}" if step.least != step.most else str(step.most)
            yield "check", step.check
            yield "secret", "secret" if step.secret else ""
        case Lookup():
            yield "asks", step.url
            yield "into", step.into
        case AskHours():
            yield "hours", step.hours
        case Transfer():
            yield "to", step.to
        case Voicemail():
            yield "box", step.box
        case OpenCase():
            yield "category", step.category
        case Language():
            yield "language", step.language
        case Set():
            yield from step.values.items()
        case Survey():
            yield "question", step.question
            yield "questionnaire", step.questionnaire
        case Listen():
            yield "hears", ", ".join(word for answer in step.answers for word in answer.hears)
        case Understand():
            yield "intents", ", ".join(step.leads)
        case SayAnswer():
            yield "answer", step.answer


def _text(value: Value | str | None) -> str:
    match value:
        case Cel(text=text):
            return f"= {text}"
        case Const(value=inside):
            return "" if inside is None else str(inside)
        case _:
            return value or ""
