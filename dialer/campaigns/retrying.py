"""Retrying: what a campaign does with a person after a try, or after the gate's no. Pure functions of what is known.

All instants are UTC epoch seconds. Waits are counted from the attempt, so that a person who is called at nine and again
after a day is called at nine, however long they talked.
"""

import msgspec

from dialer.campaigns.contacts import Contact, ContactState
from dialer.campaigns.results import END_OF_NUMBER, Meaning
from dialer.campaigns.settings import NEVER, RetryRules

AWAY_S = 60.0
"""The gate or its ledger could not answer: the person is asked for again so much later."""
OUT_OF_SERVICE_S = 300.0
"""Our side could not place the call, and the person knows nothing of it: tried again so much later."""
SOON_S = 1.0
"""The shortest wait: a gate that defers until now is not asked again in a circle."""
ENDINGS: frozenset[str] = frozenset({"talked", "flow_done"})
"""What is done with when nobody has said otherwise: no rule by this word, no disposition."""


class Outlook(msgspec.Struct, frozen=True):
    """The contact as it is kept from now on. `due_at` is of the state `due` only."""

    contact: Contact
    state: ContactState
    due_at: float | None = None
    detail: str = ""


def number_to_try(contact: Contact) -> str:
    """The number that is tried next; empty where none is left."""
    places = _round(contact, contact.next_number)
    return contact.numbers[places[0]].number if places else ""


def without(contact: Contact, number: str) -> Contact:
    """The contact, with a number that is not tried any more."""
    return contact if number in contact.bad else msgspec.structs.replace(contact, bad=(*contact.bad, number))


def after_try(
    contact: Contact,
    number: str,
    word: str,
    meaning: Meaning | None,
    rules: RetryRules,
    at: float,
    again_at: float | None = None,
    agent: str = "",
) -> Outlook:
    """The contact after a try of `number` that was placed at `at` and ended as `word`, the result or disposition.

    `meaning` is that of a disposition, None where nobody has said one. `contact.tries` has this try already.
    """
    contact = msgspec.structs.replace(contact, last_result=word)
    if meaning == "refused" or word == "unwanted":
        return Outlook(contact, "refused", detail=word)
    if meaning == "reached" or (meaning is None and word in ENDINGS and word not in rules.by_result):
        return Outlook(contact, "reached", detail=word)
    if meaning == "wrong_number" or word in END_OF_NUMBER:
        contact = without(contact, number)
    if contact.tries >= rules.tries:
        detail = f"{word}; they were promised a call, and no tries are left" if meaning == "callback" else word
        return Outlook(contact, "spent", detail=detail)
    if meaning == "callback":
        contact = msgspec.structs.replace(contact, agent=agent)
        if again_at is not None:
            return Outlook(contact, "due", max(again_at, at + SOON_S), word)
    wait_s = rules.by_result.get(word, rules.after_s)
    if wait_s == NEVER:
        return Outlook(contact, "spent", detail=word)
    contact = _waiting(contact, number, at + max(wait_s, SOON_S), at)
    tried = _place_of(contact, number)
    moves_on = word in rules.next_number or meaning == "wrong_number" or number in contact.bad
    places = _round(contact, tried + 1 if moves_on else tried)
    if not places:
        return Outlook(contact, "spent", detail=f"{word}; no number is left")
    soonest = {}
    for place in places:
        untried = contact.tries == 1 if place < tried else place > tried and contact.tries <= place
        soonest[place] = at + max(min(wait_s, rules.next_number_after_s) if untried else wait_s, SOON_S)
    to = places[0]
    if _waits_until(contact, to) > soonest[to]:  # another one may go first
        to = min(places, key=lambda place: max(soonest[place], _waits_until(contact, place)))
    due_at = max(soonest[to], _waits_until(contact, to))
    return Outlook(msgspec.structs.replace(contact, next_number=to), "due", due_at, word)


def not_placed(contact: Contact, word: str, now: float) -> Outlook:
    """The contact, where our side could not dial: the budget is as it was."""
    return Outlook(msgspec.structs.replace(contact, last_result=word), "due", now + OUT_OF_SERVICE_S, word)


def deferred(
    contact: Contact, number: str, until: float, rule: str, now: float, number_only: bool = False
) -> Outlook | Contact:
    """The contact, to be asked for again at the instant that the gate has named; where only `number` waits, a Contact
    whose other number is asked for at once, or the Outlook of the number that may be called first."""
    until = max(until, now + SOON_S)
    if not number_only:
        return Outlook(contact, "due", until, rule)
    contact = _waiting(contact, number, until, now)
    return _another(contact, number, rule, now) or Outlook(contact, "due", until, rule)


def denied(
    contact: Contact, number: str, rule: str, now: float, number_only: bool, until: float | None, away: bool
) -> Outlook | Contact:
    """The contact after the gate's no; a Contact where another number of theirs is asked for at once."""
    if away:
        return Outlook(contact, "due", now + AWAY_S, rule)
    if until is not None and not number_only:
        return Outlook(contact, "due", max(until, now + SOON_S), rule)
    if number_only:
        if until is None:
            contact = without(contact, number)
        else:
            contact = _waiting(contact, number, max(until, now + SOON_S), now)
        if (then := _another(contact, number, rule, now)) is not None:
            return then
    return Outlook(contact, "denied", detail=rule)


def _another(contact: Contact, number: str, rule: str, now: float) -> Outlook | Contact | None:
    """The contact with the next number that may be tried now; else due when the first of them may; None: all are bad.

    A number that was tried waits as long as the retry rules say: the gate's no to another one brings no try forward.
    """
    places = _round(contact, _place_of(contact, number) + 1)
    if not places:
        return None
    to = min(places, key=lambda place: max(_waits_until(contact, place), now))
    contact = msgspec.structs.replace(contact, next_number=to)
    until = _waits_until(contact, to)
    return contact if until <= now else Outlook(contact, "due", until, rule)


def _waiting(contact: Contact, number: str, until: float, now: float) -> Contact:
    """The contact, one of whose numbers waits; waits that are over are forgotten."""
    others = (one for one in contact.waits if one[0] != number and one[1] > now)
    return msgspec.structs.replace(contact, waits=(*others, (number, until)))


def _waits_until(contact: Contact, place: int) -> float:
    """When the number at this place may be tried; 0: any time."""
    number = contact.numbers[place].number
    return next((until for one, until in contact.waits if one == number), 0.0)


def _place_of(contact: Contact, number: str) -> int:
    return next((place for place, one in enumerate(contact.numbers) if one.number == number), 0)


def _round(contact: Contact, place: int) -> list[int]:
    """The places of the numbers that are not bad, from `place` on, once round."""
    count = len(contact.numbers)
    places = ((place + step) % count for step in range(count))
    return [at for at in places if contact.numbers[at].number not in contact.bad]
