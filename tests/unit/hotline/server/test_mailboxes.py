"""Mailboxes as a standing part: messages become cases, each once; one that is away is told and tried again."""

import asyncio
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.cases import intake
from hotline.server.mailboxes import Mailbox, make_mailboxes
from hotline.site.settings import Site
from hotline.store import opening
from tests.unit.hotline.cases.imap_server import mailbox
from tests.unit.hotline.cases.test_mail import message

pytestmark = pytest.mark.unit

QUICK = Backoff(first_s=0.05, longest_s=0.1)


def site_with(folder: Path, port: int, **more: Any) -> Site:
    given = {"name": "complaints", "host": "127.0.0.1", "port": port, "tls": "false", "user": "complaints",
             "password_file": "password", "every_s": 1, **more}  # fmt: skip
    words = ", ".join(f"{name}: {value}" for name, value in given.items())
    (folder / "hotline.yaml").write_text(f"zone: Asia/Shanghai\nmailboxes: [{{{words}}}]\n")
    (folder / "password").write_text("secret\n")
    site = Site.open(folder)
    site.prepare()
    opening.migrate(site.database)
    return site


def sources(site: Site) -> list[str]:
    with closing(sqlite3.connect(site.database)) as store:
        return [source for (source,) in store.execute("SELECT source FROM case_contacts ORDER BY row")]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - another thread's server tells nobody
            await asyncio.sleep(0.02)


def standing(site: Site) -> tuple[Mailbox, Dependency]:
    state = Dependency("mailbox complaints", time.time)
    return Mailbox(site, site.settings.mailboxes[0], state, QUICK), state


async def test_one_that_is_away_is_tried_again_and_its_messages_come_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    site = site_with(tmp_path, port)
    box, state = standing(site)
    box.start()
    await until(lambda: state.state == "down")
    assert "mailbox complaints at 127.0.0.1" in state.error
    assert state.next_try_at is not None
    messages = {4: message("one").as_bytes(), 7: message("two", Message_ID="<2@x>").as_bytes()}
    with mailbox(messages, port) as (_, seen):
        await until(lambda: state.state == "up")
        await until(lambda: seen == {4, 7})
        assert sources(site) == ["<1@x>", "<2@x>"]
        messages[9] = message("one, sent again").as_bytes()  # the same Message-ID
        messages[11] = message("three", Message_ID="<3@x>").as_bytes()
        await until(lambda: seen == {4, 7, 9, 11})
        assert sources(site) == ["<1@x>", "<2@x>", "<3@x>"]
    await until(lambda: state.state == "down")
    await box.close()


async def test_what_is_no_message_is_told_and_the_next_one_taken(tmp_path: Path) -> None:
    with mailbox({1: b"nobody sends this", 2: message("one").as_bytes()}) as (port, seen), capture_logs() as said:
        site = site_with(tmp_path, port)
        box, _ = standing(site)
        box.start()
        await until(lambda: seen == {1, 2})
        await until(lambda: any(line["event"] == "message not taken in" for line in said))
        assert sources(site) == ["<1@x>"]
        await box.close()


async def test_what_is_not_on_disk_stays_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = intake.take_in

    def full(*_: Any) -> Any:
        raise BadInput("database or disk is full; nothing was changed")

    with mailbox({1: message("one").as_bytes()}) as (port, seen):
        site = site_with(tmp_path, port)
        monkeypatch.setattr(intake, "take_in", full)
        box, state = standing(site)
        box.start()
        await until(lambda: state.state == "down")
        assert (seen, sources(site)) == (set(), [])
        assert "disk is full" in state.error
        monkeypatch.setattr(intake, "take_in", whole)
        await until(lambda: seen == {1})
        assert sources(site) == ["<1@x>"]
        await box.close()


def test_each_mailbox_is_a_part_of_its_own(tmp_path: Path) -> None:
    added: list[Dependency] = []

    def add(one: Dependency) -> Dependency:
        added.append(one)
        return one

    made = make_mailboxes(site_with(tmp_path, 993), add, time.time)
    assert (len(made), [one.name for one in added]) == (1, ["mailbox complaints"])


@pytest.mark.parametrize(
    ("more", "told"), [({"host": "mail.example"}, "this machine only"), ({"name": "Complaints"}, "name")]
)
def test_settings_that_cannot_be(tmp_path: Path, more: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        site_with(tmp_path, 143, **more)
