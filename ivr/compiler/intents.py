"""Intents in flows: where a step `understand` leads for each intent, and the values that it takes as variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem
from ivr.answers import Answer
from ivr.compiler.answers import with_answered
from ivr.compiler.grammar import Reading
from ivr.compiler.phrases import Phrases
from ivr.program import Flow
from ivr.steps import BUILT_IN, Cel, Jump, Understand
from understanding.intents import Intent, IntentBook


def with_intents(
    flow: Flow, reading: Reading, book: IntentBook, flows: Mapping[str, Flow], answers: Mapping[str, Answer]
) -> Flow:
    """The flow with each step `understand` completed: an intent without an entry leads to its flow, else to its answer
    (of a step with `answered`), else to `other`.

    A flow that takes arguments gets the intent's values of those names.
    """
    listening = {name: step for name, step in flow.steps.items() if isinstance(step, Understand)}
    if not listening:
        return flow
    for name, step in listening.items():
        leads = {key: target for key, target in step.leads.items() if key in book.intents}
        answered = with_answered(step, name, answers, reading)
        for key, intent in book.intents.items():
            if key in leads:
                continue
            if intent.leads_to:
                leads[key] = f"{name}.leads_to.{key}"
                flow.steps[leads[key]] = _jump(intent, flows.get(intent.leads_to))
                reading.marks[leads[key]] = reading.marks[name]
            elif key in answered:
                leads[key] = f"{name}.answered.{key}"
                flow.steps[leads[key]] = answered[key]
            elif step.other:
                leads[key] = step.other
        flow.steps[name] = msgspec.structs.replace(step, leads=leads)
    values = [slot.name for intent in book.intents.values() for slot in intent.slots]
    return msgspec.structs.replace(flow, variables=tuple(dict.fromkeys((*flow.variables, *values))))


def lint_slots(book: IntentBook, nodes: Mapping[str, Node], phrases: Phrases) -> Iterator[Problem]:
    """Find phrases of slots that need a value which is not there when they are said."""
    for key, intent in book.intents.items():
        for slot in intent.slots:
            for word, phrase, own in (("ask", slot.ask, ()), ("confirm", slot.confirm, (slot.name,))):
                needed = phrases.places(phrase) if phrase in phrases.keys else ()
                have = (*own, *BUILT_IN)
                for place in [place for place in needed if place not in have]:
                    mark = nodes[key].find(("slots", slot.name, word)).mark
                    hint = nearest_hint(place, have)
                    yield Problem(mark, "phrase-value", f"{phrase} needs a value {place}, which is not there{hint}")


def _jump(intent: Intent, called: Flow | None) -> Jump:
    takes = called.takes if called is not None else ()
    return Jump(
        flow=intent.leads_to, arguments={slot.name: Cel(slot.name) for slot in intent.slots if slot.name in takes}
    )
