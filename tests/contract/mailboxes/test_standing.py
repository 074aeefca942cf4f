"""Mailboxes as a standing part: messages become cases, each once; one that is away is told and tried again."""

import asyncio
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
from hotline.cases import intake, mail
from hotline.server.mailboxes import Mailbox, make_mailboxes
from hotline.site.site import Site
from hotline.store import opening
from tests.contract.mailboxes.rig import MailboxRig
from tests.unit.hotline.cases.test_mail import message

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


async def test_one_that_is_away_is_tried_again_and_its_messages_come_once(tmp_path: Path, box: MailboxRig) -> None:
    uids = {box.put(message("one").as_bytes()), box.put(message("two", Message_ID="<2@x>").as_bytes())}
    box.go()
    site = site_with(tmp_path, box.port)
    reader, state = standing(site)
    reader.start()
    await until(lambda: state.state == "down")
    assert "mailbox complaints at 127.0.0.1" in state.error
    assert state.next_try_at is not None
    box.come()
    await until(lambda: state.state == "up")
    await until(lambda: box.seen() == uids)
    assert sources(site) == ["<1@x>", "<2@x>"]
    uids.add(box.put(message("one, sent again").as_bytes()))  # the same Message-ID
    uids.add(box.put(message("three", Message_ID="<3@x>").as_bytes()))
    await until(lambda: box.seen() == uids)
    assert sources(site) == ["<1@x>", "<2@x>", "<3@x>"]
    box.go()
    await until(lambda: state.state == "down")
    await reader.close()


async def test_what_is_no_message_is_told_and_the_next_one_taken(tmp_path: Path, box: MailboxRig) -> None:
    uids = {box.put(b"nobody sends this"), box.put(message("one").as_bytes())}
    site = site_with(tmp_path, box.port)
    with capture_logs() as said:
        reader, _ = standing(site)
        reader.start()
        await until(lambda: box.seen() == uids)
        await until(lambda: any(line["event"] == "message not taken in" for line in said))
        assert sources(site) == ["<1@x>"]
        await reader.close()


async def test_a_message_that_breaks_the_parser_is_told_and_the_next_one_taken(
    tmp_path: Path, box: MailboxRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(html: str) -> str:
        raise AssertionError(f"expected name token at {html!r}")

    monkeypatch.setattr(mail, "_words_of", broken)
    html = b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n<p>back"
    uids = {box.put(html), box.put(message("one").as_bytes())}
    with capture_logs() as said:
        reader, state = standing(site_with(tmp_path, box.port))
        reader.start()
        await until(lambda: box.seen() == uids and state.state == "up")
        await until(lambda: any(line["event"] == "message not taken in" for line in said))
        assert any("cannot be read: AssertionError" in str(line.get("error")) for line in said)
        await reader.close()


@pytest.mark.parametrize("error", [BadInput, RuntimeError])
async def test_what_is_not_on_disk_stays_unseen(
    tmp_path: Path, box: MailboxRig, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    whole = intake.take_in

    def full(*_: Any) -> Any:
        raise error("database or disk is full; nothing was changed")

    uid = box.put(message("one").as_bytes())
    site = site_with(tmp_path, box.port)
    monkeypatch.setattr(intake, "take_in", full)
    reader, state = standing(site)
    reader.start()
    await until(lambda: state.state == "down")
    assert (box.seen(), sources(site)) == (set(), [])
    assert "disk is full" in state.error
    monkeypatch.setattr(intake, "take_in", whole)
    await until(lambda: box.seen() == {uid})
    assert sources(site) == ["<1@x>"]
    await reader.close()


@pytest.mark.unit
def test_each_mailbox_is_a_part_of_its_own(tmp_path: Path) -> None:
    added: list[Dependency] = []

    def add(one: Dependency) -> Dependency:
        added.append(one)
        return one

    made = make_mailboxes(site_with(tmp_path, 993), add, time.time)
    assert (len(made), [one.name for one in added]) == (1, ["mailbox complaints"])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("more", "told"), [({"host": "mail.example"}, "this machine only"), ({"name": "Complaints"}, "name")]
)
def test_settings_that_cannot_be(tmp_path: Path, more: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        site_with(tmp_path, 143, **more)
