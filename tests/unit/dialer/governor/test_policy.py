"""Compiled policies: what a decision looks at, what the hash is of, how far back the history must go."""

import msgspec
import pytest

from dialer.governor.binding import CallerId
from dialer.governor.governor import decide
from dialer.governor.history import History, PastCall
from dialer.governor.policy import Policy
from dialer.governor.scene import Scene
from tests.unit.dialer.governor.policies import (
    NUMBER,
    QUESTION,
    SCENE,
    SCENES,
    SUBJECT,
    compiled,
    house,
    instant,
    policy_of,
)

pytestmark = pytest.mark.unit

_ALL = house(
    """
    often: {frequency: {at_most: 3, in: 30 days}}
    here: {frequency: {at_most: 5, in: day}, for: {country: CN}}
    there: {spacing: {at_least: 2 days, since: talk}, for: {country: US}}
    florida: {spacing: {at_least: 1 h}, for: {region: US-FL}}
    marketing: {spacing: {at_least: 40 days}, for: {category: marketing}}
    """
)
_NOON = instant("2026-11-30 12:00:00")


def _looked_at(policy: Policy, scene: str, country: str, region: str) -> list[str]:
    return [bound.name for bound in policy.scenes[scene][1].at(country, region).bounds]


def test_a_decision_looks_at_the_rules_that_can_apply_and_no_others() -> None:
    policy = policy_of(_ALL)
    floor = "governor.number"
    assert _looked_at(policy, "care", "CN", "CN-31") == [floor, "house.here", "house.often"]
    assert _looked_at(policy, "offer", "CN", "") == [floor, "house.here", "house.marketing", "house.often"]
    assert _looked_at(policy, "care", "US", "US-TX") == [floor, "house.often", "house.there"]
    assert _looked_at(policy, "care", "US", "") == [floor, "house.florida", "house.often", "house.there"]
    assert _looked_at(policy, "care", "", "") == [floor, "house.florida", "house.here", "house.often", "house.there"]


def test_scenes_that_the_same_rules_can_apply_to_share_them() -> None:
    scenes = [Scene(name=f"s{n}", category="service", channel="human") for n in range(100)]
    policy = policy_of(_ALL, scenes=scenes)
    assert len({id(rules) for _, rules in policy.scenes.values()}) == 1


def test_the_history_goes_as_far_back_as_the_rules_look() -> None:
    assert policy_of(_ALL).history_s == 40 * 86_400
    assert policy_of(house()).history_s == 0


def test_the_rest_between_talks_looks_for_talks_that_began_before() -> None:
    policy = policy_of(house("rest: {spacing: {at_least: 7 days, since: talk}}"))
    assert policy.history_s > 7 * 86_400 + 3 * 3600


@pytest.mark.parametrize(
    "text",
    [
        _ALL.replace("at_most: 3", "at_most: 4"),
        _ALL.replace("in: 30 days", "in: 31 days"),
        _ALL.replace("country: CN", "country: DE"),
        _ALL.replace("house", "home"),
        _ALL.replace("layer: group", "layer: law"),
        _ALL.replace("at_least: 1 h", "at_least: 1 h, per: number"),
        _ALL + "  more: {oblige: {record: always}}\n",
        _ALL + "exceptions: {a: {rules: house.often, author: b, reason: c, until: 2026-12-31}}\n",
        _ALL + "defer_at_most: 30 days\n",
        _ALL + "pools: {main: {'+864000395183': {}}}\n",
        _ALL + "apply: cn.volc\n",
    ],
)
def test_the_hash_is_of_all_that_can_change_a_decision(text: str) -> None:
    assert policy_of(text).hash != policy_of(_ALL).hash


def test_the_hash_is_also_of_the_scenes_and_of_what_surrounds_the_house() -> None:
    policy = policy_of(_ALL)
    changed = (msgspec.structs.replace(SCENE, version="v2"), *SCENES[1:])
    assert policy_of(_ALL, scenes=changed).hash != policy.hash
    assert Policy(policy.rules, SCENES, {}, environment="tzdata 2026c").hash != policy.hash


def test_the_hash_is_not_of_words_for_people_and_of_places_in_files() -> None:
    text = _ALL.replace("rules:", "about: something else\nrules:\n\n")
    assert policy_of(text).hash == policy_of(_ALL).hash


def test_order_and_files_do_not_change_the_hash() -> None:
    lines = _ALL.split("rules:\n")[1].splitlines()
    turned = _ALL.split("rules:\n")[0] + "rules:\n" + "\n".join(reversed(lines)) + "\n"
    assert policy_of(turned).hash == policy_of(_ALL).hash
    law = "policy: above\nlayer: law\nrules: {rest: {spacing: {at_least: 1 min}}}\n"
    assert policy_of(law, _ALL).hash == policy_of(_ALL, law).hash


def test_an_approval_is_bound_to_the_rules_of_its_scene() -> None:
    policy, other = policy_of(_ALL), policy_of(_ALL.replace("at_least: 40 days", "at_least: 41 days"))
    assert policy.scene_hash("care") == other.scene_hash("care")
    assert policy.scene_hash("offer") != other.scene_hash("offer")
    renewed = policy_of(_ALL, scenes=(msgspec.structs.replace(SCENE, version="v2"), *SCENES[1:]))
    assert policy.scene_hash("care") == renewed.scene_hash("care")


def test_china_s_holidays_are_in_the_hash_where_a_rule_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with_them = house("hours: {hours: {week: {mon-fri: 09:00-18:00}, holidays: cn}}")
    before = policy_of(with_them).hash, policy_of(_ALL).hash
    monkeypatch.setattr("dialer.governor.policy._decrees", lambda: "another year is known")
    assert policy_of(with_them).hash != before[0]
    assert policy_of(_ALL).hash == before[1]


def test_with_an_error_there_is_no_policy() -> None:
    result = compiled(_ALL.replace("frequency", "frequenzy", 1))
    assert result.policy is None
    assert result.errors


def test_neither_reasons_nor_messages_hold_a_number_or_a_name() -> None:
    policy = policy_of(
        house(
            """
            often: {frequency: {at_most: 1, in: day}}
            rest: {spacing: {at_least: 9 days}}
            shown: {caller_id: {}}
            hours: {hours: {week: {mon-sun: 01:00-02:00}}}
            """,
            "pools: {main: {'+864000395183': {certified_until: 2020-01-01, channels: 1}}}",
        )
    )
    past = History((PastCall(_NOON - 60, "attempted", NUMBER, "p1", "a1"),))
    question = msgspec.structs.replace(QUESTION, caller_id="+864000395199")
    told = repr(decide(policy, question, SUBJECT, past, _NOON).reasons)
    assert len(told) > 300
    for secret in (NUMBER[1:], "p1", "a1", "4000395183", "4000395199"):
        assert secret not in told


def test_pools_are_what_files_say() -> None:
    policy = policy_of(house("", "pools: {main: {'95588': {certified_until: 2026-11-30, channels: 2}}}"))
    entry = policy.pools["main"]["95588"]
    assert entry == CallerId(certified=True, certified_until=instant("2026-12-01 00:00:00"), channels=2)
