"""The target of a transfer, once `control.transfer_targets` has read it."""

from typing import Literal

import msgspec


class Target(msgspec.Struct, frozen=True):
    """Whom a caller is handed to. `name`: the agent, the queue, the flow, or the number (E.164); of
    `none`, what was asked for and is nobody."""

    kind: Literal["agent", "queue", "flow", "number", "none"]
    name: str
    skills: tuple[str, ...] = ()
