"""Approvals of scenes: whose word a version needs before it may call, and whether it has it.

    # dialplans/approvals.yaml
    approvers: [wang.fang, li.wei, zhao.min]        # nobody else approves; left out: anybody does
    need: 1
    rules:
      - {for: {category: [marketing, collection]}, need: 2}
      - {for: {channel: ai}, approvers: [li.wei, zhao.min]}
    policies: {need: 2}                              # of policies, and of this file; see policy_approval.py
    answers: {approvers: [zhao.min]}                 # of dialplans/answers

An approver is never the author or the owner. A version needs as many approvers as the strictest rule that covers the
scene asks for; of each rule that names approvers, one at least is among them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated

import msgspec

from dialer.governor.questions import Category, Channel
from dialer.governor.records import read_record
from dialer.scenes.settings import Settings
from dsl.tree import Node, Problem

APPROVALS = "dialplans/approvals.yaml"
_Need = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`for:` of a rule; each word that is given must hold."""

    category: tuple[Category, ...] = ()
    channel: tuple[Channel, ...] = ()
    department: tuple[str, ...] = ()
    scene: tuple[str, ...] = ()

    def covers(self, name: str, settings: Settings) -> bool:
        """Whether the rule is about this scene."""
        return (
            (not self.category or settings.category in self.category)
            and (not self.channel or settings.channel in self.channel)
            and (not self.department or settings.department in self.department)
            and (not self.scene or name in self.scene)
        )


class ApprovalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"of": "for"}):
    """One entry of `rules:`."""

    of: Covered = Covered()
    need: _Need = 1
    approvers: tuple[str, ...] = ()
    """One of these must be among those who approve."""


class OwnApprovers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`policies:` or `answers:` of approvals.yaml: who approves these, how many it takes. What is left out is as for
    scenes."""

    need: _Need | None = None
    approvers: tuple[str, ...] = ()
    """Nobody else approves one; left out: those of the file, or anybody but the author."""


class ApprovalRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of approvals.yaml."""

    approvers: tuple[str, ...] = ()
    need: _Need = 1
    rules: tuple[ApprovalRule, ...] = ()
    policies: OwnApprovers = OwnApprovers()
    answers: OwnApprovers = OwnApprovers()
    about: str = ""

    def needed(self, name: str, settings: Settings) -> int:
        """How many approvers the scene needs."""
        return max([self.need, *(rule.need for rule in self.rules if rule.of.covers(name, settings))])

    def named(self, name: str, settings: Settings) -> list[tuple[str, ...]]:
        """For each rule that names approvers of this scene, those."""
        return [rule.approvers for rule in self.rules if rule.approvers and rule.of.covers(name, settings)]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One approver's word on one version of a scene. Instants are UTC epoch seconds."""

    scene: str
    version: str
    approver: str
    at: float
    reason: str = ""
    effective_from: float | None = None
    effective_until: float | None = None
    """Not included."""
    withdrawn_at: float | None = None
    withdrawn_by: str = ""
    withdrawn_because: str = ""


class Standing(msgspec.Struct, frozen=True):
    """What the approvals of a version come to. `refused` in words; empty: it may call, within its dates."""

    refused: str = ""
    since: float | None = None
    until: float | None = None
    approvers: tuple[str, ...] = ()
    needed: int = 1


def authors_of(settings: Settings, published_by: str) -> tuple[str, ...]:
    """Those whose own word on the scene does not count; `published_by` is whoever first published this content."""
    return tuple(dict.fromkeys(one for one in (settings.author, published_by, settings.owner) if one))


def refusal(rules: ApprovalRules, settings: Settings, published_by: str, approver: str) -> str:
    """Why this approver's word would not count; empty: it does."""
    if approver in authors_of(settings, published_by):
        what = "owns" if approver == settings.owner else "has written"
        return f"{approver} {what} the scene: somebody else must approve it"
    named = {*rules.approvers, *(one for rule in rules.rules for one in rule.approvers)}
    if rules.approvers and approver not in named:
        return f"{approver} is no approver of dialplans/approvals.yaml"
    return ""


def standing(
    rules: ApprovalRules,
    name: str,
    settings: Settings,
    published_by: str,
    version: str,
    approvals: Iterable[Approval],
    now: float,
) -> Standing:
    """The standing of one version of a scene at `now`; `approvals` are all of this scene, of other versions, too."""
    needed, named = rules.needed(name, settings), rules.named(name, settings)
    return stands(
        needed, named, lambda approver: refusal(rules, settings, published_by, approver), version, approvals, now
    )


def answer_refusal(rules: ApprovalRules, authors: Iterable[str], approver: str) -> str:
    """Why this approver's word on an answer would not count; empty: it does."""
    if approver in authors:
        return f"{approver} has written or published the answer: somebody else must approve it"
    named = rules.answers.approvers or rules.approvers
    if named and approver not in named:
        return f"{approver} is no approver of answers in dialplans/approvals.yaml"
    return ""


def answer_standing(
    rules: ApprovalRules, authors: Sequence[str], version: str, approvals: Iterable[Approval], now: float
) -> Standing:
    """The standing of one version of an answer at `now`; `approvals` are all of this answer."""
    needed = rules.answers.need or rules.need
    return stands(needed, (), lambda approver: answer_refusal(rules, authors, approver), version, approvals, now)


def stands(
    needed: int,
    named: Iterable[tuple[str, ...]],
    refused: Callable[[str], str],
    version: str,
    approvals: Iterable[Approval],
    now: float,
) -> Standing:
    """The standing of one version of anything: with `needed` approvals, one of each of `named`, of people whose word is
    not `refused`."""
    mine = [one for one in approvals if one.at <= now]
    counted: dict[str, Approval] = {}
    for one in sorted(mine, key=lambda approval: approval.at):
        if one.version != version or (one.withdrawn_at is not None and one.withdrawn_at <= now):
            continue
        if one.effective_until is not None and one.effective_until <= now:
            continue
        if not refused(one.approver):
            counted[one.approver] = one  # a later word of the same approver replaces the dates of the earlier one
    approvers = tuple(counted)
    if not counted:
        return Standing(_why_none(mine, version, now), needed=needed)
    if len(counted) < needed:
        missing = f"{len(counted)} of {needed} approvals"
        return Standing(f"it has {missing}", approvers=approvers, needed=needed)
    for one_of in named:
        if not set(one_of) & set(counted):
            return Standing(f"it needs the approval of {' or '.join(one_of)}", approvers=approvers, needed=needed)
    begins = [one.effective_from for one in counted.values() if one.effective_from is not None]
    ends = [one.effective_until for one in counted.values() if one.effective_until is not None]
    return Standing("", max(begins, default=None), min(ends, default=None), approvers, needed)


def _why_none(approvals: list[Approval], version: str, now: float) -> str:
    of_this = [one for one in approvals if one.version == version]
    holding = [one for one in of_this if one.withdrawn_at is None or one.withdrawn_at > now]
    if any(one.effective_until is None or now < one.effective_until for one in holding):
        return "only those have approved it who may not"
    if len(holding) < len(of_this):
        return "its approval was withdrawn"
    if any(one.effective_until is not None and one.effective_until <= now for one in of_this):
        return "its approval has ended"
    if any(one.withdrawn_at is None for one in approvals):
        return "it has changed since it was approved"
    return "it is not approved"


def read_approvals(root: Node | None, problems: list[Problem]) -> ApprovalRules:
    """The rules of approvals.yaml, the parsed file; without one anybody but the author approves, alone."""
    if root is None or root.value is None:
        return ApprovalRules()
    rules = read_record(root, ApprovalRules, "approvals", problems)
    if rules is None:
        return ApprovalRules(need=5)  # nothing is published with it; whoever asks all the same is refused
    for number, rule in enumerate(rules.rules):
        who = {*(rule.approvers or rules.approvers), *rules.approvers}
        if rules.approvers and rule.need > len(who):
            at = root.find(("rules", number, "need"))
            problems.append(Problem(at.mark, "approval", f"{rule.need} approvers are needed, and there are {len(who)}"))
    for word, own in (("policies", rules.policies), ("answers", rules.answers)):
        who_approves = set(own.approvers or rules.approvers)
        need = own.need or rules.need
        if own != OwnApprovers() and who_approves and need > len(who_approves):
            message = f"{word} need {need} approvers, and there are {len(who_approves)}"
            problems.append(Problem(root.find((word, "need")).mark, "approval", message))
    return rules


def by_scene(approvals: Iterable[Approval]) -> Mapping[str, list[Approval]]:
    """Approvals in one list for each scene."""
    found: dict[str, list[Approval]] = {}
    for one in approvals:
        found.setdefault(one.scene, []).append(one)
    return found
