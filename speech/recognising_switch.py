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
from speech.recogniser import Recogniser, SpeechLate
from speech.voice import Pcm, SpeechError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Open:
    command: Listen
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
        if type(command) is Listen:
            self._stop(command.leg)
            self._open[command.leg] = _Open(command, asyncio.create_task(self._listen(command)))
        elif type(command) is Stop and self._is_ours(command):
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
        return opened is not None and opened.command.attempt == command.attempt

    def _take(self, event: SwitchEvent) -> None:
        """Pass on an event of the switch; first the outcome of what cannot go on after it."""
        if self._open:  # most calls are listened to by nobody
            if isinstance(event, CallEnded):
                self._fail(event.leg, "leg_gone")
            elif isinstance(event, SwitchLost):
                for leg in tuple(self._open):
                    self._fail(leg, "switch_lost")
        self._sink(event)

    def _stop(self, leg: LegId) -> None:
        command = self._close(leg)
        if command is not None:
            stopped = SpeechHeard(leg, command.attempt, "", 0.0)
            asyncio.get_running_loop().call_soon(self._sink, stopped)

    def _fail(self, leg: LegId, reason: str) -> None:
        command = self._close(leg)
        if command is not None:
            self._sink(CommandFailed(command.attempt, "leg_gone" if reason == "leg_gone" else "switch_lost", leg))

    def _close(self, leg: LegId) -> Listen | None:
        opened = self._open.pop(leg, None)
        if opened is None:
            return None
        opened.task.cancel()
        self._closing.add(opened.task)
        opened.task.add_done_callback(self._closing.discard)
        return opened.command

    async def _listen(self, command: Listen) -> None:
        failure: CommandFailed | None = None
        try:
            async with (
                aclosing(self._sound.sound_of(command.leg)) as sound,
                aclosing(self._recogniser.listen(command, _pcm(sound, self._sound.sound_rate))) as events,
            ):
                async for event in events:
                    if event.final:
                        del self._open[command.leg]
                    self._sink(event)
                    if event.final:
                        return
            failure = CommandFailed(command.attempt, "leg_gone", command.leg, "the sound ended")
        except SwitchAway as error:
            failure = CommandFailed(command.attempt, "switch_lost", command.leg, str(error))
        except SpeechLate as error:
            advice = "the caller goes on with keys; often: more cores, or fewer steps that listen"
            log.warning("speech not heard in time", call=command.leg, error=str(error), advice=advice)
            failure = CommandFailed(command.attempt, "deadline", command.leg, str(error))
        except (SwitchError, SpeechError, OSError) as error:
            advice = "the caller can still press keys; does the switch reach speech.address, or write where we read?"
            log.error("not listening", call=command.leg, error=str(error), advice=advice)
            failure = CommandFailed(command.attempt, "refused", command.leg, str(error))
        del self._open[command.leg]
        self._sink(failure)


async def _pcm(sound: AsyncIterator[bytes], rate: int) -> AsyncIterator[Pcm]:
    async for samples in sound:
        yield Pcm(np.frombuffer(samples, "<i2").astype(np.int16), rate)
