"""Scenarios of the whole house: what is there without one, and what is said of a wrong one."""

import re
from typing import Any

import pytest

from dsl.tree import parse
from hotline.replay.simulated import begins
from sim.house.reading import read_house
from sim.house.running import draw
from sim.house.scenario import Agents, Behaviour
from tests.unit.sim.house.sample import ROOT, sample, scenario

pytestmark = pytest.mark.unit


def test_without_any_setting_each_flow_that_a_number_leads_to_is_called_alike() -> None:
    read = scenario()
    assert [group.name for group in read.groups] == ["main", "loans/ask", "round_the_clock", "by_consent", "own_words"]
    numbers = ["95183", "+864000195183", "+864000395183", "+864000495183", "+864000595183"]
    assert [group.dials for group in read.groups] == numbers
    assert len({group.per_hour for group in read.groups}) == 1
    assert [name for name, _ in read.groups[1].wants] == ["front_desk", "loans"]
    busy = sum(group.per_hour[0] for group in read.groups) * (180 + 21.25) / 3600 / 5
    assert busy == pytest.approx(0.8)
    assert any("80%" in line for line in read.assumed)
    assert any("http://127.0.0.1:8799/loans/progress" in line for line in read.assumed)


def test_rates_by_interval_end_with_the_last_one() -> None:
    read = scenario(lasts_s=7200, interval_s=1800, callers={"all": {"dials": "95183", "per_hour": [0, 600, 0]}})
    times = [arrival.at for arrival in draw(read, 1)]
    assert times
    assert all(1800 <= at < 3600 for at in times)
    assert len({arrival.caller for arrival in draw(read, 1)}) == len(times)


def test_a_script_dials_what_its_test_case_dials() -> None:
    read = scenario(callers={"one": {"per_hour": 60, "script": "the number on the contract goes straight to loans"}})
    assert read.groups[0].dials == "4000195183"
    assert [line.verb for line in read.groups[0].script] == ["hears", "presses", "hears", "hears"]


@pytest.mark.parametrize(
    ("settings", "path", "message", "near"),
    [
        ({"caller": {}}, ("caller",), "is not known here", "callers"),
        ({"begins": "soon"}, ("begins",), "no time", ""),
        ({"lasts_s": 0}, ("lasts_s",), "above 0", ""),
        ({"callers": {"a": {"per_hour": -1, "dials": "95183"}}}, ("callers", "a", "per_hour"), "not negative", ""),
        (
            {"callers": {"a": {"per_hour": 1, "dials": "95183", "wants": {"loan": 1}}}},
            ("callers", "a", "wants", "loan"),
            "no queue, flow or step",
            "loans",
        ),
        (
            {"callers": {"a": {"per_hour": 1, "dials": "95183", "wants": {"loans": 0}}}},
            ("callers", "a", "wants", "loans"),
            "above 0",
            "",
        ),
        (
            {"callers": {"a": {"per_hour": 1, "script": "a complaint lands in car"}}},
            ("callers", "a", "script"),
            "dialplans/tests has no",
            "a complaint lands in care",
        ),
        (
            {"callers": {"a": {"per_hour": 1, "dials": "95183", "behaviour": {"barge": 1}}}},
            ("callers", "a", "behaviour", "barge"),
            "is not known here",
            "barge_in",
        ),
        (
            {"callers": {"a": {"per_hour": 1, "dials": "95183", "patience": {"exponental": 3}}}},
            ("callers", "a", "patience"),
            "say how it is distributed",
            "exponential",
        ),
        ({"keys": {"reception/chose": {"1": 1}}}, ("keys", "reception/chose"), "no step is", "reception/choose"),
        ({"keys": {"reception/choose": {"silence": 1}}}, ("keys", "reception/choose", "silence"), "keys, or", "silent"),
        ({"keys": {"reception/choose": {}}}, ("keys", "reception/choose"), "keys with their weights", ""),
        ({"talk": {"loan": {"exponential": 9}}}, ("talk", "loan"), "there is no queue", "loans"),
        ({"goals": {"loan": {}}}, ("goals", "loan"), "there is no queue", "loans"),
        ({"agents": {"8006": {}}}, ("agents", "8006"), "agents.yaml has no", "8005"),
        ({"agents": {"8001": {"missing": 0.1}}}, ("agents", "8001", "missing"), "is not known here", "misses"),
        (
            {"agents": {"8001": {"shift": {"from_s": 5, "to_s": 1}}}},
            ("agents", "8001", "shift"),
            "ends after it begins",
            "",
        ),
        ({"behaviour": {"silent": "no"}}, ("behaviour", "silent"), "a number is wanted", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_nearest_word(
    settings: dict[str, Any], path: tuple[str, ...], message: str, near: str
) -> None:
    dialplan, cases = sample()
    read, problems = read_house(
        {"scenario": "wrong", "begins": "2026-11-23 09:00", **settings},
        dialplan,
        lambda text: begins(dialplan.program, text),
        cases,
    )
    assert read is None
    found = {problem.path: problem for problem in problems}
    assert path in found, problems
    assert message in found[path].message
    assert found[path].suggestion == near


def _documented() -> str:
    return (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")


def test_the_scenario_in_the_guide_is_one() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", _documented(), re.MULTILINE | re.DOTALL)
    document = parse(block, "docs/simulation.md").plain()
    assert isinstance(document, dict)
    dialplan, cases = sample()
    read, problems = read_house(document, dialplan, lambda text: begins(dialplan.program, text), cases)
    assert problems == []
    assert read is not None
    assert not any("80%" in line for line in read.assumed)
    assert {group.name for group in read.groups} == {"front_door", "complaints"}


@pytest.mark.parametrize(("section", "record"), [("behaviour", Behaviour), ("agents", Agents)])
def test_every_setting_is_in_the_guide_with_its_default(section: str, record: type[Behaviour] | type[Agents]) -> None:
    table = _documented().partition(f"| `{section}` |")[2].partition("\n\n")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert told == set(record.__struct_fields__)
    for row in rows:
        defaults = row[1].replace("each", "").split(",")
        for name, text in zip(re.findall(r"`(\w+)`", row[0]), defaults, strict=False):
            default = getattr(record(), name)
            if isinstance(default, float):
                assert default == float(text)
            elif isinstance(default, dict) and default:
                assert float(text.replace("s", "")) in default.values()


def test_the_number_is_the_first_that_leads_to_all_that_they_want() -> None:
    read = scenario(callers={"some": {"per_hour": 1, "wants": {"loans": 1, "front_desk": 1}}})
    assert read.groups[0].dials == "95183"
    dialplan, _ = sample()
    for wants in ({"loans": 1, "nowhere": 1}, {}):
        document = {"scenario": "wrong", "callers": {"some": {"per_hour": 1, "wants": wants}}}
        none, problems = read_house(document, dialplan, lambda text: 0.0)
        assert none is None
        assert any("no number leads" in problem.message for problem in problems)
