"""The health of a controller: whether its switch is there and its store writes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Health:
    """Set by the server as it learns of it. `switch_up` is False until the first link to the switch stands."""

    switch_up: bool = False
    store_trouble: str = ""
    """The error while the store does not write; else empty."""

    def wrong(self) -> list[str]:
        """The reasons, in words, for which callers are not served or nothing is written; empty when all is well."""
        wrong = []
        if not self.switch_up:
            wrong.append("the switch is away")
        if self.store_trouble:
            wrong.append(f"the store does not write: {self.store_trouble}")
        return wrong
