"""Services of lookups, real ones over HTTP: which answer, since when, and asked again until they do."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from calls.backoff import Backoff
from calls.dependencies import Dependencies
from calls.ids import AttemptId, CallId
from hotline.driver import probing
from hotline.driver.lookups import Lookups
from hotline.driver.services import Services, origin_of
from ivr.commands import Lookup
from ivr.steps import Const
from ivr.steps import Lookup as LookupStep
from tests.ports import free_port
from tests.unit.control.harness import PROGRAM

pytestmark = pytest.mark.unit


class Service:
    """An HTTP service on one port, that comes and goes; `status` is what it answers with."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.status = 200
        self.hangs = False
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None

    async def come(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def go(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        if self.hangs:
            await asyncio.sleep(60)
        return web.json_response({}, status=self.status)


class House:
    """Lookups with the services that they use."""

    def __init__(self) -> None:
        ticks = itertools.count()
        self.parts = Dependencies()
        self.services = Services(self.parts, lambda: float(next(ticks)))
        self.lookups = Lookups(self.services)

    async def ask(self, url: str, deadline_s: float = 5.0) -> str:
        lookup = Lookup(CallId("c"), AttemptId("c/1"), "GET", url, {}, deadline_s)
        return (await self.lookups.ask(lookup, {})).outcome

    def states(self) -> dict[str, str]:
        return {part.name: part.state for part in self.parts}

    async def is_(self, service: Service, state: str) -> None:
        await until(lambda: self.states().get(f"service {service.url}") == state)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a state tells nobody
            await asyncio.sleep(0.005)


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    yield service
    await service.go()


@pytest_asyncio.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(probing, "BACKOFF", Backoff(first_s=0.01, longest_s=0.05))
    house = House()
    yield house
    await house.services.close()
    await house.lookups.close()


async def test_one_that_is_away_is_asked_until_it_comes_and_no_lookup_is_repeated(
    house: House, service: Service
) -> None:
    assert await house.ask(f"{service.url}/balance?of=1") == "unreachable"
    await house.is_(service, "down")
    (part,) = house.parts
    await until(lambda: part.next_try_at is not None)
    assert "Connect" in part.error
    await service.come()
    await house.is_(service, "up")
    assert set(service.asked) == {"HEAD"}
    assert await house.ask(f"{service.url}/balance") == "ok"
    await service.go()
    assert await house.ask(f"{service.url}/balance") == "unreachable"
    await house.is_(service, "down")
    await service.come()
    await house.is_(service, "up")


async def test_one_that_hangs_or_says_that_it_is_away_is_down(house: House, service: Service) -> None:
    await service.come()
    service.hangs = True
    assert await house.ask(f"{service.url}/", 0.05) == "deadline"
    await house.is_(service, "down")
    service.hangs, service.status = False, 503
    assert await house.ask(f"{service.url}/") == "refused"
    assert house.states() == {f"service {service.url}": "down"}
    await asyncio.sleep(0.1)
    assert house.states() == {f"service {service.url}": "down"}, "503 to HEAD, too"
    service.status = 404
    await house.is_(service, "up")
    assert await house.ask(f"{service.url}/") == "refused"
    assert house.states() == {f"service {service.url}": "up"}, "it answers; that it does not know is another thing"


async def test_services_of_a_version_are_asked_before_a_call_needs_them(house: House, service: Service) -> None:
    def with_address(url: str) -> None:
        step = LookupStep(method="GET", url=Const(url), send={}, into="found", deadline_s=1.0, then="end", failed="end")
        flow = replace(PROGRAM.flows["main"], steps={"ask": step})
        house.services.need(replace(PROGRAM, flows={"main": flow}))

    with_address(f"{service.url}/balance")
    await house.is_(service, "down")
    await service.come()
    await house.is_(service, "up")
    with_address("not an address")
    assert house.states() == {}, "no flow names it any more"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://h/a?b=13800138000", "http://h"),
        ("https://user:secret@h:8443/a", "https://h:8443"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("htp://h/", None),
        ("http://h:port/", None),
        ("", None),
    ],
)
def test_origins_say_nothing_of_user_and_caller(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


async def test_addresses_of_callers_words_do_not_pile_up(house: House) -> None:
    for number in range(60):
        house.services.answered(f"http://h{number}/")
    assert len(house.states()) == 50
    assert house.states()["service http://h59"] == "up"
