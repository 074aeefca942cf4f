"""Frequency: how often a number, a person or an account may be called within a window.

    frequency: {at_most: 3, count: talks, per: person, in: day}
    frequency: {at_most: 7, per: account, in: 7 days, among: category}

A call counts in a rolling window from its own instant on, and no more at the instant one window later: with 24 h, the
call of 10:00:00 is out at 10:00:00 of the next day. A calendar window is that of the callee's zone; where a number may
lie in several, the limit holds in each.
"""

from typing import Annotated

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.counting import CALLS, SINGULAR, STATES, Among, Countable, Per, fits_of
from dialer.governor.decisions import Reason
from dialer.governor.durations import Window, window
from dialer.governor.scope import Scope
from dsl.calendar_windows import Calendar, calendar_bounds


class Frequency(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"window": "in"}):
    """The words of `frequency:`."""

    at_most: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    window: Window
    """A duration, which is a rolling window, or the calendar's `day`, `week` or `month`."""
    count: Countable = "attempts"
    per: Per = "person"
    among: Among = "covered"

    def longest_s(self) -> float:
        """How far back it looks."""
        return window(self.window)[0]

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        length, calendar = window(self.window)
        if calendar is None:
            return _rolling(self, length, citation, scopes, binding)
        return _in_calendar(self, calendar, citation, scopes, binding)


def _rolling(words: Frequency, length: float, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
    limit, states, calls_of = words.at_most, STATES[words.count], CALLS[words.per]
    fits = fits_of(words.among, scopes, binding)
    by_number = True if words.per == "number" else None

    def check(asking: Asking, at: float) -> Reason | None:
        calls = calls_of(asking)
        if len(calls) < limit:
            return None
        counted, unsettled, until = 0, 0, 0.0
        for call in calls:
            if call.at + length <= at:
                break
            if call.state in states and (fits is None or fits(call, asking)):
                counted += 1
                unsettled += call.state == "reserved"
                if counted == limit:
                    until = call.at + length
        if counted < limit:
            return None
        detail = _detail(words, counted, unsettled)
        return citation.defer(detail, until, counted=counted, limit=limit, number_only=by_number)

    return check


def _in_calendar(
    words: Frequency, calendar: Calendar, citation: Citation, scopes: tuple[Scope, ...], binding: Binding
) -> Check:
    limit, states, calls_of = words.at_most, STATES[words.count], CALLS[words.per]
    fits = fits_of(words.among, scopes, binding)
    by_number = True if words.per == "number" else None

    def check(asking: Asking, at: float) -> Reason | None:
        calls = calls_of(asking)
        if len(calls) < limit:
            return None
        if not asking.zones:
            told = f"the callee's zone is not known, and this rule counts by its {calendar}"
            return citation.deny(told, number_only=True)
        worst = None
        for zone in asking.zones:
            begin, end = calendar_bounds(calendar, zone, at)
            counted, unsettled = 0, 0
            for call in calls:
                if call.at < begin:
                    break
                if call.state in states and (fits is None or fits(call, asking)):
                    counted += 1
                    unsettled += call.state == "reserved"
            if counted >= limit and (worst is None or end > worst[2]):
                worst = counted, unsettled, end
        if worst is None:
            return None
        detail = _detail(words, *worst[:2])
        return citation.defer(detail, worst[2], counted=worst[0], limit=limit, number_only=by_number)

    return check


def _detail(words: Frequency, counted: int, unsettled: int) -> str:
    noun = SINGULAR[words.count] + ("" if counted == 1 else "s")
    kind, window_words = ("this", words.window) if " " not in words.window else ("the last", words.window)
    still = f", {unsettled} of them not ended yet" if unsettled else ""
    return f"{counted} {noun} to this {words.per} in {kind} {window_words}{still}; at most {words.at_most} are allowed"
