"""Customers who ask for the state of their case, with its number and the last digits of their own: by telephone.

Wrong digits are counted in the store, by case and by who asks, so a restart gives nobody more guesses. Who has guessed
too often is told nothing for a day, also with the right ones.
"""

import sqlite3
from pathlib import Path
from typing import Any

from calls.errors import BadInput
from calls.identity import known_by
from complaints.intake.contact import Contact
from complaints.stages.told import timeline
from hotline.cases.keeping import Kept, kept
from hotline.store.transactions import looking, writing

DIGITS = 4
MOST_OF_A_CASE = 5
MOST_OF_A_PERSON = 10
MOST_OF_STRANGERS = 100
"""Wrong tries a day: of one case, by one number, and by all whose number is withheld."""
_DAY_S = 86_400.0
_MOST_MERGED = 10
_COUNT = 'SELECT count(*) FILTER (WHERE "case" = ?), count(*) FILTER (WHERE asker = ?) FROM case_guesses WHERE at > ?'
_ADD = 'INSERT INTO case_guesses ("case", asker, at) VALUES (?, ?, ?)'
_FORGET = "DELETE FROM case_guesses WHERE at <= ?"


def asked_by_phone(database: Path, number: str, digits: str, caller: str, now: float) -> dict[str, Any]:
    """The state of a case: `found`, and then `state`, `opened_at`, `since`. Else `locked` says whether there were too
    many wrong tries; which of number and digits was wrong nobody hears. Raises BadInput where the store is away."""
    asker = known_by(caller)
    with writing(database) as connection:
        connection.execute(_FORGET, (now - _DAY_S,))
        of_case, by_asker = connection.execute(_COUNT, (number, asker, now - _DAY_S)).fetchone()
        most = MOST_OF_A_PERSON if asker else MOST_OF_STRANGERS
        if of_case >= MOST_OF_A_CASE or by_asker >= most:
            return {"found": False, "locked": True}
        case = _case(connection, number)
        if case is None or not any(_fits(one, digits) for one in case.contacts):
            connection.execute(_ADD, (number[:16], asker[:32], now))
            return {"found": False, "locked": False}
        return {"found": True, **_told(connection, case, now)}


def told_of(database: Path, number: str, now: float) -> dict[str, Any]:
    """The state of a case for who has its token: also its `timeline`. Raises BadInput for a number that no case has."""
    with looking(database) as connection:
        case = kept(connection, number)
        told = _told(connection, case, now)
        steps = [{"state": one.state, "at": one.at} for one in timeline(_goes_on_in(connection, case).entries, now)]
    return {**told, "timeline": steps}


def _told(connection: sqlite3.Connection, case: Kept, now: float) -> dict[str, Any]:
    steps = timeline(_goes_on_in(connection, case).entries, now)
    state, since = steps[-1] if steps else ("received", case.opened_at)
    return {"state": state, "opened_at": case.opened_at, "since": since}


def _goes_on_in(connection: sqlite3.Connection, case: Kept) -> Kept:
    """The case in which the matter goes on, where it was merged."""
    for _ in range(_MOST_MERGED):
        if case.state.link != "merged":
            break
        case = kept(connection, case.state.into)
    return case


def _case(connection: sqlite3.Connection, number: str) -> Kept | None:
    try:
        return kept(connection, number)
    except BadInput:
        return None


def _fits(contact: Contact, digits: str) -> bool:
    """Whether these are the last of the number, or of the account, that the contact is known by."""
    if len(digits) != DIGITS or not digits.isdecimal():
        return False
    known = (contact.person, "".join(sign for sign in contact.owner if sign.isdecimal()))
    return any(len(one) >= DIGITS and one.endswith(digits) for one in known)
