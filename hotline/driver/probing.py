"""Probing asks an outer part that is suspected to be away again and again, with growing pauses, until it answers."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import aiohttp

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import HotlineError
from calls.ids import Seconds

BACKOFF = Backoff(first_s=0.5, longest_s=30.0)
_DEADLINE_S: Seconds = 5.0


class Prober:
    """Keeps the state of one part. `ask` returns when the part answers and raises when not; it must be harmless."""

    def __init__(self, state: Dependency, ask: Callable[[], Awaitable[None]]) -> None:
        self.state = state
        self._ask = ask
        self._jitter = random.Random()
        self._asking: asyncio.Task[None] | None = None

    def suspect(self) -> None:
        """Begin to ask, unless that goes on already: it was never asked, or somebody had no answer."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._until_it_answers(), name=f"probing {self.state.name}")
            self._asking.add_done_callback(self._done)

    def stop(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    async def close(self) -> None:
        """Ask no more, and wait until that is so."""
        self.stop()
        if self._asking is not None:
            await asyncio.gather(self._asking, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._asking = None
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error  # our own fault: let the loop tell it

    async def _until_it_answers(self) -> None:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(_DEADLINE_S):
                    await self._ask()
            except (HotlineError, aiohttp.ClientError, OSError) as error:
                failures += 1
                pause_s = BACKOFF.delay_s(failures, self._jitter)
                told = str(error) or (f"no answer within {_DEADLINE_S:g} s" if isinstance(error, TimeoutError) else "")
                self.state.down(told or type(error).__name__, pause_s)
                await asyncio.sleep(pause_s)
            else:
                self.state.up()
                return
