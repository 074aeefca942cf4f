"""Notices go to a real mail server: each once, kept while it is away, given up aloud."""

import asyncio
import email
import email.policy
import socket
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from structlog.testing import capture_logs

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.cases.clock_work import ClockWork
from hotline.mail.sending import MailedNotices, Mailing
from hotline.site.mail import MailSettings
from hotline.store import opening
from tests.unit.hotline.cases.test_clock_work import BOOK, NOW, H, opened, write

pytestmark = pytest.mark.unit


class Postbox:
    """Takes what comes, unless it is told to refuse."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []
        self.refuse = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # aiosmtpd's own spelling
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        self.came.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def postbox(port: int) -> Iterator[tuple[Postbox, Controller]]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60.0)
    yield box, controller
    controller.stop(no_assert=True)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    opening.migrate(tmp_path / "hotline.db")
    return tmp_path / "hotline.db"


def mailing(database: Path, port: int, **changed: Any) -> tuple[Mailing, Dependency]:
    given = {"host": "127.0.0.1", "port": port, "encryption": "none", "from": "hotline@bank.example",
             "to": {"else": ["lead@bank.example"]}, **changed}  # fmt: skip
    state = Dependency("mail", time.time)
    notices = MailedNotices(database, database.with_name("mail.mark"))
    zone = ZoneInfo("Asia/Shanghai")
    quick = Backoff(first_s=0.05, longest_s=0.1)
    return Mailing(MailSettings(**given), notices, zone, state, lambda: NOW + 2 * H, backoff=quick), state


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - another thread's server tells nobody
            await asyncio.sleep(0.02)


def give(database: Path) -> None:
    """A warning of one case."""
    write(database, "1", opened())
    assert len(ClockWork(database).off(BOOK, NOW + H)) == 1


async def test_a_notice_is_sent_once_and_says_what_is_due(
    database: Path, port: int, postbox: tuple[Postbox, Controller]
) -> None:
    box, controller = postbox
    controller.start()
    sender, state = mailing(database, port)
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: bool(box.came))
    sender.notice_given()
    await sender.close()
    heir, _ = mailing(database, port)
    heir.start()
    await asyncio.sleep(0.2)
    await heir.close()
    (mail,) = box.came
    assert mail["To"] == "lead@bank.example"
    assert mail["Subject"].startswith("即将到期 due soon: 1 feedback 2026-")
    assert "hotline case clock 1" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert state.state == "up"


async def test_what_was_given_while_the_server_was_away_is_sent_when_it_is_back(
    database: Path, port: int, postbox: tuple[Postbox, Controller]
) -> None:
    box, controller = postbox
    sender, state = mailing(database, port)
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: state.state == "down")
    controller.start()
    await until(lambda: bool(box.came))
    await sender.close()
    assert len(box.came) == 1


async def test_one_that_is_refused_for_a_while_is_tried_again_and_one_for_good_is_given_up_aloud(
    database: Path, port: int, postbox: tuple[Postbox, Controller]
) -> None:
    box, controller = postbox
    controller.start()
    box.refuse = "451 not now"
    sender, state = mailing(database, port)
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: state.state == "down")
        assert not lines
        box.refuse = "554 spam"
        await until(lambda: bool(lines))
    box.refuse = ""
    await asyncio.sleep(0.2)
    await sender.close()
    assert lines[0]["event"] == "notice by e-mail given up"
    assert "554" in lines[0]["error"]
    assert box.came == []


async def test_one_that_is_too_old_is_given_up_aloud(
    database: Path, port: int, postbox: tuple[Postbox, Controller]
) -> None:
    box, controller = postbox
    controller.start()
    sender, _ = mailing(database, port, keep_hours=0.5)
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: bool(lines))
    await sender.close()
    assert "longer than keep_hours" in lines[0]["error"]
    assert box.came == []


async def test_nobody_to_tell_is_nobody_told(database: Path, port: int, postbox: tuple[Postbox, Controller]) -> None:
    box, controller = postbox
    controller.start()
    sender, _ = mailing(database, port, to={"risk": ["risk@bank.example"]})
    sender.start()
    give(database)
    sender.notice_given()
    mark = database.with_name("mail.mark")
    await until(lambda: mark.read_text() == "1")
    await sender.close()
    assert box.came == []


@pytest.mark.parametrize("to", [{"else": ["nobody"]}, {"else": []}, {}, {"else": ["a b@bank.example"]}])
def test_addresses_are_checked(to: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"addresses such as|at least 1 item"):
        MailSettings(**{"host": "mail", "from": "hotline@bank.example", "to": to})
