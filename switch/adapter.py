"""An adapter hands each command to the part that carries it out: the same for each real switch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar, assert_never

from calls import commands, events
from calls.commands import SwitchCommand
from calls.ids import AttemptId
from switch.legs import Leg
from switch.originating import Dialler
from switch.session import Session

L = TypeVar("L", bound=Leg)
Ours = TypeVar("Ours", bound=Leg, contravariant=True)


class Player(Protocol[Ours]):
    """Prompts and music."""

    def play(self, command: commands.Play) -> None:
        """Stop what plays on the leg and play this."""

    def stop(self, leg: Ours, attempt: AttemptId) -> None:
        """Stop this Play."""

    def start_music(self, command: commands.StartMusic) -> None:
        """Now, or after the prompt."""

    def stop_music(self, command: commands.StopMusic) -> None:
        """Now, or after the prompt."""


class Recorder(Protocol[Ours]):
    """Recordings of legs and talks."""

    def record(self, command: commands.Record) -> None:
        """Record one leg."""

    def stop(self, leg: Ours, attempt: AttemptId) -> None:
        """Stop this Record."""

    def mute(self, command: commands.MuteRecording) -> None:
        """Silence into the recording of a talk, or sound again."""


class Bridging(Protocol):
    """Talks."""

    def bridge(self, command: commands.Bridge) -> None:
        """Connect two legs."""


class Supervision(Protocol):
    """Supervisors."""

    def supervise(self, command: commands.Supervise) -> None:
        """Listen, whisper or barge."""


class Adapter(ABC, Generic[L]):
    """The commands of a `calls.ports.Switch`."""

    _session: Session[L]
    _player: Player[L]
    _recorder: Recorder[L]
    _dialler: Dialler[L]
    _bridging: Bridging
    _supervision: Supervision

    def send(self, command: SwitchCommand) -> None:
        """See `calls.ports.Switch.send`."""
        match command:
            case commands.Play():
                self._player.play(command)
            case commands.Answer():
                self._answer(command)
            case commands.EarlyMedia():
                self._early_media(command)
            case commands.Ring():
                self._ring(command)
            case commands.HangUp():
                self._dialler.hang_up(command)
            case commands.Stop():
                self._stop(command)
            case commands.StartMusic():
                self._player.start_music(command)
            case commands.StopMusic():
                self._player.stop_music(command)
            case commands.Bridge():
                self._bridging.bridge(command)
            case commands.Originate():
                self._dialler.originate(command)
            case commands.Record():
                self._recorder.record(command)
            case commands.MuteRecording():
                self._recorder.mute(command)
            case commands.Supervise():
                self._supervision.supervise(command)
            case commands.ReportTransfer():
                self._report_transfer(command)
            case commands.WatchVoice():
                self._watch_voice(command)
            case commands.Redirect():
                self._dialler.redirect(command)
            case commands.Listen():
                detail = "no recogniser on this switch"
                self._session.later(events.CommandFailed(command.attempt, "unsupported", command.leg, detail))
            case _:
                assert_never(command)

    @abstractmethod
    def _answer(self, command: commands.Answer) -> None:
        """Answer a leg."""

    @abstractmethod
    def _early_media(self, command: commands.EarlyMedia) -> None:
        """Let a leg be heard before it is answered."""

    def _report_transfer(self, command: commands.ReportTransfer) -> None:
        """Tell a phone what becomes of its transfer. On a switch whose phones cannot ask for one it is unsupported."""
        detail = "no transfers by the phone's own key on this switch"
        self._session.later(events.CommandFailed(command.attempt, "unsupported", command.leg, detail))

    def _watch_voice(self, command: commands.WatchVoice) -> None:
        """Tell when a leg's far end is heard. On a switch that does not listen to levels it is unsupported."""
        detail = "voices are not told of on this switch"
        self._session.later(events.CommandFailed(command.attempt, "unsupported", command.leg, detail))

    @abstractmethod
    def _ring(self, command: commands.Ring) -> None:
        """Tell the far end of a leg that it rings."""

    def _stop(self, command: commands.Stop) -> None:
        leg = self._session.legs.get(command.leg)
        match leg.open.get(command.attempt) if leg is not None else None:
            case commands.Play():
                assert leg is not None
                self._player.stop(leg, command.attempt)
            case commands.Record():
                assert leg is not None
                self._recorder.stop(leg, command.attempt)
            case _:
                pass  # there is nothing to stop
