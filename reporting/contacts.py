"""Contacts that come again: repeat calls, and first-contact resolution.

The same matter is the same person at the same queue. A contact is a **repeat** if that person came to that queue
within the window before it, answered or not. It is a **first** one if it was answered, and none of theirs there was
within the window before it; it is **resolved** if they do not come there again within the window after it, and whether
they do is known only once the window is over. A withheld number is nobody's, and counts in neither.
"""

from collections import defaultdict, deque
from typing import Literal

import msgspec

from reporting.ratios import percent


class RepeatFigures(msgspec.Struct, frozen=True):
    """Contacts of known persons, and how many of them came again. The rate is in percent."""

    contacts: int
    repeats: int
    repeat_rate: float | None


class ResolutionFigures(msgspec.Struct, frozen=True):
    """First contacts. The rate is of those of which it is known, in percent."""

    first_contacts: int
    resolved: int
    repeated: int
    pending: int
    """Nobody came again so far, and the window is not over."""
    rate: float | None


class _Resolution(msgspec.Struct):
    resolved: int = 0
    repeated: int = 0
    pending: int = 0

    def figures(self) -> ResolutionFigures:
        known = self.resolved + self.repeated
        return ResolutionFigures(
            known + self.pending, self.resolved, self.repeated, self.pending, percent(self.resolved, known)
        )


class _Contact(msgspec.Struct, gc=False):
    """A contact within the window. `is_open`: a first contact of the span that nobody has repeated yet."""

    at: float
    matter: tuple[str, str]
    """The person, and the queue."""
    agent: str
    is_open: bool


class Contacts:
    """Takes contacts in the order in which they came. What is older than the window is forgotten, so memory is bounded
    by the contacts of one window."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._within: deque[_Contact] = deque()
        self._last: dict[tuple[str, str], _Contact] = {}
        self._answered: dict[tuple[str, str], _Contact] = {}
        self._came: dict[str, int] = {}
        self._again: dict[str, int] = {}
        self._by_queue: defaultdict[str, _Resolution] = defaultdict(_Resolution)
        self._by_agent: defaultdict[str, _Resolution] = defaultdict(_Resolution)

    def take(self, at: float, person: str, queue: str, agent: str, *, answered: bool, counts: bool) -> None:
        """Take a contact; `counts`: it is of the report's span, not of the time before or behind it."""
        self._forget(at)
        if not person:
            return
        matter = (person, queue)
        first = self._answered.get(matter)
        if first is not None and first.is_open:
            self._settle(first, "repeated")
        if counts:
            self._came[queue] = self._came.get(queue, 0) + 1
            self._again[queue] = self._again.get(queue, 0) + (matter in self._last)
        contact = _Contact(at, matter, agent, answered and counts and first is None)
        self._last[matter] = contact
        if answered:
            self._answered[matter] = contact
        self._within.append(contact)

    def finish(self, known_until: float) -> None:
        """All calls until `known_until` were taken: windows that are over by then are known."""
        self._forget(known_until)
        for contact in self._within:
            if contact.is_open:
                self._settle(contact, "pending")

    def repeats(self) -> RepeatFigures:
        """Of the house."""
        return _repeats(sum(self._came.values()), sum(self._again.values()))

    def repeats_by_queue(self) -> dict[str, RepeatFigures]:
        """By queue."""
        return {queue: _repeats(came, self._again[queue]) for queue, came in sorted(self._came.items())}

    def resolution(self) -> ResolutionFigures:
        """Of the house."""
        house = _Resolution()
        for one in self._by_queue.values():
            house.resolved += one.resolved
            house.repeated += one.repeated
            house.pending += one.pending
        return house.figures()

    def resolution_by_queue(self) -> dict[str, ResolutionFigures]:
        """By queue."""
        return {queue: one.figures() for queue, one in sorted(self._by_queue.items())}

    def resolution_by_agent(self) -> dict[str, ResolutionFigures]:
        """By the agent who answered first."""
        return {agent: one.figures() for agent, one in sorted(self._by_agent.items())}

    def _forget(self, now: float) -> None:
        within = self._within
        while within and within[0].at + self._window_s < now:
            gone = within.popleft()
            if gone.is_open:
                self._settle(gone, "resolved")
            if self._last.get(gone.matter) is gone:
                del self._last[gone.matter]
            if self._answered.get(gone.matter) is gone:
                del self._answered[gone.matter]

    def _settle(self, contact: _Contact, word: Literal["resolved", "repeated", "pending"]) -> None:
        contact.is_open = False
        for one in (self._by_queue[contact.matter[1]], self._by_agent[contact.agent]):
            setattr(one, word, getattr(one, word) + 1)


def _repeats(came: int, again: int) -> RepeatFigures:
    return RepeatFigures(came, again, percent(again, came))
