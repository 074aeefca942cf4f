"""Sensitivity: who is not called, called by people only, or spared some rules.

sensitivity: {lists: [complained, vulnerable]}                 # not called
sensitivity: {lists: vip, then: human_only}
sensitivity: {tiers: [gold], then: human_only}                 # of the person, or `tier` of the question's attributes
sensitivity: {not_on: white}                                   # only the white list is called
sensitivity: {lists: white, then: exempt, from: [house.not_often, spacing]}
"""

from typing import Literal

import msgspec

from dialer.governor.asking import TIER, Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.scope import Scope

MACHINES = ("ai", "ivr")
"""Channels in which no person speaks."""


class Sensitivity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"spared": "from"}):
    """The words of `sensitivity:`. Without lists and tiers it is about everybody whom `for:` covers."""

    lists: tuple[str, ...] = ()
    not_on: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    then: Literal["deny", "human_only", "exempt"] = "deny"
    spared: tuple[str, ...] = ()
    """Of `exempt`: rules, whole policies or families, none of which may be locked."""

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def concerns(self, asking: Asking, at: float) -> bool:
        """Whether the callee is one of those."""
        restricts = self.then != "exempt"
        if self.tiers and not asking.has_attribute(TIER, self.tiers, doubtful=restricts):
            return False
        if self.not_on and asking.entry(frozenset(self.not_on), at, doubtful=not restricts) is not None:
            return False
        return not self.lists or asking.entry(frozenset(self.lists), at, doubtful=restricts) is not None

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready; an exemption has nothing against a call."""
        lists, tiers, then, concerns = frozenset(self.lists), self.tiers, self.then, self.concerns
        plain = bool(lists) and not tiers and not self.not_on

        def check(asking: Asking, at: float) -> Reason | None:
            if plain and not asking.subject.lists:
                return None
            if not concerns(asking, at):
                return None
            if then == "human_only":
                if asking.scene.channel in MACHINES:
                    return citation.deny(f"people only may call: {self._why(asking, at)}", number_only=False)
                asking.human_only = True
                return None
            return citation.deny(self._why(asking, at), number_only=False)  # it is who they are, by whatever number

        if then == "exempt":
            return lambda asking, at: None
        return check

    def _why(self, asking: Asking, at: float) -> str:
        if self.lists and (entry := asking.entry(frozenset(self.lists), at)) is not None:
            return f"the callee is on the list {entry.list}"
        if self.not_on:
            return f"the callee is not on the list {' or '.join(self.not_on)}"
        if self.tiers:
            return f"the callee's tier is one of {', '.join(self.tiers)}"
        return "the rule covers this call"
