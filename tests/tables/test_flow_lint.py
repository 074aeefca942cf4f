"""The lint, mistake by mistake: place, rule, and the word that was meant."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl.tree import parse
from ivr.compiler.compiling import compile_folder

pytestmark = pytest.mark.tables

_AROUND = {
    "prompts/zh-CN.yaml": "\n".join(
        (
            "welcome: 您好",
            "goodbye: 再见",
            "number: 号码{number:digits}",
            "pin: 密码{pin:digits}",
            "confirm: 是{digits:digits}",
        )
    ),
    "prompts/en.yaml": "\n".join(
        (
            "welcome: Hello",
            "goodbye: Bye",
            "number: No {number:digits}",
            "pin: PIN {pin:digits}",
            "confirm: It {digits:digits}",
        )
    ),
    "dialplans/queues.yaml": "queues: {care: {}, loans: {}}\n",
    "dialplans/agents.yaml": "agents: {'1': {skills: {complaints: 4}}}\n",
    "dialplans/entry.yaml": "default: main\n",
}
_ROWS: list[dict[str, Any]] = parse(
    (Path(__file__).parent / "flow_lint.yaml").read_text(encoding="utf-8"), "flow_lint.yaml"
).plain()


@pytest.mark.parametrize("row", _ROWS, ids=[row["why"] for row in _ROWS])
def test_lint(row: dict[str, Any]) -> None:
    files = {**_AROUND, "dialplans/flows/main.yaml": row["flow"], **row.get("also", {})}
    today = date.fromisoformat(str(row.get("today", "2026-06-01")))
    done = compile_folder(files, today=today)
    found = sorted(
        (f"{p.mark.file.rpartition('/')[2]}:{p.mark.line}:{p.mark.column}", p.rule, p.message) for p in done.problems
    )
    assert done.program is None
    wanted = sorted(tuple(says) for says in row["says"])
    assert [(place, rule) for place, rule, _ in found] == [(place, rule) for place, rule, _ in wanted], found
    for place, rule, words in wanted:
        assert any((place, rule) == (p, r) and words in message for p, r, message in found), (words, found)


def test_rows_are_each_about_something_else() -> None:
    assert len({row["why"] for row in _ROWS}) == len(_ROWS) > 25
