"""Holds: whoever complains about a call is put on a list at once, by number, account and person.

The policies of outgoing calls say what that forbids. The hold ends with somebody's word that the call was not meant.
"""

import sqlite3
from collections.abc import Sequence

from complaints.intake.contact import Contact
from hotline.persons import changing, lists
from hotline.persons.parties import Party
from hotline.persons.register import people_of
from hotline.suppression import entries
from hotline.suppression.entries import Wish

_AUTHOR = "house"
_OTHER_CASES = (
    'SELECT 1 FROM case_heads AS h JOIN case_origins AS o ON o."case" = h."case" WHERE h."case" <> :case'
    " AND o.state IN ('asked', 'linked') AND ((:caller <> '' AND h.caller = :caller)"
    " OR (:account <> '' AND h.account = :account)) LIMIT 1"
)
_NUMBERS = "SELECT id FROM suppression_entries WHERE source = ? AND author = ? AND over_at IS NULL"
_PARTIES = "SELECT id, kind, subject FROM person_lists WHERE source = ? AND author = ? AND over_at IS NULL"


def persons_of(connection: sqlite3.Connection, contact: Contact) -> tuple[str, ...]:
    """The people whose number or account it is, as the register of persons has them."""
    of = (("number", contact.person), ("account", contact.owner))
    found = [one for kind, key in of if key for one in people_of(connection, Party(kind, key))]  # type: ignore[arg-type]
    return tuple(dict.fromkeys(found))


def hold(connection: sqlite3.Connection, case: str, contact: Contact, list_: str, now: float) -> None:
    """Put the customer on a list, within a transaction; nobody where it is nobody. Those who are on it stay."""
    wish = Wish(list=list_, source=_source(case), reason="complaint about a call", author=_AUTHOR)
    if contact.person:
        entries.add_within(connection, contact.person, wish, now, "number")
    persons = persons_of(connection, contact)
    # a number of several people says not who was called; it is held itself
    parties = [Party("person", persons[0])] if len(persons) == 1 else []
    parties += [Party("account", contact.owner)] if contact.owner else []
    for party in parties:
        lists.put_within(connection, party, wish, now)
        changing.noted(connection, now, party.kind, party.key)


def release(
    connection: sqlite3.Connection, case: str, contacts: Sequence[Contact], author: str, why: str, now: float
) -> bool:
    """End what `hold` put on for this case, within a transaction; False where another case of theirs still holds it."""
    for contact in contacts:
        bound = {"case": case, "caller": contact.person, "account": contact.owner}
        if connection.execute(_OTHER_CASES, bound).fetchone() is not None:
            return False
    known = (_source(case), _AUTHOR)
    entries.end_entries(connection, [row for (row,) in connection.execute(_NUMBERS, known)], author, why, now)
    for row, kind, subject in connection.execute(_PARTIES, known).fetchall():
        connection.execute(
            "UPDATE person_lists SET over_at = ?, over_by = ?, over_why = ? WHERE id = ?", (now, author, why, row)
        )
        changing.noted(connection, now, kind, subject)
    return True


def _source(case: str) -> str:
    return f"case {case}"
