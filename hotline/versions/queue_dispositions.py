"""Dispositions of queues: their codes as queues.yaml has them, and what would let wrap-up end without one."""

import re
from collections.abc import Iterator
from typing import Any

from acd.config import AgentConfig
from control.rules.treatment import QueueDisposition
from dialer.campaigns.disposition_codes import code_faults
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem
from hotline.versions.routing import RoutingConfiguration

Path = tuple[str | int, ...]


def with_codes(words: dict[str, Any], queue: Node | None) -> dict[str, Any]:
    """The settings of a queue with each code as it is written: `code: 01` is no number, and one without settings is a
    disposition, too."""
    given = words.get("dispositions")
    if not isinstance(given, dict):
        return words
    node = queue.items.get("dispositions") if queue is not None else None
    read = {}
    for name, one in given.items():
        one = {} if one is None else one
        code = node.items[name].items.get("code") if node is not None and name in node.items else None
        read[name] = {**one, "code": code.text} if isinstance(one, dict) and code is not None else one
    return {**words, "dispositions": read}


def misspelt(queue: Node | None) -> Iterator[Problem]:
    """Settings of a queue's dispositions that are none, each at its place: a decoder would name neither."""
    known = QueueDisposition.__struct_fields__
    given = queue.items.get("dispositions") if queue is not None else None
    for one in given.children if given is not None else ():
        for word, node in one.items.items():
            if word not in known:
                message = f"`{word}` is not known here; there are {', '.join(known)}{nearest_hint(word, known)}"
                yield Problem(node.key_mark or node.mark, "people", message)


def disposition_problems(routing: RoutingConfiguration, root: Node) -> Iterator[Problem]:
    """Problems of the dispositions of all queues. `root` is queues.yaml's."""
    configuration = routing.configuration
    for queue, treatment in routing.treatments.items():
        path: Path = ("queues", queue, "dispositions")
        for name in treatment.dispositions:
            if not re.match(NAME, name):
                message = f"{name!r} is no name: small letters, digits and _"
                yield Problem(_mark(root, (*path, name)), "people", message)
        for name, fault in code_faults({name: one.code for name, one in treatment.dispositions.items()}):
            yield Problem(_mark(root, (*path, name, "code")), "people", fault)
        if not treatment.disposition_required:
            continue
        mark = _mark(root, ("queues", queue, "disposition_required"))
        rules = configuration.queues.get(queue)
        if not treatment.dispositions:
            yield Problem(mark, "people", f"{queue} requires a disposition, and has none: give it `dispositions`")
        elif rules is not None and rules.wrap_up_s <= 0:
            told = f"{queue} requires a disposition, and its agents have no time to say one: give it `wrap_up_s`"
            yield Problem(mark, "people", told)
        hasty = [name for name, agent in configuration.agents.items() if _is_hasty(agent, queue)]
        if hasty:
            told = f"{queue} requires a disposition, and {', '.join(hasty)} of agents.yaml has wrap_up_s: 0"
            yield Problem(mark, "people", told)


def _is_hasty(agent: AgentConfig, queue: str) -> bool:
    return agent.wrap_up_s == 0 and (agent.queues is None or queue in agent.queues)


def _mark(root: Node, path: Path) -> Mark:
    node = root.find(path)
    return node.key_mark or node.mark
