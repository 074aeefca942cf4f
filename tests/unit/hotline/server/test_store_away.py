"""A store that cannot be opened at the start is waited for, told by /health and `hotline status`, and taken up."""

import asyncio
import contextlib
import json
import signal
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from typer.testing import CliRunner

from calls.backoff import Backoff
from hotline.cli.main import app
from hotline.server import store_opening
from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.store import Versions
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("by_migrations")]


def health(site: Site) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{site.settings.web.port}/health", timeout=20) as answer:
            return 200, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def status(site: Site, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["status", "--site", str(site.folder), *options])
    return done.exit_code, done.output


@contextlib.contextmanager
def locked(site: Site) -> Any:
    """Another program holds a store that has no tables yet."""
    with contextlib.closing(sqlite3.connect(site.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE mine (n INTEGER)")
        yield
        other.execute("ROLLBACK")


async def test_a_start_waits_for_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_opening, "BACKOFF", Backoff(first_s=0.1, longest_s=0.2))
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    server = new_server(site)
    with locked(site):
        serving_task = asyncio.create_task(server.run())
        await until(lambda: serving_task.done() or server._health.store_trouble)
        assert not serving_task.done(), serving_task.exception()
        code, told = await asyncio.to_thread(health, site)
        assert code == 503
        assert "locked" in told["wrong"][-1]
        (store,) = [part for part in told["dependencies"] if part["name"] == "store"]
        assert store["state"] == "down"
        assert store["next_try_at"] > store["since"]
        code, said = await asyncio.to_thread(status, site)
        assert code == 2
        assert "locked" in said
    await until(lambda: hasattr(server, "_driver") and server.register.version == version)
    await until(lambda: server.controller.health()["ok"])
    code, told = await asyncio.to_thread(health, site)
    assert (code, told["ok"]) == (200, True)
    assert 'hotline_dependency_up{name="store"} 1.0' in generate_latest(server.metrics.registry).decode()
    code, said = await asyncio.to_thread(status, site, "--json")
    line = said.splitlines()[-1]  # the server of this process writes its log there, too
    assert (code, json.loads(line)["version"]) == (0, version)
    signal.raise_signal(signal.SIGTERM)
    await serving_task
    code, said = await asyncio.to_thread(status, site)
    assert code == 2
    assert "does not answer" in said


async def test_a_start_that_waits_can_be_stopped(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    publish(Versions(site.versions), 1)
    server = new_server(site)
    with locked(site):
        task = asyncio.create_task(server.run())
        await until(lambda: task.done() or server._health.store_trouble)
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await task


async def test_a_store_that_stops_writing_is_told_with_its_next_try(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    server = new_server(site)
    task = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    store = next(part for part in server._dependencies if part.name == "store")
    with contextlib.closing(sqlite3.connect(site.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        server._driver.keep_snapshot()
        await until(lambda: store.state == "down" and store.next_try_at is not None)
        assert "locked" in server.controller.health()["wrong"][0]
        other.execute("ROLLBACK")
    await until(lambda: store.state == "up")
    assert server.controller.health()["ok"]
    signal.raise_signal(signal.SIGTERM)
    await task


def test_what_passes_and_what_does_not(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    path.write_bytes(b"no database at all, and longer than a header of one " * 100)
    with pytest.raises(opening.BadInput) as told:
        opening.migrate(path)
    assert not isinstance(told.value, opening.StoreAway), "waiting does not mend it"


def test_a_folder_that_is_no_site_is_unknown(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--site", str(tmp_path / "nowhere")])
    assert done.exit_code == 3
