"""Do-not-call: numbers and persons that are on a list of those who are not called.

    do_not_call: {lists: [do_not_call, group_do_not_call]}
    do_not_call: {lists: national_do_not_call, unless: {purchase: 546 days, inquiry: 89 days}}

An entry holds for everybody, or for a campaign, a scene, a category, a prefix of numbers; from its begin to its end.
`unless`: purposes of a word that the person gave, such as that they bought something, after which the list does not
count for so long; a refusal counts all the same.
"""

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, seconds
from dialer.governor.questions import Consent
from dialer.governor.scope import Scope


class DoNotCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `do_not_call:`."""

    lists: tuple[str, ...] = ("do_not_call",)
    unless: dict[str, Duration] = {}

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        lists = frozenset(self.lists)
        unless = {purpose: seconds(age) for purpose, age in self.unless.items()}

        def check(asking: Asking, at: float) -> Reason | None:
            if not asking.subject.lists:
                return None
            entry = asking.entry(lists, at)
            if entry is None or (unless and _related(asking, unless, at)):
                return None
            scope = f", for {entry.scope.partition(':')[0]}" if entry.scope else ""
            told = f"the callee is on the list {entry.list}{scope}"
            return citation.deny(told, until=entry.until, number_only=entry.of == "number")

        return check


def _related(asking: Asking, unless: dict[str, float], at: float) -> bool:
    last: dict[str, Consent] = {}
    for word in asking.subject.consents:
        if word.at > at or not word.is_about(asking.scene.channel):
            continue
        if word.purpose not in last or word.at >= last[word.purpose].at:
            last[word.purpose] = word
    for purpose, age in unless.items():
        if purpose not in last:
            continue
        word = last[purpose]
        if word.given and at < word.at + age and (word.until is None or at < word.until):
            return True
    return False
