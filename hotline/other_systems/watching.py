"""Watching another system: its calls to outside in the ledger as they are made, counted, and judged.

In shadow each call is put to the gate as it is dialled, and written with what the gate says. To enforce, the system
asks the gate itself before it dials: what is seen here is merged with what it asked for, and a call that nobody asked
for is told. Nothing can be stopped here: who watches only watches.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import BadInput, HotlineError
from calls.numbers import masked
from dialer.governor.questions import Question
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import read_number
from hotline.ledger.port import Ledger, Record, Settlement
from hotline.other_systems.dials import Dials, Event, Seen
from hotline.other_systems.manager_account import AccountRefused
from hotline.site.sources import SourceSettings

log = structlog.get_logger("hotline")

_HOLD_S = 4 * 3600.0
_MOST_WAITING = 10_000
_BACKOFF = Backoff(first_s=1.0, longest_s=30.0)
_REFUSED_S = 60.0

Listen = Callable[[Callable[[Event], None], Callable[[], None]], Awaitable[None]]
"""Gives events to the first until the link is lost, and calls the second once it listens; `manager_link.watch`."""


class Watcher:
    """One source. `run` until cancelled; what it sees is written in order, by one task."""

    def __init__(
        self,
        name: str,
        settings: SourceSettings,
        region: str,
        reserving: Reserving,
        ledger: Ledger,
        state: Dependency,
        utc: Callable[[], float] = time.time,
    ) -> None:
        """`region` (ISO 3166) is that in which its numbers are dialled."""
        watch = settings.watch
        assert watch is not None  # a source without it is not watched
        self._name = name
        self._settings = settings
        self._region = region
        self._reserving = reserving
        self._ledger = ledger
        self._state = state
        self._utc = utc
        self._dials = Dials(watch.channels, watch.number, settings.talk_s)
        self._attempts: dict[str, int] = {}
        """Of calls that go on and were put to the gate here."""
        self._seen: asyncio.Queue[Seen] = asyncio.Queue(_MOST_WAITING)
        self.calls = 0
        """Calls seen so far."""
        self.unasked = 0
        """Of those that were to be asked for: the ones that nobody had asked for."""

    def hear(self, event: Event) -> None:
        """Take an event in; at once, in the event loop."""
        seen = self._dials.handle(event, self._utc())
        if seen is not None:
            try:
                self._seen.put_nowait(seen)
            except asyncio.QueueFull:
                log.error("call of another system not written", source=self._name, advice="is the ledger up?")

    async def run(self, listen: Listen) -> None:
        """Listen for ever, with growing pauses while the link is away."""
        writing = asyncio.create_task(self._write())
        chance, failures = random.Random(), 0
        try:
            while True:
                up_before = self._state.state
                try:
                    await listen(self.hear, self._state.up)
                except (HotlineError, OSError) as error:
                    failures = 1 if self._state.state == "up" else failures + 1
                    mend = isinstance(error, BadInput | AccountRefused)
                    pause_s = _REFUSED_S if mend else _BACKOFF.delay_s(failures, chance)
                    if self._state.state != "down" or up_before != "down":
                        advice = "what it does meanwhile comes by its call records: hotline sources import"
                        log.error("another system is not watched", source=self._name, error=str(error), advice=advice)
                    self._state.down(str(error), pause_s)
                    self._dials.forget()
                    await asyncio.sleep(pause_s)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def written(self) -> None:
        """Return once all that was heard so far is in the ledger."""
        await self._seen.join()

    async def _write(self) -> None:
        while True:
            seen = await self._seen.get()
            try:
                await self._enter(seen)
            except Exception as error:  # noqa: BLE001 - one call that cannot be written costs no other
                advice = "it is not counted; `hotline status` tells of the ledger"
                told = type(error).__name__
                log.error("call of another system not written", source=self._name, error=told, advice=advice)
            finally:
                self._seen.task_done()

    async def _enter(self, seen: Seen) -> None:
        try:
            number = read_number(seen.number, self._region)
        except ValueError:
            number = seen.number[:32]  # it was called all the same: the rules say what they have against it
        shown = self._shown(seen.shown)
        self.calls += seen.begins
        if self._settings.mode == "shadow":
            if seen.begins:
                question = Question(
                    scene=self._settings.scene, number=number, origin="import", source=self._name, caller_id=shown
                )
                key = f"watch/{seen.call}"
                reservation = await self._reserving.reserve(question, key=key, hold_s=_HOLD_S, shadow=True)
                if reservation.attempt is not None:
                    self._attempts[seen.call] = reservation.attempt
            attempt = self._attempts.get(seen.call)
            if attempt is not None:
                await self._settle(seen, attempt)
                return
        (recorded,) = await self._ledger.record([self._record(seen, number, shown)])
        if seen.begins and self._settings.mode == "enforce" and recorded.outcome == "added":
            self.unasked += 1
            advice = "it dials without asking: see hotline govern compare"
            log.warning("call that nobody asked for", source=self._name, number=masked(number), advice=advice)

    async def _settle(self, seen: Seen, attempt: int) -> None:
        if seen.ended:
            self._attempts.pop(seen.call, None)
        await self._reserving.settle(
            Settlement(
                attempt=attempt,
                state=seen.state,
                at=seen.at,
                talked_until=seen.talked_until,
                result=seen.result,
                call=seen.call,
                ended=seen.ended,
            )
        )

    def _record(self, seen: Seen, number: str, shown: str) -> Record:
        scene = self._reserving.scene(self._settings.scene)
        return Record(
            source=self._name,
            call=seen.call,
            at=seen.at,
            number=number,
            state=seen.state,
            scene=self._settings.scene,
            category=scene.category if scene is not None else "",
            channel=scene.channel if scene is not None else "",
            caller_id=shown,
            result=seen.result,
            talked_until=seen.talked_until,
        )

    def _shown(self, text: str) -> str:
        try:
            return read_number(text, self._region) if text else ""
        except ValueError:
            return ""
