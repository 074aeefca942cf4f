"""Sends notices of cases by e-mail: in order, each once, again while the server is away, given up aloud.

Notices are read from the store behind a mark (hotline.store.marked), so one that could not be sent waits there. A
mail server that dies between taking a message and saying so gets it twice, with the same Message-ID.
"""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import aiosmtplib
import msgspec
import structlog
from aiosmtplib import SMTPResponse

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.mail.message import Told, message, recipients_of
from hotline.site.mail import MailSettings
from hotline.store.marked import MarkedLog, Row

log = structlog.get_logger("hotline")

_AT_ONCE = 50
_LOOK_AT_LEAST_EVERY_S = 60.0
_CLOSE_S = 5.0
_WAIT_FOR_ONE_S = 900.0
"""A greylist lasts some minutes; a mailbox that is full must not hold up what others are told."""
_BACKOFF = Backoff(first_s=1.0, longest_s=300.0)


class _Notice(msgspec.Struct):
    id: str
    at: float
    told_at: float
    told: Told


class _Left(NamedTuple):
    """A notice that the server takes for some of its recipients only: its row, who has it not, and since when."""

    row: int
    recipients: tuple[str, ...]
    since: float


class MailedNotices(MarkedLog):
    """The notices behind the mark of what the mail server took."""

    table = "case_notices"

    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest notices behind `after`."""
        rows = connection.execute(
            "SELECT row, id, at, told_at, body FROM case_notices WHERE row > ? ORDER BY row LIMIT ?", (after, most)
        )
        return [
            Row(row, msgspec.json.encode(_Notice(identity, at, told_at, msgspec.json.decode(body, type=Told))))
            for row, identity, at, told_at, body in rows
        ]


class Mailing:
    """`start` it, tell it when a notice was given, `close` it. `password` is read for each connection."""

    def __init__(
        self,
        settings: MailSettings,
        notices: MailedNotices,
        zone: ZoneInfo,
        state: Dependency,
        utc: Callable[[], float],
        password: Callable[[], str | None] = lambda: None,
        backoff: Backoff = _BACKOFF,
    ) -> None:
        self._settings = settings
        self._notices = notices
        self._zone = zone
        self._state = state
        self._utc = utc
        self._password = password
        self._backoff = backoff
        self._jitter = random.Random()
        self._left = _Left(0, (), 0.0)
        self._given = asyncio.Event()
        self._sending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._notices.begin()
        self._given.set()
        self._task = asyncio.create_task(self._run())

    def notice_given(self) -> None:
        """A notice stands in the store now. In the event loop."""
        self._given.set()

    async def close(self) -> None:
        """Stop; what was not sent stays in the store. One that is under way is waited for, or it would come twice."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._sending.acquire()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                while rows := await self._notices.next(_AT_ONCE):
                    for row in rows:
                        async with self._sending:
                            await self._send(row)
                        failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try must be
                failures += 1
                pause_s = self._backoff.delay_s(failures, self._jitter)
                self._state.down(f"{type(error).__name__}: {error}", pause_s)
                await asyncio.sleep(pause_s)
                continue
            self._given.clear()
            try:
                async with asyncio.timeout(_LOOK_AT_LEAST_EVERY_S):
                    await self._given.wait()
            except TimeoutError:
                continue

    async def _send(self, row: Row) -> None:
        notice = msgspec.json.decode(row.payload, type=_Notice)
        mail = message(self._settings, notice.id, notice.told, notice.told_at, self._zone)
        if mail is not None:
            if self._utc() - notice.told_at > self._settings.keep_hours * 3_600.0:
                self._give_up(notice, "the mail server was away for longer than keep_hours")
            else:
                await self._hand_over(row.row, notice, mail)
        await self._notices.confirm(row.row)

    async def _hand_over(self, row: int, notice: _Notice, mail: EmailMessage) -> None:
        """Send it; what the server refuses for good is given up. Raises SMTPException, OSError for what may pass later,
        such as a greylisted recipient: whoever has it already does not get it again."""
        settings, left = self._settings, self._left
        if left.row != row:
            left = _Left(row, recipients_of(mail), self._utc())
        try:
            refused, _ = await aiosmtplib.send(
                mail,
                recipients=list(left.recipients),
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=self._password(),
                use_tls=settings.encryption == "tls",
                start_tls=settings.encryption == "starttls",
                timeout=settings.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = {one.recipient: SMTPResponse(one.code, one.message) for one in error.recipients}
        except aiosmtplib.SMTPResponseException as error:
            if not 500 <= error.code < 600 or isinstance(error, aiosmtplib.SMTPAuthenticationError):
                raise
            self._give_up(notice, f"the mail server refused it: {error.code} {error.message}")
            return
        self._state.up()
        waits = self._utc() - left.since < _WAIT_FOR_ONE_S
        later = tuple(address for address, answer in refused.items() if answer.code < 500 and waits)
        never = [answer for address, answer in refused.items() if address not in later]
        if never:
            why = f"the mail server refused {len(never)} of its addresses: {never[0].code} {never[0].message}"
            self._give_up(notice, why)
        if later:
            self._left = left._replace(recipients=later)
            raise aiosmtplib.SMTPRecipientRefused(refused[later[0]].code, refused[later[0]].message, later[0])

    def _give_up(self, notice: _Notice, why: str) -> None:
        advice = "nobody was told by e-mail: look at the case; hotline.yaml, mail, has server and addresses"
        log.error("notice by e-mail given up", case=notice.told.case, clock=notice.told.clock, error=why, advice=advice)


def password_of(folder: Path, settings: MailSettings) -> Callable[[], str | None]:
    """Reads the password when it is needed; a change of the file needs no restart."""
    path = settings.password_file
    return lambda: None if path is None else (folder / path).read_text(encoding="utf-8").strip()
