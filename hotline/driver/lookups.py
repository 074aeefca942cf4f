"""HTTP lookups of the flows: one request, one deadline and one answer each, whatever the service does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import aiohttp
import orjson

from dsl.values import as_text
from hotline.driver.services import GATEWAY_ERRORS, Services
from ivr.commands import Lookup
from ivr.events import LookupFinished
from ivr.steps import ANSWER_STANDING, CASE_STATE

_LARGEST_ANSWER = 256 * 1024
_MOST_VALUES = 10_000
_DEEPEST = 32


House = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""Answers an address and what is sent to it. Raises OSError."""


class Lookups:
    """Asks services for the flows. Redirects are not followed: an address in a flow is the address."""

    def __init__(self, services: Services | None = None, house: House | None = None) -> None:
        """`services` is told which of them answer; `house` answers what is asked of the house itself."""
        self._services = services
        self._house = house
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, lookup: Lookup, body: dict[str, Any]) -> LookupFinished:
        """Answer within the deadline, always. `body` has the secrets filled in; it goes nowhere else."""
        try:
            async with asyncio.timeout(lookup.deadline_s):
                found = await self._ask(lookup, body)
        except TimeoutError:
            self._failed(lookup, f"no answer within {lookup.deadline_s:g} s")
            return LookupFinished(lookup.call, lookup.attempt, "deadline")
        except (aiohttp.ClientError, OSError) as error:
            self._failed(lookup, str(error) or type(error).__name__)
            return LookupFinished(lookup.call, lookup.attempt, "unreachable")
        except ValueError:  # not an address, or not JSON
            found = LookupFinished(lookup.call, lookup.attempt, "not_json")
        if self._services is not None:
            status = found.value.get("status") if found.outcome == "refused" and isinstance(found.value, dict) else None
            if status in GATEWAY_ERRORS:
                self._services.failed(lookup.url, f"it answers {status}")
            else:
                self._services.answered(lookup.url)
        return found

    def _failed(self, lookup: Lookup, error: str) -> None:
        if self._services is not None:
            self._services.failed(lookup.url, error)

    async def _ask(self, lookup: Lookup, body: dict[str, Any]) -> LookupFinished:
        if self._house is not None and lookup.url in (CASE_STATE, ANSWER_STANDING):
            return LookupFinished(lookup.call, lookup.attempt, "ok", await self._house(lookup.url, body))
        self._session = self._session or aiohttp.ClientSession()
        query = None
        if lookup.method == "GET":  # an address has no way to write nothing
            query = {name: as_text(value) for name, value in body.items() if value is not None}
        data = orjson.dumps(body) if lookup.method == "POST" else None
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        async with self._session.request(
            lookup.method, lookup.url, params=query, data=data, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status != 200:
                return LookupFinished(lookup.call, lookup.attempt, "refused", {"status": answer.status})
            raw = bytearray()  # read(n) gives what has come, which may be the first packet alone
            while chunk := await answer.content.read(_LARGEST_ANSWER + 1 - len(raw)):
                raw += chunk
                if len(raw) > _LARGEST_ANSWER:
                    return LookupFinished(lookup.call, lookup.attempt, "refused", {"status": 200})
            value = orjson.loads(raw)
            if (excess := _excess(value)) is not None:
                return LookupFinished(lookup.call, lookup.attempt, excess, {"status": 200})
            return LookupFinished(lookup.call, lookup.attempt, "ok", value)

    async def close(self) -> None:
        """Let go of open connections."""
        if self._session is not None:
            await self._session.close()


def _excess(value: Any) -> Literal["refused", "not_json"] | None:
    """Reason why an answer is too much to be kept for the call, journalled and looked at: its values, or its depth."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        count += len(below)
        if count > _MOST_VALUES:
            return "refused"
        if not below:
            return None
        level = below
    return "not_json"
