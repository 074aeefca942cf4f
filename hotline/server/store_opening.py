"""The store at the start of a server: waited for while the disk does not let us, and told meanwhile."""

import asyncio
import contextlib
import random
import socket
from pathlib import Path

import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.server.health import Health
from hotline.store import opening
from hotline.web.starting import saying_why

log = structlog.get_logger("hotline")

BACKOFF = Backoff(first_s=1.0, longest_s=15.0)


async def store_there(
    database: Path, address: socket.socket, health: Health, store: Dependency, stopping: asyncio.Event
) -> bool:
    """Open the store, bring it up to date, and return True; False when `stopping` is set before that.

    While it cannot be opened it is tried again and again, and `/health` at `address` says so. Raises BadInput for a
    store that will never open.
    """
    failures, jitter = 0, random.Random()
    async with contextlib.AsyncExitStack() as meanwhile:
        while True:
            try:
                await asyncio.to_thread(opening.migrate, database)
            except opening.StoreAway as error:
                failures += 1
                pause_s = BACKOFF.delay_s(failures, jitter)
                health.store_trouble = str(error)
                store.down(str(error), pause_s)
                if failures == 1:
                    advice = "calls meet the fallback; free space, or unlock it: it is tried again by itself"
                    log.error("the store cannot be opened", error=str(error), advice=advice)
                    await meanwhile.enter_async_context(saying_why(address, lambda: health.view("")))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await stopping.wait()
                        return False
            else:
                health.store_trouble = ""
                store.up()
                return True
