"""hotline people: each command does what it says, is audited, and tells nobody's password or secret again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.people import passwords, users
from hotline.people.one_time_codes import read
from hotline.people.roles import TABLE
from hotline.site.sign_in import take_link
from hotline.store import opening

pytestmark = pytest.mark.unit

PASSWORD = "four words that nobody says"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "hotline.db"
    opening.migrate(path)
    return path


@pytest.fixture
def site(empty: Path, tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    shutil.copy(empty, tmp_path / "var" / "hotline.db")
    (tmp_path / "hotline.yaml").write_text("web: {clients: [{name: crm, rights: [calls]}]}\nconsole: {title: Anda}\n")
    return tmp_path


def run(site: Path, *words: str, given: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["people", *words, "--site", str(site)], input=given)
    return done.exit_code, done.stdout, done.stderr


def asked(site: Path, *words: str, given: str = "") -> Any:
    code, said, wrong = run(site, *words, "--json", given=given)
    assert (code, wrong) == (0, ""), words
    return json.loads(said)


def audited(site: Path) -> list[tuple[str, str]]:
    lines = (site / "var" / "audit.log").read_text().splitlines()
    return [(row["what"], row["about"]) for row in map(json.loads, lines)]


def test_added_with_a_link_that_signs_them_in(site: Path) -> None:
    told = asked(site, "add", "li", "--role", "handler", "-r", "lead", "--title", "Li Na", "--agent", "8001")
    assert (told["person"], told["title"], told["roles"], told["agent"]) == ("li", "Li Na", ["handler", "lead"], "8001")
    token = told["link"].partition("#sign-in=")[2]
    link = take_link(site / "var", token, users.named(site / "var/hotline.db", "li").added_at + 1)
    assert link is not None
    assert (link.person, link.role) == ("li", "person")
    assert audited(site) == [("person added", "li: handler, lead, agent 8001"), ("sign-in link made", "person li")]
    (listed,) = asked(site, "list")
    assert (listed["person"], listed["has_password"], listed["signed_in_at"]) == ("li", False, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "li", "--role", "handlr"), "did you mean handler"),
        (("add", "crm", "--role", "handler"), "stands for no person"),
        (("add", "li"), "--role"),
        (("roles", "li", "lead"), "there is no person li"),
        (("password", "li", "--generate"), "there is no person li"),
        (("code", "li"), "there is no person li"),
        (("disable", "li", "--reason", "left"), "there is no person li"),
        (("enable", "li"), "there is no person li"),
        (("sign-out", "li"), "there is no person li"),
        (("agent", "li", "8001"), "there is no person li"),
    ],
)
def test_what_cannot_be_done_is_told_and_not_audited(site: Path, words: tuple[str, ...], said: str) -> None:
    code, _, wrong = run(site, *words)
    assert (code, said in wrong) == (2, True), wrong
    assert not (site / "var" / "audit.log").exists()


def test_roles_and_agent_are_given_and_shown(site: Path) -> None:
    asked(site, "add", "li", "--role", "handler")
    assert asked(site, "roles", "li", "lead", "auditor")["acts"]["lead_cases"] == "yes"
    assert asked(site, "roles", "li")["roles"] == ["lead", "auditor"]
    asked(site, "agent", "li", "8001")
    assert asked(site, "list")[0]["agent"] == "8001"
    asked(site, "agent", "li")
    assert asked(site, "list")[0]["agent"] == ""
    assert ("roles given", "li: lead, auditor; before: handler") in audited(site)


def test_the_table_is_shown(site: Path) -> None:
    assert {act: cells["lead"] for act, cells in asked(site, "roles").items()} == {
        act: cells["lead"] for act, cells in TABLE.items()
    }
    assert "grant_exceptions" in run(site, "roles")[1]


def test_passwords_by_each_way(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(site, "add", "li", "--role", "handler")
    database = site / "var" / "hotline.db"
    assert asked(site, "password", "li", "--stdin", given=f"{PASSWORD}\n") == {"person": "li", "has_password": True}
    assert passwords.fits(users.named(database, "li").password, PASSWORD)
    made = asked(site, "password", "li", "--generate")["password"]
    assert passwords.fits(users.named(database, "li").password, made)
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert run(site, "password", "li")[0] == 0
    assert passwords.fits(users.named(database, "li").password, PASSWORD)
    code, _, wrong = run(site, "password", "li")
    assert (code, "not the same" in wrong) == (2, True)
    code, _, wrong = run(site, "password", "li", "--stdin", given="password12345\n")
    assert (code, "common password" in wrong) == (2, True)
    assert passwords.fits(users.named(database, "li").password, PASSWORD)
    assert run(site, "password", "li", "--stdin", "--none")[0] == 2
    asked(site, "password", "li", "--none")
    assert users.named(database, "li").password == ""
    kept = (site / "var" / "audit.log").read_text()
    assert PASSWORD not in kept
    assert made not in kept


def test_a_code_is_printed_once(site: Path) -> None:
    asked(site, "add", "li", "--role", "handler")
    told = asked(site, "code", "li")
    assert told["address"].startswith("otpauth://totp/Anda:li?secret=")
    assert read(told["secret"]) == read(users.named(site / "var/hotline.db", "li").code)
    assert told["secret"] not in (site / "var" / "audit.log").read_text()
    assert told["secret"] not in run(site, "list")[1]
    shown = run(site, "code", "li")[1]
    assert told["secret"] not in shown.replace(" ", ""), "another secret each time"
    asked(site, "code", "li", "--off")
    assert asked(site, "list")[0]["has_code"] is False


def test_disabled_enabled_and_signed_out(site: Path) -> None:
    asked(site, "add", "li", "--role", "handler")
    asked(site, "disable", "li", "--reason", "left")
    assert asked(site, "list") == []
    (row,) = asked(site, "list", "--all")
    assert row["disabled_why"] == "left"
    assert "left" in run(site, "list", "--all")[1]
    said = CliRunner().invoke(app, ["sign-in", "--person", "li", "--site", str(site)])
    assert (said.exit_code, "li is disabled: left" in said.stderr) == (2, True)
    asked(site, "enable", "li")
    asked(site, "sign-out", "li")
    assert users.named(site / "var/hotline.db", "li").sessions_from > row["disabled_at"]
    assert {what for what, _ in audited(site)} >= {"person disabled", "person enabled", "person signed out"}


def test_a_link_is_for_a_person_or_for_a_role_and_never_for_a_misspelt_name(site: Path) -> None:
    asked(site, "add", "li", "--role", "handler")

    def sign_in(*words: str) -> Any:
        return CliRunner().invoke(app, ["sign-in", *words, "--json", "--site", str(site)])

    told = json.loads(sign_in("--person", "li").stdout)
    assert (told["role"], told["person"]) == ("person", "li")
    refused = sign_in("--person", "lii")
    assert (refused.exit_code, "did you mean li" in refused.stderr) == (2, True)
    refused = sign_in("--person", "li", "--role", "admin")
    assert (refused.exit_code, "leave --role out" in refused.stderr) == (2, True)
    asked(site, "disable", "li", "--reason", "left")
    assert sign_in("--person", "li", "--role", "admin").exit_code == 2
