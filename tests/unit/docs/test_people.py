"""docs/people.md has the table of roles, the figures of today, and commands that do what it says, in its order."""

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.people import password_policy, users
from hotline.people.roles import ABOUT, OF_PEOPLE, TABLE, Role
from hotline.people.session_life import LIVES, OWN_LINK_S
from hotline.people.throttle import ADDRESS, MOST_IN_A_MINUTE, PERSON
from hotline.store import opening

pytestmark = pytest.mark.unit

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "people.md").read_text(encoding="utf-8")
_ROWS = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in _PAGE.splitlines() if line[:1] == "|"]


def test_the_table_is_that_of_the_code() -> None:
    head = next(row for row in _ROWS if row[0] == "act")
    assert head[1:-1] == list(get_args(Role))
    told = {row[0]: row[1:] for row in _ROWS if row[0] in TABLE}
    assert told == {act: [*(TABLE[act][role] for role in get_args(Role)), ABOUT[act]] for act in TABLE}


def test_every_role_of_people_is_told() -> None:
    assert [row[0] for row in _ROWS if len(row) == 2 and row[0] in get_args(Role)] == list(OF_PEOPLE)


def test_the_figures_are_those_of_today() -> None:
    person = next(row for row in _ROWS if row[0] == "a person")
    address = next(row for row in _ROWS if row[0].startswith("an address"))
    assert person[1:4] == [str(PERSON.free), f"{PERSON.first_s:.0f} s", f"{PERSON.longest_s / 60:.0f} min"]
    assert address[1:4] == [str(ADDRESS.free), f"{ADDRESS.first_s:.0f} s", f"{ADDRESS.longest_s / 60:.0f} min"]
    assert PERSON.forgotten_s == ADDRESS.forgotten_s == 3_600.0
    assert re.search(rf"have {MOST_IN_A_MINUTE} attempts a minute", _PAGE)
    assert f"has {password_policy.LEAST} to {password_policy.MOST} characters" in _PAGE
    assert (LIVES["person"].idle_s, LIVES["person"].longest_s, OWN_LINK_S) == (3_600.0, 12 * 3_600.0, 15 * 60.0)


def test_whoever_follows_the_page_comes_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening.migrate(tmp_path / "var" / "hotline.db")  # as `hotline serve` does
    monkeypatch.setattr("getpass.getpass", lambda prompt: "four words that nobody says")
    blocks = re.findall(r"^```console\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    lines = [shlex.split(line, comments=True)[1:] for block in blocks for line in block.splitlines()]
    assert len(lines) > 12
    for words in lines:
        given = [str(tmp_path) if word == "/srv/hotline" else word for word in words]
        done = CliRunner().invoke(app, given)
        assert done.exit_code == 0, (words, done.stderr)
    li, chen = users.named(tmp_path / "var/hotline.db", "li"), users.named(tmp_path / "var/hotline.db", "chen")
    assert (li.roles, li.agent, bool(li.code), li.disabled_at) == (("lead", "auditor"), "8002", True, None)
    assert (chen.roles, chen.agent) == (("agent",), "8001")
