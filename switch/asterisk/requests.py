"""Pending requests wait for their answers: matched by id, in whatever order they come, each with a deadline. No I/O.

All deadlines of one table are equally long, so the oldest request is due first and a queue serves for a heap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from calls.ids import Instant, Seconds

Failure = Literal["refused", "deadline", "switch_lost"]


class Reply(msgspec.Struct, frozen=True, gc=False):
    """The reply to a request. `failure` is None when Asterisk did it (2xx); `status` is 0 when none came."""

    status: int
    body: str = ""
    failure: Failure | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Done, with a 2xx."""
        return self.failure is None


Then = Callable[[Reply], None]
"""Is called once with the reply, on the event loop, never before the request returned."""

_DEADLINE = Reply(0, failure="deadline", reason="no answer in time")


def reply_of(status: int, reason: str, body: str) -> Reply:
    """A reply from an HTTP status. The error text of ARI is `{"message": ...}` or `{"error": ...}`."""
    if 200 <= status < 300:
        return Reply(status, body)
    return Reply(status, body, "refused", f"{status} {reason} {body[:200]}".strip())


class Pending:
    """The table. `Then` callbacks are called by `answered`, `expire` and `fail_all`, never by `add`."""

    def __init__(self, deadline_s: Seconds) -> None:
        self.deadline_s = deadline_s
        self._waiting: dict[str, Then | None] = {}
        self._due: deque[tuple[Instant, str]] = deque()
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, then: Then | None, now: Instant) -> str:
        """Register a request before it is written; its id."""
        self._last_id += 1
        request_id = str(self._last_id)
        self._waiting[request_id] = then
        self._due.append((now + self.deadline_s, request_id))
        return request_id

    def answered(self, request_id: str, reply: Reply) -> bool:
        """Hand a reply to who waits. False when nobody does (any more): a stale answer changes nothing."""
        if request_id not in self._waiting:
            return False
        then = self._waiting.pop(request_id)
        if then is not None:
            then(reply)
        return True

    def next_deadline(self) -> Instant | None:
        """When `expire` wants to be called; None when nobody waits."""
        while self._due and self._due[0][1] not in self._waiting:
            self._due.popleft()
        return self._due[0][0] if self._due else None

    def expire(self, now: Instant) -> int:
        """Fail what is due; how many."""
        expired = 0
        while self._due and self._due[0][0] <= now:
            expired += self.answered(self._due.popleft()[1], _DEADLINE)
        return expired

    def fail_all(self, reason: str) -> None:
        """The link is gone, and with it every answer."""
        waiting, self._waiting = self._waiting, {}
        self._due.clear()
        lost = Reply(0, failure="switch_lost", reason=reason)
        for then in waiting.values():
            if then is not None:
                then(lost)
