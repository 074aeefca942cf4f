"""Mailboxes while the server runs: each is looked into again and again, with growing pauses while it is away."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.cases.mailbox import Box, Round, take_in_new
from hotline.site.mailbox import MailboxSettings
from hotline.site.site import Site

log = structlog.get_logger("hotline")

_BACKOFF = Backoff(first_s=2.0, longest_s=600.0)
_CLOSE_S = 5.0


class Mailbox:
    """One mailbox: `start` it, `close` it. `state` is told how it is; the password is read for each look."""

    def __init__(self, site: Site, settings: MailboxSettings, state: Dependency, backoff: Backoff = _BACKOFF) -> None:
        self._database = site.database
        self._folder: Path = site.folder
        self._region = site.settings.region
        self._zone: ZoneInfo = site.zone
        self._settings = settings
        self._state = state
        self._backoff = backoff
        self._jitter = random.Random()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._looking: asyncio.Future[Round] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; a message that is being taken in is waited for, a mailbox that does not answer is not."""
        self._closing = True
        if self._task is None:
            return
        if self._looking is not None:
            with contextlib.suppress(TimeoutError, Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await asyncio.shield(self._looking)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                self._looking = asyncio.ensure_future(asyncio.to_thread(self._look))
                found = await asyncio.shield(self._looking)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look must be
                failures += 1
                pause_s = self._backoff.delay_s(failures, self._jitter)
                self._state.down(str(error) or type(error).__name__, pause_s)
                await asyncio.sleep(pause_s)
                continue
            failures = 0
            self._state.up()
            self._tell(found)
            await asyncio.sleep(self._settings.every_s)

    def _look(self) -> Round:
        settings = self._settings
        password = (self._folder / settings.password_file).read_text(encoding="utf-8").strip()
        box = Box(
            *(settings.host, settings.user, password, settings.folder, settings.port, settings.tls),
            *(settings.category, settings.channel),
        )
        return take_in_new(self._database, box, self._region, self._zone, lambda: not self._closing)

    def _tell(self, found: Round) -> None:
        new = sum(one.is_new for one in found.taken)
        if found.taken:
            log.info("messages taken in", mailbox=self._settings.name, new=new, known=len(found.taken) - new)
        for problem in found.problems:
            advice = "it is marked as seen and no case was made: look at it in the mailbox"
            log.warning("message not taken in", mailbox=self._settings.name, error=problem, advice=advice)


def make_mailboxes(site: Site, add: Callable[[Dependency], Dependency], clock: Callable[[], float]) -> list[Mailbox]:
    """The mailboxes that hotline.yaml names, not started; each is a dependency of its own."""
    return [Mailbox(site, one, add(Dependency(f"mailbox {one.name}", clock))) for one in site.settings.mailboxes]
