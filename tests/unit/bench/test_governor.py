"""The bench of the governor runs the whole way, and asks what it says that it asks."""

import pytest

from bench import governor
from bench.catalogue import Options
from bench.report import Report, as_json
from dialer.governor.governor import decide
from dialer.governor.rule import FAMILIES

pytestmark = pytest.mark.unit


def test_each_number_of_scenes_has_a_figure() -> None:
    report = Report("governor", {}, governor.core(Options(quick=True)))
    figures = {one["figure"]: one for one in as_json(report)["figures"]}
    for name in ("core decision, 340 scenes", "core decision, 3,400 scenes"):
        assert figures[name]["target"] == 20
        assert figures[name]["value"] > 0
        assert figures[name]["reference"] > 0


def test_about_one_call_in_a_hundred_is_not_allowed_and_each_family_is_asked() -> None:
    policy = governor.policy_with(340)
    refused = [decide(policy, *asked, governor.NOW) for asked in governor.questions(policy, 3_000)]
    refused = [decision for decision in refused if decision.verdict != "allow"]
    assert 10 <= len(refused) <= 90
    assert all(reason.family != "scene" for decision in refused for reason in decision.reasons)
    assert {rule.family for rule in policy.rules} == {*FAMILIES, "oblige"}
