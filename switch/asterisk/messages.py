"""Messages: the recordings of one leg, and what of them an earlier controller left."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import partial

import structlog

from calls import commands, events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId
from switch.asterisk import wire
from switch.asterisk.legs import Leg, failure_of
from switch.asterisk.notes import MessageNote, message_notes
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.asterisk.stereo import RecordingBroken, put_in_place
from switch.keeping import Notes
from switch.legs import EndedBy, failed

log = structlog.get_logger(__name__)


class Messages:
    """Record, its Stop, and their files. `told` are the notes of what waits to be kept."""

    def __init__(self, session: Session, told: Notes) -> None:
        self._session = session
        self._told = told
        self._voicemails: dict[str, tuple[Leg, commands.Record]] = {}
        self._given_up: set[str] = set()  # names of messages whose command has failed with the link

    def record(self, command: commands.Record) -> None:
        """Record one leg to a WAV file until silence, the key, the limit, a Stop or the hangup."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        session.quiet(leg)
        name = session.recording_name(command.attempt)
        leg.open[command.attempt] = command
        leg.recording = command.attempt
        leg.last_digit = ""
        self._voicemails[name] = (leg, command)
        try:
            self._note_of(command, name).write(session.options.recordings_dir)
        except OSError as error:
            log.error("recording.no_note", name=command.name, error=str(error), what_to_do="is the disk full?")
        end_on = command.end_on if command.end_on in ("#", "*") else "any" if command.end_on else "none"
        query = (
            f"name={wire.part(name)}&format=wav&ifExists=overwrite&maxDurationSeconds={math.ceil(command.max_s)}"
            f"&maxSilenceSeconds={math.ceil(command.silence_s)}&beep={'true' if command.beep else 'false'}"
            f"&terminateOn={wire.part(end_on)}"
        )
        session.request(leg.id, "POST", f"channels/{wire.part(leg.id)}/record?{query}", partial(self._accepted, name))

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """Stop this Record; its RecordingFinished says so."""
        name = self._session.recording_name(attempt)
        if name in self._voicemails:
            leg.stopping.add(attempt)
            self._session.request(leg.id, "POST", f"recordings/live/{wire.part(name)}/stop")

    def _accepted(self, name: str, reply: Reply) -> None:
        if reply.ok or name not in self._voicemails:
            return
        leg, command = self._voicemails.pop(name)
        self._note_of(command, name).drop(self._session.options.recordings_dir)
        if leg.recording == command.attempt:
            leg.recording = None
        if leg.open.pop(command.attempt, None) is not None:
            self._session.emit(failure_of(command, reply))

    def on_finished(self, recording: wire.LiveRecording, failure: str) -> None:
        """A file of ours is closed, or came to nothing; of others nothing is known here."""
        if recording.name in self._voicemails:
            leg, command = self._voicemails.pop(recording.name)
            if leg.recording == command.attempt:
                leg.recording = None
            self._finish_voicemail(leg, command, recording, failure)

    def _finish_voicemail(
        self, leg: Leg, command: commands.Record, recording: wire.LiveRecording, failure: str
    ) -> None:
        """A rename and a look at the header: short enough to do here, so that CallEnded stays the leg's last event."""
        folder, note = self._session.options.recordings_dir, self._note_of(command, recording.name)
        ended_by = self._ended_by(leg, command, recording)
        if leg.open.pop(command.attempt, None) is None:
            note.drop(folder)
            return
        try:
            if failure:
                raise RecordingBroken(failure)
            path, duration_s = put_in_place(folder, recording.name, command.name)
        except (RecordingBroken, OSError) as error:
            log.error("recording.failed", leg=leg.id, name=command.name, error=str(error))
            note.drop(folder)
            self._session.emit(failed(command, "refused", str(error)))
            return
        self._session.emit(
            events.RecordingFinished(leg.id, command.attempt, str(path), duration_s, Outcome.FINISHED, ended_by)
        )
        self._told.drop_when_kept(recording.name, partial(note.drop, folder))

    def _note_of(self, command: commands.Record, name: str) -> MessageNote:
        return MessageNote(command.attempt, command.leg, command.name, name)

    async def stop_left(self) -> set[str]:
        """Take away what of an earlier controller's messages is still being recorded, and return the names of these:
        their callers will be asked for them again."""
        session, stopped = self._session, set()
        for note in message_notes(session.options.recordings_dir, f"{session.options.application}-"):
            uri = f"recordings/live/{wire.part(note.raw)}"
            if (await session.client.ask("GET", uri)).ok:
                await session.client.ask("DELETE", uri)
                stopped.add(note.raw)
        return stopped

    def take_up(self, live: Collection[str], stopped: Collection[str]) -> None:
        """Tell of an earlier controller's messages that have ended meanwhile, as would have been told then; before the
        callers are adopted, so that nobody is asked for a message that is there. `live` are the legs there are."""
        session = self._session
        folder = session.options.recordings_dir
        for note in message_notes(folder, f"{session.options.application}-"):
            if note.raw in self._told:
                continue  # this controller has told of it
            if note.raw in stopped or note.raw in self._given_up:
                note.drop(folder, with_file=True)
                continue
            try:
                path, duration_s = put_in_place(folder, note.raw, note.name)
            except (RecordingBroken, OSError) as error:
                log.error("recording.failed", leg=note.leg, name=note.name, error=str(error))
                note.drop(folder)
                continue
            ended_by: EndedBy = "stopped" if note.leg in live else "hang_up"
            leg, attempt = LegId(note.leg), AttemptId(note.attempt)
            session.emit(events.RecordingFinished(leg, attempt, str(path), duration_s, Outcome.FINISHED, ended_by))
            self._told.drop_when_kept(note.raw, partial(note.drop, folder))
        self._given_up.clear()

    def _ended_by(self, leg: Leg, command: commands.Record, recording: wire.LiveRecording) -> EndedBy:
        if command.attempt in leg.stopping:
            leg.stopping.discard(command.attempt)
            return "stopped"
        if self._session.legs.get(leg.id) is not leg or leg.hanging_up or leg.ending is not None:
            return "hang_up"
        if command.end_on and leg.last_digit and leg.last_digit in command.end_on:
            return "digit"
        if recording.duration >= math.floor(command.max_s):
            return "limit"
        return "silence" if command.silence_s else "stopped"

    def on_lost(self) -> None:
        """What is being recorded goes on in Asterisk, and nobody waits for it any more."""
        self._given_up.update(self._voicemails)
        self._voicemails.clear()
