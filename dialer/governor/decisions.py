"""Decisions of the governor: allow, deny, or defer until an instant, with obligations and reasons."""

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
