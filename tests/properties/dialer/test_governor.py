"""What holds of every decision: no rule and no call loosens it, its instant is the first, and no order changes it."""

import random

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from dialer.governor.decisions import Decision
from dialer.governor.governor import decide
from dialer.governor.policy import Policy
from tests.properties.dialer import governed
from tests.unit.dialer.governor.policies import QUESTION, SCENE

pytestmark = pytest.mark.properties

_RANK = {"allow": 0, "defer": 1, "deny": 2}


def _strictness(decision: Decision) -> tuple[int, float]:
    return _RANK[decision.verdict], decision.until or 0.0


@given(st.data())
def test_a_rule_more_never_loosens(data: st.DataObject) -> None:
    now = data.draw(governed.nows)
    rules = data.draw(governed.rules(most=5))
    subject, past = data.draw(governed.subjects(now)), governed.history(data.draw(governed.calls(now)))
    without = decide(governed.policy(rules[:-1]), QUESTION, subject, past, now)
    with_it = decide(governed.policy(rules), QUESTION, subject, past, now)
    assert _strictness(with_it) >= _strictness(without)


@given(st.data())
def test_a_past_call_more_never_loosens(data: st.DataObject) -> None:
    now = data.draw(governed.nows)
    policy = governed.policy(data.draw(governed.rules()), data.draw(st.lists(governed.exemptions, max_size=1)))
    subject, calls = data.draw(governed.subjects(now)), data.draw(governed.calls(now, most=8))
    assume(calls)
    without = decide(policy, QUESTION, subject, governed.history(calls[:-1]), now)
    with_it = decide(policy, QUESTION, subject, governed.history(calls), now)
    assert _strictness(with_it) >= _strictness(without)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # most decisions of all that there can be do not defer
@given(st.data())
def test_it_passes_at_the_instant_and_not_a_second_before(data: st.DataObject) -> None:
    now = data.draw(governed.nows)
    policy = governed.policy(data.draw(governed.rules()), data.draw(st.lists(governed.exemptions, max_size=1)))
    subject, past = data.draw(governed.subjects(now)), governed.history(data.draw(governed.calls(now)))
    decision = decide(policy, QUESTION, subject, past, now)
    assume(decision.until is not None)
    assert decision.until is not None
    note(repr(decision))
    assert now < decision.until <= now + policy.defer_at_most_s
    assert decide(policy, QUESTION, subject, past, decision.until).verdict == "allow"
    assert decide(policy, QUESTION, subject, past, max(now, decision.until - 1.0)).verdict != "allow"


@settings(max_examples=50)
@given(st.data(), st.randoms(use_true_random=False))
def test_no_order_changes_anything(data: st.DataObject, chance: random.Random) -> None:
    now = data.draw(governed.nows)
    rules = data.draw(governed.rules(most=4))
    subject, past = data.draw(governed.subjects(now)), governed.history(data.draw(governed.calls(now)))
    shuffled = chance.sample(rules, len(rules))
    mixed = msgspec.structs.replace(past, calls=tuple(chance.sample(past.calls, len(past.calls))))
    first, second = governed.policy(rules), governed.policy(shuffled)
    assert first.hash == second.hash
    assert decide(first, QUESTION, subject, past, now) == decide(second, QUESTION, subject, mixed, now)


@given(st.data())
def test_the_decision_is_that_of_a_clock_that_tries_every_instant(data: st.DataObject) -> None:
    """All that begins or ends in these policies does so at a whole minute; around the answer each second is tried."""
    now = data.draw(governed.nows)
    rules = data.draw(governed.rules(most=3))
    spared = data.draw(st.lists(governed.exemptions, max_size=1))
    subject, past = data.draw(governed.subjects(now)), governed.history(data.draw(governed.calls(now)))
    decision = decide(Policy(rules, [SCENE, *governed.SCENES[1:]], {}, spared), QUESTION, subject, past, now)
    note(repr(decision))

    def passes(at: float) -> bool:
        return governed.passes(rules, spared, subject, past, SCENE, at)

    assert passes(now) == (decision.verdict == "allow")
    if decision.verdict == "defer":
        assert decision.until is not None
        assert not any(passes(now + 60.0 * minute) for minute in range(int(min(decision.until - now, 3 * 86400) // 60)))
        assert not any(passes(at) for second in range(1, 90) if (at := decision.until - second) >= now)
        assert passes(decision.until)
