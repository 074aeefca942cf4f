"""Messages: the recordings of one leg, and what of them an earlier controller left."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import msgspec
import structlog

from calls import commands, events
from calls.causes import FailureReason, Outcome
from calls.ids import AttemptId, LegId, Seconds
from switch.freeswitch import files, notes
from switch.freeswitch.client import Refused
from switch.freeswitch.legs import Execution, Leg, failed
from switch.freeswitch.session import Session
from switch.freeswitch.wire import Event
from switch.keeping import Notes
from switch.legs import EndedBy

log = structlog.get_logger(__name__)

BEEP = "tone_stream://%(180,60,1000)"
_SAME_S: Seconds = 0.1
"""A length that the switch tells and the one that its file says differ by less (1.10.12)."""
_SILENCE_LEVEL = 200
"""Energy below which the switch takes a frame for silence; its own documents' value for telephone lines."""


class Recorded(msgspec.Struct, frozen=True):
    """The file of the message that a leg recorded last, or records; and how long the last that ended on it was, if one
    did."""

    path: Path
    told_s: Seconds | None

    def goes_on(self) -> bool:
        """Whether it is being recorded. The switch does not say so: it names the last application also when that has
        ended. Then it has told the length that the file says; before, it tells none, or that of a message before,
        and the file says nothing yet (1.10.12)."""
        length_s = files.length_s(self.path)
        return self.told_s is None or length_s == 0.0 or abs(length_s - self.told_s) > _SAME_S


class Messages:
    """Record, its Stop, and their files. `told` are the notes of what waits to be kept."""

    def __init__(self, session: Session, told: Notes) -> None:
        self._session = session
        self._told = told
        self._recorded: dict[AttemptId, str] = {}  # to the execution that records it
        self._given_up: set[AttemptId] = set()  # whose command has failed with the link

    def record(self, command: commands.Record) -> None:
        """Beep, then record this leg."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        folder = session.options.recordings_dir
        raw = self._raw(command.attempt)
        if files.target_of(folder, command.name) is None:
            session.later(failed(command, "refused", f"the name {command.name!r} leads out of the recordings folder"))
            return
        leg.open[command.attempt] = command
        note = notes.MessageNote(command.attempt, leg.id, command.name, session.options.controller)
        try:
            notes.leave(raw, note)
        except OSError as fault:
            log.error("note_not_left", path=str(raw), fault=str(fault), what_to_do="is the disk full?")
        keys = command.end_on or "none"
        session.setvar(leg.id, "playback_terminators", keys)
        silence = f" {_SILENCE_LEVEL} {math.ceil(command.silence_s)}" if command.silence_s > 0 else ""
        argument = f"{raw} {math.ceil(command.max_s)}{silence}"
        done = partial(self._done, leg, command, raw)
        if command.beep:
            # The next application is begun when the beep is through.
            execution = session.run(leg, "playback", BEEP, partial(self._beeped, leg, command, argument, done))
        else:
            execution = session.run(leg, "record", argument, done)
        self._recorded[command.attempt] = execution

    def _beeped(
        self,
        leg: Leg,
        command: commands.Record,
        argument: str,
        done: partial[None],
        execution: Execution,
        event: Event | None,
        reason: FailureReason | None,
    ) -> None:
        if event is None or execution.stopping or leg.wanted is not None:
            done(execution, event, reason)
            return
        self._recorded[command.attempt] = self._session.run(leg, "record", argument, done)

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """Stop this Record; its RecordingFinished says so."""
        self._session.stop(leg, self._recorded.get(attempt))

    def _done(
        self,
        leg: Leg,
        command: commands.Record,
        raw: Path,
        execution: Execution,
        event: Event | None,
        reason: FailureReason | None,
    ) -> None:
        self._recorded.pop(command.attempt, None)
        self._session.setvar(leg.id, "playback_terminators", "none")
        if leg.open.pop(command.attempt, None) is None:
            return
        path = files.put_in_place(self._session.options.recordings_dir, raw, command.name)
        if path is None:
            notes.remove(raw, notes.MessageNote)
            self._session.emit(failed(command, reason or "refused", "the switch wrote no file"))
            return
        duration_s = files.duration_s(event)
        ended_by = _ended_by(execution, event, command.max_s, duration_s)
        self._tell(raw, leg.id, command.attempt, path, duration_s, ended_by)

    def _tell(
        self, raw: Path, leg: LegId, attempt: AttemptId, path: Path, duration_s: Seconds, ended_by: EndedBy
    ) -> None:
        self._session.emit(events.RecordingFinished(leg, attempt, str(path), duration_s, Outcome.FINISHED, ended_by))
        self._told.drop_when_kept(attempt, partial(notes.remove, raw, notes.MessageNote))

    # -- what was left

    def on_lost(self) -> None:
        """What is being recorded goes on in the switch, and nobody waits for it any more."""
        self._given_up.update(self._recorded)
        self._recorded.clear()

    async def stop_left(self, recorded: Mapping[LegId, Recorded]) -> set[AttemptId]:
        """Stop what of an earlier controller's messages goes on, and return the attempts of these: their callers will
        be asked for them again. `recorded` are the legs whose last application is Record's. Raises SwitchAway."""
        stopped = set()
        for note in self._left():
            last = recorded.get(note.leg)
            if last is not None and last.path == self._raw(note.attempt) and last.goes_on():
                stopped.add(note.attempt)
                try:
                    await self._session.client.api("uuid_break", note.leg)
                except Refused as gone:
                    log.info("message_of_nobody", leg=note.leg, told=str(gone))
        return stopped

    def take_up(self, live: Collection[LegId], stopped: Collection[AttemptId]) -> None:
        """Tell of an earlier controller's messages that have ended meanwhile, as would have been told then; before the
        callers are adopted, so that nobody is asked for a message that is there. `live` are the legs there are."""
        folder = self._session.options.recordings_dir
        for note in self._left():
            if note.attempt in self._told:
                continue  # this controller has told of it
            raw = self._raw(note.attempt)
            wanted = note.attempt not in stopped and note.attempt not in self._given_up
            # Killed before the beep was through, there is no file.
            there = files.there(folder, raw, note.name)
            path = files.put_in_place(folder, raw, note.name) if wanted and there.exists() else None
            if path is None:
                raw.unlink(missing_ok=True)
                notes.remove(raw, notes.MessageNote)
                continue
            ended_by: EndedBy = "stopped" if note.leg in live else "hang_up"
            self._tell(raw, note.leg, note.attempt, path, files.length_s(path), ended_by)
        self._given_up.clear()

    def _raw(self, attempt: AttemptId) -> Path:
        return files.raw_of(self._session.options.recordings_dir, attempt)

    def _left(self) -> list[notes.MessageNote]:
        options = self._session.options
        return list(notes.found(options.recordings_dir, notes.MessageNote, options.controller))


def _ended_by(execution: Execution, event: Event | None, max_s: Seconds, duration_s: Seconds) -> EndedBy:
    if event is None:
        return "hang_up"
    if execution.stopping:
        return "stopped"
    if event.variable("playback_terminator_used"):
        return "digit"
    if event.variable("silence_hits_exhausted") == "true":
        return "silence"
    if event.get("Answer-State") == "hangup" or event.get("Channel-State") in ("CS_HANGUP", "CS_REPORTING"):
        return "hang_up"
    return "limit" if duration_s >= max_s - 1 else "hang_up"
