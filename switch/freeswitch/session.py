"""The session with one FreeSWITCH holds its options, the link, the legs, and the one application that runs on a leg.

A leg that does nothing is parked; prompts, music and recordings are applications that run on a parked leg, one at a
time. The next one is begun when the end of the one before has been seen: told earlier, the switch might stop the new
one instead of the old.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import structlog

from calls import commands, events
from calls.causes import Cause, FailureReason
from calls.dependencies import Dependency
from calls.errors import SwitchAway
from calls.events import SwitchEvent
from calls.ids import LegId, Seconds
from switch import session
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.legs import FAULT, NAME_OF, SAYS_500, Execution, Leg, OnDone, failed
from switch.freeswitch.link import NoReply, Reply
from switch.freeswitch.wire import Api, Command, CommandRefused, CommandReplied, Event, Execute
from switch.keeping import Keeping
from switch.legs import LegCommand
from switch.trunk_lines import TrunkLines

log = structlog.get_logger(__name__)

_BREAK_AGAIN_S: Seconds = 0.3
_BREAKS = 5


@dataclass(frozen=True)
class FreeSwitchOptions:
    """How the adapter finds and uses one FreeSWITCH.

    `recordings_dir` is a folder that the switch writes and we read, under one path. With `media_here` the prompts are
    on this machine too, so a missing file is told before a caller hears a gap. `endings` are tried in that order.
    """

    password: str
    host: str = "127.0.0.1"
    port: int = 8021
    recordings_dir: Path = Path("/var/lib/freeswitch/recordings")
    domain: str = "hotline"  # of the agents' accounts
    device_prefix: str = "agent-"  # account 1001 registers as agent-1001
    gateway: str = "trunk"  # the gateway that tel: numbers go by where there are no trunks
    trunks: TrunkLines | None = None  # the site's trunks; one for all its switches
    state: Dependency | None = None  # told whenever the link is up, down, or tried
    keeping: Keeping = field(default_factory=Keeping)  # says when what was told of recordings is on disk
    music: str = "local_stream://hotline"
    deadline_s: Seconds = 5.0
    lease_s: Seconds = 4.0  # how long after our last sign new calls still come to us and not to the fallback
    listen: tuple[str, int] | None = None  # host and port for the dialplan's outbound sockets; None: calls are parked
    controller: str = ""  # our name among those who share the switch; empty: nobody else does
    media_here: bool = True
    endings: tuple[str, ...] = (".PCMA", ".PCMU", ".wav")


class Told(msgspec.Struct, frozen=True):
    """The outcome of a request to the switch. `reason` None: it worked."""

    text: str
    reason: FailureReason | None

    @property
    def ok(self) -> bool:
        """Whether it worked."""
        return self.reason is None


Then = Callable[[Told], None]


class Session(session.Session[Leg]):
    """The link to one FreeSWITCH, and the application that runs on each leg. One per adapter."""

    def __init__(self, options: FreeSwitchOptions) -> None:
        super().__init__(options.deadline_s, options.trunks)
        self.options = options
        self.on_eavesdrop_stop: Callable[[Leg], None] = _ignore  # an eavesdropper does not hear a break
        self.client: EventSocketClient

    @property
    def linked(self) -> bool:
        """Whether the link is up and the inventory was taken."""
        return self.client.linked

    # -- asking

    def api(self, name: str, arguments: str, then: Then | None = None) -> None:
        """A quick API command; `then` is told what became of it."""
        self.request(Api(name, arguments), then)

    def request(self, command: Command, then: Then | None = None) -> None:
        """Any command; `then` is told what became of it, never before this returns."""
        try:
            reply = self.client.submit(command, self.options.deadline_s)
        except CommandRefused as refused:
            log.error("command_refused", fault=str(refused))
            if then is not None:
                self.loop.call_soon(then, Told(str(refused), "refused"))
            return
        reply.add_done_callback(partial(_tell, then, command))

    def setvar(self, leg: LegId, name: str, value: str) -> None:
        """Set a channel variable; a leg that is gone has no need of it."""
        self.api("uuid_setvar", f"{leg} {name} {value}")

    # -- commands that one request does

    def quick(self, command: LegCommand, name: str, arguments: str) -> None:
        """A command that one API command does: CommandDone when the switch says so."""
        self.legs[command.leg].open[command.attempt] = command
        self.api(name, arguments, partial(self.quick_done, command))

    def quick_done(self, command: LegCommand, told: Told) -> None:
        """The outcome of a quick command, unless the leg died first and it has one."""
        if self.close(command) is None:
            return
        if told.reason is None:
            self.emit(events.CommandDone(command.attempt, command.leg))
        else:
            self.emit(failed(command, told.reason, told.text))

    def park_anew(self, leg: Leg) -> None:
        """Park a leg that may be anywhere, parked already or not: CHANNEL_PARK tells when it is done."""
        leg.parked = False
        self.api("uuid_transfer", f"{leg.id} park inline")

    # -- the application that runs on a leg

    def run(self, leg: Leg, application: str, argument: str, on_done: OnDone, *, in_talk: bool = False) -> str:
        """Let this run next on the leg, and stop what runs now. Gives the execution's id.

        In a talk only what is `in_talk`: the other side then hears silence from this leg, and the talk stands.
        """
        self._drop_wanted(leg)
        leg.wanted = Execution(str(uuid.uuid4()), application, argument, on_done, in_talk=in_talk)
        execution = leg.wanted.id
        if leg.running is None:
            self.begin_next(leg)
        else:
            self.stop_running(leg)
        return execution

    def stop(self, leg: Leg, execution: str | None) -> None:
        """Stop this execution, whether it runs or is wanted; nothing where it is over."""
        if leg.running is not None and leg.running.id == execution:
            self.stop_running(leg)
        elif leg.wanted is not None and leg.wanted.id == execution:
            self._drop_wanted(leg)

    def stop_running(self, leg: Leg) -> None:
        """Stop what runs. A break that comes before the application has begun would be lost: then it waits for that."""
        running = leg.running
        if running is None or running.stopping:
            return
        running.stopping = True
        if running.started:
            self._break(leg, running)

    def _break(self, leg: Leg, running: Execution) -> None:
        if self.legs.get(leg.id) is not leg or leg.running is not running:
            return
        if running.breaks >= _BREAKS:
            log.error("application_does_not_stop", leg=leg.id, application=running.application)
            self._finish(leg, None, "deadline")
            return
        running.breaks += 1
        if running.application == "eavesdrop":
            self.on_eavesdrop_stop(leg)
        else:
            self.api("uuid_break", str(leg.id))
        running.timer = self.loop.call_later(_BREAK_AGAIN_S, self._break, leg, running)

    def begin_next(self, leg: Leg) -> None:
        """Begin what is wanted, or music if that is ordered, if nothing runs and the leg is ours to use."""
        if leg.running is not None or leg.heading is not None or leg.ending is not None:
            return
        if not leg.parked and (leg.talk is None or leg.wanted is None or not leg.wanted.in_talk):
            return
        if leg.wanted is None:
            if not leg.music or leg.talk is not None:
                return
            leg.wanted = Execution(str(uuid.uuid4()), "playback", self.options.music, _no_matter)
        running, leg.wanted = leg.wanted, None
        leg.running = running
        command = Execute(leg.id, running.application, running.argument, running.id)
        self.request(command, partial(self._begun, leg, running))

    def _begun(self, leg: Leg, running: Execution, told: Told) -> None:
        accepted, running.commands = running.commands, []
        for command in accepted:
            self.quick_done(command, told)
        if told.reason is not None and leg.running is running and self.legs.get(leg.id) is leg:
            self._finish(leg, None, told.reason)

    def on_execute(self, event: Event) -> None:
        """CHANNEL_EXECUTE: it has begun."""
        leg = self.legs.get(LegId(event.leg))
        if leg is None or leg.running is None or leg.running.id != event.get("Application-UUID"):
            return
        leg.running.started = True
        if leg.running.stopping and leg.running.breaks == 0:
            self._break(leg, leg.running)

    def on_execute_complete(self, event: Event) -> None:
        """CHANNEL_EXECUTE_COMPLETE: it has ended. One that we found running when we came has no id that we know."""
        leg = self.legs.get(LegId(event.leg))
        if leg is None or leg.running is None:
            return
        if leg.running.id in (event.get("Application-UUID"), ""):
            self._finish(leg, event, None)

    def found_music(self) -> Execution:
        """Music that an earlier controller began, under an id that we do not know."""
        running = Execution("", "playback", self.options.music, _no_matter)
        running.started = True
        return running

    def abandon_running(self, leg: Leg) -> None:
        """The application that ran is over, though its end was not seen: the leg was put somewhere else."""
        if leg.running is not None:
            leg.running.stopping = True
            self._finish(leg, None, None)

    def _finish(self, leg: Leg, event: Event | None, reason: FailureReason | None) -> None:
        running, leg.running = leg.running, None
        assert running is not None
        if running.timer is not None:
            running.timer.cancel()
        if reason is not None and running.argument == self.options.music:
            leg.music = False  # or it would be tried again at once, and for ever
        running.on_done(running, event, reason)
        self.begin_next(leg)

    def _drop_wanted(self, leg: Leg) -> None:
        wanted, leg.wanted = leg.wanted, None
        if wanted is not None:
            wanted.stopping = True
            self.loop.call_soon(wanted.on_done, wanted, None, None)

    def clear_floor(self, leg: Leg) -> None:
        """A talk takes the leg: the switch ends what runs by itself, and nothing follows it."""
        leg.music = False
        self._drop_wanted(leg)
        if leg.running is not None:
            leg.running.stopping = True

    # -- the end

    def _failed(self, command: LegCommand, reason: FailureReason, detail: str = "") -> SwitchEvent:
        return failed(command, reason, detail)

    def _ask_for_end(self, leg: Leg, cause: Cause) -> None:
        self.kill(leg)

    def kill(self, leg: Leg) -> None:
        """Say it to the switch, once more if the channel was not there yet."""
        cause = NAME_OF[leg.ending or Cause.NORMAL]
        if cause == FAULT and leg.inbound and not leg.answered:
            self.setvar(leg.id, *SAYS_500)
        self.api("uuid_kill", f"{leg.id} {cause}", partial(self._killed, leg))

    def _killed(self, leg: Leg, told: Told) -> None:
        # An Originate that was just ordered has no channel yet: it is told again when it has (CHANNEL_CREATE).
        if told.reason == "leg_gone" and self.legs.get(leg.id) is leg and leg.originate is None:
            self.end(leg, leg.ending or Cause.LOST, "it was gone already")

    def await_end(self, leg: Leg, otherwise: Callable[[], None]) -> None:
        """Its end is about to be told by an event; after the deadline `otherwise` tells it."""
        if leg.end_timer is None:
            leg.end_timer = self.loop.call_later(self.options.deadline_s, otherwise)

    def _end_overdue(self, leg: Leg) -> None:
        if not self.linked:
            leg.end_timer = None  # told again when the link is back
        elif self.legs.get(leg.id) is leg:
            self.end(leg, leg.ending or Cause.LOST, "FreeSWITCH did not confirm the end")

    def end(self, leg: Leg, cause: Cause, detail: str = "") -> None:
        """The leg is gone: what is open on it gets its outcome, then CallEnded."""
        if self.legs.pop(leg.id, None) is None:
            return
        leg.cancel_timers()
        leg.music = False
        leg.ending = cause
        for execution in (leg.running, leg.wanted):
            if execution is not None:
                execution.on_done(execution, None, "leg_gone")
        leg.running, leg.wanted = None, None
        self._tell_end(leg, cause, detail, () if cause is Cause.LOST else (commands.Answer, commands.Redirect))
        self.client.attend(bool(self.legs))

    def add(self, leg: Leg) -> None:
        """A leg is ours from now on."""
        super().add(leg)
        self.client.attend(True)


def _ignore(leg: Leg) -> None:
    """Before the adapter has put itself here."""


def _no_matter(execution: Execution, event: Event | None, reason: FailureReason | None) -> None:
    """Music has no outcome of its own."""


def _tell(then: Then | None, command: Command, reply: Reply) -> None:
    if reply.cancelled():
        return
    told = _told(reply)
    if then is not None:
        then(told)
    elif told.reason not in (None, "leg_gone", "switch_lost"):
        log.warning("command_failed", command=repr(command), reason=told.reason, text=told.text)


def _told(reply: Reply) -> Told:
    fault = reply.exception()
    if isinstance(fault, NoReply):
        return Told(str(fault), "deadline")
    if isinstance(fault, SwitchAway):
        return Told(str(fault), "switch_lost")
    if fault is not None:
        raise fault
    replied: CommandReplied = reply.result()
    text = replied.text.strip()
    if replied.ok:
        return Told(text, None)
    gone = any(words in text for words in ("No such channel", "Invalid uuid", "invalid session id", "Cannot locate"))
    return Told(text, "leg_gone" if gone else "refused")
