"""Decisions of the governor: allow, deny, or defer until an instant, with obligations and reasons."""

from math import inf
from typing import Literal

import msgspec

Verdict = Literal["allow", "deny", "defer"]
Layer = Literal["law", "region", "group", "product", "scene", "customer"]
"""From the highest down. The strictest wins; what a layer has locked no lower one replaces."""
LAYERS: tuple[Layer, ...] = ("law", "region", "group", "product", "scene", "customer")
Family = Literal[
    "scene", "hours", "frequency", "spacing", "sensitivity", "validity", "caller_id", "consent", "do_not_call", "ledger"
]
"""Of a rule. `ledger` is none of a policy: the attempt could not be reserved, so the answer is no."""


class Reason(msgspec.Struct, frozen=True):
    """One rule's no, or not yet. It never holds a number or a name: it is shown, logged, and sent to other systems."""

    rule: str
    """`POLICY.RULE`, such as `cn.gbt45251.freq`."""
    family: Family
    layer: Layer
    verdict: Literal["deny", "defer"]
    detail: str
    """In words: what was found, and what is allowed."""
    clause: str = ""
    """The clause of law, standard or contract that the rule cites."""
    counted: int | None = None
    limit: float | None = None
    until: float | None = None
    """Of a defer: before it this rule does not let it pass. Of a deny: when that ends by itself, where it is known."""
    number_only: bool = False
    """It is this number that is not called; another number of the same person may be. False of what is about the
    person, or about the call whomever it goes to."""
    undecided: bool = False
    """Nothing is said about the callee: what the rule goes by is not there now, and may be later."""


class Obligations(msgspec.Struct, frozen=True):
    """What the allowed call must keep to; the strictest of all rules."""

    caller_ids: tuple[str, ...] = ()
    """The numbers that may be shown, the one to be taken first. Empty: the rules ask for none."""
    notice: str = ""
    """The phrase of prompts/ that is said first."""
    record: Literal["", "always", "never"] = ""
    human_only: bool = False
    longest_ring_s: float | None = None
    least_ring_s: float | None = None
    caller_id_rests_s: float | None = None
    """Out of rotation for so long is the caller id whose call ends with a result in `caller_id_rests_after`."""
    caller_id_rests_after: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """The answer to one question. `reasons` are of all rules that said no, strictest first; none for an allow."""

    verdict: Verdict
    policy: str
    """The hash of the policy that decided."""
    scene: str = ""
    version: str = ""
    """The approved version of the scene."""
    reasons: tuple[Reason, ...] = ()
    obligations: Obligations = Obligations()
    until: float | None = None
    """Of a defer: the first instant at which all rules would let it pass, as far as is known now. UTC epoch seconds."""
    passed_by: tuple[str, ...] = ()
    """Exceptions that let it pass a rule: `EXCEPTION: RULE`."""

    @property
    def number_only(self) -> bool:
        """Whether another number of the same person may have another answer: nothing that denies this call is about
        the person; or, of a defer, what stands longest against it is not."""
        if self.verdict == "allow":
            return False
        against = [reason for reason in self.reasons if reason.verdict == self.verdict]
        if self.verdict == "deny":
            return bool(against) and all(reason.number_only for reason in against)
        return _latest(against, True) > _latest(against, False)

    @property
    def undecided(self) -> bool:
        """Whether nothing that denies this call is about the callee: asked later, the answer may be another."""
        against = [reason for reason in self.reasons if reason.verdict == "deny"]
        return self.verdict == "deny" and bool(against) and all(reason.undecided for reason in against)


def _latest(reasons: list[Reason], number_only: bool) -> float:
    """The last instant up to which one of these stands against the call; an instant that is not known is the last."""
    ends = (inf if one.until is None else one.until for one in reasons if one.number_only == number_only)
    return max(ends, default=-inf)
