"""Which policy rules: a table of words on policies, in their order, and what they come to at each instant."""

import pytest

from dialer.scenes.approval import ApprovalRules, OwnApprovers
from dialer.scenes.policy_approval import (
    ApprovedPolicy,
    PolicyApproval,
    next_change,
    refusal,
    ruling,
    standings,
)

pytestmark = pytest.mark.unit

POLICIES = {name: ApprovedPolicy(policy=name, sources={}, authors=(f"author of {name}",)) for name in ("a", "b", "c")}


def word(policy: str, approver: str, at: float, **more: float) -> PolicyApproval:
    rest = {name: int(value) if name == "needed" else value for name, value in more.items()}
    return PolicyApproval(policy=policy, approver=approver, at=at, **rest)  # type: ignore[arg-type]


A = word("a", "wang", 10)
B = word("b", "wang", 20)


@pytest.mark.parametrize(
    ("words", "at", "rules"),
    [
        ((), 50, None),
        ((A,), 9, None),
        ((A,), 10, "a"),
        ((A, B), 19, "a"),
        ((A, B), 20, "b"),
        ((A, word("b", "wang", 20, effective_from=30)), 29.9, "a"),
        ((A, word("b", "wang", 20, effective_from=30)), 30, "b"),
        # an instant that is past when the word is given does not make it older
        ((A, word("b", "wang", 20, effective_from=5)), 20, "b"),
        ((A, word("b", "author of b", 20)), 50, "a"),
        # two are needed, and one person is not two
        ((A, word("b", "wang", 20, needed=2)), 50, "a"),
        ((A, word("b", "wang", 20, needed=2), word("b", "wang", 21, needed=2)), 50, "a"),
        ((A, word("b", "wang", 20, needed=2), word("b", "li", 25, needed=2)), 24, "a"),
        ((A, word("b", "wang", 20, needed=2), word("b", "li", 25, needed=2)), 25, "b"),
        ((A, word("b", "wang", 20, needed=2), word("b", "author of b", 25, needed=2)), 50, "a"),
        # each names a day: the later one counts
        ((A, word("b", "wang", 20, needed=2, effective_from=40), word("b", "li", 25, needed=2)), 39, "a"),
        # a rollback brings back the one before, and a second word on an old one does not
        ((A, word("b", "wang", 20, withdrawn_at=30)), 29, "b"),
        ((A, word("b", "wang", 20, withdrawn_at=30)), 30, "a"),
        ((A, B, word("a", "li", 40)), 50, "b"),
        ((word("a", "wang", 10, withdrawn_at=30), B, word("a", "li", 40)), 50, "a"),
        ((word("a", "wang", 10, withdrawn_at=30),), 50, None),
    ],
)
def test_the_last_one_that_was_approved_and_is_in_effect_rules(
    words: tuple[PolicyApproval, ...], at: float, rules: str | None
) -> None:
    assert ruling(standings(POLICIES, words, at), at) == rules


def test_what_is_not_approved_says_why_and_when_the_next_takes_effect() -> None:
    words = [A, word("b", "wang", 20, needed=2), word("c", "li", 20, effective_from=60)]
    found = standings(POLICIES, words, 30)
    assert (found["b"].refused, found["b"].since, found["b"].approvers) == ("it has 1 of 2 approvals", None, ("wang",))
    assert next_change(found, 30) == 60
    assert next_change(found, 60) == float("inf")
    withdrawn = standings(POLICIES, [word("b", "wang", 20, withdrawn_at=25)], 30)
    assert withdrawn["b"].refused == "its approval was withdrawn"


@pytest.mark.parametrize(
    ("rules", "approver", "said"),
    [
        (ApprovalRules(), "wang", ""),
        (ApprovalRules(), "zhang", "zhang has published the policy: somebody else must approve it"),
        (ApprovalRules(approvers=("wang",)), "li", "li is no approver of policies in dialplans/approvals.yaml"),
        (ApprovalRules(approvers=("wang",), policies=OwnApprovers(approvers=("li",))), "li", ""),
        (
            ApprovalRules(approvers=("wang",), policies=OwnApprovers(approvers=("li",))),
            "wang",
            "wang is no approver",
        ),
        (ApprovalRules(approvers=("zhang",)), "zhang", "zhang has published the policy"),
    ],
)
def test_who_may_approve(rules: ApprovalRules, approver: str, said: str) -> None:
    refused = refusal(rules, ("zhang",), approver)
    assert refused.startswith(said)
    assert bool(refused) == bool(said)
