"""Observers look at each command that is carried out: metrics, wallboard, live states, figures of the day, the bus."""

from typing import TYPE_CHECKING

import structlog

from acd.commands import AgentChanged
from control.messages import commands
from control.register.register import Register
from hotline.driver.clock import Clock
from hotline.server.days_so_far import DaysSoFar
from hotline.store import statements
from hotline.store.writer import Writer
from hotline.views.board import Board
from hotline.views.live_states import LiveStates
from hotline.views.metrics import Metrics

if TYPE_CHECKING:
    from hotline.bus.link import Bus  # its package is an extra

log = structlog.get_logger("hotline")


class Observers:
    """All that look on. What an agent's state was is written down, too."""

    def __init__(
        self,
        metrics: Metrics,
        board: Board,
        live: LiveStates,
        days: DaysSoFar,
        bus: "Bus | None",
        writer: Writer,
        clock: Clock,
        register: Register,
    ) -> None:
        self._metrics = metrics
        self._board = board
        self._live = live
        self._days = days
        self._bus = bus
        self._writer = writer
        self._clock = clock
        self._register = register

    @property
    def watched(self) -> frozenset[type] | None:
        """The commands that anybody looks at; None: all."""
        return Metrics.WATCHED | Board.WATCHED if self._bus is None else None

    def take_up(self, changed: AgentChanged) -> None:
        """An agent who was signed in before we started."""
        since = changed.since + self._register.offset_s
        self._metrics.watch(changed)
        self._board.watch(changed, since)
        self._live.watch(changed, since)

    def watch(self, command: commands.RouterCommand) -> None:
        """A command of now."""
        offset_s = self._register.offset_s
        utc = self._clock.now() + offset_s
        self._metrics.watch(command)
        self._board.watch(command, utc)
        self._live.watch(command, utc)
        self._days.watch(command)
        if self._bus is not None:
            self._bus.watch(command, utc)
        if isinstance(command, AgentChanged):
            since = command.since + offset_s
            self._writer.write(statements.AGENT_STATE, (command.agent, since, command.state, command.reason))
            say = log.info if command.state in ("offline", "paused") else log.debug  # the rest is a day's work
            say("agent changed", agent=command.agent, state=command.state, reason=command.reason or None)
