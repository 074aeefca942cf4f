"""The recorder records a voicemail of one leg, and both sides of a talk as one stereo file.

A talk is recorded by two snoop channels, one on each leg, each hearing what its leg says; Asterisk writes a file for
each, and the two become one when the talk is over. Muting goes to both, so they stay in step.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Coroutine
from functools import partial
from typing import Any

import structlog

from calls import commands, events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.legs import Leg, failure_of
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.asterisk.stereo import (
    SIDE_FORMAT,
    MessageNote,
    RecordingBroken,
    TalkNote,
    drop_sides,
    join_sides,
    message_notes,
    notes,
    put_in_place,
    write_note,
)
from switch.asterisk.talk import Talk
from switch.legs import EndedBy, failed

SIDES = ("a", "b")
SNOOP_ARGUMENT = "ear"
"""The Stasis argument of a snoop channel that records."""
_WRITE_S: Seconds = 5.0
_ENDS_TOGETHER_S: Seconds = 2.0
"""A file that ends so long before its talk was not ended by the hang-up: Asterisk could not write any more."""

log = structlog.get_logger(__name__)


class TalkRecording:
    """The two sides of one talk."""

    __slots__ = ("attempt", "broken", "done", "failed", "leg_a", "muted", "name", "over", "snoops", "started", "timer")

    def __init__(self, attempt: AttemptId, leg_a: LegId, name: str, snoops: tuple[str, str]) -> None:
        self.attempt = attempt
        self.leg_a = leg_a
        self.name = name
        self.snoops = snoops  # ids of the snoop channels, and names of their files
        self.started: set[str] = set()
        self.done: set[str] = set()
        self.failed = ""
        self.broken = False
        self.muted = False
        self.over = False
        self.timer: asyncio.TimerHandle | None = None


class Recorder:
    """Record, MuteRecording, and the recording of talks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._talks: dict[AttemptId, TalkRecording] = {}
        self._by_snoop: dict[str, TalkRecording] = {}
        self._voicemails: dict[str, tuple[Leg, commands.Record]] = {}
        self._given_up: set[str] = set()  # names of messages whose command has failed with the link
        self._writing: set[asyncio.Task[None]] = set()

    # -- voicemail

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

    def on_finished(self, event: wire.RecordingFinished | wire.RecordingFailed) -> None:
        """A file of ours is closed, or came to nothing."""
        recording = event.recording
        failure = (recording.cause or "Asterisk could not record") if isinstance(event, wire.RecordingFailed) else ""
        if recording.name in self._by_snoop:
            self._side_finished(recording.name, failure)
        elif recording.name in self._voicemails:
            leg, command = self._voicemails.pop(recording.name)
            if leg.recording == command.attempt:
                leg.recording = None
            self._finish_voicemail(leg, command, recording, failure)

    def _finish_voicemail(
        self, leg: Leg, command: commands.Record, recording: wire.LiveRecording, failure: str
    ) -> None:
        """A rename and a look at the header: short enough to do here, so that CallEnded stays the leg's last event."""
        self._note_of(command, recording.name).drop(self._session.options.recordings_dir)
        ended_by = self._ended_by(leg, command, recording)
        if leg.open.pop(command.attempt, None) is None:
            return
        try:
            if failure:
                raise RecordingBroken(failure)
            path, duration_s = put_in_place(self._session.options.recordings_dir, recording.name, command.name)
        except (RecordingBroken, OSError) as error:
            log.error("recording.failed", leg=leg.id, name=command.name, error=str(error))
            self._session.emit(failed(command, "refused", str(error)))
            return
        self._session.emit(
            events.RecordingFinished(leg.id, command.attempt, str(path), duration_s, Outcome.FINISHED, ended_by)
        )

    def _note_of(self, command: commands.Record, name: str) -> MessageNote:
        return MessageNote(command.attempt, command.leg, command.name, name)

    async def stop_messages(self) -> set[str]:
        """Take away what of an earlier controller's messages is still being recorded, and return the names of these:
        their callers will be asked for them again."""
        session, stopped = self._session, set()
        for note in message_notes(session.options.recordings_dir, f"{session.options.application}-"):
            uri = f"recordings/live/{wire.part(note.raw)}"
            if (await session.client.ask("GET", uri)).ok:
                await session.client.ask("DELETE", uri)
                stopped.add(note.raw)
        return stopped

    def take_up_messages(self, live: Collection[str], stopped: Collection[str]) -> None:
        """Tell of an earlier controller's messages that have ended meanwhile, as would have been told then; before the
        callers are adopted, so that nobody is asked for a message that is there. `live` are the legs there are."""
        session = self._session
        folder = session.options.recordings_dir
        for note in message_notes(folder, f"{session.options.application}-"):
            unwanted = note.raw in stopped or note.raw in self._given_up
            try:
                if not unwanted:
                    path, duration_s = put_in_place(folder, note.raw, note.name)
                    ended_by: EndedBy = "stopped" if note.leg in live else "hang_up"
                    leg, attempt = LegId(note.leg), AttemptId(note.attempt)
                    told = events.RecordingFinished(leg, attempt, str(path), duration_s, Outcome.FINISHED, ended_by)
                    session.emit(told)
            except (RecordingBroken, OSError) as error:
                log.error("recording.failed", leg=note.leg, name=note.name, error=str(error))
            note.drop(folder, with_file=unwanted)
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

    # -- talks

    def begin(self, talk: Talk) -> None:
        """Put a snoop channel on each leg of a talk that wants to be recorded."""
        if talk.record is None:
            return
        base = self._session.recording_name(talk.attempt)
        snoops = (f"{base}-a", f"{base}-b")
        recording = TalkRecording(talk.attempt, talk.a, talk.record, snoops)
        self._talks[talk.attempt] = recording
        try:
            write_note(self._session.options.recordings_dir, TalkNote(talk.attempt, talk.a, talk.record, snoops))
        except OSError as error:
            log.error("recording.no_note", name=talk.record, error=str(error), what_to_do="is the disk full?")
        application = self._session.options.application
        for snoop, leg in zip(snoops, (talk.a, talk.b), strict=True):
            self._by_snoop[snoop] = recording
            self._session.request(
                talk.a,
                "POST",
                f"channels/{wire.part(leg)}/snoop/{wire.part(snoop)}?spy=in&app={wire.part(application)}&appArgs={SNOOP_ARGUMENT}",
                partial(self._snoop_placed, recording, snoop),
            )

    def on_snoop(self, snoop: str) -> None:
        """A snoop channel is ours: once both are, both files begin."""
        recording = self._by_snoop.get(snoop)
        if recording is None:
            self._session.request(LegId(snoop), "DELETE", f"channels/{wire.part(snoop)}")
            return
        recording.started.add(snoop)
        if recording.over:
            self._close_snoops(recording)
        elif len(recording.started) == len(SIDES):
            for name in recording.snoops:
                self._begin_side(recording, name)
            if recording.muted:
                self._set_mute(recording)

    def _begin_side(self, recording: TalkRecording, name: str) -> None:
        part = wire.part(name)
        query = f"name={part}&format={SIDE_FORMAT}&ifExists=overwrite"
        self._session.request(
            recording.leg_a, "POST", f"channels/{part}/record?{query}", partial(self._snoop_placed, recording, name)
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

    def _snoop_placed(self, recording: TalkRecording, snoop: str, reply: Reply) -> None:
        if not reply.ok and snoop not in recording.done:
            self._side_finished(snoop, reply.reason or str(reply.failure))

    def _side_finished(self, snoop: str, failure: str) -> None:
        recording = self._by_snoop[snoop]
        recording.done.add(snoop)
        recording.failed = recording.failed or failure
        if not recording.over:
            self._session.loop.call_later(_ENDS_TOGETHER_S, self._stopped_short, recording)
        self._write_if_done(recording)

    def _stopped_short(self, recording: TalkRecording) -> None:
        """Asterisk tells a write error in its own log alone; to us the file is simply over, and the talk is not."""
        if not recording.over and not recording.broken:
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
        self._write(self._finish_talk(recording))

    async def _finish_talk(self, recording: TalkRecording) -> None:
        folder = self._session.options.recordings_dir
        try:
            if recording.broken:  # half a talk is not shown as one
                await asyncio.to_thread(drop_sides, folder, recording.snoops)
                raise RecordingBroken("it stopped before the talk was over")
            path, duration_s = await asyncio.to_thread(join_sides, folder, recording.snoops, recording.name)
        except (RecordingBroken, OSError) as error:
            log.error("recording.failed", name=recording.name, error=str(error), switch_said=recording.failed)
            event = events.RecordingFinished(recording.leg_a, recording.attempt, "", 0.0, Outcome.FAILED, "failed")
        else:
            event = events.RecordingFinished(recording.leg_a, recording.attempt, str(path), duration_s)
        self._session.emit(event)

    def _write(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    def adopt(self, channels: Collection[str], standing: Collection[AttemptId]) -> None:
        """Take up the recordings of an earlier controller, or of before a gap.

        `channels` are ours that live, `standing` the talks that do. What goes on is finished when its talk ends; what
        has ended meanwhile is finished now.
        """
        folder = self._session.options.recordings_dir
        for note in notes(folder, f"{self._session.options.application}-"):
            attempt = AttemptId(note.attempt)
            recording = self._talks.get(attempt)
            if recording is None:
                recording = TalkRecording(attempt, LegId(note.leg_a), note.name, note.sides)
                recording.started.update(note.sides)
                self._talks[attempt] = recording
                self._by_snoop.update(dict.fromkeys(note.sides, recording))
                for snoop in note.sides:
                    if snoop in channels and not (folder / f"{snoop}.{SIDE_FORMAT}").exists():
                        self._begin_side(recording, snoop)  # the earlier controller died before it could
            recording.done.update(snoop for snoop in note.sides if snoop not in channels)
            if attempt not in standing:
                self._end(recording)
            self._write_if_done(recording)

    async def drain(self) -> None:
        """Wait until the files that are being written are in place."""
        await asyncio.gather(*self._writing)

    def on_lost(self) -> None:
        """Files of before go on in Asterisk; those of talks are asked for again when the talk ends."""
        self._given_up.update(self._voicemails)
        self._voicemails.clear()
