"""Approvals of policies: which of the policies that were approved rules at an instant.

A policy takes effect when people other than its author have approved it as it is, at the earliest at the instant that
they name. Until then the one that was approved before rules on. A policy that was approved never comes back by being
published again: only a rollback, which withdraws the later one, lets it rule anew.
"""

from collections.abc import Iterable, Mapping

import msgspec

from dialer.scenes.approval import ApprovalRules


class ApprovedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that somebody has approved, as it was published then."""

    policy: str
    """Its version: a hash of all that its files say."""
    sources: dict[str, str]
    """The texts of its files by path, with approvals.yaml."""
    authors: tuple[str, ...] = ()
    """Those who published it."""


class PolicyApproval(msgspec.Struct, frozen=True, kw_only=True):
    """One approver's word on one policy. Instants are UTC epoch seconds."""

    policy: str
    approver: str
    at: float
    needed: int = 1
    """How many approvers it took, by the rules that held then."""
    reason: str = ""
    effective_from: float | None = None
    withdrawn_at: float | None = None
    withdrawn_by: str = ""
    withdrawn_because: str = ""


class PolicyStanding(msgspec.Struct, frozen=True):
    """What the approvals of one policy come to. `since` None: it is not approved, for the reason in `refused`."""

    since: float | None = None
    refused: str = "it is not approved"
    approvers: tuple[str, ...] = ()
    needed: int = 1


def needed(rules: ApprovalRules) -> int:
    """How many approvers a policy needs."""
    return rules.policies.need or rules.need


def refusal(rules: ApprovalRules, authors: Iterable[str], approver: str) -> str:
    """Why this approver's word on a policy would not count; empty: it does."""
    if approver in authors:
        return f"{approver} has published the policy: somebody else must approve it"
    named = rules.policies.approvers or rules.approvers
    if named and approver not in named:
        return f"{approver} is no approver of policies in dialplans/approvals.yaml"
    return ""


def standing(approvals: Iterable[PolicyApproval], authors: Iterable[str], now: float) -> PolicyStanding:
    """The standing of one policy at `now`; `approvals` are all of this policy.

    Of each approver the first word that holds counts: who says it again does not make an old policy the newest one.
    """
    given = [one for one in approvals if one.at <= now]
    not_theirs = set(authors)
    counted: dict[str, PolicyApproval] = {}
    for one in sorted(given, key=lambda approval: approval.at):
        if (one.withdrawn_at is None or one.withdrawn_at > now) and one.approver not in not_theirs:
            counted.setdefault(one.approver, one)
    if not counted:
        return PolicyStanding(refused="its approval was withdrawn" if given else "it is not approved")
    need = max(one.needed for one in counted.values())
    approvers = tuple(counted)
    if len(counted) < need:
        return PolicyStanding(None, f"it has {len(counted)} of {need} approvals", approvers, need)
    those = list(counted.values())[:need]
    since = max(max(one.at, one.effective_from or one.at) for one in those)
    return PolicyStanding(since, "", approvers, need)


def standings(
    policies: Mapping[str, ApprovedPolicy], approvals: Iterable[PolicyApproval], now: float
) -> dict[str, PolicyStanding]:
    """The standing of every policy that somebody has approved, by its version."""
    by_policy: dict[str, list[PolicyApproval]] = {name: [] for name in policies}
    for one in approvals:
        by_policy.setdefault(one.policy, []).append(one)
    return {
        name: standing(given, policies[name].authors if name in policies else (), now)
        for name, given in by_policy.items()
    }


def ruling(found: Mapping[str, PolicyStanding], now: float) -> str | None:
    """The policy that rules at `now`: of those that are approved and in effect, the last to become so; None: none."""
    in_effect = [(one.since, name) for name, one in found.items() if one.since is not None and one.since <= now]
    return max(in_effect)[1] if in_effect else None


def next_change(found: Mapping[str, PolicyStanding], now: float) -> float:
    """The next instant at which another policy takes effect by itself; infinity: none does."""
    return min((one.since for one in found.values() if one.since is not None and one.since > now), default=float("inf"))
