"""A switch that recognises speech: `Listen` is carried out here, by a `Recogniser` on the switch's sound.

All other commands go through to the switch. A leg is listened to once at a time: another `Listen` takes the place of
the first. The outcome is as the table in `calls.commands` has it, also when the leg ends, the link breaks or the engine
fails: then the flow goes on with keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import structlog

from calls.commands import Listen, Stop, SwitchCommand
from calls.errors import SwitchAway, SwitchError
from calls.events import CallEnded, CommandFailed, LiveLeg, SpeechHeard, SwitchEvent, SwitchLost
from calls.ids import LegId
from calls.ports import Sink, SoundSource, Switch
from speech.recogniser import Recogniser
from speech.voice import Pcm, SpeechError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Open:
    order: Listen
    task: asyncio.Task[None]


class RecognisingSwitch:
    """A `calls.ports.Switch` made of a switch, its sound, and a recogniser."""

    def __init__(self, switch: Switch, sound: SoundSource, recogniser: Recogniser) -> None:
        self.name = switch.name
        self._switch = switch
        self._sound = sound
        self._recogniser = recogniser
        self._sink: Sink
        self._open: dict[LegId, _Open] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self, sink: Sink) -> None:
        """See `calls.ports.Switch.start`."""
        self._sink = sink
        await self._switch.start(self._take)

    def send(self, command: SwitchCommand) -> None:
        """See `calls.ports.Switch.send`."""
        if isinstance(command, Listen):
            self._stop(command.leg)
            self._open[command.leg] = _Open(command, asyncio.create_task(self._listen(command)))
        elif isinstance(command, Stop) and self._is_ours(command):
            self._stop(command.leg)
        else:
            self._switch.send(command)

    async def calls(self) -> Sequence[LiveLeg]:
        """See `calls.ports.Switch.calls`."""
        return await self._switch.calls()

    async def close(self) -> None:
        """See `calls.ports.Switch.close`."""
        for leg in tuple(self._open):
            self._fail(leg, "switch_lost")
        await asyncio.gather(*self._closing, return_exceptions=True)
        await self._switch.close()

    def _is_ours(self, command: Stop) -> bool:
        opened = self._open.get(command.leg)
        return opened is not None and opened.order.attempt == command.attempt

    def _take(self, event: SwitchEvent) -> None:
        """What comes from the switch goes on; first the outcome of what cannot go on after it."""
        if isinstance(event, CallEnded):
            self._fail(event.leg, "leg_gone")
        elif isinstance(event, SwitchLost):
            for leg in tuple(self._open):
                self._fail(leg, "switch_lost")
        self._sink(event)

    def _stop(self, leg: LegId) -> None:
        order = self._close(leg)
        if order is not None:
            stopped = SpeechHeard(leg, order.attempt, "", 0.0)
            asyncio.get_running_loop().call_soon(self._sink, stopped)

    def _fail(self, leg: LegId, reason: str) -> None:
        order = self._close(leg)
        if order is not None:
            self._sink(CommandFailed(order.attempt, "leg_gone" if reason == "leg_gone" else "switch_lost", leg))

    def _close(self, leg: LegId) -> Listen | None:
        opened = self._open.pop(leg, None)
        if opened is None:
            return None
        opened.task.cancel()
        self._closing.add(opened.task)
        opened.task.add_done_callback(self._closing.discard)
        return opened.order

    async def _listen(self, order: Listen) -> None:
        failure: CommandFailed | None = None
        try:
            async with (
                aclosing(self._sound.sound_of(order.leg)) as sound,
                aclosing(self._recogniser.listen(order, _pcm(sound, self._sound.sound_rate))) as facts,
            ):
                async for fact in facts:
                    if fact.final:
                        del self._open[order.leg]
                    self._sink(fact)
                    if fact.final:
                        return
            failure = CommandFailed(order.attempt, "leg_gone", order.leg, "the sound ended")
        except SwitchAway as error:
            failure = CommandFailed(order.attempt, "switch_lost", order.leg, str(error))
        except (SwitchError, SpeechError, OSError) as error:
            advice = "the caller can still press keys; does the switch reach speech.address, or write where we read?"
            log.error("not listening", call=order.leg, error=str(error), advice=advice)
            failure = CommandFailed(order.attempt, "refused", order.leg, str(error))
        del self._open[order.leg]
        self._sink(failure)


async def _pcm(sound: AsyncIterator[bytes], rate: int) -> AsyncIterator[Pcm]:
    async for samples in sound:
        yield Pcm(np.frombuffer(samples, "<i2").astype(np.int16), rate)
