"""hotline case, case-intake and audit: intake by each way, every act a command, and an altered row named."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from complaints.stages.rules import KINDS
from hotline.cases.work import Work
from hotline.cli.case import ACTS
from hotline.cli.main import app
from hotline.store import opening
from hotline.versions.case_rules import CaseRules, compiled_again
from tests.unit.hotline.web.test_cases import GRADES

pytestmark = pytest.mark.unit


@pytest.fixture
def site(tmp_path: Path) -> Path:
    opening.migrate(tmp_path / "var" / "hotline.db")
    return tmp_path


def run(site: Path, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*words, "--site", str(site)])
    return result.exit_code, result.stdout, result.stderr


def taken_in(site: Path, *words: str) -> str:
    code, said, _ = run(site, "case-intake", "text", *words, "--json")
    assert code == 0
    Work(site / "var/hotline.db").off(CaseRules(), time.time())
    return str(json.loads(said)["cases"][0]["case"])


def test_every_act_has_a_command() -> None:
    assert {kind for kind, _, _ in ACTS.values()} == KINDS - {"opened", "regraded"}


def test_a_case_from_the_first_word_to_the_end(site: Path) -> None:
    case = taken_in(site, "扣了我三千块", "--caller", "13800138000", "--account", "A1234567")
    for words in (
        ("grade", case, "--grade", "level_1", "--reason", "money"),
        ("dispatch", case, "--department", "care"),
        ("take", case, "--author", "li"),
        ("feedback", case, "--author", "li", "--channel", "call"),
        ("investigate", case, "--author", "li"),
        ("decide", case, "--author", "li", "--decision", "founded", "--amount", "3000"),
        ("notify", case, "--author", "li", "--channel", "call"),
        ("order-refund", case, "--author", "li", "--amount", "3000"),
        ("refund", case, "--author", "li", "--amount", "3000"),
        ("root-cause", case, "--author", "li", "--cause", "unclear terms"),
        ("close", case, "--author", "li"),
    ):
        code, _, wrong = run(site, "case", *words)
        assert (code, wrong) == (0, ""), words
    code, said, _ = run(site, "case", "show", case)
    assert code == 0
    assert f"{case}: closed, level_1, care" in said
    assert "13800138000" not in said
    assert json.loads(run(site, "case", "list", "--json")[1])[0]["stage"] == "closed"
    code, said, _ = run(site, "audit", "verify")
    assert (code, "whole: 13 entries" in said) == (0, True)


def test_what_is_refused_says_why(site: Path) -> None:
    case = taken_in(site, "扣了我三千块")
    code, _, wrong = run(site, "case", "close", case)
    assert code == 2
    assert "closed cannot follow: the case is accepted" in wrong
    assert run(site, "case", "take", "1")[0] == 2
    assert "is no time" in run(site, "case", "note", case, "--text", "x", "--at", "soon")[2]


def test_an_altered_row_is_named(site: Path) -> None:
    taken_in(site, "扣了我三千块")
    head = run(site, "audit", "head")[1].strip()
    assert run(site, "audit", "verify", "--head", head)[0] == 0
    with closing(sqlite3.connect(site / "var/hotline.db")) as connection, connection:
        connection.execute("UPDATE case_entries SET author = 'nobody' WHERE row = 2")
    code, _, wrong = run(site, "audit", "verify")
    assert code == 1
    assert "altered: row 2, entry 2 of case" in wrong
    assert json.loads(run(site, "audit", "verify", "--json")[1])["row"] == 2
    assert run(site, "audit", "verify", "--head", "nonsense")[0] == 2


def test_files_are_taken_in_once_and_bad_rows_are_told(site: Path) -> None:
    (site / "in.csv").write_text("编号,内容\n1,扣错钱\n2,\n", encoding="gb18030")
    code, said, wrong = run(site, "case-intake", "csv", str(site / "in.csv"), "--channel", "regulator")
    assert (code, "1 case" in said, "row 3: nothing is complained about" in wrong) == (1, True, True)
    assert "1 known already" in run(site, "case-intake", "csv", str(site / "in.csv"), "--channel", "regulator")[1]
    (site / "one.eml").write_bytes(b"From: a@b.c\r\nSubject: fees\r\n\r\nwrong")
    assert run(site, "case-intake", "mail", str(site))[0] == 0
    assert "no channel fax" in run(site, "case-intake", "csv", str(site / "in.csv"), "--channel", "fax")[2]


def test_a_category_that_is_nearly_one_is_refused_with_its_row(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = compiled_again({"dialplans/grades.yaml": GRADES})
    monkeypatch.setattr("hotline.cli.case_intake.rules_now", lambda site: rules)
    code, _, wrong = run(site, "case-intake", "text", "x", "--category", "complaintt")
    assert (code, "no category 'complaintt' (did you mean complaint?)" in wrong) == (2, True)
    file = site / "rows.csv"
    file.write_text("编号,内容,类别\n1,扣了我三千块,problm\n2,没有人通知,服务态度\n", encoding="utf-8")
    code, said, wrong = run(site, "case-intake", "csv", str(file), "--json")
    assert (code, len(json.loads(said)["cases"])) == (1, 1)
    assert "1: no category 'problm' (did you mean problem?)" in wrong
