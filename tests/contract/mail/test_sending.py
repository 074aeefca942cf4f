"""Notices go to a real mail server: each once, kept while it is away, given up aloud."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.cases.clock_work import ClockWork
from hotline.mail import sending
from hotline.mail.sending import MailedNotices, Mailing
from hotline.site.mail import MailSettings
from hotline.store import opening
from tests.contract.mail.rig import DovecotRig, MailRig
from tests.live.dovecot import Dovecot
from tests.unit.hotline.cases.test_clock_work import BOOK, NOW, H, opened, write


@pytest.fixture
def database(tmp_path: Path) -> Path:
    opening.migrate(tmp_path / "hotline.db")
    return tmp_path / "hotline.db"


def mailing(database: Path, server: MailRig, **changed: Any) -> tuple[Mailing, Dependency]:
    given = {**server.settings, "from": "hotline@bank.example", "to": {"else": ["lead@bank.example"]}, **changed}
    state = Dependency("mail", time.time)
    notices = MailedNotices(database, database.with_name("mail.mark"))
    zone = ZoneInfo("Asia/Shanghai")
    quick = Backoff(first_s=0.05, longest_s=0.1)
    settings = MailSettings(**given)
    return Mailing(settings, notices, zone, state, lambda: NOW + 2 * H, lambda: server.password, quick), state


def mark_of(database: Path) -> str:
    """The row up to which notices are told, or given up."""
    return database.with_name("mail.mark").read_text()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - another thread's server tells nobody
            await asyncio.sleep(0.02)


def give(database: Path) -> None:
    """A warning of one case."""
    write(database, "1", opened())
    assert len(ClockWork(database).off(BOOK, NOW + H)) == 1


def give_another(database: Path) -> None:
    """A warning of a second one."""
    write(database, "2", opened())
    assert len(ClockWork(database).off(BOOK, NOW + H)) == 1


async def test_a_notice_is_sent_once_and_says_what_is_due(database: Path, server: MailRig) -> None:
    server.come()
    sender, state = mailing(database, server)
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: bool(server.box.came))
    sender.notice_given()
    await sender.close()
    heir, _ = mailing(database, server)
    heir.start()
    give_another(database)
    heir.notice_given()
    await until(lambda: mark_of(database) == "2")
    await heir.close()
    mail, other = server.box.came
    assert mail["To"] == "lead@bank.example"
    assert mail["Subject"].startswith("即将到期 due soon: 1 feedback 2026-")
    assert other["Subject"].startswith("即将到期 due soon: 2 feedback 2026-")
    assert "hotline case clock 1" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert state.state == "up"


async def test_what_was_given_while_the_server_was_away_is_sent_when_it_is_back(
    database: Path, server: MailRig
) -> None:
    sender, state = mailing(database, server)
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: state.state == "down")
    server.come()
    await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert len(server.box.came) == 1


async def test_a_fault_of_our_own_is_told_and_the_notice_sent_once_it_is_mended(
    database: Path, server: MailRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sending.message

    def broken(*_: Any) -> Any:
        raise KeyError("a word that nobody wrote")

    monkeypatch.setattr(sending, "message", broken)
    server.come()
    sender, state = mailing(database, server)
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: state.state == "down")
    assert "KeyError" in state.error
    monkeypatch.setattr(sending, "message", made)
    await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert len(server.box.came) == 1


async def test_one_that_is_refused_for_a_while_is_tried_again_and_one_for_good_is_given_up_aloud(
    database: Path, server: MailRig
) -> None:
    server.come()
    server.box.refuse = "451 not now"
    sender, state = mailing(database, server)
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: state.state == "down")
        assert "451" in state.error
        assert not lines
        server.box.refuse = "554 spam"
        await until(lambda: bool(lines))
    server.box.refuse = ""
    await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert lines[0]["event"] == "notice by e-mail given up"
    assert "554" in lines[0]["error"]
    assert server.box.came == []


async def test_a_greylisted_address_is_tried_again_and_whoever_has_it_gets_it_once(
    database: Path, server: MailRig
) -> None:
    server.come()
    server.box.refused = {"lead@bank.example": "450 4.2.0 greylisted"}
    sender, state = mailing(database, server, to={"else": ["lead@bank.example", "care@bank.example"]})
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: state.state == "down")
        assert "450" in state.error
        server.box.refused = {}
        await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert server.box.recipients == [["care@bank.example"], ["lead@bank.example"]]
    assert not lines


async def test_an_address_that_the_server_does_not_know_is_told_and_the_others_get_it(
    database: Path, server: MailRig
) -> None:
    server.come()
    server.box.refused = {"lead@bank.example": "550 5.1.1 no such user"}
    sender, _ = mailing(database, server, to={"else": ["lead@bank.example", "care@bank.example"]})
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert server.box.recipients == [["care@bank.example"]]
    assert [line["event"] for line in lines] == ["notice by e-mail given up"]
    assert "1 of its addresses: 550" in lines[0]["error"]


async def test_one_that_is_too_old_is_given_up_aloud(database: Path, server: MailRig) -> None:
    server.come()
    sender, _ = mailing(database, server, keep_hours=0.5)
    sender.start()
    give(database)
    with capture_logs() as lines:
        sender.notice_given()
        await until(lambda: bool(lines))
    await sender.close()
    assert "longer than keep_hours" in lines[0]["error"]
    assert server.box.came == []


async def test_nobody_to_tell_is_nobody_told(database: Path, server: MailRig) -> None:
    server.come()
    sender, _ = mailing(database, server, to={"risk": ["risk@bank.example"]})
    sender.start()
    give(database)
    sender.notice_given()
    await until(lambda: mark_of(database) == "1")
    await sender.close()
    assert server.box.came == []


@pytest.mark.live
@pytest.mark.parametrize("encryption", ["starttls", "tls"])
class TestWhoeverIsNotTrusted:
    """A server that shows another's certificate, or refuses the password, is told nothing."""

    async def test_a_certificate_that_nobody_trusts(self, database: Path, dovecot: Dovecot, encryption: str) -> None:
        server = DovecotRig(dovecot, encryption)
        server.come()
        await self._is_told(database, server, "certificate verify failed")

    async def test_a_password_that_is_wrong(
        self, database: Path, dovecot: Dovecot, encryption: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = DovecotRig(dovecot, encryption)
        server.password = "wrong"
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        server.come()
        await self._is_told(database, server, "Auth")

    async def _is_told(self, database: Path, server: MailRig, error: str) -> None:
        try:
            sender, state = mailing(database, server)
            sender.start()
            give(database)
            sender.notice_given()
            await until(lambda: state.state == "down")
            await sender.close()
            assert error in state.error
            assert server.box.came == []
        finally:
            server.go()


@pytest.mark.unit
@pytest.mark.parametrize("to", [{"else": ["nobody"]}, {"else": []}, {}, {"else": ["a b@bank.example"]}])
def test_addresses_are_checked(to: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"addresses such as|at least 1 item"):
        MailSettings(**{"host": "mail", "from": "hotline@bank.example", "to": to})
