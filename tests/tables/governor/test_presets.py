"""Each preset at its boundaries, as presets.yaml has them."""

import pytest

from dialer.governor.reading import read_policy
from dialer.governor.rule import PolicyFile
from dsl.tree import Problem
from hotline.versions.policy_presets import presets
from tests.tables.governor.cases import Case, Row, applying, check, rows

pytestmark = pytest.mark.tables

_ROWS = rows("presets.yaml")


def _read() -> list[PolicyFile]:
    problems: list[Problem] = []
    read = [read_policy(root, "Asia/Shanghai", problems) for root in presets().values()]
    assert problems == []
    return [one for one in read if one is not None]


def _name(row: Row) -> str:
    return f"{row['applied']}: {row['name']}" if "name" in row else str(row["applied"])


@pytest.mark.parametrize("row", _ROWS, ids=map(_name, _ROWS))
def test_a_preset_at_its_boundary(row: Row) -> None:
    case = Case(row, applying(row["applied"], row.get("pool"), row.get("zone", "Asia/Shanghai")))
    for tried in row["try"]:
        decision = check(case, tried, row["applied"])
        for word, value in row.get("obliged", {}).items():
            assert getattr(decision.obligations, word) == value


def test_every_rule_of_every_preset_has_a_row() -> None:
    tried = {row["applied"] for row in _ROWS}
    assert {rule.name for one in _read() for rule in one.rules} == tried


@pytest.mark.parametrize("preset", _read(), ids=lambda one: one.name)
def test_a_preset_says_how_sure_it_is_and_where_it_is_from(preset: PolicyFile) -> None:
    assert "This is no legal advice" in preset.about
    assert preset.source
    assert preset.mark
    for rule in preset.rules:
        assert rule.mark
        assert rule.cite


def test_all_presets_together_leave_a_call_that_may_be_placed() -> None:
    names = ", ".join(one.name for one in _read())
    policy = applying(f"[{names}]", None, "Asia/Shanghai")
    row = {"scene": "care", "callee": "CN", "region": "CN-31"}
    assert Case(row, policy).decide("2026-11-30 10:00:00").verdict == "allow"
