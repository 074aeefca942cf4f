"""Shared lists while the server runs: what each other site of the group has changed is fetched, again and again.

What is fetched is a signed delta from where that site is known to (`hotline.suppression.sharing`), so one that is lost,
comes twice or was changed on its way does no harm. A number is refused here from the moment at which its delta is in
the store.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable

import aiohttp

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.site.sharing import MemberSettings
from hotline.site.site import Site
from hotline.suppression import sharing
from hotline.suppression.sharing import Applied
from hotline.suppression.site_lists import hashes_of

PATH = "/do-not-call/shared"
_BACKOFF = Backoff(first_s=1.0, longest_s=60.0)
_ANSWER_S = 60.0
_MOST_BYTES = 64 * 1024 * 1024
"""A delta of 100,000 changes is some 15 MB."""
_BEHIND = 422
"""The other site has no such change: its store was put back."""


class SharedLists:
    """Fetches from every member that has an address: `start` it, `close` it. Each one's state is told."""

    def __init__(
        self,
        site: Site,
        add: Callable[[Dependency], Dependency],
        clock: Callable[[], float],
        backoff: Backoff = _BACKOFF,
    ) -> None:
        """`add` takes the state of each member among the outer parts; `clock`: UTC epoch seconds."""
        self._site = site
        self._backoff = backoff
        self._jitter = random.Random()
        settings = site.settings.sharing
        self._members = {} if settings is None else settings.members
        self.states = {name: add(Dependency(f"site {name}", clock)) for name in self._members}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to fetch."""
        self._tasks = [asyncio.create_task(self._follow(name, one)) for name, one in self._members.items()]

    async def close(self) -> None:
        """Fetch no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, name: str, member: MemberSettings) -> None:
        state, failures = self.states[name], 0
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            while True:
                try:
                    done = await self._fetch(session, name, member)
                except Exception as error:  # noqa: BLE001 - whatever it is, the next look must be
                    failures += 1
                    pause_s = self._backoff.delay_s(failures, self._jitter)
                    state.down(_told(error), pause_s)
                    await asyncio.sleep(pause_s)
                    continue
                failures = 0
                state.up()
                if done.changes < sharing.MOST_CHANGES:
                    await asyncio.sleep(member.every_s)

    async def _fetch(self, session: aiohttp.ClientSession, name: str, member: MemberSettings) -> Applied:
        """One delta, taken in. Raises BadInput for what is no delta of that site."""
        after = await asyncio.to_thread(self._known_up_to, name)
        done = await self._take(session, name, member, after)
        if done is None:  # its log ends before that change
            done = await self._take(session, name, member, 0)
            if done is None or done.result == "known":
                raise BadInput(
                    f"{name} has told more than it knows now: was its store put back? `share new-epoch` there lets all "
                    "others take the whole list"
                )
        elif done.result == "gap" and after:  # a new epoch has begun there
            done = await self._take(session, name, member, 0)
        if done is None or done.result == "gap":
            raise BadInput(f"{name} does not tell all that it has")
        return done

    async def _take(
        self, session: aiohttp.ClientSession, name: str, member: MemberSettings, after: int
    ) -> Applied | None:
        """What came of the delta after a change; None: there is no such change."""
        token = await asyncio.to_thread(member.token, self._site.folder, self._site.state, name)
        headers = {"authorization": f"Bearer {token}"}
        async with (
            asyncio.timeout(_ANSWER_S),
            session.get(
                member.url.rstrip("/") + PATH, params={"after": after}, headers=headers, allow_redirects=False
            ) as answer,
        ):
            if answer.status == _BEHIND and after:
                return None
            if answer.status != 200:
                raise BadInput(
                    f"{name} answers {answer.status}: {(await _some(answer.content, 300)).decode(errors='replace')}"
                )
            sent = await _some(answer.content, _MOST_BYTES + 1)
        if len(sent) > _MOST_BYTES:
            raise BadInput(f"{name} sends more than {_MOST_BYTES // 1024 // 1024} MB")
        return await asyncio.to_thread(self._applied, name, sent)

    def _known_up_to(self, name: str) -> int:
        return next((one.applied for one in sharing.peers(self._site.database) if one.site == name), 0)

    def _applied(self, name: str, sent: bytes) -> Applied:
        settings, hashes = hashes_of(self._site)
        said = sharing.opened(hashes, sent).site
        if said != name:
            raise BadInput(f"the address of {name} answers as {said}: which site is there?")
        return sharing.apply(self._site.database, hashes, settings.site, sent)


async def _some(stream: aiohttp.StreamReader, most: int) -> bytes:
    """All of an answer, or its first `most` bytes."""
    parts: list[bytes] = []
    left = most
    with contextlib.suppress(asyncio.IncompleteReadError):
        while left > 0 and (part := await stream.read(min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
