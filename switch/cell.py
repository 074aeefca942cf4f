"""A cell: one controller's switches as one `calls.ports.Switch`, over adapters that each know their own ids only.

An adapter knows nothing of nodes: on the way out the cell takes the node off a leg's id and sends the command to that
switch; on the way in it puts the node before every leg. Attempts go through as they are.

Legs from before nodes have bare ids, and legs of a switch that was renamed have those of a node that is no more: they
keep these ids as long as they live, and are the first switch's.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from calls import commands, events
from calls.backoff import Backoff
from calls.commands import SwitchCommand
from calls.dependencies import Dependency
from calls.errors import BadInput, SwitchAway, SwitchError
from calls.events import LiveLeg, SwitchEvent
from calls.ids import NODE_NAME, LegId, Seconds, leg_on, native, node_of
from calls.ports import Sink, Switch
from switch.keeping import Keeping

BACKOFF = Backoff(first_s=0.2, longest_s=2.0)
"""Of attempts to start a switch that is away. Each attempt is many tries of the adapter's own, until its deadline."""
GRACE_S: Seconds = 1.0
"""How long `start` waits for the others once one switch is up."""

_replace = msgspec.structs.replace


class Cell:
    """One switch, or several with different names. A `calls.ports.Switch`.

    Raises BadInput for names that are no names of nodes, or not different.
    """

    def __init__(
        self,
        switches: Sequence[Switch],
        states: Mapping[str, Dependency] | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        """`states` by the switch's name: what is told when it comes and goes. `keeping` is the one they ask."""
        self.keeping = keeping or Keeping()
        names = [switch.name for switch in switches]
        for name in names:
            if not NODE_NAME.fullmatch(name):
                raise BadInput(f"switch {name!r}: use a small letter, then small letters, digits and '-', at most 16")
        if not names or len(set(names)) < len(names):
            raise BadInput(f"switches {', '.join(names)}: each needs a name of its own")
        self.name = names[0]
        self.states = {name: (states or {}).get(name) or Dependency(f"switch {name}", time.time) for name in names}
        self._nodes = {
            switch.name: Node(switch, self.states[switch.name], alone=len(names) == 1) for switch in switches
        }
        self._first = self._nodes[self.name]
        self._first.also = ("",)
        self._starting: set[asyncio.Task[None]] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes, the first one first."""
        return tuple(self._nodes)

    def take_up(self, legs: Iterable[str], nodes: Iterable[str]) -> None:
        """The legs and nodes that an earlier controller knew: what is of none of these nodes is the first switch's."""
        for leg in legs:
            if node_of(leg) not in self._nodes:
                self._first.keep_name(leg)
        for node in nodes:
            if node not in self._nodes:
                self._first.answer_for(node)

    async def start(self, sink: Sink) -> None:
        """Start all. Returns once one is up, and the others are, too, or have had a moment more.

        One that is away is lost until it comes; it is tried again and again, with growing pauses, and the others serve
        meanwhile. Raises SwitchAway when all were tried and none is there; they are tried on all the same.
        """
        tries: list[asyncio.Future[str]] = []
        for node in self._nodes.values():
            tried: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            tries.append(tried)
            task = asyncio.create_task(node.keep_starting(sink, tried), name=f"start of switch {node.name}")
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)
        pending = set(tries)
        while pending and not any(node.up for node in self._nodes.values()):
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if pending:
            await asyncio.wait(pending, timeout=GRACE_S)
        said = [tried.result() for tried in tries if tried.done()]  # raises what is no matter of the switch
        for node, tried in zip(self._nodes.values(), tries, strict=True):
            if not node.started and not node.up:
                sink(events.SwitchLost(node.name, tried.result() if tried.done() else "no answer yet", node.alone))
        if len(said) == len(tries) and all(said):
            raise SwitchAway("; ".join(said))

    def send(self, command: SwitchCommand) -> None:
        """See `calls.ports.Switch.send`: to the switch that the command's leg lives on."""
        match command:
            case commands.Bridge(a=leg) | commands.MuteRecording(bridge=leg):
                node = self._nodes.get(node_of(leg), self._first)
            case _:
                name = node_of(command.leg)
                node = self._nodes.get(name, self._first)
                if name not in self._nodes:
                    node.keep_name(command.leg)
        node.send(command)

    async def calls(self) -> Sequence[LiveLeg]:
        """See `calls.ports.Switch.calls`: of all switches that are there. Raises SwitchAway when none is."""
        live: list[LiveLeg] = []
        missing: list[str] = []
        for node in self._nodes.values():
            try:
                live += await node.calls()
            except SwitchAway as error:
                missing.append(str(error))
        if len(missing) == len(self._nodes):
            raise SwitchAway("; ".join(missing))
        return live

    async def close(self) -> None:
        """See `calls.ports.Switch.close`."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(node.switch.close() for node in self._nodes.values() if node.begun))


class Node:
    """One switch of a cell: its ids on the way out and in."""

    def __init__(self, switch: Switch, state: Dependency, *, alone: bool) -> None:
        self.switch = switch
        self.name = switch.name
        self.state = state
        self.alone = alone
        self.also: tuple[str, ...] = ()
        """Nodes that are no more, whose legs are here."""
        self.begun = False
        self.started = False
        self.up = False
        self._sink: Sink
        self._early: list[SwitchCommand] = []
        """Commands from before the first attempt to start it: what fell due while no controller was there."""
        self._prefix = f"{switch.name}@"
        self._kept: dict[str, LegId] = {}
        """By the switch's own id, the legs whose id in the house has another node, or none."""
        leg, maybe_leg = self._leg, self._maybe_leg
        self._in: dict[type, Callable[[Any], SwitchEvent]] = {
            events.CallArrived: lambda told: events.CallArrived(
                self.leg(told.leg), told.caller, told.called, told.caller_name, told.device, told.trunk
            ),
            events.CallRinging: lambda told: events.CallRinging(self.leg(told.leg)),
            events.CallAnswered: lambda told: events.CallAnswered(self.leg(told.leg), told.attempt),
            events.DigitPressed: lambda told: events.DigitPressed(self.leg(told.leg), told.digit),
            events.VoiceBegan: leg,
            events.VoiceEnded: leg,
            events.CallHeld: leg,
            events.CallResumed: leg,
            events.CallEnded: self._ended,
            events.PlaybackFinished: lambda told: events.PlaybackFinished(
                self.leg(told.leg), told.attempt, told.outcome, told.detail, told.reason
            ),
            events.SpeechHeard: leg,
            events.Bridged: lambda told: events.Bridged(told.attempt, (self.leg(told.legs[0]), self.leg(told.legs[1]))),
            events.Unbridged: lambda told: events.Unbridged(told.attempt, tuple(map(self.leg, told.survivors))),
            events.RecordingFinished: self._recorded,
            events.AgentDeviceChanged: lambda told: events.AgentDeviceChanged(told.device, told.state, self.name),
            events.TransferRequested: self._transfer,
            events.SwitchLost: self._lost,
            events.SwitchBack: self._back,
            events.CommandDone: maybe_leg,
            events.CommandFailed: maybe_leg,
        }
        self._out: dict[type, Callable[[Any], SwitchCommand]] = {
            commands.Bridge: lambda told: commands.Bridge(told.attempt, native(told.a), native(told.b), told.record),
            commands.MuteRecording: lambda told: told,
            commands.Supervise: lambda told: _replace(told, leg=native(told.leg), target=native(told.target)),
            commands.Originate: self._call_out,
            commands.Redirect: self._call_out,
        }

    async def keep_starting(self, sink: Sink, tried: asyncio.Future[str]) -> None:
        """Start the switch until it has. `tried` has how the first attempt ended: empty, or what was wrong."""
        self._sink = sink
        failures, jitter = 0, random.Random()
        while True:
            try:
                self.begun = True
                asyncio.get_running_loop().call_soon(self._send_early)
                await self.switch.start(self.take)
            except (SwitchError, OSError) as error:
                if not tried.done():
                    if not isinstance(error, SwitchError):  # a port of ours that is taken, and the like
                        tried.set_exception(error)
                        return
                    tried.set_result(str(error) or type(error).__name__)
                failures += 1
                pause_s = BACKOFF.delay_s(failures, jitter)
                self.state.down(str(error) or type(error).__name__, pause_s)
                await asyncio.sleep(pause_s)
            else:
                self.started = True
                if not tried.done():
                    tried.set_result("")
                return

    async def calls(self) -> Sequence[LiveLeg]:
        """What lives here, as the house knows it. Raises SwitchAway."""
        if not self.started:
            raise SwitchAway(f"{self.name} is away")
        return [self._live(leg) for leg in await self.switch.calls()]

    def send(self, command: SwitchCommand) -> None:
        """To the switch, in its own ids; once it knows whom to tell of the outcome."""
        if not self.begun:
            self._early.append(command)
            return
        out = self._out.get(type(command))
        if out is None:
            self.switch.send(_replace(command, leg=native(command.leg)))  # type: ignore[union-attr]  # all but those
        else:
            self.switch.send(out(command))

    def _send_early(self) -> None:
        early, self._early = self._early, []
        for command in early:
            self.send(command)

    def take(self, event: SwitchEvent) -> None:
        """From the switch, to the house in the house's ids."""
        self._sink(self._in[type(event)](event))

    def keep_name(self, leg: str) -> None:
        """A leg that is here under the id of a node that is no more, or of none."""
        self._kept[native(leg)] = LegId(leg)
        self.answer_for(node_of(leg))

    def answer_for(self, node: str) -> None:
        """A node that is no more, or that of ids from before nodes: what the house knows of it is this one's."""
        if node not in self.also:
            self.also = (*self.also, node)

    def leg(self, channel: str) -> LegId:
        """The house's id of a channel."""
        if self._kept and channel in self._kept:
            return self._kept[channel]
        return LegId(self._prefix + channel)

    def _live(self, leg: LiveLeg) -> LiveLeg:
        other = leg.bridged_with
        return _replace(leg, leg=self.leg(leg.leg), bridged_with=None if other is None else self.leg(other))

    def _leg(self, told: Any) -> SwitchEvent:
        event: SwitchEvent = _replace(told, leg=self.leg(told.leg))
        return event

    def _transfer(self, told: events.TransferRequested) -> SwitchEvent:
        replaces = None if told.replaces is None else self.leg(told.replaces)
        return _replace(told, leg=self.leg(told.leg), replaces=replaces)

    def _maybe_leg(self, told: events.CommandDone | events.CommandFailed) -> SwitchEvent:
        return told if told.leg is None else self._leg(told)

    def _ended(self, told: events.CallEnded) -> SwitchEvent:
        event = events.CallEnded(self.leg(told.leg), told.cause, told.detail)
        self._kept.pop(told.leg, None)
        return event

    def _recorded(self, told: events.RecordingFinished) -> SwitchEvent:
        """It may come when its leg is long gone, from before a controller's life: then its attempt has the node."""
        call = told.leg.partition(":")[0]
        node, at, attempt = told.attempt.rpartition("@")
        if attempt.startswith((f"{call}:", f"{call}/")):
            return _replace(told, leg=leg_on(node if at else "", told.leg))
        return self._leg(told)

    def _lost(self, told: events.SwitchLost) -> SwitchEvent:
        self.up = False
        self.state.down(told.detail)
        return events.SwitchLost(self.name, told.detail, self.alone)

    def _back(self, told: events.SwitchBack) -> SwitchEvent:
        self.up = True
        self.state.up()
        ended = tuple(events.EndedLeg(self.leg(one.leg), one.cause, one.answered_s) for one in told.ended)
        return events.SwitchBack(self.name, tuple(map(self._live, told.live)), told.restarted, self.also, ended)

    def _call_out(self, told: commands.Originate | commands.Redirect) -> SwitchCommand:
        """A phone that is said to be at this very node is called as what it is here."""
        return _replace(told, leg=native(told.leg), to=told.to.removesuffix(f"@{self.name}"))
