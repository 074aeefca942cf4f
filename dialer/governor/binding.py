"""Bindings: what rules look up when a policy is compiled, so that a decision need not."""

from collections.abc import Mapping

import msgspec

from dialer.governor.scene import Scene


class CallerId(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number that may be shown, as a pool has it."""

    certified_until: float | None = None
    """The end of its certification, not included. UTC epoch seconds."""
    certified: bool = False
    display_name: str = ""
    """The name that the network shows beside it."""
    country: str = ""
    region: str = ""
    """ISO 3166-2; empty: of the whole country."""
    channels: int | None = None
    """How many calls may show it at once; None: as many as there are."""
    calls_per_second: int | None = None


Pool = Mapping[str, CallerId]
"""Caller ids by number, E.164."""


class Binding:
    """The scenes and pools of a policy."""

    def __init__(self, scenes: Mapping[str, Scene], pools: Mapping[str, Pool]) -> None:
        self.scenes = scenes
        self.pools = pools
        groups: dict[str, set[str]] = {}
        for scene in scenes.values():
            groups.setdefault(scene.group, set()).add(scene.name)
        self.groups = {name: frozenset(members) for name, members in groups.items()}
