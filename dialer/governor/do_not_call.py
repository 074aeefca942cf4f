"""Do-not-call: numbers and persons that are on a list of those who are not called.

    do_not_call: {lists: [do_not_call, group_do_not_call]}
    do_not_call: {lists: national_do_not_call, at_most_age: 31 days, unless: {purchase: 546 days, inquiry: 89 days}}

An entry holds for everybody, or for a campaign, a scene, a category, a prefix of numbers; from its begin to its end.
`unless`: purposes of a word that the person gave, such as that they bought something, after which the list does not
count for so long; a refusal counts all the same. `at_most_age`: the lists are copies of what others keep, and with an
older copy, or without one, nobody can know who is on them: no call.
"""

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, in_words, seconds
from dialer.governor.questions import Consent
from dialer.governor.scope import Scope


class DoNotCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `do_not_call:`."""

    lists: tuple[str, ...] = ("do_not_call",)
    unless: dict[str, Duration] = {}
    at_most_age: Duration = ""
    """Of the copy of each list, from its import on."""

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        lists = frozenset(self.lists)
        unless = {purpose: seconds(age) for purpose, age in self.unless.items()}
        most = seconds(self.at_most_age) if self.at_most_age else None

        def check(asking: Asking, at: float) -> Reason | None:
            entry = asking.entry(lists, at) if asking.subject.lists else None
            if entry is None and (most is None or not (told := _unknown(asking, self.lists, most, at))):
                return None
            if unless and _related(asking, unless, at):
                return None
            if entry is None:
                return citation.deny(told, undecided=True)
            scope = f", for {entry.scope.partition(':')[0]}" if entry.scope else ""
            told = f"the callee is on the list {entry.list}{scope}"
            return citation.deny(told, until=entry.until, number_only=entry.of == "number")

        return check


def _unknown(asking: Asking, lists: tuple[str, ...], most: float, at: float) -> str:
    """Why nobody can know who is on these lists; empty: the copies are new enough."""
    copies = asking.subject.lists_as_of
    for name in lists:
        taken_at = copies.get(name)
        if taken_at is None:
            return f"there is no copy of the list {name} here"
        if taken_at + most <= at:
            return f"the copy of the list {name} is older than {in_words(most)}"
    return ""


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
