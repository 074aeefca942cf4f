"""Supervision is one eavesdropping application, told its mode (listen, whisper, barge) by an event of its own."""

from __future__ import annotations

from functools import partial

from calls import commands, events
from calls.causes import FailureReason
from calls.ids import LegId
from switch.freeswitch.legs import Execution, Leg, failed
from switch.freeswitch.session import Session, Told
from switch.freeswitch.wire import Event, SendEvent

_KEY_OF = {"listen": "0", "whisper": "2", "barge": "3"}
"""0 mixes the supervisor into nothing, 2 into what the target hears, 3 into what both hear."""
_STOP = "*"


class Supervision:
    """Supervise. One target a supervisor."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._targets: dict[LegId, tuple[LegId, str]] = {}  # by supervisor: target, execution
        self._starting: dict[str, commands.Supervise] = {}  # by execution

    def supervise(self, command: commands.Supervise) -> None:
        """Begin, or change the mode."""
        session = self._session
        leg = session.legs.get(command.leg)
        if leg is None or command.target not in session.legs:
            session.later(failed(command, session.missing, "no such supervisor" if leg is None else "no such target"))
            return
        if command.mode == "barge" and session.legs[command.target].talk is None:
            session.later(failed(command, "refused", "there is no talk to join"))
            return
        now = self._targets.get(leg.id)
        if now is not None and now[0] == command.target and now[1] not in self._starting:
            leg.open[command.attempt] = command
            self._tell_mode(command)
            return
        leg.open[command.attempt] = command
        session.setvar(leg.id, "eavesdrop_enable_dtmf", "false")
        execution = session.run(leg, "eavesdrop", command.target, partial(self._done, leg, command))
        self._targets[leg.id] = (command.target, execution)
        self._starting[execution] = command

    def on_execute(self, event: Event) -> None:
        """CHANNEL_EXECUTE: it listens now; tell it how."""
        command = self._starting.pop(event.get("Application-UUID"), None)
        if command is not None:
            self._tell_mode(command)

    def stop(self, leg: Leg) -> None:
        """Let it listen no more."""
        self._session.request(_key(leg.id, _STOP))

    def on_end(self, leg: Leg) -> None:
        """A leg ended; if it was a target, the switch ends the eavesdropping by itself."""
        self._targets.pop(leg.id, None)

    def _tell_mode(self, command: commands.Supervise) -> None:
        self._session.request(_key(command.leg, _KEY_OF[command.mode]), partial(self._told, command))

    def _told(self, command: commands.Supervise, told: Told) -> None:
        self._session.quick_done(command, told)

    def _done(
        self,
        leg: Leg,
        command: commands.Supervise,
        execution: Execution,
        event: Event | None,
        reason: FailureReason | None,
    ) -> None:
        """Over: the target ended, or it never began."""
        self._starting.pop(execution.id, None)
        if self._targets.get(leg.id, ("", ""))[1] == execution.id:
            del self._targets[leg.id]
        if leg.open.pop(command.attempt, None) is not None:
            self._session.emit(events.CommandFailed(command.attempt, reason or "refused", leg.id, "it did not begin"))


def _key(leg: LegId, key: str) -> SendEvent:
    return SendEvent("COMMAND", (("Unique-ID", leg), ("eavesdrop-command", key)))
