"""Rules: one family each, with what they cover, whom they cite, and when they are in effect."""

import re
from typing import Literal, TypeAlias

import msgspec

from dialer.governor.binding import CallerId
from dialer.governor.caller_id import CallerIds
from dialer.governor.citation import Citation
from dialer.governor.consent import Consenting
from dialer.governor.decisions import LAYERS, Family, Layer
from dialer.governor.do_not_call import DoNotCall
from dialer.governor.frequency import Frequency
from dialer.governor.hours import CallingHours
from dialer.governor.obliging import Obliging
from dialer.governor.scope import Scope
from dialer.governor.sensitivity import Sensitivity
from dialer.governor.spacing import Spacing
from dialer.governor.validity import Validity

Words: TypeAlias = CallingHours | Frequency | Spacing | Sensitivity | Validity | CallerIds | Consenting | DoNotCall
FamilyName = Literal["hours", "frequency", "spacing", "sensitivity", "validity", "caller_id", "consent", "do_not_call"]
FAMILIES: dict[FamilyName, type[msgspec.Struct]] = {
    "hours": CallingHours,
    "frequency": Frequency,
    "spacing": Spacing,
    "sensitivity": Sensitivity,
    "validity": Validity,
    "caller_id": CallerIds,
    "consent": Consenting,
    "do_not_call": DoNotCall,
}
"""By the word that a rule has them with."""
OBLIGE = "oblige"
_OF_NUMBER = re.compile(r"\b(country|region|kinds|zones)\b")
"""Words of a condition that are about the number and not about the person."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one policy. `words` None: it only obliges."""

    name: str
    """`POLICY.RULE`."""
    layer: Layer
    family: FamilyName | Literal["oblige"]
    words: Words | None
    scopes: tuple[Scope, ...] = ()
    """That of its file and its own; all must cover a call."""
    when: str = ""
    """A condition in CEL that must hold besides."""
    oblige: Obliging = Obliging()
    cite: str = ""
    locked: bool = False
    replaces: tuple[str, ...] = ()
    effective_from: float | None = None
    effective_until: float | None = None
    """Not included; UTC epoch seconds."""
    about: str = ""
    mark: str = ""
    """How sure a preset is of its value: V seen in a source, G general knowledge, P press."""
    source: str = ""

    @property
    def rank(self) -> int:
        """Of its layer; 0 is the highest."""
        return LAYERS.index(self.layer)

    @property
    def policy(self) -> str:
        """The name of the policy that it is of."""
        return self.name.rpartition(".")[0]

    @property
    def exempts(self) -> bool:
        """Whether it takes calls out of other rules, and has nothing against any."""
        return isinstance(self.words, Sensitivity) and self.words.then == "exempt"

    def citation(self) -> Citation:
        """For its reasons."""
        family: Family = "sensitivity" if self.family == "oblige" else self.family
        by_number = any(one.country or one.region or one.kinds for one in self.scopes)
        return Citation(self.name, family, self.layer, self.cite, by_number or bool(_OF_NUMBER.search(self.when)))

    def in_effect(self, at: float) -> bool:
        """Whether it is in effect at an instant."""
        return (self.effective_from is None or self.effective_from <= at) and (
            self.effective_until is None or at < self.effective_until
        )


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """An exception: who is spared which rules, why, and until when. It never spares anybody a locked rule."""

    name: str
    """`POLICY.EXCEPTION`."""
    rules: tuple[str, ...]
    """Rules, whole policies or families."""
    author: str
    reason: str
    until: float
    """Not included; UTC epoch seconds."""
    since: float | None = None
    scopes: tuple[Scope, ...] = ()
    holds_for: Literal["granted", "all"] = "granted"
    """`granted`: those persons, numbers or accounts to whom it was granted (`Subject.exceptions`); `all`: whatever its
    scopes cover."""
    cite: str = ""

    def in_effect(self, at: float) -> bool:
        """Whether it is in effect at an instant."""
        return at < self.until and (self.since is None or self.since <= at)


def spares(names: tuple[str, ...], rule: Rule) -> bool:
    """Whether one of these names is the rule's, its policy's (or a part of that), or its family's."""
    return any(name in (rule.name, rule.family) or rule.name.startswith(f"{name}.") for name in names)


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True):
    """One policy as it was read."""

    name: str
    layer: Layer
    rules: tuple[Rule, ...] = ()
    apply: tuple[str, ...] = ()
    """Presets: whole ones, or single rules of them."""
    exemptions: tuple[Exemption, ...] = ()
    pools: dict[str, dict[str, CallerId]] = {}
    defer_at_most_s: float | None = None
    about: str = ""
    mark: str = ""
    source: str = ""
