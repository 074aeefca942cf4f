"""Spacing: how long nobody calls again after a call, a talk, a refusal.

    spacing: {at_least: 30 min, since: attempt}
    spacing: {at_least: 7 days, since: talk, per: account}
    spacing: {at_least: 60 days, since: refusal, results: [refusal, not_interested]}

A talk is over when it ends; all else counts from the call's own instant. Whoever placed the call, a campaign, a
callback, an agent by hand, another system: it counts.
"""

from typing import Literal

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.counting import CALLS, STATES, Among, Per, fits_of
from dialer.governor.decisions import Reason
from dialer.governor.durations import Duration, in_words, seconds
from dialer.governor.scope import Scope

Since = Literal["attempt", "answered", "unanswered", "talk", "abandon", "refusal"]
_STATES: dict[Since, frozenset[str]] = {
    "attempt": STATES["attempts"],
    "answered": STATES["answered"],
    "unanswered": STATES["unanswered"],
    "talk": STATES["talks"],
    "abandon": STATES["abandons"],
}
_NOUNS: dict[Since, str] = {
    "attempt": "call",
    "answered": "answered call",
    "unanswered": "unanswered call",
    "talk": "talk",
    "abandon": "abandoned call",
    "refusal": "refusal",
}


class Spacing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of `spacing:`."""

    at_least: Duration
    since: Since = "attempt"
    per: Per = "person"
    among: Among = "covered"
    results: tuple[str, ...] = ()
    """The dispositions that count; a refusal is `refusal` where none are given."""

    def longest_s(self) -> float:
        """How far back it looks: a talk begins before its end."""
        return seconds(self.at_least) + (86400.0 if self.since == "talk" else 0.0)

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        gap, calls_of = seconds(self.at_least), CALLS[self.per]
        states = _STATES.get(self.since)
        results = frozenset(self.results or (("refusal",) if self.since == "refusal" else ()))
        of_talk = self.since == "talk"
        fits = fits_of(self.among, scopes, binding)
        by_number = True if self.per == "number" else None

        def check(asking: Asking, at: float) -> Reason | None:
            until = 0.0
            for call in calls_of(asking):
                if call.state == "released" or (states is not None and call.state not in states):
                    continue
                if results and call.state != "reserved" and call.result not in results:
                    continue
                if fits is None or fits(call, asking):
                    since = call.talked_until if of_talk and call.talked_until > call.at else call.at
                    until = max(until, since + gap)
                    if not of_talk:
                        break  # newest first
            if until <= at:
                return None
            ago = in_words(max(0, round(at - (until - gap))))
            return citation.defer(
                f"the last {_NOUNS[self.since]} to this {self.per} was {ago} ago; {in_words(gap)} are wanted",
                until,
                limit=gap,
                number_only=by_number,
            )

        return check
