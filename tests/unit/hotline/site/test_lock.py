"""One controller a folder, and the next one at once when it is killed."""

import asyncio
import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from acd.events import AgentSignedIn
from calls.errors import BadInput
from calls.ids import AgentId
from hotline.journal.write_ahead import WriteAhead
from hotline.site import lock as folder_lock
from hotline.site.lock import alone
from hotline.versions.store import Versions
from tests.unit.hotline.served import new_server, new_site, publish, serve

pytestmark = pytest.mark.unit

_HOLD = """
import asyncio, subprocess, sys
from pathlib import Path
from hotline.site.lock import alone

async def main():
    async with alone(Path(sys.argv[1])):
        child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
        print(child.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_second_server_does_not_touch_the_write_ahead_files_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "_WAIT_S", 0.1)
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    server = new_server(site)
    serving = await serve(server, version)
    await server.controller.durable()
    stored = server._driver._seq
    server._driver.take(AgentSignedIn(AgentId("1001")))
    with pytest.raises(BadInput, match=f"process {os.getpid()}"):
        await new_server(site).run()
    assert [entry.seq for entry in WriteAhead(site.database).after(stored)] == [stored + 1]
    signal.raise_signal(signal.SIGTERM)
    await serving
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_who_comes_after_a_kill_gets_it_though_what_the_killed_one_started_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "hotline.lock"
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, path, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    child = int(await holder.stdout.readline())
    try:
        assert path.read_text() == f"{holder.pid}\n"
        holder.kill()
        async with alone(path):
            assert path.read_text() == f"{os.getpid()}\n"
        os.kill(child, 0)  # still there
    finally:
        os.kill(child, signal.SIGKILL)
        await holder.wait()


async def test_a_file_system_without_locks_is_told_and_keeps_nobody_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with structlog.testing.capture_logs() as told:
        async with alone(tmp_path / "hotline.lock"):
            pass
    assert [line["event"] for line in told] == ["the folder cannot be locked"]
