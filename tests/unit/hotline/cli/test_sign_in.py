"""hotline sign-in: a link that works, once, and its line in the audit log."""

import getpass
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.site.sign_in import take_link

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("words", "role", "person"),
    [
        ([], "admin", getpass.getuser()),
        (["--role", "admin", "--person", "night shift"], "admin", "night shift"),
        (["--role", "wallboard"], "wallboard", "wallboard"),
        (["--role", "wallboard", "--person", "door"], "wallboard", "door"),
    ],
)
def test_the_link_signs_in_as_what_was_asked(tmp_path: Path, words: list[str], role: str, person: str) -> None:
    (tmp_path / "hotline.yaml").write_text("web: {port: 9123}\n")
    done = CliRunner().invoke(app, ["sign-in", "--site", str(tmp_path), *words])
    assert done.exit_code == 0
    shown, _, token = done.stdout.strip().partition("#sign-in=")
    assert shown == "http://127.0.0.1:9123/console/"
    link = take_link(tmp_path / "var", token, time.time())
    assert link is not None
    assert (link.role, link.person) == (role, person)
    (line,) = (tmp_path / "var" / "audit.log").read_text().splitlines()
    assert json.loads(line)["what"] == "sign-in link made"
    assert token not in line


def test_as_json_and_a_wrong_role(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("")
    done = CliRunner().invoke(app, ["sign-in", "--site", str(tmp_path), "--json"])
    assert json.loads(done.stdout)["link"].startswith("http://127.0.0.1:8780/console/#sign-in=")
    assert CliRunner().invoke(app, ["sign-in", "--site", str(tmp_path), "--role", "emperor"]).exit_code == 2
