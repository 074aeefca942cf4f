"""Talks of the fake: two legs hear each other, are recorded, and are supervised."""

from __future__ import annotations

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.fake.session import Session
from switch.fake.state import Leg, Recorded, Talk


class Talks:
    """Bridge, MuteRecording, Supervise. `standing` are the talks there are now."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.standing: dict[AttemptId, Talk] = {}

    def bridge(self, command: commands.Bridge) -> None:
        """Put both into a talk, whatever they do now."""
        legs = [self._session.legs.get(leg) for leg in (command.a, command.b)]
        if None in legs:
            self._session.refuse(command, "leg_gone", "no such leg")
            return
        if not all(leg is not None and leg.answered for leg in legs):
            self._session.refuse(command, "refused", "not up")
            return
        for leg in legs:
            assert leg is not None
            self._session.quiet(leg)
            leg.music = False
            leg.watching = None
            earlier, leg.talk = leg.talk, command.attempt
            if earlier is not None:
                self.part(self.standing.pop(earlier))
        talk = Talk(command.attempt, command.a, command.b, command.record, self._session.timeline.now(), Recorded())
        self.standing[command.attempt] = talk
        self.hear_out(talk)
        self._session.tell(events.Bridged(command.attempt, (command.a, command.b)))

    def leave(self, leg: Leg) -> None:
        """Placed elsewhere: its talk is over."""
        if leg.talk is not None:
            talk = self.standing.pop(leg.talk)
            self.part(talk, leaver=leg.id)

    def part(self, talk: Talk, leaver: LegId | None = None) -> None:
        """A talk is over: who is up and placed nowhere else survives."""
        survivors = []
        for leg_id in (talk.a, talk.b):
            leg = self._session.legs.get(leg_id)
            if leg is not None and leg.talk == talk.attempt:
                leg.talk = None
                if leg_id != leaver:
                    survivors.append(leg_id)
        self._session.tell(events.Unbridged(talk.attempt, tuple(survivors)))
        if talk.record is not None:
            self._unmute(talk)
            duration_s = talk.recorded.duration_s = self._session.timeline.now() - talk.began_at
            path = self._session.file(talk.record, talk.recorded)
            self._session.tell(events.RecordingFinished(talk.a, talk.attempt, path, duration_s))

    def mute(self, command: commands.MuteRecording) -> None:
        """Silence into the recording, or sound again."""
        talk = self.standing.get(command.bridge)
        if talk is None or talk.record is None:
            self._session.refuse(command, "refused", f"nothing is recorded of {command.bridge}")
            return
        self._unmute(talk)
        if command.on:
            talk.muted_at = self._session.timeline.now()
        self._session.tell(events.CommandDone(command.attempt, talk.a))

    def _unmute(self, talk: Talk) -> None:
        if talk.muted_at is not None:
            talk.recorded.silent_s = max(talk.recorded.silent_s, self._session.timeline.now() - talk.muted_at)
            talk.muted_at = None
            self.hear_out(talk)

    def hear_out(self, talk: Talk) -> None:
        """The recording takes what is said now."""
        if talk.muted_at is None:
            for leg_id, side in ((talk.a, talk.recorded.left), (talk.b, talk.recorded.right)):
                leg = self._session.legs.get(leg_id)
                if leg is not None and leg.voice and not leg.held:
                    side.add(leg.voice)

    def supervise(self, leg: Leg, command: commands.Supervise) -> None:
        """Listen, whisper or barge."""
        target = self._session.legs.get(command.target)
        if target is None:
            self._session.refuse(command, "leg_gone", "no such leg")
        elif not leg.answered or not target.answered or (command.mode == "barge" and target.talk is None):
            self._session.refuse(command, "refused", "not up, or in no call that could be joined")
        else:
            self._session.quiet(leg)
            leg.music = False
            leg.watching = (command.target, command.mode)
            self._session.tell(events.CommandDone(command.attempt, command.leg))
