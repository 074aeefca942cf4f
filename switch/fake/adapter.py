"""The adapter of the fake is a `calls.ports.Switch` in memory, with methods for its world to act on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from calls import commands, events
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import SwitchCommand
from calls.errors import SwitchAway
from calls.events import LiveLeg
from calls.ids import AttemptId, LegId, Seconds
from calls.ports import Sink
from switch.fake.session import Session
from switch.fake.state import LeaveRinging, Leg, Phone, PickUp, Recorded, Refuse, live_leg
from switch.fake.talks import Talks
from switch.fake.timeline import Timeline


class FakeSwitch:
    """A `calls.ports.Switch` in memory. A `World` drives it; events are told on its timeline."""

    def __init__(self, timeline: Timeline, name: str = "fake") -> None:
        self.name = name
        self.timeline = timeline
        self._session = Session(timeline)
        self.legs = self._session.legs
        self.talking = Talks(self._session)
        self.talks = self.talking.standing
        self.phones = self._session.phones
        self.network: dict[str, Phone] = {}
        """Numbers that can be called; any other is unreachable."""
        self.clips: dict[str, Seconds] = {}
        """Lengths of sound files by path without ending; one that is not here lasts `clip_s`."""
        self.clip_s: Seconds = 1.0
        self.missing: set[str] = set()
        """Paths of sound files that are not there."""
        self.refused: dict[type[commands.Command], str] = {}
        """Kinds of commands that the switch refuses now, with the detail that it gives."""
        self.recordings = self._session.recordings
        """What was said in each recording, by its path."""
        self.transfers_told: dict[LegId, str] = {}
        """What the phone of a leg was told last of a transfer that it asked for."""
        self._hang_up_later: list[commands.HangUp] = []

    # -- the port

    async def start(self, sink: Sink) -> None:
        """See `calls.ports.Switch.start`."""
        self.open(sink)

    def open(self, sink: Sink) -> None:
        """`start` for those without an event loop."""
        self._session.sink = sink
        self.link_up(restarted=False)

    def send(self, command: SwitchCommand) -> None:
        """See `calls.ports.Switch.send`: carried out a moment later on the timeline."""
        self.timeline.after(0.0, lambda: self._carry_out(command))

    async def calls(self) -> Sequence[LiveLeg]:
        """See `calls.ports.Switch.calls`."""
        if not self._session.up:
            raise SwitchAway("the link is down")
        return self._live()

    async def close(self) -> None:
        """See `calls.ports.Switch.close`."""
        self._fail_open("closed")
        self._session.up = False

    # -- commands

    def _carry_out(self, command: SwitchCommand) -> None:
        if not self._session.up:
            self._while_down(command)
            return
        if type(command) in self.refused:
            self._session.refuse(command, "refused", self.refused[type(command)])
            return
        match command:
            case commands.Bridge():
                self.talking.bridge(command)
            case commands.MuteRecording():
                self.talking.mute(command)
            case commands.Originate():
                self._originate(command)
            case commands.Listen():
                self._session.refuse(command, "unsupported", "no recogniser on this switch")
            case _:
                leg = self.legs.get(command.leg)
                if leg is None:
                    self._session.refuse(command, "leg_gone", "no such leg")
                else:
                    self._on_leg(leg, command)

    def _while_down(self, command: SwitchCommand) -> None:
        """Nothing can be done; a hangup is remembered, and carried out when the link is back."""
        if isinstance(command, commands.HangUp) and command.leg in self.legs:
            self._hang_up_later.append(command)
        else:
            self._session.refuse(command, "switch_lost", "the link is down", anyhow=True)

    def _on_leg(
        self,
        leg: Leg,
        command: commands.Answer
        | commands.EarlyMedia
        | commands.Ring
        | commands.Play
        | commands.Stop
        | commands.Record
        | commands.StartMusic
        | commands.StopMusic
        | commands.Redirect
        | commands.Supervise
        | commands.ReportTransfer
        | commands.WatchVoice
        | commands.HangUp,
    ) -> None:
        match command:
            case commands.Answer():
                self._session.quiet(leg)
                leg.answered = True
                self._session.set_device(leg.device, DeviceState.BUSY)
                self._session.tell(events.CallAnswered(leg.id, command.attempt))
            case commands.EarlyMedia():
                self._done(command)
            case commands.Ring():
                if leg.answered:
                    self._session.refuse(command, "refused", "it is answered")
                else:
                    leg.rings = True
                    self._done(command)
            case commands.Play():
                self._play(leg, command)
            case commands.Stop():
                self._stop(leg, command.attempt)
            case commands.Record():
                self._record(leg, command)
            case commands.StartMusic():
                leg.music = True
                self.talking.leave(leg)
                self._done(command)
            case commands.StopMusic():
                leg.music = False
                self._done(command)
            case commands.Redirect():
                self._end(leg, Cause.TRANSFERRED)
            case commands.Supervise():
                self.talking.supervise(leg, command)
            case commands.ReportTransfer():
                self.transfers_told[leg.id] = command.progress
                self._done(command)
            case commands.WatchVoice(on=on):
                self._done(command)
                self._session.watch_voice(leg, on)
            case commands.HangUp():
                self._end(leg, Cause.CANCELLED if leg.originate is not None else command.cause)
            case _:
                assert_never(command)

    def _done(
        self,
        command: commands.EarlyMedia
        | commands.Ring
        | commands.StartMusic
        | commands.StopMusic
        | commands.Supervise
        | commands.ReportTransfer
        | commands.WatchVoice,
    ) -> None:
        self._session.tell(events.CommandDone(command.attempt, command.leg))

    # -- prompts and recordings of one leg

    def _play(self, leg: Leg, command: commands.Play) -> None:
        self._session.quiet(leg)
        paths = []
        for item in command.media:
            if not isinstance(item, commands.Clip) or item.path in self.missing:
                what = item.path if isinstance(item, commands.Clip) else "a Sentence"
                self._session.refuse(command, "missing_file", f"cannot play {what}")
                return
            paths.append(item.path)
        leg.play, leg.play_rest = command, tuple(paths)
        self._play_on(leg, command)

    def _play_on(self, leg: Leg, command: commands.Play) -> None:
        """The next clip, or the end."""
        if leg.play is not command:
            return
        if not leg.play_rest:
            leg.play = None
            self._session.tell(events.PlaybackFinished(leg.id, command.attempt, Outcome.FINISHED))
            return

        def next_clip() -> None:
            if leg.play is command:
                leg.play_rest = leg.play_rest[1:]
                self._play_on(leg, command)

        leg.timers.append(self.timeline.after(self.clips.get(leg.play_rest[0], self.clip_s), next_clip))

    def _record(self, leg: Leg, command: commands.Record) -> None:
        self._session.quiet(leg)
        leg.record, leg.record_began_at = command, self.timeline.now()
        leg.recorded = Recorded({leg.voice} - {""})

        def limit() -> None:
            if leg.record is command:
                self._session.end_recording(leg, "limit")

        def silence() -> None:
            if leg.record is command and not leg.voice:
                self._session.end_recording(leg, "silence")

        leg.timers.append(self.timeline.after(command.max_s, limit))
        if command.silence_s:
            leg.timers.append(self.timeline.after(command.silence_s, silence))

    def _stop(self, leg: Leg, attempt: AttemptId) -> None:
        if leg.play is not None and leg.play.attempt == attempt:
            self._session.stop_play(leg)
        elif leg.record is not None and leg.record.attempt == attempt:
            self._session.end_recording(leg, "stopped")

    # -- calls out

    def _originate(self, command: commands.Originate) -> None:
        if command.leg in self.legs:
            return
        kind, _, rest = command.to.partition(":")
        phone = (self.phones if kind == "phone" else self.network).get(rest)
        if phone is None or not phone.registered:
            cause = Cause.UNREACHABLE if kind == "phone" else Cause.TRUNK_UNREACHABLE
            self._session.tell(events.CallEnded(command.leg, cause, f"{command.to} cannot be reached"))
            return
        device = rest if kind == "phone" else None
        if phone.state is not DeviceState.IDLE:
            self._session.tell(events.CallEnded(command.leg, Cause.BUSY, "it is on another call"))
            return
        leg = Leg(command.leg, command.caller, rest, inbound=False, device=device, originate=command.attempt)
        self.legs[leg.id] = leg
        self._session.watch_voice(leg, command.watch_voice)
        self._session.set_device(device, DeviceState.RINGING)
        self._session.tell(events.CallRinging(leg.id))
        self._react(leg, phone, command.ring_s)

    def _react(self, leg: Leg, phone: Phone, ring_s: Seconds) -> None:
        def end(cause: Cause) -> None:
            if leg.originate is not None and leg.id in self.legs:
                self._end(leg, cause)

        leg.timers.append(self.timeline.after(ring_s, lambda: end(Cause.NO_ANSWER)))
        match phone.reaction:
            case PickUp(after_s, voice, says):
                leg.voice = voice
                leg.timers.append(self.timeline.after(after_s, lambda: self.picked_up(leg)))
                for at_s, said in says:
                    leg.timers.append(self.timeline.after(after_s + at_s, partial(self.voice_raised, leg.id, said)))
            case Refuse(cause, after_s):
                leg.timers.append(self.timeline.after(after_s, lambda: end(cause)))
            case LeaveRinging():
                pass

    # -- from outside

    def set_device(self, account: str | None, state: DeviceState) -> None:
        """A phone of ours is seen in another state."""
        self._session.set_device(account, state)

    def arrive(self, leg: Leg, name: str) -> None:
        """A call comes in."""
        self.legs[leg.id] = leg
        self._session.set_device(leg.device, DeviceState.BUSY)
        self._session.tell(events.CallArrived(leg.id, leg.caller, leg.called, name, leg.device))

    def key_pressed(self, leg_id: LegId, key: str) -> None:
        """A key was pressed."""
        leg = self.legs.get(leg_id)
        if leg is None:
            return
        self._session.tell(events.DigitPressed(leg_id, key))
        if leg.record is not None and key in leg.record.end_on:
            self._session.end_recording(leg, "digit")

    def voice_raised(self, leg_id: LegId, voice: str) -> None:
        """The far end says this from now on; nothing, when it is empty."""
        leg = self.legs.get(leg_id)
        if leg is None:
            return
        leg.voice = voice
        self._session.voice_changed(leg)
        if leg.record is not None:
            leg.recorded.left |= {voice} - {""}
        if leg.talk is not None:
            self.talking.hear_out(self.talks[leg.talk])

    def hold(self, leg_id: LegId, held: bool) -> None:
        """The far end puts us on hold, or takes us back; said twice, it is told once."""
        leg = self.legs.get(leg_id)
        if leg is not None and leg.held is not held:
            leg.held = held
            self._session.tell(events.CallHeld(leg_id) if held else events.CallResumed(leg_id))
            if leg.talk is not None:
                self.talking.hear_out(self.talks[leg.talk])

    def picked_up(self, leg: Leg) -> None:
        """A leg that we called is answered; nothing when it is no longer called."""
        if leg.originate is not None and leg.id in self.legs:
            attempt, leg.originate, leg.answered = leg.originate, None, True
            self._session.set_device(leg.device, DeviceState.BUSY)
            self._session.tell(events.CallAnswered(leg.id, attempt))
            self._session.voice_changed(leg)

    def transfer_wanted(self, leg_id: LegId, to: str, replaces: LegId | None) -> bool:
        """The far end asks for a transfer; whether it is one of our phones, which alone may."""
        leg = self.legs.get(leg_id)
        if leg is None or leg.device is None:
            return False
        if replaces is None or replaces in self.legs:
            self._session.tell(events.TransferRequested(leg_id, to, replaces=replaces))
        else:
            self.transfers_told[leg_id] = "refused"
        return True

    def far_end_gone(self, leg_id: LegId, cause: Cause) -> None:
        """The far end hung up, or vanished."""
        leg = self.legs.get(leg_id)
        if leg is not None:
            taken_back = leg.inbound and not leg.answered and cause is Cause.NORMAL
            self._end(leg, Cause.CANCELLED if taken_back else cause)

    def _end(self, leg: Leg, cause: Cause) -> None:
        for timer in leg.timers:
            timer.cancel()
        if leg.play is not None:
            attempt, leg.play = leg.play.attempt, None
            self._session.tell(events.PlaybackFinished(leg.id, attempt, Outcome.FAILED, "the leg ended", "leg_gone"))
        if leg.record is not None:
            self._session.end_recording(leg, "hang_up")
        del self.legs[leg.id]
        phone = self.phones.get(leg.device or "")
        if phone is not None and phone.registered:
            self._session.set_device(leg.device, DeviceState.IDLE)
        for watcher in self.legs.values():
            if watcher.watching is not None and watcher.watching[0] == leg.id:
                watcher.watching = None
        talk = self.talks.pop(leg.talk, None) if leg.talk is not None else None
        self._session.tell(events.CallEnded(leg.id, cause))
        if talk is not None:
            self.talking.part(talk)

    # -- the link

    def link_down(self, detail: str) -> None:
        """Events are lost from now on; what is open has failed."""
        if self._session.up:
            self._fail_open(detail)
            self._session.up = False
            self._session.deliver(events.SwitchLost(self.name, detail))

    def link_up(self, *, restarted: bool) -> None:
        """Connected (again): tell what is live."""
        self._session.up = True
        self._session.deliver(events.SwitchBack(self.name, self._live(), restarted))
        for account, phone in self.phones.items():
            self._session.deliver(events.AgentDeviceChanged(account, phone.state))
        hang_up, self._hang_up_later = self._hang_up_later, []
        for command in hang_up:
            self.send(command)

    def restart(self) -> None:
        """All calls end, unseen by the controller, which is then told of a new start."""
        self.link_down("the switch ended")
        for leg in list(self.legs.values()):
            self._end(leg, Cause.LOST)
        self.link_up(restarted=True)

    def _fail_open(self, detail: str) -> None:
        for leg in self.legs.values():
            if leg.play is not None:
                attempt, leg.play = leg.play.attempt, None
                self._session.deliver(events.PlaybackFinished(leg.id, attempt, Outcome.FAILED, detail, "switch_lost"))
            if leg.record is not None:
                attempt, leg.record = leg.record.attempt, None
                self._session.deliver(events.RecordingFinished(leg.id, attempt, "", 0.0, Outcome.FAILED, "failed"))

    def _live(self) -> tuple[LiveLeg, ...]:
        return tuple(live_leg(leg, self.talks) for leg in self.legs.values())
