"""The target of a transfer, once `control.transfer_targets` has read it."""

from typing import Literal

import msgspec


class Target(msgspec.Struct, frozen=True):
    """Whom a caller is handed to. `name`: the agent, the queue, the flow, or the number (E.164)."""

    kind: Literal["agent", "queue", "flow", "number"]
    name: str
    skills: tuple[str, ...] = ()
