"""Accounts lent to browsers: one password as long as a page uses it, kept over a restart, and forgotten in time."""

import stat
from pathlib import Path

import pytest

from hotline.provisioning.plan import accounts_of
from hotline.provisioning.web_phones import GRACE_S, WebPhones, user_of
from hotline.versions.routing import RoutingConfiguration
from switch.accounts import SecretStore
from tests.unit.control.harness import configuration

pytestmark = pytest.mark.unit


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "web_phones.json"


def test_a_lent_account_has_a_password_of_its_own_for_its_owner_only(path: Path, clock: Clock) -> None:
    phones = WebPhones(path, clock)
    first, other = phones.lend("8001"), phones.lend("8002")
    assert len(first.secret) >= 24
    assert first.secret != other.secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert phones.secrets() == {"8001": first.secret, "8002": other.secret}
    assert user_of("8001") == "agent-8001"


def test_it_is_lent_for_longer_with_the_same_password(path: Path, clock: Clock) -> None:
    phones = WebPhones(path, clock)
    secret = phones.lend("8001").secret
    clock.now += GRACE_S - 1
    assert phones.lend("8001").secret == secret
    clock.now += GRACE_S - 1
    assert not phones.forget_unused()
    assert phones.secrets() == {"8001": secret}


def test_one_that_no_page_uses_is_taken_back_and_its_next_password_is_another(path: Path, clock: Clock) -> None:
    phones = WebPhones(path, clock)
    secret = phones.lend("8001").secret
    clock.now += GRACE_S
    assert phones.forget_unused()
    assert phones.secrets() == WebPhones(path, clock).secrets() == {}
    assert not phones.opened("8001")
    assert phones.lend("8001").secret != secret


def test_an_open_page_keeps_it_and_the_last_one_to_go_begins_the_end(path: Path, clock: Clock) -> None:
    phones = WebPhones(path, clock)
    phones.lend("8001")
    assert phones.opened("8001")
    assert phones.opened("8001")
    clock.now += 10 * GRACE_S
    phones.closed("8001")
    clock.now += 10 * GRACE_S
    assert not phones.forget_unused()
    phones.closed("8001")
    clock.now += GRACE_S - 1
    assert not phones.forget_unused()
    clock.now += 1
    assert phones.forget_unused()


def test_a_restart_keeps_it_long_enough_for_the_page_to_come_back(path: Path, clock: Clock) -> None:
    secret = WebPhones(path, clock).lend("8001").secret
    clock.now += 10 * GRACE_S
    phones = WebPhones(path, clock)
    assert not phones.forget_unused()
    assert phones.opened("8001")
    assert phones.secrets() == {"8001": secret}


def test_a_file_that_is_none_lends_nothing_and_stops_no_start(path: Path, clock: Clock) -> None:
    path.parent.mkdir()
    path.write_text("{")
    assert WebPhones(path, clock).secrets() == {}


def test_only_the_browsers_password_holds_meanwhile(path: Path, clock: Clock, tmp_path: Path) -> None:
    phones, secrets = WebPhones(path, clock), SecretStore(tmp_path / "accounts.json")
    routing = RoutingConfiguration(configuration(), {}, {})
    lent = phones.lend("8001")
    by_account = {account.agent: account for account in accounts_of(routing, secrets, phones.secrets())}
    assert (by_account["8001"].secret, by_account["8001"].web) == (lent.secret, True)
    assert (by_account["8002"].secret, by_account["8002"].web) == (secrets.get("agent-8002"), False)
    phones.take_back("8001")
    assert not phones.take_back("8001")
    by_account = {account.agent: account for account in accounts_of(routing, secrets, phones.secrets())}
    assert (by_account["8001"].secret, by_account["8001"].web) == (secrets.get("agent-8001"), False)
    assert lent.secret != secrets.get("agent-8001")
