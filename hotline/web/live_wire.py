"""The live wire: a snapshot, then what changes, for each page and program that has the WebSocket open.

A change is looked for, compared and encoded once for all of them. Who reads more slowly than the house changes gets a
new snapshot in place of what they missed: nothing is queued for anybody but the newest messages, which all share.
The wire costs a bounded share of a core: the more it has to tell, the less often it does.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from hotline.views import wire
from hotline.views.controller import Controller
from hotline.views.live_states import States

log = structlog.get_logger("hotline")

Send = Callable[[str], Awaitable[None]]

MOST_READERS = 1_000
_KEPT = 32
"""Messages that a slow reader may be behind, before they get a snapshot."""
_REST_S, _LONGEST_REST_S = 0.05, 2.0
_SHARE = 0.06
"""Of the time the wire may be at work, it rests so long as makes it this part; the readers' tasks cost about as much
again as half of it."""
_STANDS_S = 5.0
"""Something is told at least as often, so that a page knows a wire that stands from one that is cut."""
_LOOK_ANYHOW_S = 1.0
"""Some changes come without an event: a switch that is away, a new day."""
_LONGEST_SEND_S = 0.001
"""A send that took longer has waited for its reader, which costs nothing."""


class LiveWire:
    """Looks at the house as long as somebody reads."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._states: States | None = None
        """As they were told last."""
        self._position = 0
        self._messages: deque[str] = deque(maxlen=_KEPT)
        self._told = 0
        """Messages of changes so far; the last ones are kept."""
        self._snapshot: str | None = None
        """That of the states that were told last, once somebody needed it."""
        self._news = asyncio.Event()
        self._looked_at = self._told_at = 0.0
        self._seen = 0
        """The position at the look before."""
        self._spent_s = 0.0
        self._readers = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def readers(self) -> int:
        """How many read now."""
        return self._readers

    async def read(self, send: Send) -> None:
        """Send a snapshot and all changes from there on, for ever: until `send` raises, or the task is cancelled."""
        self._readers += 1
        try:
            if self._looking is None:
                self._look()
                self._looking = asyncio.create_task(self._keep_looking())
            await self._follow(send)
        finally:
            self._readers -= 1
            if not self._readers and self._looking is not None:
                self._looking.cancel()
                self._looking, self._states = None, None

    async def _follow(self, send: Send) -> None:
        at: int | None = None
        while True:
            news = self._news
            behind = None if at is None else self._told - at
            if at is None or behind is None or behind > len(self._messages):
                at, message = self._told, self._whole()
            elif behind:
                at, message = at + 1, self._messages[-behind]
            else:
                await news.wait()
                continue
            began = time.perf_counter()
            await send(message)
            self._spent_s += min(time.perf_counter() - began, _LONGEST_SEND_S)

    def _whole(self) -> str:
        if self._snapshot is None:
            assert self._states is not None, "somebody reads, so there was a look"
            now = wire.snapshot(self._states, self._position, self._controller.utc(), self._controller.house())
            self._snapshot = wire.encoded(now)
        return self._snapshot

    async def _keep_looking(self) -> None:
        while True:
            rest_s = min(max(_REST_S, self._spent_s / _SHARE), _LONGEST_REST_S)
            self._spent_s = 0.0
            await asyncio.sleep(rest_s)
            began = time.perf_counter()
            try:
                self._look()
            except Exception:  # whatever it is, the pages must not stand still for ever
                log.exception("the live wire could not look", advice="it is tried again by itself; report this")
            self._spent_s += time.perf_counter() - began

    def _look(self) -> None:
        now, position = time.monotonic(), self._controller.position
        if self._states is not None and position == self._seen and now < self._looked_at + _LOOK_ANYHOW_S:
            return
        before, states = self._states, self._controller.states()
        self._looked_at, self._seen = now, position
        if before is None:
            self._states, self._position, self._snapshot = states, position, None
            self._told_at = now
            return
        message = wire.changes(before, states, self._position, position, self._controller.utc())
        if wire.is_empty(message) and now < self._told_at + _STANDS_S:
            self._states = states  # nobody can tell it from the one before, and its parts are found equal faster
            return
        self._states, self._position, self._snapshot = states, position, None
        self._messages.append(wire.encoded(message))
        self._told, self._told_at = self._told + 1, now
        self._news.set()
        self._news = asyncio.Event()
