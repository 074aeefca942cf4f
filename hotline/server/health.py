"""The health of a controller: whether its switch is there and its store writes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Health:
    """Kept by whoever learns of it first; `switch_up` is False until the first link stands."""

    switch_up: bool = False
    store_trouble: str = ""
    """Why the store does not write; empty while it does."""

    def wrong(self) -> list[str]:
        """What is wrong now, in words; empty when callers are served."""
        wrong = []
        if not self.switch_up:
            wrong.append("the switch is away")
        if self.store_trouble:
            wrong.append(f"the store does not write: {self.store_trouble}")
        return wrong
