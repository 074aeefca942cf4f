"""The recorder records both sides of a talk in one stereo file, and messages of one leg by `messages`.

The file of a talk hangs on its first leg, and is closed when that leg ends. The switch writes into it only while that
leg is bridged, also where no controller is there to say that the talk is over. So a talk that never came to be leaves
no file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from pathlib import Path

import structlog

from calls import commands, events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId, Seconds
from switch.freeswitch import files, notes
from switch.freeswitch.legs import Leg
from switch.freeswitch.messages import Messages
from switch.freeswitch.session import Session, Told
from switch.freeswitch.talk import Talk
from switch.freeswitch.wire import Event
from switch.keeping import Notes

log = structlog.get_logger(__name__)

_CLOSE_S: Seconds = 5.0
_CLOSED_S: Seconds = 0.5
"""What was stopped already may still be written; after this it is whole."""
_WHILE_BRIDGED = "{RECORD_BRIDGE_REQ=true,RECORD_PRE_BUFFER_FRAMES=0}"
"""Of this one recording, from the first packet on: gathered first, a talk of half a second would be 20 ms (1.10.12)."""
_EMPTY = "empty-file"
"""The switch's word for a file that it has taken away: nothing was to be written (1.10.12)."""


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
        self._talks: dict[AttemptId, TalkRecording] = {}
        self._told = Notes(session.options.keeping)
        self.messages = Messages(session, self._told)

    def record(self, command: commands.Record) -> None:
        """See `Messages.record`."""
        self.messages.record(command)

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """See `Messages.stop`."""
        self.messages.stop(leg, attempt)

    # -- talks

    def begin(self, talk: Talk) -> None:
        """A talk is begun: record it if that was wished. Begun when it stood, the file would lack its first words."""
        if talk.record is None:
            return
        options = self._session.options
        if files.target_of(options.recordings_dir, talk.record) is None:
            log.error("recording_name_refused", name=talk.record)
            self._session.later(_failed_talk(talk.a, talk.attempt))
            return
        recording = TalkRecording(talk.attempt, talk.a, talk.record, files.raw_of(options.recordings_dir, talk.attempt))
        self._talks[talk.attempt] = recording
        try:
            notes.leave(recording.path, notes.TalkNote(talk.attempt, talk.a, talk.record, options.controller))
        except OSError as fault:
            log.error("note_not_left", path=str(recording.path), fault=str(fault))
        self._session.api("uuid_record", f"{talk.a} start {recording.path} 0 {_WHILE_BRIDGED}")

    def discard(self, talk: Talk) -> None:
        """The talk never came to be: no file."""
        recording = self._talks.pop(talk.attempt, None)
        if recording is None:
            return
        notes.remove(recording.path, notes.TalkNote)
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
            stop = f"{recording.leg} stop {recording.path}"
            self._session.api("uuid_record", stop, partial(self._stopped, recording))

    def _stopped(self, recording: TalkRecording, told: Told) -> None:
        """Where nothing is recorded any more, its RECORD_STOP comes in a moment, or came while nobody listened."""
        if told.reason == "refused" and recording.timer is not None:
            recording.timer.cancel()
            recording.timer = self._session.loop.call_later(_CLOSED_S, self._finish, recording)

    def _finish(self, recording: TalkRecording) -> None:
        if recording.attempt in self._talks:
            self._close(recording, files.length_s(self._there(recording)))

    def adopt(self, standing: Collection[AttemptId]) -> None:
        """Take up the recordings of an earlier controller, or of before a gap.

        `standing` are the talks that stand, or that were just begun. What goes on is finished when its talk
        ends; what has ended meanwhile is finished now.
        """
        options = self._session.options
        for note in list(notes.found(options.recordings_dir, notes.TalkNote, options.controller)):
            if note.attempt in self._told:
                continue  # this controller has told of it
            recording = self._talks.get(note.attempt)
            if recording is None:
                raw = files.raw_of(options.recordings_dir, note.attempt)
                recording = TalkRecording(note.attempt, note.leg, note.name, raw)
                if note.attempt not in standing and not self._there(recording).exists():
                    # The controller died before the talk stood, or its file was told of and dropped.
                    log.warning("recording.never_begun", name=note.name)
                    notes.remove(raw, notes.TalkNote)
                    continue
                self._talks[note.attempt] = recording
            if note.attempt in standing:
                continue
            if recording.leg not in self._session.legs or not recording.path.exists():
                self._finish(recording)
            elif recording.timer is None:
                self._end(recording)

    def on_record_stop(self, event: Event) -> None:
        """RECORD_STOP: a file is closed. Also comes for voicemails, which end with their application."""
        path = event.get("Record-File-Path")
        recording = next((found for found in self._talks.values() if str(found.path) == path), None)
        if recording is None:
            return
        if event.get("Record-Completion-Cause") == _EMPTY:
            self._drop(recording)
        else:
            self._close(recording, files.duration_s(event))

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
            self._finish(recording)

    def _drop(self, recording: TalkRecording) -> None:
        """The talk never stood."""
        del self._talks[recording.attempt]
        if recording.timer is not None:
            recording.timer.cancel()
        notes.remove(recording.path, notes.TalkNote)
        log.warning("recording.never_begun", name=recording.name)

    def _close(self, recording: TalkRecording, duration_s: Seconds) -> None:
        del self._talks[recording.attempt]
        if recording.timer is not None:
            recording.timer.cancel()
        path = files.put_in_place(self._session.options.recordings_dir, recording.path, recording.name)
        if path is None:
            self._session.emit(_failed_talk(recording.leg, recording.attempt))
        else:
            self._session.emit(events.RecordingFinished(recording.leg, recording.attempt, str(path), duration_s))
        self._told.drop_when_kept(recording.attempt, partial(notes.remove, recording.path, notes.TalkNote))

    def _there(self, recording: TalkRecording) -> Path:
        return files.there(self._session.options.recordings_dir, recording.path, recording.name)

    async def close(self) -> None:
        """Leave the notes of what is not kept yet to the next controller."""
        await self._told.close()


def _failed_talk(leg: LegId, attempt: AttemptId) -> events.RecordingFinished:
    return events.RecordingFinished(leg, attempt, "", 0.0, Outcome.FAILED, "failed")
