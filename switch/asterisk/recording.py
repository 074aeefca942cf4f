"""The recorder records a voicemail of one leg, and both sides of a talk as one stereo file.

A talk is recorded by two snoop channels, one on each leg, each hearing what its leg says; Asterisk writes a file for
each, and the two become one when the talk is over. Muting goes to both, so they stay in step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial

import msgspec
import structlog

from calls import commands, events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.legs import Leg
from switch.asterisk.messages import Messages
from switch.asterisk.notes import (
    SIDE_FORMAT,
    TalkNote,
    drop_sides,
    drop_unfinished,
    notes,
    write_note,
)
from switch.asterisk.requests import Reply, Then
from switch.asterisk.session import Session
from switch.asterisk.stereo import NothingRecorded, RecordingBroken, finish_talk, target_of
from switch.asterisk.talk import Talk
from switch.asterisk.talk_recording import TalkRecording
from switch.keeping import Notes

SIDES = ("a", "b")
SNOOP_ARGUMENT = "ear"
"""The Stasis argument of a snoop channel that records."""
_WRITE_S: Seconds = 5.0
_BEGINS_WITHIN_S: Seconds = 0.5
"""A talk that was over so soon may have been so before its files began: two snoop channels come first."""
_ENDS_TOGETHER_S: Seconds = 2.0
"""A file that ends so long before its talk was not ended by the hang-up: Asterisk could not write any more."""

log = structlog.get_logger(__name__)


class Recorder:
    """Record, MuteRecording, and the recording of talks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._talks: dict[AttemptId, TalkRecording] = {}
        self._by_snoop: dict[str, TalkRecording] = {}
        self._writing: dict[AttemptId, asyncio.Task[None]] = {}
        self._told = Notes(session.options.keeping)
        self.messages = Messages(session, self._told)

    def record(self, command: commands.Record) -> None:
        """See `Messages.record`."""
        self.messages.record(command)

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """See `Messages.stop`."""
        self.messages.stop(leg, attempt)

    def on_finished(self, event: wire.RecordingFinished | wire.RecordingFailed) -> None:
        """A file of ours is closed, or came to nothing."""
        recording = event.recording
        failure = (recording.cause or "Asterisk could not record") if isinstance(event, wire.RecordingFailed) else ""
        if recording.name in self._by_snoop:
            self._side_finished(recording.name, failure)
        else:
            self.messages.on_finished(recording, failure)

    # -- talks

    def announce(self, talk: Talk) -> None:
        """A talk that wants to be recorded is to come: a note, so that it is recorded whoever sees that it stands."""
        if talk.record is not None:
            base = self._session.recording_name(talk.attempt)
            sides = (f"{base}-a", f"{base}-b")
            note = TalkNote(talk.attempt, talk.a, talk.record, sides, talk.b)
            self._talks[talk.attempt] = TalkRecording(note)
            self._write_note(note)

    def discard(self, talk: Talk) -> None:
        """It did not come."""
        recording = self._talks.get(talk.attempt)
        if recording is not None:
            self._forget(recording)

    def _forget(self, recording: TalkRecording) -> None:
        del self._talks[recording.attempt]
        for snoop in recording.snoops:
            self._by_snoop.pop(snoop, None)
        drop_sides(self._session.options.recordings_dir, recording.snoops)

    def _write_note(self, note: TalkNote) -> None:
        try:
            write_note(self._session.options.recordings_dir, note)
        except OSError as error:
            log.error("recording.no_note", name=note.name, error=str(error), what_to_do="is the disk full?")

    def begin(self, talk: Talk) -> None:
        """Put a snoop channel on each leg of a talk that wants to be recorded."""
        recording = self._talks.get(talk.attempt)
        if recording is not None:
            recording.up_at = self._session.loop.time()
            self._by_snoop.update(dict.fromkeys(recording.snoops, recording))
            self._place_snoops(recording)

    def _place_snoops(self, recording: TalkRecording) -> None:
        application, note = self._session.options.application, recording.note
        for snoop, leg in zip(note.sides, (note.leg_a, note.leg_b), strict=True):
            if snoop not in recording.started:
                self._session.request(
                    recording.leg_a,
                    "POST",
                    f"channels/{wire.part(leg)}/snoop/{wire.part(snoop)}?spy=in&app={wire.part(application)}"
                    f"&appArgs={SNOOP_ARGUMENT}",
                    partial(self._snoop_placed, recording, snoop),
                )

    def _snoop_placed(self, recording: TalkRecording, snoop: str, reply: Reply) -> None:
        """One that is there already, Asterisk says 500 of (22.10.1): an earlier controller had asked for it just before
        it was killed, and it came up after the heir had taken the list of channels."""
        if not reply.ok:
            self._look_for(recording, snoop, partial(self._looked_for, recording, snoop, reply))

    def _looked_for(self, recording: TalkRecording, snoop: str, refusal: Reply, found: Reply) -> None:
        if found.ok:
            self.on_snoop(snoop)
        else:
            self._refused(recording, snoop, refusal)

    def _look_for(self, recording: TalkRecording, snoop: str, then: Then) -> None:
        self._session.request(recording.leg_a, "GET", f"channels/{wire.part(snoop)}", then)

    def on_snoop(self, snoop: str) -> None:
        """A snoop channel is ours: once both are, both files begin."""
        recording = self._by_snoop.get(snoop)
        if recording is None:
            self._session.request(LegId(snoop), "DELETE", f"channels/{wire.part(snoop)}")
            return
        recording.started.add(snoop)
        if recording.over:
            self._close_snoops(recording)
        else:
            self._begin_sides(recording)

    def _begin_sides(self, recording: TalkRecording) -> None:
        """Once both snoop channels are there, ask for the files that were not asked for."""
        if len(recording.started) < len(SIDES):
            return
        for name in recording.snoops:
            if name not in recording.begun:
                self._begin_side(recording, name)
        if recording.muted:
            self._set_mute(recording)

    def _begin_side(self, recording: TalkRecording, name: str) -> None:
        recording.begun.add(name)
        part = wire.part(name)
        query = f"name={part}&format={SIDE_FORMAT}&ifExists=overwrite"
        self._session.request(
            recording.leg_a, "POST", f"channels/{part}/record?{query}", partial(self._file_asked, recording, name)
        )

    def end(self, talk: Talk) -> None:
        """The talk is over: close both files; the stereo file follows."""
        recording = self._talks.get(talk.attempt)
        if recording is not None:
            self._end(recording)

    def _end(self, recording: TalkRecording) -> None:
        if recording.over:
            return
        recording.over = True
        if recording.up_at is not None:
            recording.lasted_s = self._session.loop.time() - recording.up_at
        if not recording.note.over:
            recording.note = msgspec.structs.replace(recording.note, over=True)
            self._write_note(recording.note)
        self._close_snoops(recording)
        recording.timer = self._session.loop.call_later(_WRITE_S, self._overdue, recording)
        self._write_if_done(recording)

    def _close_snoops(self, recording: TalkRecording) -> None:
        for snoop in recording.snoops:
            self._session.request(recording.leg_a, "DELETE", f"channels/{wire.part(snoop)}")

    def mute(self, command: commands.MuteRecording) -> None:
        """Silence into both files, or sound again."""
        recording = self._talks.get(command.bridge)
        if recording is None or recording.over:
            self._session.later(
                events.CommandFailed(command.attempt, "refused", None, f"nothing is recorded of {command.bridge}")
            )
            return
        recording.muted = command.on
        if len(recording.started) < len(SIDES):
            self._session.later(events.CommandDone(command.attempt, recording.leg_a))
        else:
            self._set_mute(recording, command)

    def _set_mute(self, recording: TalkRecording, command: commands.MuteRecording | None = None) -> None:
        method = "POST" if recording.muted else "DELETE"
        replies: list[Reply] = []
        for snoop in recording.snoops:
            self._session.request(
                recording.leg_a,
                method,
                f"recordings/live/{wire.part(snoop)}/mute",
                partial(self._muted, recording, command, replies),
            )

    def _muted(
        self, recording: TalkRecording, command: commands.MuteRecording | None, replies: list[Reply], reply: Reply
    ) -> None:
        replies.append(reply)
        if command is None or len(replies) < len(SIDES):
            return
        bad = next((reply for reply in replies if not reply.ok), None)
        if bad is None:
            self._session.emit(events.CommandDone(command.attempt, recording.leg_a))
        else:
            self._session.emit(
                events.CommandFailed(command.attempt, bad.failure or "refused", recording.leg_a, bad.reason)
            )

    def _file_asked(self, recording: TalkRecording, snoop: str, reply: Reply) -> None:
        if not reply.ok:
            self._refused(recording, snoop, reply)

    def _refused(self, recording: TalkRecording, snoop: str, reply: Reply) -> None:
        if self._by_snoop.get(snoop) is recording and snoop not in recording.done:
            self._side_finished(snoop, reply.reason or str(reply.failure))

    def _side_finished(self, snoop: str, failure: str) -> None:
        recording = self._by_snoop[snoop]
        recording.done.add(snoop)
        recording.failed = recording.failed or failure
        if not recording.over:
            self._session.loop.call_later(_ENDS_TOGETHER_S, self._stopped_short, recording, snoop)
        self._write_if_done(recording)

    def _stopped_short(self, recording: TalkRecording, snoop: str) -> None:
        """Asterisk tells a write error in its own log alone; to us the file is simply over, and the talk is not.

        The channel that recorded tells the two apart: where its leg has left it is gone, and the end of the talk is on
        its way, though it may take longer than usual just after a start.
        """
        if not recording.over and not recording.broken:
            self._look_for(recording, snoop, partial(self._judged, recording, snoop))

    def _judged(self, recording: TalkRecording, snoop: str, found: Reply) -> None:
        lost = found.ok or snoop not in recording.started  # one that never came up leaves half a talk
        if lost and not recording.over and not recording.broken:
            recording.broken = True
            what_to_do = "disk full? Make space, or the folder writable: talks that begin from then on are recorded"
            log.error("recording.stopped", name=recording.name, switch_said=recording.failed, what_to_do=what_to_do)

    def _overdue(self, recording: TalkRecording) -> None:
        recording.timer = None
        recording.failed = recording.failed or "Asterisk did not close the files"
        recording.done.update(recording.snoops)
        self._write_if_done(recording)

    def _write_if_done(self, recording: TalkRecording) -> None:
        if not recording.over or len(recording.done) < len(SIDES) or recording.attempt not in self._talks:
            return
        if recording.timer is not None:
            recording.timer.cancel()
        del self._talks[recording.attempt]
        for snoop in recording.snoops:
            self._by_snoop.pop(snoop, None)
        task = self._writing[recording.attempt] = asyncio.create_task(self._finish_talk(recording))
        task.add_done_callback(lambda done: self._writing.pop(recording.attempt, None))

    async def _finish_talk(self, recording: TalkRecording) -> None:
        folder = self._session.options.recordings_dir
        try:
            if recording.broken:  # half a talk is not shown as one
                await asyncio.to_thread(drop_sides, folder, recording.snoops)
                raise RecordingBroken("it stopped before the talk was over")
            path, duration_s = await asyncio.to_thread(finish_talk, folder, recording.note)
        except (RecordingBroken, OSError) as error:
            leg, attempt = recording.leg_a, recording.attempt
            lasted_s = recording.lasted_s
            if isinstance(error, NothingRecorded) and lasted_s is not None and lasted_s < _BEGINS_WITHIN_S:
                log.info("recording.talk_too_short", name=recording.name, lasted_s=round(lasted_s, 3))
                self._session.emit(events.RecordingFinished(leg, attempt, "", 0.0))
                return
            log.error("recording.failed", name=recording.name, error=str(error), switch_said=recording.failed)
            self._session.emit(events.RecordingFinished(leg, attempt, "", 0.0, Outcome.FAILED, "failed"))
        else:
            self._tell(recording.note, str(path), duration_s)

    def _tell(self, note: TalkNote, path: str, duration_s: Seconds) -> None:
        """A file is in place; its note goes when that is known for good."""
        attempt = AttemptId(note.attempt)
        self._session.emit(events.RecordingFinished(LegId(note.leg_a), attempt, path, duration_s))
        folder = self._session.options.recordings_dir
        self._told.drop_when_kept(note.attempt, partial(drop_sides, folder, note.sides))

    def adopt(self, channels: Collection[str], standing: Collection[AttemptId]) -> None:
        """Take up the recordings of an earlier controller, or of before a gap.

        `channels` are ours that live, `standing` the talks that do. What goes on is finished when its talk ends; what
        has ended meanwhile is finished now; what is in place is told, for the earlier controller may not have.
        """
        folder, prefix = self._session.options.recordings_dir, f"{self._session.options.application}-"
        drop_unfinished(folder, prefix)
        for note in notes(folder, prefix):
            attempt = AttemptId(note.attempt)
            if attempt in self._writing or note.attempt in self._told:
                continue
            if note.joined is not None:
                self._tell_again(note, note.joined)
                continue
            recording = self._talks.get(attempt)
            if recording is None:
                recording = self._found(note, channels)
                if attempt not in standing and not recording.started and not recording.begun:
                    log.warning("recording.never_begun", name=note.name)  # the controller died before the talk stood
                    self._forget(recording)
                    continue
            if attempt not in standing or note.over:
                recording.done.update(snoop for snoop in note.sides if snoop not in channels)
                self._end(recording)
            else:
                self._go_on(recording, channels)
            self._write_if_done(recording)

    def _found(self, note: TalkNote, channels: Collection[str]) -> TalkRecording:
        folder = self._session.options.recordings_dir
        recording = self._talks[AttemptId(note.attempt)] = TalkRecording(note)
        self._by_snoop.update(dict.fromkeys(note.sides, recording))
        recording.started.update(snoop for snoop in note.sides if snoop in channels)
        recording.begun.update(side for side in note.sides if (folder / f"{side}.{SIDE_FORMAT}").exists())
        return recording

    def _go_on(self, recording: TalkRecording, channels: Collection[str]) -> None:
        """The talk stands. Where an earlier controller died before it had asked for both sides, the rest is asked."""
        missing = {snoop for snoop in recording.snoops if snoop not in channels}
        if missing & recording.begun or not recording.note.leg_b:
            recording.done.update(missing)  # it was there, and has ended; or nobody knows whose it would be
        elif missing:
            recording.done -= missing
            recording.started -= missing
            self._place_snoops(recording)
        if missing <= recording.done:
            recording.started.update(recording.snoops)
            recording.begun.update(missing)
        self._begin_sides(recording)

    def _tell_again(self, note: TalkNote, duration_s: Seconds) -> None:
        """Whoever heard it from the earlier controller knows that. A file that is gone was told, and dropped."""
        folder = self._session.options.recordings_dir
        try:
            path = target_of(folder, note.name)
        except RecordingBroken:
            path = None
        if path is not None and path.exists():
            self._tell(note, str(path), duration_s)
        else:
            drop_sides(folder, note.sides)

    async def drain(self) -> None:
        """Wait until the files that are being written are in place; of those nobody was told, their notes tell."""
        await asyncio.gather(*self._writing.values())
        await self._told.close()

    def on_lost(self) -> None:
        """Files of before go on in Asterisk; those of talks are asked for again when the talk ends."""
        self.messages.on_lost()
