"""The link to somebody else's Asterisk by panoramisk: it listens, pings, and asks once what it may do.

What was seen of panoramisk 1.4 is worked around here: actions that nobody answered are sent again after a reconnect (we
have a manager for each connection, which never reconnects and refuses all but four harmless actions), a peer that is
half open is never noticed (we ping, and wait for the answer), a character that two packets cut is lost (one byte is one
character here: no event's field that we read has others).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import panoramisk

from hotline.other_systems.dials import Event
from hotline.other_systems.manager_account import ALLOWED, AccountRefused, LinkLost, refusal
from hotline.site.sources import WatchSettings

_ANSWER_S = 5.0
_PING_EVERY_S = 5.0
_NEVER_S = 10**9
"""The library's own pings answer nobody's question."""
_LIBRARY = logging.getLogger("panoramisk")


class _Watching(panoramisk.Manager):  # type: ignore[misc]  # the library has no types
    """One connection. It does not come again, and sends nothing that could do anything."""

    lost: asyncio.Event
    let_in: asyncio.Future[Any]
    """Has the answer to the login. The library forgets it at once where that is no."""
    pinger: Any

    def connection_lost(self, exc: object) -> None:
        if self.pinger:
            self.pinger.cancel()
            self.pinger = None
        self.lost.set()

    def login(self, future: Any) -> Any:
        authenticated = super().login(future)
        if not self.let_in.done():
            self.let_in.set_result(future.result())
        return authenticated

    def send_action(self, action: Any, as_list: Any = None, **more: Any) -> Any:
        name = str(action.get("Action", "")).lower()
        if name not in ALLOWED:
            raise AccountRefused(f"{name} is nothing that is sent there: the link only watches")
        return super().send_action(action, as_list=as_list, **more)

    async def send_awaiting_actions(self, *given: Any) -> None:
        """Nothing is ever sent again."""


async def watch(
    where: WatchSettings, password: str, hear: Callable[[Event], None], up: Callable[[], None] = lambda: None
) -> None:
    """Connect, and give each event to `hear` until the link is lost; `up` is called once it is listened to.

    Raises LinkLost, which may be over by itself, and AccountRefused, which will not.
    """
    _LIBRARY.setLevel(logging.CRITICAL)  # what matters of its lines is raised here
    manager = _Watching(
        loop=asyncio.get_running_loop(),
        host=where.host,
        port=where.port,
        username=where.user,
        secret=password,
        encoding="latin-1",
        ping_delay=_NEVER_S,
        ping_interval=_NEVER_S,
        log=_LIBRARY,
    )
    manager.lost = asyncio.Event()
    manager.let_in = asyncio.get_running_loop().create_future()
    try:
        await _logged_in(manager)
        answer = await _answered(manager, "ListCommands")
        if told := refusal({str(name): str(value) for name, value in answer.items()}):
            raise AccountRefused(told)
        manager.register_event("*", lambda manager, event: hear(_plain(event)))
        up()
        while True:
            try:
                async with asyncio.timeout(_PING_EVERY_S):
                    await manager.lost.wait()
                raise LinkLost("the connection was lost")
            except TimeoutError:
                await _answered(manager, "Ping")
    finally:
        manager.close()


async def _logged_in(manager: _Watching) -> None:
    try:
        async with asyncio.timeout(_ANSWER_S):
            await manager.connect()
            answer = await manager.let_in
            if not answer.success:
                raise AccountRefused(f"the account is not let in: {str(answer.message)[:100]}")
    except TimeoutError as error:
        raise LinkLost(f"no answer within {_ANSWER_S:g} s") from error
    except OSError as error:
        raise LinkLost(error.strerror or type(error).__name__) from error


async def _answered(manager: _Watching, action: str) -> Any:
    """The answer to an action. Raises LinkLost where none comes: the peer may be gone without a word."""
    asked = manager.send_action({"Action": action})
    lost = asyncio.ensure_future(manager.lost.wait())
    try:
        await asyncio.wait({asked, lost}, timeout=_ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            raise LinkLost(
                "the connection was lost" if lost.done() else f"no answer to {action} within {_ANSWER_S:g} s"
            )
        answer = asked.result()
        return answer[0] if isinstance(answer, list) else answer
    finally:
        lost.cancel()


def _plain(event: Any) -> Event:
    return {str(name).lower(): value if isinstance(value, str) else str(value) for name, value in event.items()}
