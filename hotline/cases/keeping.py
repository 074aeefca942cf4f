"""Cases in the store: a log that grows by acts, and the head of each case, which is made of its log.

Several processes write: the server, and commands of people. Each takes the store's lock before it reads, so an act is
judged by what is really there.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from complaints.audit import Entry
from complaints.dispatch.ladder import next_due
from complaints.dispatch.settings import Dispatch
from complaints.intake.contact import Contact
from complaints.stages.rules import Act, entry_of
from complaints.stages.state import CaseState, state_of
from hotline.store import case_log, opening

_PATIENCE_S = 10.0
CONTACT = "channel, source, at, caller, name, account, subject, text, fields"
"""The columns of a contact, for `contact_of`."""
_HEAD = (
    "stage", "link", "into", "kind", "category", "grade", "is_unsure", "department", "handler", "is_open",
    "opened_at", "changed_at", "climbs_at", "caller", "account", "product", "region", "channel",
)  # fmt: skip
_NAMES = ", ".join(f'"{name}"' for name in _HEAD)
_CHANGES = ", ".join(f'"{name}" = excluded."{name}"' for name in _HEAD)
_PUT_HEAD = (
    f'INSERT INTO case_heads ("case", {_NAMES}) VALUES (?{", ?" * len(_HEAD)})'
    f' ON CONFLICT ("case") DO UPDATE SET {_CHANGES}'
)


class Kept(msgspec.Struct):
    """A case as it stands in the store."""

    case: str
    entries: list[Entry]
    contacts: list[Contact]
    opened_at: float
    category: str

    @property
    def state(self) -> CaseState:
        """What its log comes to."""
        return state_of(self.entries)


@contextmanager
def writing(database: Path) -> Iterator[sqlite3.Connection]:
    """A transaction of the store that nobody else's can come between. Raises BadInput where the store cannot be
    written; then nothing was changed."""
    opening.must_be_of_today(database)
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()  # nothing where a full disk has ended it already: its error is the one to tell
                raise
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise BadInput(f"{database}: {error}; nothing was changed") from error


@contextmanager
def part(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of a transaction that is undone alone where it errs; what came before it in the transaction stays."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        raise
    finally:
        connection.execute("RELEASE part")


@contextmanager
def looking(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read by. Raises BadInput for a store of another release."""
    opening.must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        yield connection


def kept(connection: sqlite3.Connection, case: str) -> Kept:
    """A case with its log and its contacts. Raises BadInput for a number that no case has."""
    row = connection.execute("SELECT opened_at, category FROM cases WHERE number = ?", (case,)).fetchone()
    if row is None:
        raise BadInput(f"there is no case {case}; hotline case list shows them")
    return Kept(case, case_log.entries(connection, case), contacts(connection, case), *row)


def contacts(connection: sqlite3.Connection, case: str) -> list[Contact]:
    """What the customer said in a case, the oldest first."""
    rows = connection.execute(f'SELECT {CONTACT} FROM case_contacts WHERE "case" = ? ORDER BY row', (case,))
    return [contact_of(row) for row in rows]


def contact_of(row: Sequence[Any]) -> Contact:
    """A row of `case_contacts`, from `channel` on. What is no column of its own stands in `fields`."""
    *plain, fields = row
    known = dict(zip(CONTACT.split(", ")[:-1], plain, strict=True))
    return msgspec.convert({**known, **msgspec.json.decode(fields)}, Contact)


def put_contact(connection: sqlite3.Connection, case: str, contact: Contact) -> bool:
    """Write a contact down; False where the same message was taken in before."""
    columns = CONTACT.split(", ")[:-1]
    values = msgspec.to_builtins(contact)
    fields = msgspec.json.encode({name: value for name, value in values.items() if name not in columns}).decode()
    statement = f'INSERT INTO case_contacts ("case", {CONTACT}) VALUES (?{", ?" * 9}) ON CONFLICT DO NOTHING'
    return connection.execute(statement, (case, *(values[name] for name in columns), fields)).rowcount == 1


def write(connection: sqlite3.Connection, case: Kept, wanted: Act, now: float) -> None:
    """Do an act, and write it down; `put_head` is to follow. Raises Refused (a BadInput); then nothing is written."""
    entry = entry_of(case.entries, wanted)
    entry = msgspec.structs.replace(entry, written_at=now)
    case_log.append(connection, case.case, [entry])
    case.entries.append(entry)


def act(connection: sqlite3.Connection, case: Kept, wanted: Act, now: float, rules: Dispatch | None) -> CaseState:
    """Do an act, and write it down with the head that follows. Raises Refused (a BadInput); then nothing is written."""
    write(connection, case, wanted, now)
    state = case.state
    put_head(connection, case, state, now, rules)
    return state


def put_head(connection: sqlite3.Connection, case: Kept, state: CaseState, now: float, rules: Dispatch | None) -> None:
    """Write down what the log comes to, for lists and for the ladder."""
    graded = next((one for one in reversed(case.entries) if one.kind in ("graded", "regraded")), None)
    first = case.contacts[0] if case.contacts else Contact("call", "", case.opened_at)
    steps = () if rules is None else rules.ladders.get(state.grade, ())
    climbs_at = next_due(case.entries, steps, now) if state.is_open else None
    values = (
        *(state.stage, state.link, state.into),
        "" if graded is None else str(graded.fields.get("kind", "")),
        state.category or case.category,
        state.grade,
        graded is not None and bool(graded.fields.get("unsure", False)),
        *(state.department, state.handler, state.is_open, case.opened_at, now, climbs_at),
        next((one.person for one in case.contacts if one.person), ""),
        next((one.owner for one in case.contacts if one.owner), ""),
        *(first.product, first.region, first.channel),
    )
    connection.execute(_PUT_HEAD, (case.case, *values))
