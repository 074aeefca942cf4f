"""Decisions when something goes wrong: whatever it is, the call is not placed, and the rule is named."""

from typing import NoReturn

import msgspec
import pytest

from dialer.governor.asking import Asking
from dialer.governor.frequency import Frequency
from dialer.governor.governor import decide
from dialer.governor.history import History, PastCall
from dialer.governor.policy import Policy
from dialer.governor.rule import Rule
from dialer.governor.scene import Scene
from tests.unit.dialer.governor.policies import NUMBER, QUESTION, SCENE, SUBJECT, house, instant, policy_of, told

pytestmark = pytest.mark.unit

_NOON = instant("2026-11-30 12:00:00")
_ONCE = Rule(name="house.once", layer="group", family="frequency", words=Frequency(at_most=1, window="24 h"))


@pytest.mark.parametrize(("scene", "said"), [("", "names no scene"), ("nothing", "no scene of this name")])
def test_a_question_without_a_scene_is_denied(scene: str, said: str) -> None:
    decision = decide(policy_of(house()), msgspec.structs.replace(QUESTION, scene=scene), SUBJECT, History(), _NOON)
    assert decision.verdict == "deny"
    assert said in decision.reasons[0].detail
    assert decision.reasons[0].family == "scene"


def test_what_is_known_of_another_number_is_of_no_use() -> None:
    question = msgspec.structs.replace(QUESTION, number="+8613900139000")
    decision = decide(policy_of(house()), question, SUBJECT, History(), _NOON)
    assert [(reason.rule, reason.family) for reason in decision.reasons] == [("governor.number", "validity")]


def test_a_rule_that_raises_denies_in_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Asking) -> NoReturn:
        raise RuntimeError(NUMBER)

    monkeypatch.setattr("dialer.governor.frequency.CALLS", {"person": broken})
    decision = decide(Policy([_ONCE], [SCENE], {}), QUESTION, SUBJECT, History(), _NOON)
    assert decision.verdict == "deny"
    assert [(one.rule, one.detail) for one in decision.reasons] == [("house.once", "the rule erred: RuntimeError")]


def test_a_rule_that_errs_only_later_keeps_the_call_from_that_instant() -> None:
    text = house(
        """
        daytime: {hours: {week: {mon-sun: 09:00-20:00}}}
        branch: {spacing: {at_least: 1 min}, when: "attributes.branch == 'x'", effective: {from: 2026-12-01}}
        """
    )
    decision = decide(policy_of(text), QUESTION, SUBJECT, History(), instant("2026-11-30 21:00:00"))
    assert decision.verdict == "deny"
    assert [reason.rule for reason in decision.reasons] == ["house.branch", "house.daytime"]
    assert decision.reasons[0].detail.startswith("its condition erred")


def test_the_reason_says_what_was_counted_and_what_is_allowed() -> None:
    past = History((PastCall(_NOON - 60, "reserved", NUMBER, "p1"), PastCall(_NOON - 90, "effective", NUMBER, "p1")))
    (reason,) = decide(Policy([_ONCE], [SCENE], {}), QUESTION, SUBJECT, past, _NOON).reasons
    assert (reason.counted, reason.limit, reason.until) == (2, 1, _NOON - 60 + 86_400)
    assert reason.detail == "2 calls to this person in the last 24 h, 1 of them not ended yet; at most 1 are allowed"


def test_the_version_and_the_hash_go_with_every_answer() -> None:
    policy = Policy([_ONCE], [SCENE], {})
    for past in ((), (PastCall(_NOON - 60, "attempted", NUMBER, "p1"),)):
        decision = decide(policy, QUESTION, SUBJECT, History(past), _NOON)
        assert (decision.scene, decision.version, decision.policy) == ("care", "v1", policy.hash)


def test_a_scene_s_own_caller_ids_are_taken_where_no_rule_asks_for_any() -> None:
    scene = Scene(name="care", category="service", channel="human", caller_ids=("+864000395184", "+864000395183"))
    decision = decide(Policy([], [scene], {}), QUESTION, SUBJECT, History(), _NOON)
    assert decision.obligations.caller_ids == ("+864000395183", "+864000395184")


def test_a_search_that_takes_too_many_steps_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    text = house(
        """
        hour: {hours: {week: {mon-sun: 09:00-10:00}}}
        rest: {spacing: {at_least: 30 min}}
        """
    )
    past = History((PastCall(instant("2026-11-30 09:45:00"), "attempted", NUMBER, "p1"),))
    at = instant("2026-11-30 09:50:00")
    assert told(decide(policy_of(text), QUESTION, SUBJECT, past, at).until) == "2026-12-01 09:00:00"
    monkeypatch.setattr("dialer.governor.governor._MOST_STEPS", 1)
    decision = decide(policy_of(text), QUESTION, SUBJECT, past, at)
    assert (decision.verdict, decision.until) == ("deny", None)
    assert decision.reasons[0].detail.endswith("not within 62 days")
