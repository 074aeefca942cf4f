"""hotline followups: lists and stories masked, results and ends by people, answers as CSV that no spreadsheet runs."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import followups
from hotline.store import opening
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.store import Versions
from tests.unit.hotline.followups.visits import DAY, Visits, rules

pytestmark = pytest.mark.unit


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    (tmp_path / "hotline.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "var").mkdir()
    database = tmp_path / "var/hotline.db"
    opening.migrate(database)
    held: FollowUpRules = rules()
    monkeypatch.setattr(Versions, "current", lambda self: "1")
    monkeypatch.setattr(Versions, "follow_ups", lambda self, version: held)
    monkeypatch.setattr(Versions, "sources", lambda self, version, paths: {})
    made = Visits(database)
    made.now = time.time() - 10 * DAY
    made.close_case()
    made.off()
    return made


def run(visits: Visits, *words: str) -> Result:
    return CliRunner().invoke(followups.app, [*words, "--site", str(visits.store.parent.parent)])


def told(visits: Visits, *words: str) -> Any:
    result = run(visits, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_lists_and_stories_are_masked_unless_somebody_reveals_them_which_is_written_down(visits: Visits) -> None:
    (row,) = told(visits, "list", "--overdue")
    assert (row["number"], row["state"]) == (1, "planned")
    assert "13800138000" not in json.dumps([row, told(visits, "show", "1")])
    assert told(visits, "show", "1", "--reveal")["caller"] == "+8613800138000"
    assert "follow-up 1" in (visits.store.parent / "audit.log").read_text(encoding="utf-8")
    assert "follow-up 1: planned" in run(visits, "show", "1").output


def test_a_result_is_kept_and_exported(visits: Visits) -> None:
    words = ("done", "1", "--answer", "solved=no", "--answer", "why=2", "--answer", "satisfied=5", "--author", "li")
    assert told(visits, *words) == {"followup": 1, "state": "done"}
    today = datetime.now(UTC).date()  # the site's zone
    assert told(visits, "answers", "visit", "--until", str(today))
    assert not told(visits, "answers", "visit", "--until", str(today - timedelta(days=1)))
    wrong = run(visits, "answers", "visit", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (wrong.exit_code, "nothing lies between them" in wrong.output) == (2, True)
    head, *rows = run(visits, "answers", "visit").output.splitlines()
    assert head.startswith("source,questionnaire,version,question,word,figure,at,channel")
    assert sorted(row.split(",")[3:5] for row in rows) == [["satisfied", "5"], ["solved", "no"], ["why", "rude"]]
    assert not any("+8613800138000" in row for row in rows)
    whole = run(visits, "answers", "visit", "--reveal").output
    assert "'+8613800138000" in whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("done", "1"), "say what came of it"),
        (("done", "1", "--answer", "solved"), "an answer is QUESTION=ANSWER"),
        (("done", "1", "--text", "x", "--how", "fax"), "how: fax is none of phone, visit"),
        (("skip", "7", "--reason", "x"), "there is no follow-up 7"),
        (("again", "1", "--reason", "x"), "only one that is held or given up"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(visits: Visits, words: tuple[str, ...], said: str) -> None:
    result = run(visits, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert visits.states() == ["planned"]


def test_one_is_skipped_with_a_reason(visits: Visits) -> None:
    assert told(visits, "skip", "1", "--not-wanted", "--reason", "said so")["state"] == "not_wanted"
    assert visits.row()["detail"] == "said so"
