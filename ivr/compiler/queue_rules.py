"""Queue rules that a test case may play: the offers and the overflows of each queue's steps in queues.yaml.

A test case lets happen what a queue does to a caller who waits long, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.tree import Node, SourceError, parse

QUEUES = "dialplans/queues.yaml"


@dataclass(frozen=True)
class QueueRules:
    """Rules of one queue: offers that its steps make, and queues to which it overflows."""

    offers: frozenset[str]
    overflows: frozenset[str]


def queue_rules(files: Mapping[str, str]) -> dict[str, QueueRules] | None:
    """Rules by queue; None for a folder whose queues are not here, or cannot be read."""
    if QUEUES not in files:
        return None
    try:
        root = parse(files[QUEUES], QUEUES)
    except SourceError:
        return None
    section = root.items.get("queues")
    return None if section is None else {name: _rules(queue) for name, queue in section.items.items()}


def _rules(queue: Node) -> QueueRules:
    steps = queue.items.get("steps")
    taken = {word: set[str]() for word in ("offer", "overflow")}
    for step in steps.children if steps is not None else ():
        for word, found in taken.items():
            if word in step.items:
                found.add(step.items[word].text)
    return QueueRules(frozenset(taken["offer"]), frozenset(taken["overflow"]))
