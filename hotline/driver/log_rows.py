"""Rows of the call log: what the store is given for each command that leaves a row, or takes a recording away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog

from calls.ids import LegId
from control.messages.log_commands import (
    DropRecording,
    LogCall,
    LogCallback,
    LogDecline,
    LogDisposition,
    LogLeg,
    LogOverride,
    LogRecording,
    LogRung,
    LogStep,
    LogTalk,
    LogTransfer,
    LogWait,
)
from control.overrides.override_phone import ROLE
from hotline.store import statements
from hotline.store.writer import Writer
from hotline.views.masking import parties
from ivr.commands import SurveyAnswered
from ivr.vault import Vault

log = structlog.get_logger("hotline")


class LogRows:
    """Gives rows to the writer. A caller's secrets are forgotten with the row of their call or leg."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault
        write, fields = writer.write, msgspec.structs.astuple
        self.by_type: dict[type, Callable[[Any], None]] = {
            LogCall: self._call,
            LogLeg: self._leg,
            LogTalk: lambda row: write(statements.TALK, fields(row)),
            LogDisposition: lambda row: write(statements.DISPOSITION, fields(row)),
            LogDecline: lambda row: write(statements.DECLINE, fields(row)),
            LogTransfer: lambda row: write(statements.TRANSFER, fields(row)),
            LogCallback: lambda row: write(statements.CALLBACK, fields(row)),
            LogOverride: lambda row: write(statements.OVERRIDE, statements.override_row(row)),
            LogStep: lambda row: write(statements.STEP, statements.step_row(row)),
            LogRung: lambda row: write(statements.RUNG, fields(row)),
            LogWait: lambda row: write(statements.WAIT, statements.wait_row(row)),
            LogRecording: self._recording,
            DropRecording: self._drop_recording,
            SurveyAnswered: lambda row: write(statements.SURVEY, (row.call, row.question, row.score)),
        }
        """By a command's type what is done with it."""
        self.again: dict[type, Callable[[Any], None]] = {**self.by_type, LogCall: self._write_call}
        """As `by_type`, in a replay after a restart: what must be on disk then, or gone from it, and nothing else."""

    def _call(self, row: LogCall) -> None:
        self._write_call(row)
        self._vault.forget(row.call, LegId(row.call))
        caller, called = parties(row.direction, row.caller, row.called)
        log.info(
            "call ended",
            call=row.call,
            caller=caller,
            called=called if row.direction != "in" else None,
            outcome=row.outcome,
            queue=row.queue or None,
            agent=row.agent,
            cause=row.cause,
            duration_s=round(row.ended_at - row.arrived_at, 1),
        )

    def _write_call(self, row: LogCall) -> None:
        self._writer.write(statements.CALL, msgspec.structs.astuple(row))
        self._writer.write(statements.CALL_AGENTS, (row.call, row.arrived_at, row.queue, row.outcome, row.direction))

    def _leg(self, row: LogLeg) -> None:
        self._writer.write(statements.LEG, msgspec.structs.astuple(row))
        if row.role == ROLE:  # a caller's secrets are forgotten with the call
            self._vault.forget(row.call, row.leg)

    def _recording(self, row: LogRecording) -> None:
        values = (row.path, row.call, row.duration_s, row.kind, row.box, row.talk)
        self._writer.write(statements.RECORDING, values)

    def _drop_recording(self, command: DropRecording) -> None:
        self._writer.write(statements.DROP_RECORDING, (command.path,))
        try:
            Path(command.path).unlink(missing_ok=True)
        except OSError as error:
            advice = "delete the file by hand: the caller did not want it"
            log.error("declined recording not deleted", call=command.call, error=str(error), advice=advice)
