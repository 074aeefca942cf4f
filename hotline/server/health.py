"""The health of a controller: whether its switches are there and its store writes, and what else it needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from calls.dependencies import Dependencies


@dataclass(slots=True)
class Health:
    """Set by the server as it learns of it. `switches` by name: whether the link stands, False until it first does."""

    switches: dict[str, bool]
    store_trouble: str = ""
    """The error while the store does not write; else empty."""
    trunks: Callable[[], list[str]] = list
    """Says in words which trunks are down. Callers are served all the same: no reason to call the controller ill."""
    also: list[Callable[[], list[str]]] = field(default_factory=list)
    """Further warnings, each in words."""
    dependencies: Dependencies = field(default_factory=Dependencies)
    """Every outer part with its state, since when, last error and next try."""

    @property
    def switch_up(self) -> bool:
        """Whether all links stand."""
        return all(self.switches.values())

    def wrong(self) -> list[str]:
        """The reasons, in words, for which callers are not served or nothing is written; empty when all is well."""
        wrong = [
            "the switch is away" if len(self.switches) == 1 else f"the switch {name} is away"
            for name, up in self.switches.items()
            if not up
        ]
        if self.store_trouble:
            wrong.append(f"the store does not write: {self.store_trouble}")
        return wrong

    def warnings(self) -> list[str]:
        """What callers are served without, in words: trunks and other outer parts that are away."""
        away = [part for part in self.dependencies if part.state == "down" and not part.critical]
        further = [warning for warnings in self.also for warning in warnings()]
        return [*self.trunks(), *(f"away: {part.name}" for part in away), *further]

    def view(self, version: str) -> dict[str, Any]:
        """What `/health` says: `ok`, `wrong`, `warnings`, the `version` that holds, and `dependencies`."""
        wrong = self.wrong()
        dependencies = sorted(self.dependencies.view(), key=lambda row: not row["critical"])
        return {
            "ok": not wrong,
            "wrong": wrong,
            "warnings": self.warnings(),
            "version": version,
            "dependencies": dependencies,
        }
