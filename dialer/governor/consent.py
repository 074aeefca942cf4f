"""Consent: whether the person wished it, and said so.

    consent: {need: given, at_most_age: 730 days, evidence: true}
    consent: {need: not_refused}
    consent: {need: given, purposes: [marketing, loans_spring], refusal_is_final: true}

The last word on each purpose counts; a refusal of one of the purposes is a refusal. A word that is about one way of
calling (`channel`) counts for that way only, beside those about any.
"""

from typing import Literal

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, in_words, seconds
from dialer.governor.questions import Consent
from dialer.governor.scope import Scope

EVERYTHING = "all"
"""The purpose of a word that is about calls of every kind."""


class Consenting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `consent:`."""

    need: Literal["given", "not_refused"] = "given"
    purposes: tuple[str, ...] = ()
    """Categories or scenes; none: the category and the name of the scene that asks."""
    at_most_age: Duration = ""
    """A consent that is older counts no more."""
    evidence: bool = False
    """A consent of which nobody knows where it can be heard or read does not count."""
    refusal_is_final: bool = False
    """A consent that came after a refusal does not count: somebody has to take the refusal off the records."""

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        age = seconds(self.at_most_age) if self.at_most_age else None
        needs, evidence, final = self.need == "given", self.evidence, self.refusal_is_final
        purposes = self.purposes

        def check(asking: Asking, at: float) -> Reason | None:
            words = asking.subject.consents
            wanted = purposes or (asking.scene.category, asking.scene.name)
            last: dict[tuple[str, str], Consent] = {}
            for word in words:
                if word.at > at or not word.is_about(asking.scene.channel):
                    continue
                if word.purpose != EVERYTHING and word.purpose not in wanted:
                    continue
                if not word.given and final:
                    return citation.deny(f"the callee has refused calls for {word.purpose}", number_only=False)
                kind = word.purpose, word.channel
                known = last.get(kind)
                if known is None or (word.at, not word.given) > (known.at, not known.given):
                    last[kind] = word
            for word in last.values():
                if not word.given and (word.until is None or at < word.until):
                    told = f"the callee has refused calls for {word.purpose}"
                    return citation.deny(told, until=word.until, number_only=False)
            if not needs:
                return None
            missing = f"the callee has not consented to calls for {wanted[0]}"
            for word in last.values():
                if not word.given or (word.until is not None and word.until <= at):
                    continue
                if age is not None and word.at + age <= at:
                    missing = f"the consent for {word.purpose} is older than {in_words(age)}"
                elif evidence and not word.evidence:
                    missing = f"there is no evidence of the consent for {word.purpose}"
                else:
                    return None
            return citation.deny(missing, number_only=True)  # a consent may be of another number

        return check
