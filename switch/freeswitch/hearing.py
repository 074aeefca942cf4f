"""The sound of a caller comes by a file: the switch records the leg's own side, and we read as it grows.

    leg ──media bug, read side──▶ the recording's thread ──▶ a file without a name ──▶ us, every 20 ms

So the prompt that the caller hears goes on meanwhile, and is not in the sound. A file and not a pipe: into a pipe the
switch would wait for a controller that stands still, and fail fifty times a second for one that has died; a file asks
nothing of us. It loses its name as soon as the switch has opened it, so that nobody else reads it and its blocks are
free at its end, whoever dies. Under the name lies an empty note from then on: which leg is being heard. The next
inventory stops what an earlier controller has left, by these notes; where nobody listened it asks nothing.

The folder is one that the switch writes and we read under one path, as for recordings.
"""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from pathlib import Path

from calls.errors import SwitchAway, SwitchError
from calls.ids import LegId, Seconds
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import Session, Told
from switch.freeswitch.wire import Event

SOUND_RATE = 16_000
FOLDER = "hearing"
"""Of the folder of recordings."""
_SAMPLE_BYTES = 2
_ENDING = ".r16"  # samples and nothing else, to mod_sndfile
_LOOK_S: Seconds = 0.02
"""How often a file is looked at: the switch writes a packet of the phone each time, most often 20 ms."""
_PIECE = SOUND_RATE // 10 * _SAMPLE_BYTES
"""Bytes that are read at most at a time."""
_GAP_S: Seconds = 0.06
"""A leg that gives nothing, as while it is being moved: after so long, silence of that length stands for it."""
_SILENCE = bytes(round(_GAP_S * SOUND_RATE) * _SAMPLE_BYTES)
_LIMIT_S = 600
"""After so long the switch ends a file by itself, and we begin another: so much is on disk at most, 19 MB, if all else
fails that should end it."""
_SAFE = re.compile(r"[A-Za-z0-9_.:-]+")
_VARIABLES = ",".join(
    (
        "RECORD_READ_ONLY=true",
        "RECORD_WRITE_ONLY=false",
        "RECORD_STEREO=false",  # those of the leg are of its talks
        "RECORD_STEREO_SWAP=false",
        "RECORD_APPEND=false",
        f"record_sample_rate={SOUND_RATE}",
        "enable_file_write_buffering=false",  # else it comes in pieces of four seconds
        "RECORD_PRE_BUFFER_FRAMES=0",  # else half a second late
    )
)
"""Of this one recording (1.10.12): the leg's own variables stay, for the recordings beside it."""


class _Tap:
    """One leg being heard. `file` is what we read; `ended` when no more will come."""

    __slots__ = ("ended", "file", "leg", "path", "stopped")

    def __init__(self, leg: LegId, path: Path) -> None:
        self.leg = leg
        self.path = path
        self.file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self.stopped = False  # the switch has closed it
        self.ended = asyncio.Event()

    def read(self) -> bytes:
        """Whole samples that were written since; none when there is nothing new."""
        samples = os.read(self.file, _PIECE)
        if len(samples) % _SAMPLE_BYTES:
            os.lseek(self.file, -1, os.SEEK_CUR)
            return samples[:-1]
        return samples

    def hide(self) -> None:
        """The switch has it open: it needs no name. An empty note takes the name."""
        self.path.unlink()
        self.path.touch(0o600)


class Hearing:
    """The taps of one adapter."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taps: dict[str, _Tap] = {}  # by path
        self._folder = session.options.recordings_dir / FOLDER
        self._prefix = f"{session.options.controller}~"

    async def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        """See `calls.ports.SoundSource`."""
        if leg not in self._session.legs:
            raise SwitchError(f"no such leg: {leg}")
        again = False
        while leg in self._session.legs and self._session.client.linked:
            tap = self._tap(leg)
            try:
                if not await self._open(tap, again):
                    return
                async for samples in self._samples(tap):
                    yield samples
            finally:
                self._close(tap)
            again = True

    def _tap(self, leg: LegId) -> _Tap:
        if _SAFE.fullmatch(leg) is None:
            raise SwitchError(f"no name for a file: {leg}")
        path = self._folder / f"{self._prefix}{leg}~{uuid.uuid4()}{_ENDING}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tap = _Tap(leg, path)
        except OSError as fault:
            raise SwitchError(f"the leg cannot be heard: {fault}") from fault
        self._taps[str(path)] = tap
        return tap

    async def _open(self, tap: _Tap, again: bool) -> bool:
        """Whether the switch records. A leg that is ending has its file closed before we hear of its end."""
        told = await self._order(f"{tap.leg} start {tap.path} {_LIMIT_S} {{{_VARIABLES}}}")
        if told.reason in ("deadline", "switch_lost"):
            raise SwitchAway(told.text)
        if not told.ok:
            tap.stopped = True  # nothing was begun
            if again or told.reason == "leg_gone":
                return False
            raise SwitchError(f"the leg cannot be heard: {told.text}")
        try:
            tap.hide()
        except OSError as fault:
            raise SwitchError(f"the leg cannot be heard: {fault}") from fault
        return True

    async def _order(self, arguments: str) -> Told:
        answer: asyncio.Future[Told] = self._session.loop.create_future()
        self._session.api("uuid_record", arguments, lambda told: None if answer.done() else answer.set_result(told))
        return await answer

    async def _samples(self, tap: _Tap) -> AsyncGenerator[bytes]:
        """The samples that are written, until the file is whole; else silence. Raises SwitchError if none ever are."""
        loop, deadline_s = self._session.loop, self._session.options.deadline_s
        began, last_at = False, loop.time()
        while True:
            samples = tap.read()
            if samples:
                began, last_at = True, loop.time()
                yield samples
                continue
            if tap.ended.is_set():
                return
            silent_s = loop.time() - last_at
            if began and silent_s >= _GAP_S:
                last_at += _GAP_S
                yield _SILENCE
            elif silent_s >= deadline_s:
                raise SwitchError(f"no sound comes: does the switch write into {self._folder} of this machine?")
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await tap.ended.wait()

    def _close(self, tap: _Tap) -> None:
        del self._taps[str(tap.path)]
        os.close(tap.file)
        if tap.stopped:
            tap.path.unlink(missing_ok=True)
        else:
            self._stop(tap.leg, tap.path)

    def _stop(self, leg: LegId, path: Path) -> None:
        self._session.api("uuid_record", f"{leg} stop {path}", partial(_stopped, path))

    # -- events

    def on_record_stop(self, event: Event) -> None:
        """RECORD_STOP: a file is closed."""
        tap = self._taps.get(event.get("Record-File-Path"))
        if tap is not None:
            tap.stopped = True
            tap.ended.set()

    def on_end(self, leg: Leg) -> None:
        """The leg is gone: its sound ends."""
        for tap in self._taps.values():
            if tap.leg == leg.id:
                tap.ended.set()

    def on_lost(self) -> None:
        """The link is down: the sound ends, since whether the leg does cannot be heard of."""
        for tap in self._taps.values():
            tap.ended.set()

    def adopt(self) -> None:
        """After each connect: what an earlier connection left behind goes. Of controllers beside us nothing does."""
        for path in sorted(self._folder.glob(f"{self._prefix}*{_ENDING}")):
            words = path.stem.split("~")
            if str(path) not in self._taps and len(words) == 3:
                self._stop(LegId(words[1]), path)


def _stopped(path: Path, told: Told) -> None:
    """Stopped, or not there: its note goes. Where we cannot know it stays, for the next inventory."""
    if told.reason not in ("deadline", "switch_lost"):
        path.unlink(missing_ok=True)
