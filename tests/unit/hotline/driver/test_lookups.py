"""Lookups: one answer each, whatever the service sends; what is too much is no answer."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiohttp import web

from calls.ids import AttemptId, CallId
from hotline.driver.lookups import Lookups
from ivr.commands import Lookup

pytestmark = pytest.mark.unit

BODIES: dict[str, bytes] = {
    "good": b'{"balance": "12.50", "list": [1, 2.5, null]}',
    "deep": b"[" * 33 + b"]" * 33,
    "deeper": b"[" * 5000 + b"]" * 5000,
    "many": orjson.dumps(list(range(10_001))),
    "most": orjson.dumps([{"n": [number, number]} for number in range(2_000)]),
    "long": b'"' + b"x" * 300_000 + b'"',
    "wide": b'"' + b"x" * 200_000 + b'"',  # in several packets
    "words": b"good morning",
}


@pytest_asyncio.fixture
async def address() -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=BODIES[request.match_info["name"]])

    async def echo(request: web.Request) -> web.Response:
        return web.json_response(dict(request.query))

    app = web.Application()
    app.router.add_get("/say/echo", echo)
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def _ask(url: str) -> tuple[str, Any]:
    lookups = Lookups()
    try:
        found = await lookups.ask(Lookup(CallId("c"), AttemptId("c/1"), "GET", url, {}, 5.0), {})
    finally:
        await lookups.close()
    return found.outcome, found.value


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("good", "ok"),
        ("most", "ok"),
        ("wide", "ok"),
        ("deep", "not_json"),
        ("deeper", "not_json"),
        ("many", "refused"),
        ("long", "refused"),
        ("words", "not_json"),
    ],
)
async def test_an_answer_is_bounded_before_anything_looks_at_it(address: str, name: str, outcome: str) -> None:
    found, value = await _ask(f"{address}/{name}")
    assert found == outcome
    if outcome == "ok":
        assert value == orjson.loads(BODIES[name])


async def test_an_address_has_no_word_for_nothing(address: str) -> None:
    lookups = Lookups()
    lookup = Lookup(CallId("c"), AttemptId("c/1"), "GET", f"{address}/say/echo", {}, 5.0)
    found = await lookups.ask(lookup, {"n": 5.0, "vip": True, "due": None, "name": "李"})
    await lookups.close()
    assert found.value == {"n": "5", "vip": "true", "name": "李"}


async def test_an_address_that_is_none() -> None:
    assert (await _ask("htp://127.0.0.1/"))[0] in ("unreachable", "not_json")
