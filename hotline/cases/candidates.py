"""Candidates for a match: open cases that are near a new one by number, account, reference, quoted number or words.

Each question is answered by an index, so it costs the same with a hundred open cases and with two hundred thousand.
"""

import sqlite3

import msgspec

from complaints.intake.contact import Contact, quoted_cases
from complaints.intake.matching import Candidate
from hotline.cases.keeping import CONTACT, Kept, contact_of

_DAY_S = 86_400.0
_LOOK_BACK_S = 60 * _DAY_S
_STRANGERS_S = 14 * _DAY_S
_MOST = 50
_MOST_CONTACTS = 5
_NEAR = (
    'SELECT "case" FROM case_heads WHERE is_open AND "case" <> :case AND opened_at >= :since AND '
    "((:caller <> '' AND caller = :caller) OR (:account <> '' AND account = :account))"
    " ORDER BY opened_at DESC LIMIT :most"
)
_ALIKE = (
    'SELECT "case" FROM case_heads WHERE is_open AND category = :category AND opened_at >= :since AND "case" <> :case'
    " ORDER BY opened_at DESC LIMIT :most"
)
_BY_REFERENCE = (
    "SELECT \"case\" FROM case_contacts WHERE json_extract(fields, '$.reference') = :reference"
    " AND json_extract(fields, '$.reference') <> '' AND \"case\" <> :case AND at >= :since LIMIT 5"
)
_CONTACTS = (
    f'SELECT h."case", h.category, h.product, {", ".join(f"c.{name}" for name in CONTACT.split(", "))}'
    ' FROM json_each(?) AS wanted JOIN case_heads AS h ON h."case" = wanted.value AND h.is_open'
    ' JOIN case_contacts AS c ON c."case" = h."case" ORDER BY wanted.key, c.row'
)


def candidates(connection: sqlite3.Connection, case: Kept) -> list[Candidate]:
    """The candidates for a case's first contact, each with what came in for it; those of the same person first."""
    contact = case.contacts[0]
    bound: dict[str, object] = {
        **{"case": case.case, "since": contact.at - _LOOK_BACK_S, "most": _MOST},
        **{"caller": contact.person, "account": contact.owner, "category": case.category},
    }
    found = dict.fromkeys(row[0] for row in connection.execute(_NEAR, bound))
    found |= dict.fromkeys(quoted_cases(contact.words))
    if contact.reference:
        bound["reference"] = contact.reference
        found |= dict.fromkeys(row[0] for row in connection.execute(_BY_REFERENCE, bound))
    if contact.words:
        bound["since"] = contact.at - _STRANGERS_S
        found |= dict.fromkeys(row[0] for row in connection.execute(_ALIKE, bound))
    found.pop(case.case, None)
    wanted = msgspec.json.encode(list(found)).decode()
    about: dict[str, tuple[str, str]] = {}
    came: dict[str, list[Contact]] = {}
    for number, category, product, *row in connection.execute(_CONTACTS, (wanted,)):
        about[number] = category, product
        if len(contacts := came.setdefault(number, [])) < _MOST_CONTACTS:
            contacts.append(contact_of(row))
    return [Candidate(number, tuple(came[number]), *about[number]) for number in came]
