"""Group commit: what goes into one transaction, in which order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from calls.dependencies import Dependency
from hotline.ledger.committing import GroupCommit
from hotline.ledger.port import Settlement
from hotline.ledger.requests import Look, Request, Settle

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]


class Kept:
    """A store that notes each group, and does not begin before it is let."""

    most = 5

    def __init__(self) -> None:
        self.began = threading.Event()
        self.begin = threading.Event()
        self.groups: list[list[str]] = []

    def transact(self, requests: Sequence[Request[Any]]) -> list[Any]:
        self.began.set()
        self.begin.wait(20.0)
        self.groups.append([_name(request) for request in requests])
        return [_name(request) for request in requests]

    def close(self) -> None: ...


def _name(request: Request[Any]) -> str:
    return f"settle {request.told.attempt}" if isinstance(request, Settle) else "look"


async def test_what_has_gathered_goes_in_order_as_many_at_a_time_as_the_store_takes() -> None:
    store = Kept()
    commits = GroupCommit(store, Dependency("ledger", lambda: 0.0), print)
    first = commits.ask(Look("+8613900000000", "", "", 0.0, ()))  # the thread is busy with it while others come
    look = [Look("+8613900000000", "", "", 0.0, ()) for _ in range(3)]
    settles = [Settle(Settlement(attempt=number, state="attempted")) for number in (1, 2, 3)]
    order: list[Request[Any]] = [look[0], settles[0], look[1], settles[1], settles[2], look[2]]
    assert await asyncio.to_thread(store.began.wait, 20.0)
    asked = [commits.ask(request) for request in order]
    store.begin.set()
    assert await asyncio.gather(*asked) == [_name(request) for request in order], "each has its own answer"
    assert await first == "look"
    assert store.groups == [["look"], ["look", "settle 1", "look", "settle 2", "settle 3"], ["look"]]
    await commits.close()
