"""A controller of a small site that is killed: `python -m … FOLDER VERSION NUMBER`.

NUMBER callers come, and the process ends by SIGKILL in the turn in which the last one hangs up: nothing of that is in
the store yet, all of it is in the write-ahead file.
"""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from hotline.site.site import Site
from hotline.store import opening
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, serve, until


async def run(folder: Path, version: str, callers: int) -> None:
    """Until it is killed."""
    switch = FakeSwitch(LoopTimeline())
    server = new_server(Site.open(folder), switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    assert not serving.done()
    await until(lambda: _stored(server.site.database))  # beside a store that is empty, a write-ahead file is no one's
    world = World(switch)
    legs = [world.dial("95183", f"1380000{number:04d}") for number in range(callers)]
    await until(lambda: len(server.register.calls) == callers)
    for leg in legs:
        world.hang_up(leg)
    while server.register.calls:  # noqa: ASYNC110 - each turn counts: the store must not come to commit
        await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _stored(database: Path) -> int:
    with contextlib.closing(opening.to_read(database)) as store:
        (events,) = store.execute("SELECT count(*) FROM journal").fetchone()
        return int(events)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
