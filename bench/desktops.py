"""What agents do over HTTP, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType

import aiohttp

from bench.children import ChildEnded
from hotline.site.site import Site

_AT_ONCE = 50
_UP_S = 60.0
_LOOK_S = 0.2


class Desktops:
    """A session with the site's controller; use it by `async with`."""

    def __init__(self, site: Site) -> None:
        web = site.settings.web
        headers = {"Authorization": f"Bearer {site.secret('web')}"}
        self._session = aiohttp.ClientSession(f"http://{web.host}:{web.port}", headers=headers)

    async def __aenter__(self) -> Desktops:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def all(self, agents: Sequence[str], what: str, body: dict[str, str] | None = None) -> None:
        """Everybody does `what`, a path of the HTTP interface below the agent."""
        for first in range(0, len(agents), _AT_ONCE):
            await asyncio.gather(*(self._one(agent, what, body) for agent in agents[first : first + _AT_ONCE]))

    async def _one(self, agent: str, what: str, body: dict[str, str] | None) -> None:
        async with self._session.post(f"/agents/{agent}/{what}", json=body) as answer:
            answer.raise_for_status()

    async def until_idle(self, count: int) -> None:
        """A phone counts as reachable once Asterisk has told the controller. Raises ChildEnded."""
        try:
            async with asyncio.timeout(_UP_S):
                while True:
                    async with self._session.get("/live") as answer:
                        agents = (await answer.json())["agents"]
                    if sum(agent["state"] == "idle" for agent in agents) == count:
                        return
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise ChildEnded(f"not all of {count} agents became idle within {_UP_S:g} s") from None
