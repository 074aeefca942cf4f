"""A supervisor hears a call, whispers to one side of it, or joins it.

Listening and whispering: a snoop channel on the target, in a bridge with the supervisor. Joining: the supervisor goes
into the bridge of the call itself. Another mode swaps the snoop; the supervisor's own leg stays.
"""

from __future__ import annotations

from functools import partial

from calls import commands, events
from calls.ids import LegId
from switch.asterisk import wire
from switch.asterisk.bridging import Bridging
from switch.asterisk.legs import Leg, failure_of
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.legs import failed

SPY_ARGUMENT = "spy"
"""The Stasis argument of a snoop channel for a supervisor."""
_SNOOP = {"listen": "spy=both", "whisper": "spy=both&whisper=out"}


class Watch:
    """One supervisor at one target."""

    __slots__ = ("bridge", "command", "leg", "spy")

    def __init__(self, leg: LegId, bridge: str) -> None:
        self.leg = leg
        self.bridge = bridge
        self.spy: str | None = None  # the snoop channel that serves now
        self.command: commands.Supervise | None = None  # the latest one


class Supervision:
    """Supervise."""

    def __init__(self, session: Session, bridging: Bridging) -> None:
        self._session = session
        self._bridging = bridging
        self._watches: dict[LegId, Watch] = {}
        self._by_spy: dict[str, commands.Supervise] = {}

    def supervise(self, command: commands.Supervise) -> None:
        """Listen, whisper or barge; again with another mode."""
        session = self._session
        leg, target = session.legs.get(command.leg), session.legs.get(command.target)
        if leg is None or target is None:
            session.later(failed(command, session.missing))
            return
        if not leg.answered or not target.answered:
            session.later(failed(command, "refused", "not up"))
            return
        session.quiet(leg)
        leg.music = False
        if command.mode == "barge":
            self._barge(command, target)
            return
        watch = self._watches.get(command.leg)
        if watch is None:
            watch = Watch(command.leg, f"{session.options.application}-watch-{command.attempt}")
            self._watches[command.leg] = watch
            session.request(command.leg, "POST", f"bridges/{wire.part(watch.bridge)}?type=mixing")
        watch.command = command
        leg.open[command.attempt] = command
        spy = f"{session.options.application}-spy-{command.attempt}"
        self._by_spy[spy] = command
        session.request(
            command.leg,
            "POST",
            f"channels/{wire.part(command.target)}/snoop/{wire.part(spy)}?{_SNOOP[command.mode]}"
            f"&app={wire.part(session.options.application)}&appArgs={SPY_ARGUMENT}",
            partial(self._spy_placed, command, spy),
        )

    def on_spy(self, spy: str) -> None:
        """The snoop channel is ours: bring the two together and let the earlier one go."""
        command = self._by_spy.get(spy)
        watch = self._watches.get(command.leg) if command is not None else None
        if command is None or watch is None or watch.command is not command:
            self._hang_up(spy)  # a command that came later has overtaken this one
            return
        earlier, watch.spy = watch.spy, spy
        both = f"{wire.part(command.leg)},{wire.part(spy)}"
        self._session.request(
            command.leg,
            "POST",
            f"bridges/{wire.part(watch.bridge)}/addChannel?channel={both}",
            partial(self._joined, command),
        )
        if earlier is not None:
            self._hang_up(earlier)

    def on_spy_gone(self, spy: str) -> bool:
        """A snoop channel ended, most likely with its target. Whether it was one of ours."""
        command = self._by_spy.pop(spy, None)
        if command is None:
            return False
        watch = self._watches.get(command.leg)
        if watch is not None and watch.spy == spy:
            self._end(watch)
        return True

    def on_end(self, leg: Leg) -> None:
        """A supervisor hung up."""
        watch = self._watches.get(leg.id)
        if watch is not None:
            self._end(watch)

    def _barge(self, command: commands.Supervise, target: Leg) -> None:
        talk = self._bridging.talks.get(target.in_bridge or "")
        if talk is None:
            self._session.later(failed(command, "refused", "the target is in no call that could be joined"))
            return
        leg = wire.part(command.leg)
        self._session.quick(command, "POST", f"bridges/{wire.part(talk.bridge)}/addChannel?channel={leg}")
        watch = self._watches.get(command.leg)
        if watch is not None:
            self._end(watch)

    def _spy_placed(self, command: commands.Supervise, spy: str, reply: Reply) -> None:
        if not reply.ok and self._by_spy.pop(spy, None) is not None:
            self._tell(command, reply)

    def _joined(self, command: commands.Supervise, reply: Reply) -> None:
        self._tell(command, reply)

    def _tell(self, command: commands.Supervise, reply: Reply) -> None:
        leg = self._session.close(command)
        if leg is None:
            return
        if reply.ok:
            self._session.emit(events.CommandDone(command.attempt, command.leg))
        else:
            self._session.emit(failure_of(command, reply))

    def _end(self, watch: Watch) -> None:
        self._watches.pop(watch.leg, None)
        if watch.spy is not None:
            self._hang_up(watch.spy)
        self._session.request(watch.leg, "DELETE", f"bridges/{wire.part(watch.bridge)}")

    def _hang_up(self, spy: str) -> None:
        command = self._by_spy.pop(spy, None)
        about = command.leg if command is not None else LegId(spy)
        self._session.request(about, "DELETE", f"channels/{wire.part(spy)}")
