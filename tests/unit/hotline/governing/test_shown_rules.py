"""The rules that decide now, as people and other systems are shown them; and what the bus says of the policy."""

import asyncio
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.bus import words
from hotline.governing.approving import in_force
from hotline.governing.published import Published
from hotline.governing.shown_rules import shown_rules
from hotline.site.site import Site
from hotline.versions.store import Versions
from tests.unit.hotline.governing.gated_site import approve, approve_policy, change, publish_again, published, write

pytestmark = pytest.mark.unit

HOUSE = """policy: house
layer: group
apply: cn.gbt45251.freq
pools: {main: {'+864000095183': {certified: true}}}
rules:
  not_often:
    for: {category: marketing, country: CN}
    frequency: {at_most: 2, in: 7 days, among: all}
    cite: article 12
    effective: {from: 2026-01-01}
  recorded: {for: {scene: remind}, oblige: {record: always}, locked: true}
exceptions:
  clinic:
    rules: [house.not_often]
    for: {scene: offer}
    author: Wang Fang
    reason: asked to be reminded
    until: 2030-01-01
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return published(tmp_path, house=HOUSE)


def test_each_rule_stands_there_with_its_words_and_its_clause(site: Site) -> None:
    found = shown_rules(in_force(site))
    rules = {one.rule: one for one in found.rules}
    assert list(rules) == [
        *("cn.gbt45251.freq", "gate.do_not_call", "house.not_often", "house.recorded"),
        *(name for name in rules if name.startswith("scenes.")),
    ], "from the highest layer down"
    often = rules["house.not_often"]
    assert often.says == "{at_most: 2, in: 7 days, among: all}"
    assert (often.clause, often.locked, often.preset) == ("article 12", False, False)
    assert often.covers == ({"category": ("marketing",), "country": ("CN",)},)
    assert often.effective_from is not None
    talks = rules["cn.gbt45251.freq"]
    assert (talks.preset, talks.mark, talks.layer) == (True, "V", "law")
    assert talks.says == "{at_most: 3, count: talks, per: person, in: day}"
    assert (rules["house.recorded"].family, rules["house.recorded"].says) == ("oblige", "")
    assert rules["house.recorded"].obliges == {"record": "always"}
    assert rules["house.recorded"].locked
    (exception,) = found.exceptions
    assert (exception.exception, exception.rules, exception.author) == (
        "house.clinic",
        ("house.not_often",),
        "Wang Fang",
    )
    assert found.ruling
    assert found.policy == in_force(site).governed.policy.hash  # type: ignore[union-attr]


def test_of_one_scene_are_those_that_can_apply_to_its_calls(site: Site) -> None:
    found = shown_rules(in_force(site), "remind")
    names = [one.rule for one in found.rules]
    assert "house.recorded" in names
    assert "house.not_often" not in names
    assert found.exceptions == ()
    with pytest.raises(BadInput, match=r"no scene remnd \(did you mean remind\?\)"):
        shown_rules(in_force(site), "remnd")


def test_where_no_policy_rules_that_is_said(tmp_path: Path) -> None:
    site = write(tmp_path)
    publish_again(site)
    with pytest.raises(BadInput, match="is published, and it is not approved"):
        shown_rules(in_force(site))


def test_the_bus_is_told_what_rules_what_waits_and_why(site: Site) -> None:
    known = Published(Versions(site.versions), site.database)
    asyncio.run(known.look())
    first = words.Policy(**(known.told() or {}))
    assert (first.rules, first.waits, first.why, first.scenes, first.may_call) == (first.published, False, "", 3, 0)
    assert first.approvers == ("wang.fang",)
    approve(site, "offer")
    change(site, "dialplans/policies/house.yaml", "at_most: 2", "at_most: 1")
    publish_again(site)
    asyncio.run(known.look())
    second = words.Policy(**(known.told() or {}))
    assert (second.rules, second.waits, second.may_call) == (first.rules, True, 1)
    assert second.published != first.rules
    assert "does not rule" in second.why
    approve_policy(site)
    asyncio.run(known.look())
    third = words.Policy(**(known.told() or {}))
    assert (third.rules, third.waits, third.may_call) == (second.published, False, 0), "and the scene waits for its own"
