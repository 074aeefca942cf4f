"""Reads dialplans/intents/*.yaml into one book; every problem has its place, and the nearest right word.

| rule | what |
|---|---|
| intent | a setting that is missing, unknown or of the wrong kind; an intent in two files; a sentence of two intents |
| answer-language | an intent without a name in a language that callers may hear |
| unknown-phrase, unknown-flow | a name that nothing has |
| slot-unfilled | a slot that nothing can fill: no phrase asks for it, or the site has no products |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from dsl.decoding import decode
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem
from understanding.cases import CASES
from understanding.intents import Intent, IntentBook, Slot
from understanding.settings import WrittenIntent, WrittenIntents, WrittenSlot
from understanding.wording import plain

INTENTS = "dialplans/intents/"
RULE = "intent"


class Around(NamedTuple):
    """The rest of a site, as far as intents name it. `unread`: prompts or flows that may well define a name."""

    languages: Collection[str]
    phrases: Collection[str]
    flows: Collection[str]
    unread_phrases: bool = False
    unread_flows: Collection[str] = ()


class ReadIntents(NamedTuple):
    """The book of all files, where each intent stands, and what is wrong."""

    book: IntentBook
    nodes: dict[str, Node]
    problems: list[Problem]


def read_intents(roots: Mapping[str, Node], around: Around) -> ReadIntents:
    """Read the files among `roots` (parsed, by path). What is broken is left out of the book."""
    problems: list[Problem] = []
    intents: dict[str, Intent] = {}
    nodes: dict[str, Node] = {}
    none: list[str] = []
    products: dict[str, tuple[str, ...]] = {}
    complaint_words: list[str] = []
    synonyms: dict[str, tuple[str, ...]] = {}
    for path, root in sorted(roots.items()):
        if not path.startswith(INTENTS) or path.startswith(CASES):
            continue
        found = _of_intents(root)
        written, of_file = decode(root, WrittenIntents, {}, RULE) if not found else (None, found)
        problems += of_file
        if written is None:
            continue
        none += written.none
        complaint_words += written.complaint_words
        products |= written.products
        synonyms |= written.synonyms
        for key, one in written.intents.items():
            node = root.find(("intents", key))
            if key in intents:
                message = f"{key}: it stands in {nodes[key].file}, line {nodes[key].line}, already"
                problems.append(Problem(node.key_mark or node.mark, RULE, message))
                continue
            intents[key], nodes[key] = _intent(key, one), node
    book = IntentBook(intents, tuple(none), products, tuple(complaint_words), synonyms)
    for key, intent in intents.items():
        problems += _names(intent, nodes[key], book, around)
    problems += _twice(book, nodes)
    problems.sort(key=lambda problem: problem.order)
    return ReadIntents(book, nodes, problems)


def _of_intents(root: Node) -> list[Problem]:
    """What is wrong with each intent, its slots first: the decoder does not tell which of several is broken."""
    intents = root.items.get("intents")
    found: list[Problem] = []
    for node in intents.items.values() if intents is not None else ():
        found += decode(node, WrittenIntent, {"slots": WrittenSlot}, RULE)[1]
    return found


def _intent(key: str, one: WrittenIntent) -> Intent:
    slots = []
    for name, slot in one.slots.items():
        least, _, most = slot.length.partition("-")
        slots.append(Slot(name, slot.kind, slot.ask, slot.confirm, (int(least), int(most or least)), slot.coming))
    return Intent(key, one.asks, one.also, one.words, one.called, one.leads_to, tuple(slots), one.review)


def _names(intent: Intent, node: Node, book: IntentBook, around: Around) -> Iterator[Problem]:
    key = node.key_mark or node.mark
    for language in around.languages:
        if not intent.called.get(language):
            told = f"{intent.key}: called: no name in {language}, and callers of that language may hear it"
            yield Problem(key, "answer-language", told)
    for language, inside in (node.items["called"].items if "called" in node.items else {}).items():
        if language not in around.languages:
            hint = nearest_hint(language, around.languages)
            yield Problem(
                inside.key_mark or inside.mark, "unknown-language", f"there is no prompts/{language}.yaml{hint}"
            )
    if intent.leads_to and intent.leads_to not in (*around.flows, *around.unread_flows):
        at = node.items["leads_to"]
        hint = nearest_hint(intent.leads_to, around.flows)
        yield Problem(at.mark, "unknown-flow", f"there is no flow {intent.leads_to}{hint}")
    for slot in intent.slots:
        yield from _slot(slot, node.find(("slots", slot.name)), book, around)


def _slot(slot: Slot, node: Node, book: IntentBook, around: Around) -> Iterator[Problem]:
    if not slot.ask:
        told = f"{slot.name}: ask: which phrase asks for it, where the caller has not said it?"
        yield Problem(node.key_mark or node.mark, "slot-unfilled", told)
    if slot.kind == "product" and not book.products:
        told = f"{slot.name}: no file of dialplans/intents has products: {{NAME: [words]}}"
        yield Problem(node.key_mark or node.mark, "slot-unfilled", told)
    if slot.length[0] > slot.length[1]:
        yield Problem(node.find(("length",)).mark, RULE, f"{slot.name}: length: the least stands before the most")
    if slot.coming and slot.kind != "date":
        yield Problem(
            node.find(("coming",)).mark, RULE, f"{slot.name}: coming: only a date is to come, not {slot.kind}"
        )
    for word, phrase in (("ask", slot.ask), ("confirm", slot.confirm)):
        if phrase and phrase not in around.phrases and not around.unread_phrases:
            hint = nearest_hint(phrase, around.phrases)
            yield Problem(node.find((word,)).mark, "unknown-phrase", f"there is no phrase {phrase}{hint}")


def _twice(book: IntentBook, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    """Sentences that two intents have, or one of `none` too: the model could learn neither."""
    first: dict[str, str] = {}
    for sentence in book.none:
        first.setdefault(plain(sentence), "none")
    for key, intent in book.intents.items():
        for place, sentence in _sentences(nodes[key], intent):
            said = plain(sentence)
            if not said:
                yield Problem(place.mark, RULE, f"{key}: {sentence!r} says nothing")
                continue
            other = first.setdefault(said, key)
            if other != key:
                yield Problem(place.mark, RULE, f"{key}: {sentence} is a sentence of {other} already")


def _sentences(node: Node, intent: Intent) -> Iterator[tuple[Node, str]]:
    yield node.find(("asks",)), intent.asks
    for index, sentence in enumerate(intent.also):
        yield node.find(("also", index)), sentence
