"""Rounds of steps that look after different things: one that fails costs the others nothing, and is tried again."""

import contextlib
from collections.abc import Iterator

import structlog

log = structlog.get_logger("hotline")


class Rounds:
    """Which steps fail at present. Trouble is told once while it lasts, and once when it is over."""

    def __init__(self) -> None:
        self._failing: dict[str, type[Exception]] = {}

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Do the block; an error ends the block alone. `what` is it that the step looks after."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the other steps and the next round must be
            if self._failing.get(what) is not type(error):
                self._failing[what] = type(error)
                advice = "the rest goes on, and it is tried again by itself; mend what `error` names, or report it"
                log.error("not looked after", what=what, error=repr(error), advice=advice)
        else:
            if self._failing.pop(what, None) is not None:
                log.info("looked after again", what=what)
