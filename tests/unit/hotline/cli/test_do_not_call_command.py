"""hotline do-not-call: every change with its reason, masked unless asked, the same as JSON."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.store import opening

pytestmark = pytest.mark.unit


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("beijing", "shanghai"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "hotline.yaml").write_text(yaml.safe_dump({"sharing": {"site": name}, "zone": "Asia/Shanghai"}))
        opening.migrate(folder / "var" / "hotline.db")
        (folder / "var" / "secrets").mkdir()
        (folder / "var" / "secrets" / "sharing").write_text("a secret that both of them have, all of it")
    return tmp_path / "beijing"


def run(site: Path, *words: str, told: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["do-not-call", *words, "--site", str(site)], input=told)
    return result.exit_code, result.stdout, result.stderr


def as_json(site: Path, command: str, *words: str) -> object:
    code, said, wrong = run(site, command, *words, "--json")
    assert code == 0, wrong
    return json.loads(said)


def test_a_number_is_put_on_checked_and_taken_off(site: Path) -> None:
    assert as_json(site, "add", "138 0013 8000", "--reason", "asked") == [{"entry": 1, "number": "+86*******8000"}]
    (row,) = as_json(site, "check", "13800138000")  # type: ignore[misc]  # a list, which the next lines show
    assert (row["number"], row["forbidden"], row["lists"][0]["reason"]) == ("+86*******8000", True, "asked")
    assert as_json(site, "remove", "13800138000", "--reason", "a mistake") == {
        "ended": [1],
        "lifted": None,
        "still_by": [],
    }
    (row,) = as_json(site, "history", "13800138000")  # type: ignore[misc]  # as above
    assert (row["number"], row["over_why"]) == ("+86*******8000", "a mistake")
    log = (site / "var" / "audit.log").read_text()
    assert "do-not-call checked" in log
    assert "number looked up" in log


def test_a_file_with_an_unreadable_line_is_refused_whole(site: Path) -> None:
    file = site / "registry.csv"
    file.write_text("13800138000\n1.38E+10,Li\n", encoding="utf-8")
    code, said, wrong = run(site, "import", str(file), "--reason", "registry")
    assert code == 1
    assert "registry.csv:2: 1.38E+10" in wrong
    assert "nothing was imported" in wrong
    code, said, _ = run(site, "import", str(file), "--reason", "registry", "--load-the-rest")
    assert (code, said) == (0, "import-1: 1 numbers of 2 lines\n")
    code, said, _ = run(site, "undo", "import-1", "--reason", "wrong file")
    assert code == 0
    assert as_json(site, "check", "13800138000")[0]["forbidden"] is False  # type: ignore[index]  # as above


def test_a_scrub_forbids_what_cannot_be_read(site: Path) -> None:
    run(site, "add", "13800138000", "--reason", "asked")
    file = site / "names.csv"
    file.write_text("13800138000,Zhang\n13900139000,Li\n1.38E+10,Wang\n", encoding="utf-8")
    rows = as_json(site, "check", "--file", str(file))
    assert [row["forbidden"] for row in rows] == [True, False, True]  # type: ignore[union-attr, attr-defined]  # as above


def test_an_export_is_masked_unless_that_is_asked_for_and_audited(site: Path) -> None:
    run(site, "add", "13800138000", "--reason", "asked", "--until", "2999-01-01")
    run(site, "add", "+86170", "--prefix", "--reason", "virtual")
    assert "13800138000" not in run(site, "export")[1]
    said = run(site, "export", "--reveal")[1]
    assert said.splitlines()[0] == "list,number,scope,source,reason,since,until"
    assert "do_not_call,+8613800138000,,hand,asked," in said
    assert "2999-01-02T00:00:00+08:00" in said  # the day is in it
    assert "numbers shown" in (site / "var" / "audit.log").read_text()


@pytest.mark.parametrize("words", [("add", "13800138000"), ("import", "registry.csv")])
def test_the_day_until_which_an_entry_holds_is_its_last(site: Path, words: tuple[str, ...]) -> None:
    (site / "registry.csv").write_text("13800138000\n", encoding="utf-8")
    command, what = words
    what = str(site / what) if command == "import" else what
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    code, _, wrong = run(site, command, what, "--reason", "asked", "--until", today)
    assert code == 0, wrong
    assert as_json(site, "check", "13800138000")[0]["forbidden"] is True  # type: ignore[index]  # a list of one


def test_two_sites_share_by_a_file(site: Path) -> None:
    other = site.with_name("shanghai")
    run(site, "add", "13800138000", "--reason", "asked")
    delta = run(site, "share", "export")[1].encode()
    assert b"13800138000" not in delta
    code, said, wrong = run(other, "share", "apply", "-", told=delta)
    assert (code, said) == (0, "beijing: 1 changes applied, known up to 1\n"), wrong
    assert as_json(other, "check", "13800138000")[0]["forbidden"] is True  # type: ignore[index]  # as above


def test_a_site_without_the_secret_of_its_group_forbids_all_until_it_has_it(site: Path) -> None:
    secret = site / "var" / "secrets" / "sharing"
    secret.unlink()
    for words in (("share", "export"), ("check", "13800138000")):
        code, _, wrong = run(site, *words)
        assert (code, "new-secret" in wrong) == (2, True)
    assert run(site, "share", "new-secret")[0] == 0
    assert len(secret.read_text()) > 32
    code, _, wrong = run(site, "share", "new-secret")
    assert (code, "--force" in wrong) == (2, True)
    assert as_json(site, "check", "13800138000")[0]["forbidden"] is False  # type: ignore[index]  # as above


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "hello", "--reason", "r"), "no telephone number"),
        (("add", "13800138000", "--reason", " "), "needs a reason"),
        (("add", "13800138000", "--reason", "r", "--until", "2020-01-01"), "is past"),
        (("add", "138", "--prefix", "--reason", "r"), "is no prefix"),
        (("remove", "13800138000", "--reason", "r"), "not on this list"),
        (("undo", "7", "--reason", "r"), "no entry 7"),
        (("check",), "name some numbers"),
    ],
)
def test_what_cannot_be_done_is_said(site: Path, words: tuple[str, ...], told: str) -> None:
    code, _, wrong = run(site, *words)
    assert code == 2
    assert told in wrong
