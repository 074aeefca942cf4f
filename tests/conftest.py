"""What holds for all tests. HOTLINE_EXPLORE=1 lets hypothesis try other examples in each run than in the one before."""

import asyncio
import functools
import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from inspect import iscoroutinefunction as is_async
from pathlib import Path
from typing import Any

import argon2
import pytest
from hypothesis import HealthCheck, settings

from hotline.people import passwords
from hotline.store import opening
from speech.kokoro.weights import is_installed
from tests import stores
from tests.categories import problems
from tests.scheduling import Scheduling, longest_first

settings.register_profile(
    "house",
    deadline=None,  # how long an example takes tells of the machine, not of the house
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("HOTLINE_EXPLORE"),
)
settings.load_profile("house")


# Nobody of the world is spoken to: reading whom it trusts takes 30 ms for each TLS context, and an import of aiohttp
# makes two of them. A test that trusts somebody names their certificate.
os.environ.setdefault("SSL_CERT_FILE", os.devnull)

_KOKORO = is_installed()
_HASHER = passwords._hasher


@pytest.fixture(scope="module", autouse=True)
def _without_kokoro(request: pytest.FixtureRequest) -> Iterator[None]:
    """Servers of tests speak by espeak-ng, whatever is installed here: loading Kokoro takes seconds and 400 MB."""
    with pytest.MonkeyPatch.context() as patch:
        if _KOKORO and request.node.get_closest_marker("voice") is None:
            patch.setattr("hotline.versions.voice_kind.is_installed", lambda: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _new_stores_are_copies() -> Iterator[None]:
    """The migrations of a new store take a third of a second: they are run once in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "upgrade", stores.copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """By the same algorithm, in little memory and one pass: a tenth of a second each is for those who guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", functools.cache(lambda: argon2.PasswordHasher(1, 8, 1)))
        yield


@pytest.fixture
def true_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what looks at the parameters themselves."""
    monkeypatch.setattr(passwords, "_hasher", _HASHER)


@pytest.fixture
def by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what looks at the migrations themselves, or at who else has the file meanwhile."""
    monkeypatch.setattr(opening, "upgrade", stores.migrated)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fails the collection of a module in which a test has not the one category of its folder."""
    report = yield
    wrong = list(problems(Path(__file__).parent, report.result)) if report.passed else []
    if wrong:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts live tests, where there are no others, in the order of `longest_first`, and gives each its time."""
    if all(item.get_closest_marker("live") for item in items):
        place = {nodeid: number for number, nodeid in enumerate(longest_first(item.nodeid for item in items))}
        items.sort(key=lambda item: place[item.nodeid])
    for item in items:
        if item.get_closest_marker("live") and isinstance(item, pytest.Function) and is_async(item.obj):
            marker = item.get_closest_marker("timeout")
            timeout_s = float(marker.args[0] if marker else item.config.getini("timeout"))
            if timeout_s:  # 0: as long as it takes
                item.obj = _within(timeout_s * 5 / 6, item.obj)


def _within(seconds: float, test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The same test, cancelled when it takes longer. pytest-timeout's signal stops the loop under it: nothing that the
    test holds, such as phones in a house of its module, is let go, and the trace does not say what it waited for."""

    @functools.wraps(test)
    async def limited(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*given, **named)

    return limited


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Takes ours for `--dist loadscope`."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None
