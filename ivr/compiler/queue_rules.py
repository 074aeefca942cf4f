"""What the queues of a folder do with a caller who waits long, read from queues.yaml: which ways out they suggest, and
where they overflow to. A test case may let happen what a queue does, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.tree import Node, SourceError, parse

QUEUES = "dialplans/queues.yaml"


@dataclass(frozen=True)
class Ways:
    """Of one queue: ways out that a step suggests, and queues to which one overflows."""

    offers: frozenset[str]
    overflows: frozenset[str]


def ways_of(files: Mapping[str, str]) -> dict[str, Ways] | None:
    """By queue; None for a folder whose queues are not here, or cannot be read."""
    if QUEUES not in files:
        return None
    try:
        root = parse(files[QUEUES], QUEUES)
    except SourceError:
        return None
    section = root.items.get("queues")
    return None if section is None else {name: _ways(queue) for name, queue in section.items.items()}


def _ways(queue: Node) -> Ways:
    steps = queue.items.get("steps")
    taken = {word: set[str]() for word in ("offer", "overflow")}
    for step in steps.children if steps is not None else ():
        for word, found in taken.items():
            if word in step.items:
                found.add(step.items[word].text)
    return Ways(frozenset(taken["offer"]), frozenset(taken["overflow"]))
