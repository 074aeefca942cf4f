"""A reader of the live wire, as a page is: takes the messages as JSON, and has the states that they come to."""

import json
from typing import Any

KINDS = {
    "agents": "agent",
    "queues": "queue",
    "days": "queue",
    "overrides": "number",
    "calls": "call",
    "forecasts": "call",
    "alerts": "number",
    "switches": "switch",
}


class WireReader:
    """What it knows at `position`; None before the first snapshot."""

    def __init__(self) -> None:
        self.position: int | None = None
        self.controller: dict[str, Any] = {}
        self.states: dict[str, dict[Any, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.snapshots = 0
        self.messages = 0

    def take(self, text: str) -> None:
        """Take one message. A gap is an error: the house never leaves one."""
        message = json.loads(text)
        self.messages += 1
        if message["is"] == "snapshot":
            self.snapshots += 1
            self.states = {kind: {} for kind in KINDS}
        else:
            assert message["after"] == self.position, "a gap"
        self.position = message["position"]
        self.controller = message.get("controller", self.controller)
        for kind, name in KINDS.items():
            for gone in message.get("gone", {}).get(kind, ()):
                del self.states[kind][gone]
            for state in message.get(kind, ()):
                self.states[kind][state[name]] = state
