"""Wrong passwords at full speed, on a real Asterisk: its log is turned over, the lines are what fail2ban's filter and
our own count expect, and a phone with the right password is not disturbed."""

from __future__ import annotations

import asyncio
import configparser
import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from control.messages.commands import Noticed
from hotline.provisioning.port import NoProvisioning
from hotline.server.registrations import FailedRegistrations
from phones.agent_phone import AgentPhone, RegistrationFailed
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.asterisk.instance.installation import REPOSITORY, Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.failed_registrations import ASTERISK, FailedRegistration, RegistrationLog
from switch.log_files import Turnover, put_asides
from tests.live.conftest import SettingsFactory, until
from tests.live.live_site import LiveSite
from tests.live.site_files import MENU

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

FILTER = REPOSITORY / "asterisk/fail2ban/filter.d/hotline-asterisk.conf"
HOST = (
    r"(?:\[?(?:::f{4,6}:)?(?P<host>(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-fA-F]{0,4}::?|::){1,7}[0-9a-fA-F]{0,4}"
    r"|[\w\-.^_]*\w)\]?)"
)
"""What fail2ban puts for <HOST> (its server/failregex.py), near enough for these lines."""


def failregex() -> re.Pattern[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(FILTER)
    return re.compile(parser["Definition"]["failregex"].strip().replace("<HOST>", HOST))


def without_date(line: str) -> str:
    """As fail2ban hands a line to the expression: what `datepattern` found is cut out."""
    return re.sub(r"^\s*\[\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+\]", "", line)


async def refused(asterisk: AsteriskProcess, user: str) -> None:
    endpoint = await Endpoint.open()
    try:
        phone = AgentPhone(endpoint, ("127.0.0.1", asterisk.settings.sip_port), Credentials(user, "wrong"))
        with pytest.raises((RegistrationFailed, TimeoutError)):
            await asyncio.wait_for(phone.register(), 10.0)
    finally:
        endpoint.close()


async def test_lines_of_strangers_and_of_wrong_passwords_are_known(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    settings = asterisk_settings(trunks=("192.0.2.0/24",))  # we come from the address of no trunk
    async with AsteriskProcess(settings, installation) as asterisk:
        log = RegistrationLog(settings.log_file, ASTERISK)
        assert log.new() == ([], 0)
        for user in ("agent-1001", "agent-7777", "admin", "x' failed for '192.0.2.77:1' (callid"):
            await refused(asterisk, user)
        right = replace(asterisk.settings.accounts[1])
        endpoint = await Endpoint.open()
        await AgentPhone(endpoint, ("127.0.0.1", settings.sip_port), Credentials(right.user, right.secret)).register()
        endpoint.close()
        lines = settings.log_file.read_text().splitlines()
    told = [line for line in lines if "failed for" in line]
    expression = failregex()
    found = [match["host"] for line in told if (match := expression.search(without_date(line)))]
    assert len(found) == len(told) >= 4
    assert set(found) == {"127.0.0.1"}, "and not what a stranger writes into a name"
    assert not any(expression.search(without_date(line)) for line in lines if line not in told)
    failed, skipped = log.new()
    assert skipped == 0
    assert {one.address for one in failed} == {"127.0.0.1"}
    assert {"agent-1001", "agent-7777", "admin"} <= {one.user for one in failed}
    assert right.user not in {one.user for one in failed}


class Followed(NoProvisioning):
    """The log of one Asterisk."""

    def __init__(self, log: RegistrationLog) -> None:
        self._log = log

    def failed_registrations(self) -> tuple[list[FailedRegistration], int]:
        return self._log.new()


async def test_a_flood_of_wrong_passwords_is_told_once_and_fills_no_disk(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    turnover = Turnover(max_bytes=5_000, keep_files=2)
    settings = asterisk_settings(log_turnover=turnover)
    told: list[Noticed] = []
    counter = Counter("failed", "of this test", ["switch"], registry=CollectorRegistry())
    async with AsteriskProcess(settings, installation) as asterisk:
        count = FailedRegistrations(
            {"a": Followed(RegistrationLog(settings.log_file, ASTERISK))}, told.append, counter, alert=20
        )
        await count.look(0.0)
        for number in range(4):
            for _ in range(45):
                await refused(asterisk, "agent-1001")
            await count.look(1.0 + number)
            assert await asterisk.log_keeper().look(), "it is larger than it may be"
        await refused(asterisk, "agent-1001")
        await until(lambda: "Failed to authenticate" in settings.log_file.read_text(), 20.0)
        asides = put_asides(settings.log_file)
        assert [aside.suffix for aside in asides] == [".gz", ".gz"], "no more than are kept"
        assert "Failed to authenticate" in gzip.decompress(asides[-1].read_bytes()).decode()
        assert settings.log_file.stat().st_size < turnover.max_bytes
        assert not await asterisk.log_keeper().look()
    (notice,) = told
    assert "from 127.0.0.1 within a minute, as agent-1001" in notice.detail
    assert counter.labels("a")._value.get() >= 180
    assert any("127.0.0.1" in warning for warning in count.warnings())


async def test_the_controller_tells_of_it_and_calls_go_on(installation: Installation, tmp_path: Path) -> None:
    async with LiveSite(tmp_path, installation) as house:
        for _ in range(25):
            await refused(house.asterisk, "agent-8001")
        await until(lambda: bool(house.logged("failed registrations")), 10.0)
        (told,) = house.logged("failed registrations")
        assert "from 127.0.0.1 within a minute, as agent-8001" in told["detail"]
        async with house.session.get("/health") as answer:
            health = await answer.json()
        assert health["ok"]
        assert any(warning.startswith("failed registrations:") for warning in health["warnings"])
        async with house.session.get("/metrics") as answer:
            counted = re.search(r'hotline_failed_registrations_total{switch="switch-1"} (\d+)', await answer.text())
        assert counted is not None
        assert int(counted[1]) >= 25
        call = await house.dial("13500000020")
        await call.hear_tone(MENU)
        await call.hang_up()
        await house.nobody_left()
