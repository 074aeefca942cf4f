"""Validity: numbers that are worth a call, and lawful to call.

    validity: {countries: CN, kinds: [mobile, fixed]}
    validity: {lists: invalid}
    validity: {results: [invalid_number, switched_off], within: 30 days}

`floor_check` stands above all policies and cannot be taken away: no emergency numbers, nothing that is no number of its
country's plan; and premium, shared cost, personal, pager, satellite, own and short numbers only for scenes that allow
them.
"""

import re
from functools import partial

import msgspec

from calls.number_kinds import NO_COUNTRY, Kind
from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, in_words, seconds
from dialer.governor.scope import Scope

OWN = frozenset({"own"})
"""The list of the house's own numbers."""
_REFUSED = frozenset({"premium", "shared_cost", "personal", "pager", "short"})
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{2,9}")


class Validity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `validity:`; each that is given must hold."""

    countries: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    """The only kinds that are called; a number that may be of one of several must be of these in any case."""
    lists: tuple[str, ...] = ()
    """Lists of numbers that are not called until their entry ends."""
    results: tuple[str, ...] = ()
    """Dispositions of an earlier call to the number after which it is not called again …"""
    within: Duration = "30 days"
    """… for this long."""

    def longest_s(self) -> float:
        """How far back it looks."""
        return seconds(self.within) if self.results else 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        countries, kinds, lists = frozenset(self.countries), frozenset(self.kinds), frozenset(self.lists)
        results, within = frozenset(self.results), seconds(self.within)

        def check(asking: Asking, at: float) -> Reason | None:
            subject = asking.subject
            if countries and subject.country not in countries:
                return citation.deny(
                    f"numbers of {subject.country or 'no known country'} are not called", number_only=True
                )
            if kinds and not (subject.kinds and kinds.issuperset(subject.kinds)):
                told = f"{' or '.join(subject.kinds) or 'unknown'} numbers are not called"
                return citation.deny(told, number_only=True)
            if lists and subject.lists and (entry := asking.entry(lists, at)) is not None:
                return citation.deny(f"the number is on the list {entry.list}", until=entry.until, number_only=True)
            if results:
                for call in asking.number_calls():
                    if call.at + within <= at:
                        break
                    if call.result in results:
                        detail = f"a call within the last {in_words(within)} ended with {call.result}"
                        return citation.deny(detail, until=call.at + within, number_only=True)
            return None

        return check


def floor_check(citation: Citation) -> Check:
    """What holds whatever the policies say; all of it is about the number."""
    deny = partial(citation.deny, number_only=True)

    def check(asking: Asking, at: float) -> Reason | None:
        subject, allows = asking.subject, asking.scene.allows
        if subject.number != asking.question.number:
            return deny("what is known is about another number than the one asked for")
        if subject.emergency:
            return deny("it is a number of the police, an ambulance or the fire brigade")
        if not _NUMBER.fullmatch(subject.number) or not subject.kinds or "other" in subject.kinds:
            return deny("it is no number that can be called")
        for kind in subject.kinds:
            if kind in _REFUSED and kind not in allows:
                return deny(f"{kind} numbers are not called by this scene")
        if subject.country == NO_COUNTRY and "satellite" not in allows:
            return deny("numbers of satellites, ships and aeroplanes are not called by this scene")
        if subject.lists and "own" not in allows and asking.entry(OWN, at) is not None:
            return deny("it is a number of this house")
        return None

    return check
