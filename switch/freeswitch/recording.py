"""The recorder records voicemails of one leg, and both sides of a talk in one stereo file.

The switch writes under a name of ours in its recordings folder; what is whole is given its own name at once.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import wave
from collections.abc import Collection
from functools import partial
from pathlib import Path

import structlog

from calls import commands, events
from calls.causes import FailureReason, Outcome
from calls.ids import AttemptId, LegId, Seconds
from switch.freeswitch import notes
from switch.freeswitch.legs import Execution, Leg, failed
from switch.freeswitch.session import Session
from switch.freeswitch.talk import Talk
from switch.freeswitch.wire import Event
from switch.keeping import Notes
from switch.legs import EndedBy

log = structlog.get_logger(__name__)

BEEP = "tone_stream://%(180,60,1000)"
_SILENCE_LEVEL = 200
"""Energy below which the switch takes a frame for silence; its own documents' value for telephone lines."""
_CLOSE_S: Seconds = 5.0
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]")


class TalkRecording:
    """The file of one talk."""

    __slots__ = ("attempt", "leg", "name", "path", "timer")

    def __init__(self, attempt: AttemptId, leg: LegId, name: str, path: Path) -> None:
        self.attempt = attempt
        self.leg = leg
        self.name = name
        self.path = path
        self.timer: asyncio.TimerHandle | None = None


class Recorder:
    """Record, its Stop, the recording of a Bridge, MuteRecording."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._voicemails: dict[AttemptId, str] = {}  # to the execution that records it
        self._talks: dict[AttemptId, TalkRecording] = {}
        self._told = Notes(session.options.keeping)

    # -- voicemail

    def record(self, command: commands.Record) -> None:
        """Beep, then record this leg."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        raw = self._raw(command.attempt)
        if self._target(command.name) is None:
            session.later(failed(command, "refused", f"the name {command.name!r} leads out of the recordings folder"))
            return
        leg.open[command.attempt] = command
        keys = command.end_on or "none"
        session.setvar(leg.id, "playback_terminators", keys)
        silence = f" {_SILENCE_LEVEL} {math.ceil(command.silence_s)}" if command.silence_s > 0 else ""
        argument = f"{raw} {math.ceil(command.max_s)}{silence}"
        done = partial(self._voicemail_done, leg, command, raw)
        if command.beep:
            # The next application is begun when the beep is through.
            execution = session.run(leg, "playback", BEEP, partial(self._beeped, leg, command, argument, done))
        else:
            execution = session.run(leg, "record", argument, done)
        self._voicemails[command.attempt] = execution

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
        self._voicemails[command.attempt] = self._session.run(leg, "record", argument, done)

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """Stop this Record; its RecordingFinished says so."""
        execution = self._voicemails.get(attempt)
        self._session.stop(leg, execution)

    def _voicemail_done(
        self,
        leg: Leg,
        command: commands.Record,
        raw: Path,
        execution: Execution,
        event: Event | None,
        reason: FailureReason | None,
    ) -> None:
        self._voicemails.pop(command.attempt, None)
        self._session.setvar(leg.id, "playback_terminators", "none")
        if leg.open.pop(command.attempt, None) is None:
            return
        path = self._put_in_place(raw, command.name)
        if path is None:
            self._session.emit(failed(command, reason or "refused", "the switch wrote no file"))
            return
        duration_s = _duration_s(event)
        ended_by = _ended_by(execution, event, command.max_s, duration_s)
        self._session.emit(
            events.RecordingFinished(leg.id, command.attempt, str(path), duration_s, Outcome.FINISHED, ended_by)
        )

    # -- talks

    def begin(self, talk: Talk) -> None:
        """A talk is begun: record it if that was wished. Begun when it stood, the file would lack its first words."""
        if talk.record is None:
            return
        if self._target(talk.record) is None:
            log.error("recording_name_refused", name=talk.record)
            self._session.later(_failed_talk(talk.a, talk.attempt))
            return
        recording = TalkRecording(talk.attempt, talk.a, talk.record, self._raw(talk.attempt))
        self._talks[talk.attempt] = recording
        try:
            notes.leave(recording.path, notes.TalkNote(talk.attempt, talk.a, talk.record))
        except OSError as fault:
            log.error("note_not_left", path=str(recording.path), fault=str(fault))
        self._session.api("uuid_record", f"{talk.a} start {recording.path}")

    def discard(self, talk: Talk) -> None:
        """The talk never came to be: no file."""
        recording = self._talks.pop(talk.attempt, None)
        if recording is None:
            return
        notes.remove(recording.path)
        if recording.leg in self._session.legs:
            stop = f"{recording.leg} stop {recording.path}"
            self._session.api("uuid_record", stop, lambda told: recording.path.unlink(missing_ok=True))
        else:
            recording.path.unlink(missing_ok=True)

    def end(self, talk: Talk) -> None:
        """The talk is over: close the file. A leg that has ended has closed it already."""
        recording = self._talks.get(talk.attempt)
        if recording is not None and recording.timer is None:
            self._end(recording)

    def _end(self, recording: TalkRecording) -> None:
        recording.timer = self._session.loop.call_later(_CLOSE_S, self._overdue, recording)
        if recording.leg in self._session.legs:
            self._session.api("uuid_record", f"{recording.leg} stop {recording.path}")

    def adopt(self, standing: Collection[AttemptId]) -> None:
        """Take up the recordings of an earlier controller, or of before a gap.

        `standing` are the talks that stand, or that were just begun. What goes on is finished when its talk
        ends; what has ended meanwhile is finished now.
        """
        for note in list(notes.found(self._session.options.recordings_dir)):
            if note.attempt in self._told:
                continue  # this controller has told of it
            recording = self._talks.get(note.attempt)
            if recording is None:
                recording = TalkRecording(note.attempt, note.leg, note.name, self._raw(note.attempt))
                self._talks[note.attempt] = recording
            if note.attempt in standing:
                continue
            if recording.leg not in self._session.legs or not recording.path.exists():
                self._close(recording, _length_s(self._there(recording)))
            elif recording.timer is None:
                self._end(recording)

    def on_record_stop(self, event: Event) -> None:
        """RECORD_STOP: a file is closed. Also comes for voicemails, which end with their application."""
        path = event.get("Record-File-Path")
        recording = next((found for found in self._talks.values() if str(found.path) == path), None)
        if recording is not None:
            self._close(recording, _duration_s(event))

    def mute(self, command: commands.MuteRecording) -> None:
        """Silence into the file, or sound again."""
        recording = self._talks.get(command.bridge)
        if recording is None:
            self._session.later(events.CommandFailed(command.attempt, "refused", None, "no such recording"))
            return
        word = "mask" if command.on else "unmask"
        self._session.api(
            "uuid_record",
            f"{recording.leg} {word} {recording.path}",
            lambda told: self._session.emit(
                events.CommandDone(command.attempt, recording.leg)
                if told.reason is None
                else events.CommandFailed(command.attempt, told.reason, recording.leg, told.text)
            ),
        )

    def _overdue(self, recording: TalkRecording) -> None:
        if recording.attempt in self._talks:
            log.warning("recording_not_closed", path=str(recording.path))
            self._close(recording, 0.0)

    def _close(self, recording: TalkRecording, duration_s: Seconds) -> None:
        del self._talks[recording.attempt]
        if recording.timer is not None:
            recording.timer.cancel()
        there = self._there(recording)
        path = there if there != recording.path else self._put_in_place(recording.path, recording.name)
        if path is None:
            self._session.emit(_failed_talk(recording.leg, recording.attempt))
        else:
            self._session.emit(events.RecordingFinished(recording.leg, recording.attempt, str(path), duration_s))
        self._told.drop_when_kept(recording.attempt, partial(notes.remove, recording.path))

    def _there(self, recording: TalkRecording) -> Path:
        """Where the file is: under its name already, if an earlier controller died before it could tell, or when it
        had. Whoever heard it knows that."""
        target = self._target(recording.name)
        put = target is not None and target.exists() and not recording.path.exists()
        return target if put and target is not None else recording.path

    async def close(self) -> None:
        """Leave the notes of what is not kept yet to the next controller."""
        await self._told.close()

    # -- files

    def _raw(self, attempt: AttemptId) -> Path:
        return self._session.options.recordings_dir / f"unfinished-{_UNSAFE_IN_NAME.sub('_', attempt)}.wav"

    def _target(self, name: str) -> Path | None:
        """Where a recording of that name goes; None for a name that leads out of the folder."""
        folder = self._session.options.recordings_dir.resolve()
        target = (folder / f"{name}.wav").resolve()
        return target if target.is_relative_to(folder) and "\0" not in name else None

    def _put_in_place(self, raw: Path, name: str) -> Path | None:
        """Give a whole file its name. None when the switch wrote none."""
        target = self._target(name)
        assert target is not None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(raw, target)
        except OSError as fault:
            log.error("recording_lost", path=str(raw), fault=str(fault))
            return None
        return target


def _failed_talk(leg: LegId, attempt: AttemptId) -> events.RecordingFinished:
    return events.RecordingFinished(leg, attempt, "", 0.0, Outcome.FAILED, "failed")


def _length_s(path: Path) -> Seconds:
    """How long a file is that the switch has closed; 0 when it did not come to that."""
    try:
        with wave.open(str(path)) as file:
            frames, rate = file.getnframes(), file.getframerate()
            return float(frames / rate)
    except (OSError, EOFError, wave.Error):
        return 0.0


def _duration_s(event: Event | None) -> Seconds:
    """How long the file is, as the switch counted."""
    text = event.variable("record_ms") if event is not None else ""
    return int(text) / 1000 if text.isascii() and text.isdigit() else 0.0


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
