"""The refusal of a command is its outcome, in the shape that its kind has."""

from __future__ import annotations

from collections.abc import Container

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.commands import SwitchCommand
from calls.events import SwitchEvent
from calls.ids import LegId


def refusal(command: SwitchCommand, reason: FailureReason, detail: str, legs: Container[LegId]) -> SwitchEvent | None:
    """As the table in `calls.commands` has it; None for a Stop, which has no outcome of its own."""
    match command:
        case commands.Stop():
            return None
        case commands.Play():
            return events.PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail, reason)
        case commands.Record():
            return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, "failed")
        case commands.Originate():
            away = reason == "switch_lost" and command.to.startswith("tel:")  # then the number is not to blame
            return events.CallEnded(command.leg, Cause.NO_TRUNK if away else Cause.FAILED, detail)
        case commands.HangUp():
            return events.CallEnded(command.leg, Cause.LOST, detail)
        case commands.Bridge():
            dead = next((leg for leg in (command.a, command.b) if leg not in legs), None)
            return events.CommandFailed(command.attempt, reason, dead, detail)
        case commands.MuteRecording():
            return events.CommandFailed(command.attempt, reason, None, detail)
        case _:
            return events.CommandFailed(command.attempt, reason, command.leg, detail)
