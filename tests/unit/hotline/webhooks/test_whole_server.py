"""Webhooks of a whole server: a controller that is killed, an event that is in the store or nowhere."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from hotline.site.site import Site
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.webhooks.receiver import Receiver

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    made = Receiver(tmp_path / "receiver")
    await made.start()
    yield made
    await made.kill()


def site_with(folder: Path, receiver: Receiver) -> Site:
    settings = new_site(folder).folder / "hotline.yaml"
    given = yaml.safe_load(settings.read_text())
    given["webhooks"] = [{"name": "crm", "url": receiver.url, "events": ["arrival", "talk", "end", "case"]}]
    settings.write_text(yaml.safe_dump(given))
    return Site.open(folder)


async def test_kill_9_of_the_controller_loses_and_doubles_nothing(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "site").mkdir()
    site = site_with(tmp_path / "site", receiver)
    version = publish(Versions(site.versions), 1)
    callers = 25
    command = (sys.executable, "-m", "tests.unit.hotline.webhooks.killed_controller", str(site.folder), version)
    killed = await asyncio.create_subprocess_exec(
        *command, str(callers), cwd=ROOT, stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    _, error = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL, error.decode()[-3000:]
    with contextlib.closing(
        sqlite3.connect(site.database)
    ) as store:  # it writes: the log of the killed one is taken in
        (stored,) = store.execute("SELECT count(*) FROM calls").fetchone()
    assert stored < callers, "the store had all of it: nothing was tried here"

    serving = await serve(new_server(site), version)
    await until(
        lambda: len({message["data"]["call"] for message in receiver.taken() if message["type"] == "end"}) == callers
    )
    await asyncio.sleep(0.5)
    signal.raise_signal(signal.SIGTERM)
    await serving
    requests = receiver.requests()
    by_id = {request["headers"]["webhook-id"]: request["body"] for request in requests}
    assert {request["body"] for request in requests} == set(by_id.values()), "the same id is the same event"
    kinds = Counter(yaml.safe_load(body)["type"] for body in by_id.values())
    assert kinds == {"arrival": callers, "end": callers}
    for call in {message["data"]["call"] for message in receiver.taken()}:
        of_it = [message["type"] for message in receiver.taken() if message["data"]["call"] == call]
        assert list(dict.fromkeys(of_it)) == ["arrival", "end"]


async def test_what_waits_is_shown_and_outlives_an_orderly_stop(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "site").mkdir()
    site = site_with(tmp_path / "site", receiver)
    version = publish(Versions(site.versions), 1)
    await receiver.kill()
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    world = World(switch)
    leg = world.dial("95183")
    await until(lambda: server.register.calls)
    world.hang_up(leg)
    await until(lambda: server.controller.health()["warnings"])
    health = server.controller.health()
    assert health["warnings"] == ["away: webhook crm"]
    (away,) = (part for part in health["dependencies"] if part["name"] == "webhook crm")
    assert away["error"].startswith("Cannot connect to host 127.0.0.1")
    assert server.controller.health()["ok"], "callers do not notice"
    (row,) = await server.controller.webhooks()
    assert (row["webhook"], row["waiting"]) == ("crm", 2)
    signal.raise_signal(signal.SIGTERM)
    await serving

    await receiver.start()
    serving = await serve(new_server(site), version)
    await until(lambda: len(receiver.taken()) == 2)
    signal.raise_signal(signal.SIGTERM)
    await serving
    assert [message["type"] for message in receiver.taken()] == ["arrival", "end"]


async def test_what_waited_for_a_webhook_that_is_gone_is_forgotten(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "site").mkdir()
    site = site_with(tmp_path / "site", receiver)
    version = publish(Versions(site.versions), 1)
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving
    with contextlib.closing(sqlite3.connect(site.database)) as store, store:
        store.execute(
            "INSERT INTO webhook_outbox (webhook, id, kind, call, at, body) VALUES ('erp', 'i', 'end', 'c', 0, '{}')"
        )
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving
    with contextlib.closing(sqlite3.connect(site.database)) as store:
        assert store.execute("SELECT count(*) FROM webhook_outbox").fetchone() == (0,)
