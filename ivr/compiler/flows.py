"""Flow files: the head (name, start, arguments) and the steps of one file of dialplans/flows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dsl.tree import NAME, Node
from ivr.compiler import values
from ivr.compiler.grammar import Reading
from ivr.compiler.vocabulary import KINDS
from ivr.program import Flow
from ivr.steps import ENDINGS

HEAD = ("flow", "start", "takes", "returns", "about")
"""Words of a flow that name no step."""


def flow_name(path: str) -> str:
    """Name of the flow in a file: `loans/ask` of `dialplans/flows/loans/ask.yaml`."""
    return path.partition("flows/")[2].removesuffix(".yaml")


def read_flow(root: Node, name: str, defaults: Mapping[str, Node]) -> tuple[Flow | None, Reading]:
    """Read one file. The flow is None where the file holds none; the reading has what is wrong."""
    reading = Reading(name, KINDS, defaults)
    if not root.is_mapping:
        reading.problem(root.mark, "flow", f"a flow is a mapping of steps, not {root.kind}")
        return None, reading
    _head(root, name, reading)
    for word, node in root.items.items():
        if word in HEAD:
            continue
        if word in ENDINGS:
            message = f"{word} is a word of its own: no step can be called that"
            reading.problem(node.key_mark or node.mark, "step-name", message)
        elif not re.match(NAME, word):
            message = f"{word!r} is no name for a step: small letters, digits and _"
            reading.problem(node.key_mark or node.mark, "step-name", message)
        else:
            reading.step(node, word)
    start = root.items.get("start")
    takes = _names(reading, root.items.get("takes"))
    returns = _names(reading, root.items.get("returns"))
    variables = dict.fromkeys((*takes, *(word for word in reading.sets if word not in reading.secrets)))
    flow = Flow(start.text if start else "", reading.steps, takes, returns, tuple(variables))
    return flow, reading


def _head(root: Node, name: str, reading: Reading) -> None:
    given = root.items.get("flow")
    if given is None:
        reading.problem(root.mark, "flow", f"the file begins with flow: {name}")
    elif given.text != name:
        reading.problem(given.mark, "flow", f"the flow is called {given.text!r}, but its file says {name}")
    start = root.items.get("start")
    if start is None:
        reading.problem(root.mark, "flow", "start is missing: which step is the first?")
    elif not isinstance(start.value, str):
        reading.problem(start.mark, "type", f"a step's name is wanted, not {start.kind}")
    else:
        reading.refer("step", start.value, start.mark)
    about = root.items.get("about")
    if about is not None and not isinstance(about.value, str):
        reading.problem(about.mark, "type", f"text is wanted, not {about.kind}")


def _names(reading: Reading, node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    if not node.is_sequence:
        reading.problem(node.mark, "type", f"a list of names is wanted, not {node.kind}")
        return ()
    return tuple(values.word.read(reading, child, "") for child in node.children)
