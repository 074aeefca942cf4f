"""A switch and the people behind it, told by hand: commands take effect at once, what came of them is told later.

It keeps the contract of `calls.commands`, and makes the most of the freedom in it: events of one leg come in order,
those of different legs in any, and the link may be lost before they are told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from calls import commands as door
from calls import events
from calls.causes import Cause, FailureReason, Outcome
from calls.events import LiveLeg, SwitchEvent
from calls.ids import AttemptId, LegId


@dataclass
class WorldLeg:
    """One channel as the switch has it."""

    leg: LegId
    inbound: bool
    device: str | None = None
    caller: str = ""
    called: str = ""
    originate: AttemptId | None = None
    answered: bool = False
    music: bool = False
    play: AttemptId | None = None
    record: AttemptId | None = None
    bridge: AttemptId | None = None
    held: bool = False
    """Its far end has put us on hold."""
    ending: Cause | None = None
    """A HangUp that was ordered while the link was down; done when it is back."""


@dataclass
class WorldBridge:
    """Two legs that hear each other."""

    a: LegId
    b: LegId
    recorded: bool


@dataclass
class World:
    """One switch; `alone`: its controller has no other one.

    `untold` are the events that are under way: each with the leg whose order it keeps.
    """

    name: str = "switch"
    alone: bool = True
    legs: dict[LegId, WorldLeg] = field(default_factory=dict)
    bridges: dict[AttemptId, WorldBridge] = field(default_factory=dict)
    untold: list[tuple[str, SwitchEvent]] = field(default_factory=list)
    up: bool = True
    bridges_fail: bool = False

    @property
    def all_up(self) -> bool:
        """Whether nothing is cut off."""
        return self.up

    # what people do

    def arrive(self, leg: WorldLeg) -> None:
        """Somebody calls in."""
        self.legs[leg.leg] = leg
        self._tell(leg.leg, events.CallArrived(leg.leg, leg.caller, leg.called, device=leg.device))

    def press(self, leg: LegId, key: str) -> None:
        """A key."""
        self._tell(leg, events.DigitPressed(leg, key))

    def hold(self, leg: LegId) -> None:
        """Whoever is at the far end puts us on hold, or takes us back."""
        here = self.legs[leg]
        here.held = not here.held
        self._tell(leg, events.CallHeld(leg) if here.held else events.CallResumed(leg))

    def pick_up(self, leg: LegId) -> None:
        """A phone that rings is answered."""
        here = self.legs[leg]
        assert here.originate is not None
        here.answered = True
        self._tell(leg, events.CallAnswered(leg, here.originate))

    def play_ends(self, leg: LegId, outcome: Outcome) -> None:
        """What is being played is through, or cannot be played."""
        here = self.legs[leg]
        if here.play is not None:
            self._tell(leg, events.PlaybackFinished(leg, here.play, outcome))
            here.play = None

    def record_ends(self, leg: LegId, duration_s: float) -> None:
        """A message is on disk."""
        here = self.legs[leg]
        if here.record is not None:
            self._tell(leg, events.RecordingFinished(leg, here.record, f"/{here.record}.wav", duration_s))
            here.record = None

    def die(self, leg: LegId, cause: Cause) -> None:
        """The leg is gone, and what hung on it."""
        here = self.legs.get(leg)
        if here is None:
            return
        self._part(here)
        self.play_ends(leg, Outcome.STOPPED)
        self.record_ends(leg, 3.0)
        del self.legs[leg]
        self._tell(leg, events.CallEnded(leg, cause))

    # the link

    def lose_link(self, seen: bool) -> list[SwitchEvent]:
        """The control link is gone. What was under way is told before it (`seen`) or never, and then commands fail."""
        self.up = False
        last: list[SwitchEvent] = []
        for _, event in self.untold:
            if seen or isinstance(event, events.CommandFailed | events.CommandDone):
                last.append(event)
            elif isinstance(event, events.PlaybackFinished):
                last.append(events.PlaybackFinished(event.leg, event.attempt, Outcome.FAILED, "", "switch_lost"))
            elif isinstance(event, events.Bridged):
                last.append(events.CommandFailed(event.attempt, "switch_lost"))
        kept = [(key, event) for key, event in self.untold if isinstance(event, events.RecordingFinished) and not seen]
        self.untold = kept  # files are found again
        for here in self.legs.values():
            if here.play is not None:
                last.append(events.PlaybackFinished(here.leg, here.play, Outcome.FAILED, "", "switch_lost"))
                here.play = None
        return [*last, events.SwitchLost(self.name, alone=self.alone)]

    def forget_controller(self) -> None:
        """The controller died: nothing that was under way finds anybody, and legs play on to their end."""
        self.up = False
        self.untold = [(key, event) for key, event in self.untold if isinstance(event, events.RecordingFinished)]
        for here in self.legs.values():
            here.play = None
            here.ending = None

    def refusals(self) -> list[SwitchEvent]:
        """What the adapter itself has still to say of commands that it could not pass on: always before the link is up
        again."""
        said = [event for _, event in self.untold if not isinstance(event, events.RecordingFinished)]
        self.untold = [(key, event) for key, event in self.untold if isinstance(event, events.RecordingFinished)]
        return said

    def restore_link(self, restarted: bool = False) -> events.SwitchBack:
        """The link is up again."""
        self.up = True
        live = []
        for here in list(self.legs.values()):
            talk = self.bridges.get(here.bridge) if here.bridge is not None else None
            other = None if talk is None else talk.b if talk.a == here.leg else talk.a
            live.append(
                LiveLeg(
                    here.leg,
                    here.caller,
                    here.called,
                    here.answered,
                    here.inbound,
                    here.device,
                    bridged_with=other,
                    bridge=here.bridge,
                    in_music=here.music,
                    held=here.held,
                )
            )
        return events.SwitchBack(self.name, tuple(live), restarted)

    def hang_up_what_was_ordered(self) -> None:
        """After the link is back: the HangUps that were ordered meanwhile."""
        for here in list(self.legs.values()):
            if here.ending is not None:
                self.die(here.leg, here.ending)

    # commands

    def take(self, command: door.SwitchCommand) -> None:
        """Do what the house commands."""
        if isinstance(command, door.HangUp):
            self._hang_up(command)
        elif not self.up:
            self._refuse(command, "switch_lost")
        elif isinstance(command, door.Originate):
            if command.leg not in self.legs:  # idempotent
                self.legs[command.leg] = WorldLeg(command.leg, False, originate=command.attempt)
        elif isinstance(command, door.Bridge):
            self._bridge(command)
        elif isinstance(command, door.MuteRecording):
            self._tell(command.bridge, events.CommandDone(command.attempt))
        elif command.leg not in self.legs:
            self._refuse(command, "leg_gone")
        else:
            self._on_leg(command, self.legs[command.leg])

    def _on_leg(self, command: door.SwitchCommand, here: WorldLeg) -> None:
        leg = here.leg
        match command:
            case door.Answer(attempt=attempt):
                here.answered = True
                self._tell(leg, events.CallAnswered(leg, attempt))
            case door.Play(attempt=attempt):
                self.play_ends(leg, Outcome.STOPPED)
                here.play = attempt
            case door.Stop(attempt=attempt):
                if here.play == attempt:
                    self.play_ends(leg, Outcome.STOPPED)
                elif here.record == attempt:
                    self.record_ends(leg, 2.0)
            case door.Record(attempt=attempt):
                here.record = attempt
            case door.StartMusic(attempt=attempt):
                here.music = True
                self._part(here)
                self._tell(leg, events.CommandDone(attempt, leg))
            case door.StopMusic(attempt=attempt):
                here.music = False
                self._tell(leg, events.CommandDone(attempt, leg))
            case door.Ring(attempt=attempt):
                self._tell(leg, events.CommandDone(attempt, leg))
            case door.EarlyMedia() | door.Redirect() | door.Listen():
                self._refuse(command, "unsupported")
            case (
                door.Supervise(attempt=attempt)
                | door.ReportTransfer(attempt=attempt)
                | door.WatchVoice(attempt=attempt)
            ):
                self._tell(leg, events.CommandDone(attempt, leg))
            case door.Originate() | door.Bridge() | door.HangUp() | door.MuteRecording():
                raise AssertionError("taken above")
            case _:
                assert_never(command)

    def _bridge(self, command: door.Bridge) -> None:
        both = [self.legs.get(command.a), self.legs.get(command.b)]
        if self.bridges_fail or any(leg is None or not leg.answered for leg in both):
            self._tell(command.attempt, events.CommandFailed(command.attempt, "refused"))
            return
        for here in both:
            assert here is not None
            self.play_ends(here.leg, Outcome.STOPPED)
            self._part(here)
            here.music = False
            here.bridge = command.attempt
        self.bridges[command.attempt] = WorldBridge(command.a, command.b, command.record is not None)
        self._tell(command.attempt, events.Bridged(command.attempt, (command.a, command.b)))

    def _part(self, here: WorldLeg) -> None:
        if here.bridge is None:
            return
        attempt, talk = here.bridge, self.bridges.pop(here.bridge)
        survivors = tuple(leg for leg in (talk.a, talk.b) if leg != here.leg)
        for leg in (talk.a, talk.b):
            self.legs[leg].bridge = None
        self._tell(attempt, events.Unbridged(attempt, survivors))
        if talk.recorded:
            self._keep(attempt, events.RecordingFinished(talk.a, attempt, f"/{attempt}.wav", 5.0))

    def _hang_up(self, command: door.HangUp) -> None:
        here = self.legs.get(command.leg)
        if here is None:
            return
        if self.up:
            self.die(command.leg, command.cause)
        else:
            here.ending = command.cause

    def _refuse(self, command: door.SwitchCommand, reason: FailureReason) -> None:
        match command:
            case door.Play(leg, attempt):
                self._answer(leg, events.PlaybackFinished(leg, attempt, Outcome.FAILED, "", reason))
            case door.Stop() | door.HangUp():
                pass
            case door.Originate(leg):
                self._answer(leg, events.CallEnded(leg, Cause.FAILED, reason))
            case door.Bridge(attempt=attempt):
                self._answer(attempt, events.CommandFailed(attempt, "switch_lost"))
            case door.MuteRecording(attempt=attempt):
                self._answer(attempt, events.CommandFailed(attempt, "switch_lost"))
            case _:
                self._answer(command.leg, events.CommandFailed(command.attempt, "leg_gone", command.leg, reason))

    def _answer(self, key: str, event: SwitchEvent) -> None:
        """The adapter's own word: it comes also while the link is down."""
        self.untold.append((key, event))

    def _keep(self, key: str, event: SwitchEvent) -> None:
        self.untold.append((key, event))

    def _tell(self, key: str, event: SwitchEvent) -> None:
        if self.up:
            self.untold.append((key, event))

    def next_fact(self, choose: Callable[[int], int]) -> SwitchEvent:
        """One event of those under way: any leg's, but of that leg the first."""
        key = self.untold[choose(len(self.untold))][0]
        place = next(index for index, (of, _) in enumerate(self.untold) if of == key)
        return self.untold.pop(place)[1]
