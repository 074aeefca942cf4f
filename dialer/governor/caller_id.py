"""Caller ids: which of our numbers the callee may be shown, and how much each of them may be used.

    caller_id: {pool: main, certified: true, display_name: true, same_region: true, rest: 1 h}

A number is left out while the network refuses it, while as many calls show it as its channels allow, and while as many
began within the last second as it may begin. The one that was used longest ago comes first. What several rules leave
over is what all of them do.
"""

from collections.abc import Mapping

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding, CallerId
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, seconds
from dialer.governor.history import CallerIdUse
from dialer.governor.scope import Scope

_UNUSED = CallerIdUse("")


class CallerIds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `caller_id:`."""

    pool: tuple[str, ...] = ()
    """The pools of which the number must be; none: of any that the policies have."""
    certified: bool = False
    display_name: bool = False
    same_region: bool = False
    """A number of the callee's region, where the pool has one; else of their country."""
    free_again_after: Duration = "10 s"
    """How long a number whose channels are all in use is left out: nobody knows when a talk will end."""
    rest: Duration = ""
    """How long a number is left out after a call that a network blocked; empty: this rule lets none rest."""
    rest_after: tuple[str, ...] = ("blocked", "unwanted")
    """The results after which it rests: `blocked` is 608 (RFC 8688) and its like, `unwanted` 607 (RFC 8197). A plain
    603, `rejected`, is the person's own word, unless a site's network says so of what it blocks itself."""

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        names = self.pool or tuple(binding.pools)
        known: dict[str, CallerId] = {}
        for name in names:
            known |= binding.pools.get(name, {})
        return _Check(self, citation, known)


class _Check:
    def __init__(self, words: CallerIds, citation: Citation, known: Mapping[str, CallerId]) -> None:
        self._words = words
        self._citation = citation
        self._known = known
        self._busy_s = seconds(words.free_again_after)
        self._rest_s = seconds(words.rest) if words.rest else 0.0
        self._all = tuple(sorted(known))

    def __call__(self, asking: Asking, at: float) -> Reason | None:
        candidates = asking.caller_ids
        if candidates is None:
            candidates = asking.scene.caller_ids or self._all
            if asking.question.caller_id:
                candidates = tuple(one for one in candidates if one == asking.question.caller_id)
        fit = [one for one in candidates if self._fits(one, asking, at)]
        if self._words.same_region and fit:
            near = [one for one in fit if self._is_near(self._known[one], asking)]
            fit = near
        free = []
        for one in fit:
            again = self._free_at(one, asking, at)
            if again <= at:
                free.append(one)
            elif asking.free_at is None or again < asking.free_at:
                asking.free_at = again
        asking.caller_ids = tuple(free)
        if free:
            if self._rest_s:
                asking.rests_s = max(asking.rests_s, self._rest_s)
                asking.rests_after = tuple(dict.fromkeys((*asking.rests_after, *self._words.rest_after)))
            return None
        by_number = True if self._words.same_region else None
        if asking.free_at is not None and asking.free_at > at:
            told = "all caller ids are in use or out of use"
            return self._citation.defer(told, asking.free_at, number_only=by_number)
        return self._citation.deny(self._why(candidates, asking), number_only=by_number)

    def _fits(self, number: str, asking: Asking, at: float) -> bool:
        entry = self._known.get(number)
        if entry is None:
            return False
        if self._words.certified and not entry.certified:
            return False
        if self._words.certified and entry.certified_until is not None and entry.certified_until <= at:
            return False
        return not self._words.display_name or bool(entry.display_name)

    def _is_near(self, entry: CallerId, asking: Asking) -> bool:
        subject = asking.subject
        if entry.region and subject.region:
            return entry.region == subject.region
        return bool(entry.country) and entry.country == subject.country and not entry.region

    def _free_at(self, number: str, asking: Asking, at: float) -> float:
        """The first instant from which it may be used as far as it is known; `at` or before: now."""
        if asking.uses is None:
            asking.uses = {use.number: use for use in asking.history.caller_ids}
        use = asking.uses.get(number)
        if use is None:
            return at
        entry = self._known[number]
        again = use.blocked_until
        if entry.channels is not None and use.channels >= entry.channels:
            again = max(again, asking.now + self._busy_s)
        if entry.calls_per_second is not None and len(use.starts) >= entry.calls_per_second:
            begun = sorted((start for start in use.starts if start + 1.0 > at), reverse=True)
            if len(begun) >= entry.calls_per_second:
                again = max(again, begun[entry.calls_per_second - 1] + 1.0)
        return again

    def _why(self, candidates: tuple[str, ...], asking: Asking) -> str:
        if asking.question.caller_id and not candidates:
            return "the number to be shown is none of the scene's and the pools' numbers"
        wanted = [word for word in ("certified", "display_name", "same_region") if getattr(self._words, word)]
        return f"no caller id is left of the pool{' and ' if wanted else ''}{', '.join(wanted)}"


def least_recently_used(numbers: tuple[str, ...], asking: Asking) -> tuple[str, ...]:
    """The order in which they are taken."""
    if len(numbers) < 2:
        return numbers
    uses = asking.uses or {}
    return tuple(sorted(numbers, key=lambda one: (uses.get(one, _UNUSED).last_used, one)))
