"""What is said of policies with something wrong, and where, as lint.yaml has it."""

import pytest

from tests.tables.governor.cases import Row, rows
from tests.unit.dialer.governor.policies import compiled

pytestmark = pytest.mark.tables

_ROWS = rows("lint.yaml")


def _text(row: Row) -> str:
    text: str = row["text"]
    return text if text.startswith("policy") else f"policy: house\nlayer: group\n{text}"


def _missing(wanted: list[str], told: list[str]) -> list[str]:
    """Those of which no problem has the place, the part of the message and the name."""

    def is_told(one: str) -> bool:
        place, _, rest = one.partition(": ")
        part, _, rule = rest.rpartition(" [")
        return any(line.startswith(f"{place}: ") and part in line and line.endswith(f"[{rule}") for line in told)

    return [one for one in wanted if not is_told(one)]


@pytest.mark.parametrize("row", _ROWS, ids=[row["name"] for row in _ROWS])
def test_what_is_wrong_is_told_at_its_place(row: Row) -> None:
    result = compiled(_text(row), *([row["more"]] if "more" in row else []))
    errors = [str(problem) for problem in result.problems if not problem.warning]
    warnings = [str(problem) for problem in result.problems if problem.warning]
    assert _missing(row.get("says", []), errors) == [], "\n".join(errors)
    assert _missing(row.get("warns", []), warnings) == [], "\n".join(warnings)
    assert len(errors) == len(row.get("says", [])), "\n".join(errors)
    assert len(warnings) == len(row.get("warns", [])), "\n".join(warnings)
    assert (result.policy is None) == bool(row.get("says"))
