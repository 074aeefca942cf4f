"""A switch that speaks: the sentences of a `Play` are made into clips here, by a `Speaker`, before a switch sees them.

A sentence comes in pieces, and what is there is played while the rest is made: the beginning is heard as soon as it is
ready. To the switch each stretch is a `Play` of its own, under an attempt that is known here only; the last one has the
attempt of the whole, so that its outcome is that of the whole. No adapter has to know how to append.

Music is kept out of the gaps: where a leg has music, nothing is played until all is ready, and what is ordered of music
while pieces play goes to the switch behind the last one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import msgspec
import structlog

from calls.causes import Outcome
from calls.commands import (
    Bridge,
    Clip,
    HangUp,
    Media,
    Play,
    Redirect,
    Sentence,
    StartMusic,
    Stop,
    StopMusic,
    SwitchCommand,
)
from calls.errors import HotlineError
from calls.events import CallEnded, LiveLeg, PlaybackFinished, SwitchBack, SwitchEvent
from calls.ids import AttemptId, LegId
from calls.ports import Sink, Switch

log = structlog.get_logger(__name__)


class Speaker(Protocol):
    """Makes sounds of words, within its own deadline."""

    def say(self, sentence: Sentence) -> AsyncGenerator[Clip]:
        """The sounds of one sentence, in order, each as soon as it is there. Raises HotlineError when there is none."""
        ...


@dataclass(slots=True, eq=False)
class _Saying:
    """A Play with sentences: what of it is ready and not yet played, and the stretch that is being heard."""

    command: Play
    at_once: bool
    """Whether a piece may be heard before the others are there."""
    ready: list[Media] = field(default_factory=list)
    complete: bool = False
    stretch: AttemptId | None = None
    played: bool = False
    over: bool = False
    """Nothing more of it is played."""
    held: list[SwitchCommand] = field(default_factory=list)
    """Music that was ordered meanwhile."""
    making: asyncio.Task[None] | None = None
    numbers: count[int] = field(default_factory=lambda: count(1))


class SpeakingSwitch:
    """A `calls.ports.Switch` made of a switch and a `Speaker`."""

    def __init__(self, switch: Switch, speaker: Speaker) -> None:
        self.name = switch.name
        self._switch = switch
        self._speaker = speaker
        self._sink: Sink
        self._loop: asyncio.AbstractEventLoop
        self._sayings: dict[LegId, _Saying] = {}
        self._stretches: dict[AttemptId, _Saying] = {}
        self._with_music: set[LegId] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, sink: Sink) -> None:
        """See `calls.ports.Switch.start`."""
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        await self._switch.start(self._take)

    def send(self, command: SwitchCommand) -> None:
        """See `calls.ports.Switch.send`."""
        match command:
            case Play():
                self._drop(command.leg)
                if any(isinstance(media, Sentence) for media in command.media):
                    self._say(command)
                    return
            case Stop():
                saying = self._sayings.get(command.leg)
                if saying is not None and saying.command.attempt == command.attempt:
                    self._stop(saying)
                    return
            case StartMusic() | StopMusic():
                if self._is_held(command):
                    return
            case HangUp() | Redirect():
                self._drop(command.leg)
            case Bridge():
                for leg in (command.a, command.b):
                    self._drop(leg)
                    self._with_music.discard(leg)
            case _:
                pass
        self._switch.send(command)

    async def calls(self) -> Sequence[LiveLeg]:
        """See `calls.ports.Switch.calls`."""
        return await self._switch.calls()

    async def close(self) -> None:
        """See `calls.ports.Switch.close`."""
        for leg in tuple(self._sayings):
            self._drop(leg)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._switch.close()

    # -- on the way out

    def _is_held(self, command: StartMusic | StopMusic) -> bool:
        starts = isinstance(command, StartMusic)
        (self._with_music.add if starts else self._with_music.discard)(command.leg)
        saying = self._sayings.get(command.leg)
        if saying is None:
            return False
        if saying.stretch is None:
            saying.at_once = saying.at_once and not starts
            return False
        saying.held.append(command)
        return True

    def _say(self, command: Play) -> None:
        saying = self._sayings[command.leg] = _Saying(command, at_once=command.leg not in self._with_music)
        saying.making = self._loop.create_task(self._make(saying))
        self._tasks.add(saying.making)
        saying.making.add_done_callback(self._tasks.discard)

    async def _make(self, saying: _Saying) -> None:
        """Make clips of the sentences. One that cannot be made is left out and logged."""
        for media in saying.command.media:
            if not isinstance(media, Sentence):
                self._made(saying, media)
                continue
            try:
                async with aclosing(self._speaker.say(media)) as clips:
                    async for clip in clips:
                        self._made(saying, clip)
            except HotlineError as error:
                advice = "is the voice installed?"
                log.error("sentence not spoken", call=saying.command.leg, error=str(error), advice=advice)
        saying.complete = True
        self._go_on(saying)

    def _made(self, saying: _Saying, clip: Media) -> None:
        saying.ready.append(clip)
        if saying.at_once and len(saying.ready) == 1:  # later: what is kept already comes with it, as one stretch
            self._loop.call_soon(self._go_on, saying)

    def _go_on(self, saying: _Saying) -> None:
        """Play what is ready, unless something of it is being heard."""
        if saying.over or saying.stretch is not None or not (saying.complete or (saying.at_once and saying.ready)):
            return
        command, clips = saying.command, tuple(saying.ready)
        saying.ready = []
        if not saying.complete:
            saying.stretch = AttemptId(f"{command.attempt}~{next(saying.numbers)}")
            saying.played = True
            self._stretches[saying.stretch] = saying
            self._switch.send(Play(command.leg, saying.stretch, clips))
            return
        self._forget(saying)
        saying.over = True
        if clips:
            self._switch.send(Play(command.leg, command.attempt, clips))
        elif saying.played:
            self._sink(PlaybackFinished(command.leg, command.attempt, Outcome.FINISHED))
        else:
            detail = "no sound for the sentence"
            self._sink(PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail, "missing_file"))
        self._let_music(saying)

    def _stop(self, saying: _Saying) -> None:
        stretch = saying.stretch
        self._drop(saying.command.leg)
        if stretch is not None:
            self._switch.send(Stop(saying.command.leg, stretch))

    def _drop(self, leg: LegId) -> None:
        """Make no more of what is said to a leg. A stretch that is heard is stopped by who asks for it, and its outcome
        is that of the whole."""
        saying = self._sayings.get(leg)
        if saying is None:
            return
        self._forget(saying)
        saying.over = True
        assert saying.making is not None
        saying.making.cancel()
        if saying.stretch is None:
            self._loop.call_soon(self._sink, PlaybackFinished(leg, saying.command.attempt, Outcome.STOPPED))
        self._let_music(saying)

    def _forget(self, saying: _Saying) -> None:
        if self._sayings.get(saying.command.leg) is saying:
            del self._sayings[saying.command.leg]

    def _let_music(self, saying: _Saying) -> None:
        for command in saying.held:
            self._switch.send(command)
        saying.held.clear()

    # -- on the way in

    def _take(self, event: SwitchEvent) -> None:
        if self._stretches and isinstance(event, PlaybackFinished) and event.attempt in self._stretches:
            self._stretch_over(event)
            return
        if isinstance(event, CallEnded):
            self._with_music.discard(event.leg)
            self._end(event.leg)
        elif isinstance(event, SwitchBack):
            self._with_music.update(live.leg for live in event.live if live.in_music)
        self._sink(event)

    def _end(self, leg: LegId) -> None:
        """The leg is gone: its last fact is that, so the outcome of what was still being made comes before it."""
        saying = self._sayings.get(leg)
        if saying is not None:
            self._forget(saying)
            saying.over = True
            assert saying.making is not None
            saying.making.cancel()
            self._sink(PlaybackFinished(leg, saying.command.attempt, Outcome.STOPPED))

    def _stretch_over(self, event: PlaybackFinished) -> None:
        saying = self._stretches.pop(event.attempt)
        saying.stretch = None
        if event.outcome is Outcome.FINISHED and not saying.over:
            self._go_on(saying)
            return
        was_over, saying.over = saying.over, True
        self._forget(saying)
        assert saying.making is not None
        saying.making.cancel()
        whole = msgspec.structs.replace(event, attempt=saying.command.attempt)
        if was_over and event.outcome is Outcome.FINISHED:  # it was over before the stop came; the rest is not heard
            whole = PlaybackFinished(event.leg, saying.command.attempt, Outcome.STOPPED)
        self._sink(whole)
        self._let_music(saying)
