"""A session with a switch holds its legs and the sink: the same for each real switch, which adds its own requests."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from calls import commands, events
from calls.causes import Cause, FailureReason
from calls.events import SwitchEvent
from calls.ids import LegId, Seconds
from switch.legs import Leg, LegCommand, failed
from switch.trunk_lines import TrunkLines

L = TypeVar("L", bound=Leg)
log = structlog.get_logger(__name__)


class Session(ABC, Generic[L]):
    """One per adapter. `emit` hands an event to the sink now, `later` after the present command has returned."""

    def __init__(self, deadline_s: Seconds, trunks: TrunkLines | None = None) -> None:
        self.trunks = trunks or TrunkLines()
        self.trunks.count_by(lambda: (leg.trunk for leg in self.legs.values()))
        self.legs: dict[LegId, L] = {}
        self._told_of_legs = False
        self._to_hang_up: dict[LegId, commands.HangUp] = {}
        self.emit: Callable[[SwitchEvent], None] = _nowhere
        self.on_end: Callable[[L], None] = _nowhere  # what talks and supervision do when a leg ends
        self.loop: asyncio.AbstractEventLoop
        self._deadline_s = deadline_s

    @property
    @abstractmethod
    def linked(self) -> bool:
        """Whether a request would reach the switch now."""

    def add(self, leg: L) -> None:
        """A leg is ours from now on."""
        self.legs[leg.id] = leg

    @property
    def missing(self) -> FailureReason:
        """Why there is no such leg: it is gone. Until the switch has told of its legs for the first time, nobody knows:
        they may be there, from an earlier controller."""
        return "leg_gone" if self._told_of_legs else "switch_lost"

    def told_of_legs(self) -> list[commands.HangUp]:
        """`legs` are those that live. Gives the orders of before to hang up, which it was too early for."""
        self._told_of_legs = True
        early = list(self._to_hang_up.values())
        self._to_hang_up.clear()
        return early

    def hang_up_unknown(self, command: commands.HangUp) -> None:
        """End a leg that is not in `legs`: it has ended, or may be told of yet."""
        if self._told_of_legs:
            self.later(events.CallEnded(command.leg, Cause.LOST, "no such leg"))
        else:
            self._to_hang_up[command.leg] = command

    def later(self, event: SwitchEvent) -> None:
        """Hand an event to the sink once the code that runs now has returned to the loop."""
        self.loop.call_soon(self._emit_later, event)

    def _emit_later(self, event: SwitchEvent) -> None:
        self.emit(event)

    # -- open commands

    def leg_of(self, command: LegCommand) -> L | None:
        """The leg that a command is for; None when it is not there, which is told as the command's outcome."""
        leg = self.legs.get(command.leg)
        if leg is None:
            self.later(self._failed(command, self.missing))
        return leg

    def close(self, command: LegCommand) -> L | None:
        """Take a command off its leg, because its outcome is there; None where it has had one: the leg died first."""
        leg = self.legs.get(command.leg)
        if leg is None or leg.open.pop(command.attempt, None) is None:
            return None
        return leg

    def _failed(self, command: LegCommand, reason: FailureReason, detail: str = "") -> SwitchEvent:
        return failed(command, reason, detail)

    def hold(self, leg_id: LegId, held: bool) -> None:
        """The far end of a leg has put us on hold, or taken us back. Told once: phones repeat their re-INVITE."""
        leg = self.legs.get(leg_id)
        if leg is not None and leg.held is not held:
            leg.held = held
            self.emit(events.CallHeld(leg.id) if held else events.CallResumed(leg.id))

    # -- the end

    def hang_up(self, leg: L, cause: Cause) -> None:
        """End a channel; its end comes as an event, and is assumed after the deadline."""
        leg.ending = leg.ending or cause
        self._ask_for_end(leg, cause)
        if leg.end_timer is None:
            leg.end_timer = self.loop.call_later(self._deadline_s, self._end_overdue, leg)

    @abstractmethod
    def _ask_for_end(self, leg: L, cause: Cause) -> None:
        """Tell the switch."""

    @abstractmethod
    def _end_overdue(self, leg: L) -> None:
        """The switch has not told the end in time."""

    @abstractmethod
    def end(self, leg: L, cause: Cause, detail: str = "") -> None:
        """The leg is gone: what is open on it gets its outcome, then CallEnded."""

    def _tell_end(self, leg: L, cause: Cause, detail: str, told_by_end: tuple[type[LegCommand], ...]) -> None:
        """Tell it of a leg that is out of `legs`. CallEnded itself is the outcome of commands of `told_by_end`."""
        for command in list(leg.open.values()):
            if not isinstance(command, told_by_end):
                self.emit(self._failed(command, "leg_gone", "the leg ended"))
        leg.open.clear()
        if cause is Cause.TIMED_OUT:
            advice = (
                "the phone's network; on FreeSWITCH, one that sends nothing while it is muted needs a longer talking_s"
            )
            log.warning("no audio came", leg=leg.id, device=leg.device, advice=advice)
        self.on_end(leg)
        self.emit(events.CallEnded(leg.id, cause, detail))


def _nowhere(what: object) -> None:
    """Before the adapter has put itself here."""
