"""Steps that are done again and again: one that fails costs the others nothing, and is tried again the next time."""

import contextlib
from collections.abc import Iterator

import structlog

log = structlog.get_logger("hotline")


class PeriodicSteps:
    """Remembers which steps fail at present. Trouble is logged once while it lasts, and once when it is over."""

    def __init__(self) -> None:
        self._failing: dict[str, type[Exception]] = {}

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Do the block; an error ends the block alone. `what` names the thing that the step looks after, in the log."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the other steps and the next time must be
            if self._failing.get(what) is not type(error):
                self._failing[what] = type(error)
                advice = "the rest goes on, and it is tried again by itself; mend what `error` names, or report it"
                log.error("not looked after", what=what, error=repr(error), advice=advice)
        else:
            if self._failing.pop(what, None) is not None:
                log.info("looked after again", what=what)
