"""The session of the fake holds its legs, phones and files, and tells events while the link is up."""

from __future__ import annotations

from pathlib import PurePosixPath

from calls import events
from calls.causes import DeviceState, FailureReason, Outcome
from calls.commands import SwitchCommand
from calls.events import SwitchEvent
from calls.ids import LegId
from calls.ports import Sink
from switch.fake.refusals import refusal
from switch.fake.state import Leg, Phone, Recorded
from switch.fake.timeline import Timeline
from switch.legs import EndedBy


class Session:
    """One a fake. Events that are told while the link is down are lost, as they are on the real switches."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.legs: dict[LegId, Leg] = {}
        self.phones: dict[str, Phone] = {}
        self.recordings: dict[str, Recorded] = {}
        self.recordings_dir = PurePosixPath("/recordings")
        self.sink: Sink | None = None
        self.up = False

    # -- telling

    def tell(self, event: SwitchEvent, anyhow: bool = False) -> None:
        """Hand an event to the sink a moment later, if the link is up then or `anyhow`; events stay in order."""
        if self.up or anyhow:
            self.timeline.after(0.0, lambda: self.deliver(event) if self.up or anyhow else None)

    def deliver(self, event: SwitchEvent) -> None:
        """Hand an event to the sink now."""
        assert self.sink is not None, "the switch was not started"
        self.sink(event)

    def refuse(self, command: SwitchCommand, reason: FailureReason, detail: str, anyhow: bool = False) -> None:
        """Tell that a command comes to nothing; with `anyhow` although the link is down."""
        event = refusal(command, reason, detail, self.legs)
        if event is not None:
            self.tell(event, anyhow)

    def set_device(self, account: str | None, state: DeviceState) -> None:
        """A phone of ours is seen in another state."""
        phone = self.phones.get(account or "")
        if phone is not None and account is not None and phone.state is not state:
            phone.state = state
            self.tell(events.AgentDeviceChanged(account, state))

    # -- voices

    def watch_voice(self, leg: Leg, on: bool) -> None:
        """Tell from now on when the leg's voice begins and ends, or tell it no more."""
        leg.watched = on
        if on:
            self.voice_changed(leg)
        else:
            leg.heard_since = None

    def voice_changed(self, leg: Leg) -> None:
        """It may have begun, or ended; of an end nobody is sure before it has been quiet for a little."""
        leg.voices += 1
        if not leg.watched:
            return
        if leg.voice and leg.heard_since is None:
            leg.heard_since = self.timeline.now()
            self.tell(events.VoiceBegan(leg.id))
        elif not leg.voice and leg.heard_since is not None:
            lasted_s, voices = self.timeline.now() - leg.heard_since, leg.voices

            def ended() -> None:
                if leg.watched and leg.voices == voices and leg.id in self.legs:
                    leg.heard_since = None
                    self.tell(events.VoiceEnded(leg.id, lasted_s, events.VOICE_QUIET_S))

            leg.timers.append(self.timeline.after(events.VOICE_QUIET_S, ended))

    # -- what plays or records on a leg

    def quiet(self, leg: Leg) -> None:
        """Stop what plays or records."""
        self.stop_play(leg)
        if leg.record is not None:
            self.end_recording(leg, "stopped")

    def stop_play(self, leg: Leg) -> None:
        """Stop what plays."""
        if leg.play is not None:
            attempt, leg.play = leg.play.attempt, None
            self.tell(events.PlaybackFinished(leg.id, attempt, Outcome.STOPPED))

    def end_recording(self, leg: Leg, ended_by: EndedBy) -> None:
        """Close the file of a leg that records, and tell it."""
        command, leg.record = leg.record, None
        assert command is not None
        duration_s = leg.recorded.duration_s = self.timeline.now() - leg.record_began_at
        path = self.file(command.name, leg.recorded)
        self.tell(events.RecordingFinished(leg.id, command.attempt, path, duration_s, Outcome.FINISHED, ended_by))

    def file(self, name: str, recorded: Recorded) -> str:
        """Put a recording in place; its path."""
        path = str(self.recordings_dir / f"{name}.wav")
        self.recordings[path] = recorded
        return path
