"""Each family at its boundaries, layers, exceptions, and what is not known, as decisions.yaml has them."""

import msgspec
import pytest

from dialer.governor.scene import Scene
from tests.tables.governor.cases import Case, Row, check, rows
from tests.unit.dialer.governor.policies import SCENES, house, instant, policy_of

pytestmark = pytest.mark.tables

_ROWS = rows("decisions.yaml")
_MORE = (
    Scene(name="allowing", category="service", channel="human", allows=("short",)),
    Scene(name="unapproved", category="service", channel="human", refused="not approved"),
    Scene(name="ending", category="service", channel="human", approved_until=instant("2026-12-01 00:00:00")),
)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _case(row: Row) -> Case:
    words = {"exceptions": "exception", "defer_at_most": "defer_at_most"}
    more = [f"{word}: {_json(row[key])}\n" for word, key in words.items() if key in row]
    if "pool" in row:
        more.append(f"pools: {_json({'main': row['pool']})}\n")
    texts = [house(row.get("rules", ""), "".join(more)), *map(_json, row.get("more", ()))]
    return Case(row, policy_of(*texts, scenes=(*SCENES, *_MORE)), (*SCENES, *_MORE))


@pytest.mark.parametrize("row", _ROWS, ids=[row["name"] for row in _ROWS])
def test_the_decision_and_its_reasons(row: Row) -> None:
    case = _case(row)
    for index, tried in enumerate(row["try"]):
        decision = check(case, tried, None)
        if "by" in row and decision.verdict != "allow":
            assert [reason.rule for reason in decision.reasons] == row["by"]
        for word, value in row.get("obliged", {}).items():
            found = getattr(decision.obligations, word)
            assert (list(found) if isinstance(found, tuple) else found) == value
        if "number_only" in row:
            assert decision.number_only == row["number_only"]
        if index == 0:
            assert list(decision.passed_by) == row.get("passed_by", [])


def test_every_name_is_given_once() -> None:
    names = [row["name"] for row in _ROWS]
    assert len(set(names)) == len(names) >= 70
