"""Failed registrations by address: counted, and told once when one address tries too often."""

import signal
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from control.messages.commands import Noticed
from hotline.provisioning.port import NoProvisioning
from hotline.server import upkeep
from hotline.server.registrations import FailedRegistrations
from hotline.versions.store import Versions
from switch.failed_registrations import FailedRegistration
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


class Log(NoProvisioning):
    """Says what it is given, once."""

    def __init__(self) -> None:
        self.news: list[FailedRegistration] = []
        self.skipped = 0

    def failed_registrations(self) -> tuple[list[FailedRegistration], int]:
        news, self.news = self.news, []
        return news, self.skipped


class Case:
    def __init__(self, alert: int | None = 20) -> None:
        self.log, self.told = Log(), list[Noticed]()
        self.counter = Counter("failed", "of this test", ["switch"], registry=CollectorRegistry())
        self.step = FailedRegistrations({"a": self.log}, self.told.append, self.counter, alert)

    async def tried(self, now: float, times: int, address: str = "203.0.113.9", user: str = "agent-8001") -> None:
        self.log.news = [FailedRegistration(address, user)] * times
        await self.step.look(now)


async def test_an_address_that_tries_too_often_is_told_once_in_ten_minutes() -> None:
    case = Case()
    await case.tried(0.0, 19)
    await case.tried(1.0, 19, "203.0.113.10")
    assert case.told == []
    await case.tried(2.0, 1, user="admin")
    (notice,) = case.told
    assert (notice.level, notice.event) == ("warning", "failed registrations")
    assert notice.detail == "20 from 203.0.113.9 within a minute, as agent-8001, admin"
    await case.tried(30.0, 5_000)
    assert len(case.told) == 1
    assert case.step.warnings() == ["failed registrations: 5020 from 203.0.113.9"]
    await case.tried(700.0, 40)
    assert len(case.told) == 2
    assert case.counter.labels("a")._value.get() == 19 + 19 + 1 + 5_000 + 40


async def test_a_phone_with_a_wrong_password_that_asks_now_and_then_is_no_alarm() -> None:
    case = Case()
    for minute in range(60):
        await case.tried(60.0 * minute, 4)
    assert case.told == []
    assert case.step.warnings() == []


async def test_it_is_over_when_it_is_over() -> None:
    case = Case()
    await case.tried(0.0, 50)
    assert case.step.warnings()
    await case.tried(601.0, 0)
    assert case.step.warnings() == []


async def test_a_flood_is_said_to_be_at_least_so_many_and_null_says_nothing() -> None:
    case = Case()
    case.log.skipped = 1
    await case.tried(0.0, 50)
    assert case.told[0].detail.startswith("at least 50 from")
    silent = Case(None)
    await silent.tried(0.0, 500)
    assert silent.told == []


async def test_a_running_server_tells_it_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_EVERY_S", 0.01)
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    log = Log()
    server = new_server(site, provisioning=log)
    task = await serve(server, version)
    log.news = [FailedRegistration("203.0.113.9", "agent-8001")] * 25
    await until(lambda: server.controller.health()["warnings"])
    assert server.controller.health()["warnings"] == ["failed registrations: 25 from 203.0.113.9"]
    assert server.controller.health()["ok"]
    shown = generate_latest(server.metrics.registry).decode()
    assert 'hotline_failed_registrations_total{switch="fake"} 25.0' in shown
    assert 'hotline_notices_total{level="warning"} 1.0' in shown
    assert "failed registrations" in [event["what"] for event in server.controller.view()["last"]]
    signal.raise_signal(signal.SIGTERM)
    await task


async def test_addresses_do_not_pile_up() -> None:
    case = Case()
    for number in range(10_050):
        case.log.news.append(FailedRegistration(f"address {number}", ""))
    await case.step.look(0.0)
    assert len(case.step._addresses) == 10_000
