"""Recordings of talks: the caller's consent, silence while a secret is keyed, and the files as they come."""

from calls.causes import Outcome
from calls.commands import MuteRecording
from calls.events import RecordingFinished
from calls.ids import LegId
from control.gate.gate import OutgoingGate
from control.hub.hub import Hub
from control.messages.events import RecordingMaskWanted
from control.messages.log_commands import LogRecording
from control.register import talks
from control.register.call import Call
from control.register.register import call_id, is_bridge, talk_of
from ivr.commands import HideDigits, ShowDigits

_REMEMBERED = 500
"""Recordings of which it is known what became of them: far more than are told and not yet on disk at any moment."""


class TalkRecordings:
    """Whether a talk is recorded, what is left out of it, and its file."""

    def __init__(self, hub: Hub, gate: OutgoingGate) -> None:
        self._hub = hub
        self._gate = gate

    def wanted(self, call: Call, far: LegId | None = None, otherwise: bool = True) -> bool:
        """Whether the talk that begins now is recorded: where the queue records, or the gate obliges to it.

        `far` is the leg of somebody else than an agent of the queue, `otherwise` what the rules say of such talks.
        """
        usual = otherwise and self._hub.directory.records(call.version, call.queue)
        legs = (call.leg,) if far is None else (call.leg, far)
        return call.recording.consent != "declined" and self._hub.register.records(legs, usual)

    def decline(self, call: Call) -> None:
        """The caller does not want it: silence from now on in what is being written, and nothing of it is kept."""
        hub, recording = self._hub, call.recording
        recording.consent = "declined"
        if call.bridge is not None and call.bridge.recorded:
            if not recording.muted:
                hub.give(MuteRecording(hub.mint(call.call), call.bridge.attempt, True))
            hub.register.unwanted.append(call.bridge.attempt)
            call.bridge.recorded = False
        for path in recording.paths:
            hub.drop_recording(call.call, path)
        recording.paths = []
        hub.notice("info", "recording declined", call=call.call)

    def hide(self, call: Call, on: bool) -> None:
        """Keep the digits that the caller keys now from everybody, and out of the recording; or no more."""
        hub, muted = self._hub, call.recording.muted
        call.recording.hiding = on
        hub.give(HideDigits(call.call, call.leg, "talk") if on else ShowDigits(call.call, call.leg))
        self._mute(call, muted)

    def hold(self, call: Call, on: bool) -> None:
        """The other side is on hold, or no more: silence meanwhile, where holds of the queue are not recorded."""
        muted, records = call.recording.muted, self._hub.directory.treatment(call.version, call.queue).record_hold
        call.recording.held = on and not records
        self._mute(call, muted)

    def mask_refusal(self, call: Call) -> str:
        """Why the recording of this call's talk cannot be silenced now; empty where it can. Nothing changes."""
        if call.talk is None or call.bridge is None:
            return "the call is in no talk"
        return "" if call.bridge.recorded else "this talk is not recorded"

    def mask(self, event: RecordingMaskWanted) -> None:
        """Silence in the recording from now on, as the agent wants while a card number is spoken; or no more."""
        call = self._hub.register.calls.get(event.call)
        if call is None or call.talk is None or self.mask_refusal(call) or call.recording.masked is event.on:
            return
        muted = call.recording.muted
        call.recording.masked = event.on
        if event.on:
            call.talk.masks += 1
            call.talk.masked_since = self._hub.now
        else:
            talks.end_mask(call.talk, self._hub.now)
        self._mute(call, muted)

    def goes_on(self, call: Call) -> None:
        """The agent has the caller once more, at another phone or after a consultation: a mask that they did not take
        off is on the new recording, too."""
        if call.recording.masked and call.talk is not None and not self.mask_refusal(call):
            call.talk.masks += 1
            call.talk.masked_since = self._hub.now
            self._mute(call, False)

    def third(self, call: Call, on: bool) -> None:
        """Somebody comes into the talk, or is gone: silence meanwhile, where they are one who may not be recorded."""
        muted = call.recording.muted
        call.recording.left_out = on and self._may_not_be(call)
        self._mute(call, muted)

    def _may_not_be(self, call: Call) -> bool:
        """Whether the third is a number outside, and talks with those are not recorded."""
        third = self._hub.register.consultations.get(call.call)
        if third is None or third.target.kind != "number":
            return False
        usual = self._hub.directory.transfer_rules(self._hub.register.version).record
        return not self._hub.register.records(() if third.other is None else (third.other,), usual)

    def _mute(self, call: Call, before: bool) -> None:
        muted = call.recording.muted
        if muted is not before and call.bridge is not None and call.bridge.recorded:
            self._hub.give(MuteRecording(self._hub.mint(call.call), call.bridge.attempt, muted))

    def is_new(self, event: RecordingFinished) -> bool:
        """Whether it is told for the first time. Told once more it changes nothing: what is kept is kept, and what was
        dropped, though a switch has brought it back since, goes again."""
        hub, settled = self._hub, self._hub.register.settled
        kept = settled.get(event.attempt)
        if kept is None:
            if event.path:
                settled[event.attempt] = event.path
                while len(settled) > _REMEMBERED:
                    del settled[next(iter(settled))]
            return True
        if event.path and not kept:
            hub.drop_recording(call_id(event.leg), event.path)
        return False

    def finished(self, event: RecordingFinished) -> None:
        """A recording is on disk, or failed. One of a voicemail is the flow's."""
        hub, talk = self._hub, call_id(event.leg)
        declined = event.attempt in hub.register.unwanted
        if declined:
            hub.register.unwanted.remove(event.attempt)
            hub.register.settled[event.attempt] = ""  # if it failed: it may be tried again
        if not is_bridge(event.attempt, event.leg):
            hub.tell_flows(event)
        elif event.outcome is Outcome.FAILED:
            advice = "is the disk full, or the recordings folder not writable for the switch?"
            hub.notice("error", "recording failed", call=talk, detail=event.path, advice=advice)
        elif declined:
            hub.drop_recording(talk, event.path)
        elif not event.path:
            hub.notice("info", "talk too short to be recorded", call=talk)
        else:
            call = hub.register.calls.get(talk)
            if call is not None:
                call.recording.paths.append(event.path)
            hub.give(LogRecording(talk, event.path, event.duration_s, "talk", talk=talk_of(event.path)))
            self._gate.recorded(event.attempt, event.path)
