"""Services are those that flows look up over HTTP: which of them answer.

What a lookup met is told here. One that is away is asked for its root (`HEAD /`) until it answers, whatever it answers
with: no lookup is repeated for that. Those with an address that stands in a flow are asked at the start, too.
"""

import asyncio
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import aiohttp

from calls.dependencies import Dependencies, Dependency
from calls.errors import HotlineError
from hotline.driver.probing import Prober
from ivr.program import Program
from ivr.steps import Const, Lookup

_MOST = 50
"""Addresses may come of callers' words: no more than this are kept."""
GATEWAY_ERRORS = frozenset({502, 503, 504})
"""Statuses by which a proxy says that the service behind it is away (RFC 9110, 15.6)."""


class ServiceAway(HotlineError):
    """It answers that it is away."""


class Services:
    """Keeps the state of each service in `dependencies`."""

    def __init__(self, dependencies: Dependencies, clock: Callable[[], float]) -> None:
        """`clock`: UTC epoch seconds."""
        self._dependencies = dependencies
        self._clock = clock
        self._probers: dict[str, Prober] = {}
        self._session: aiohttp.ClientSession | None = None

    def need(self, program: Program) -> None:
        """The version's flows look these up: ask those that are new, forget those that no flow names any more."""
        origins = set(filter(None, map(origin_of, _addresses(program))))
        for gone in self._probers.keys() - origins:
            self._forget(gone)
        for origin in sorted(origins - self._probers.keys()):
            self._prober(origin).suspect()

    def answered(self, url: str) -> None:
        """A lookup had an answer."""
        if (origin := origin_of(url)) is not None:
            self._prober(origin).state.up()

    def failed(self, url: str, error: str) -> None:
        """A lookup had none in time, or one by which the service says that it is away."""
        if (origin := origin_of(url)) is not None:
            prober = self._prober(origin)
            prober.state.down(error)
            prober.suspect()

    async def close(self) -> None:
        """Ask no more."""
        await asyncio.gather(*(prober.close() for prober in self._probers.values()))
        if self._session is not None:
            await self._session.close()

    def _prober(self, origin: str) -> Prober:
        if origin not in self._probers:
            if len(self._probers) >= _MOST:
                self._forget(next(iter(self._probers)))
            state = self._dependencies.add(Dependency(f"service {origin}", self._clock))
            self._probers[origin] = Prober(state, lambda: self._ask(origin))
        return self._probers[origin]

    def _forget(self, origin: str) -> None:
        prober = self._probers.pop(origin)
        prober.stop()
        self._dependencies.drop(prober.state.name)

    async def _ask(self, origin: str) -> None:
        self._session = self._session or aiohttp.ClientSession()
        async with self._session.head(f"{origin}/", allow_redirects=False) as answer:
            if answer.status in GATEWAY_ERRORS:
                raise ServiceAway(f"it answers {answer.status}")


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an address, without user and path; None where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def _addresses(program: Program) -> Iterable[str]:
    for flow in program.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Lookup) and isinstance(step.url, Const) and isinstance(step.url.value, str):
                yield step.url.value
