"""Data of one person in the store: what there is, what of it may go now, and why the rest stays.

Used by `hotline subject`. Only reads; who erases carries the statements of a `Plan` out, after its files.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from hotline.store.retention import OF_A_CALL, OF_A_CASE, OF_A_FOLLOW_UP


class Subject(msgspec.Struct, frozen=True):
    """Whom it is about: numbers in E.164, keys of accounts, keys of persons."""

    numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """What stays, and why."""

    what: str
    count: int
    why: str


class Plan(NamedTuple):
    """What goes: files first, then rows, in one transaction. `gone`: how much of what."""

    files: list[str]
    rows: list[tuple[str, tuple[Any, ...]]]
    gone: dict[str, int]
    kept: list[Kept]


_ONE = "IN (SELECT value FROM json_each(:{0}))"
_N, _A, _P, _C, _K = (_ONE.format(name) for name in ("numbers", "accounts", "persons", "calls", "cases"))
_SUBJECTS = (
    f"((kind = 'number' AND subject {_N}) OR (kind = 'account' AND subject {_A}) OR (kind = 'person' AND subject {_P}))"
)
_LISTED = (
    f"(SELECT list, row FROM contact_numbers WHERE number {_N} UNION SELECT list, row FROM contacts"
    f" WHERE account {_A} OR person {_P})"
)
_CALLS = f'SELECT "call" FROM calls WHERE caller {_N} OR called {_N}'
_CASES = (
    f'SELECT number FROM cases WHERE caller {_N} UNION SELECT "case" FROM case_heads WHERE caller {_N} OR account {_A}'
    f' UNION SELECT "case" FROM case_contacts WHERE caller {_N} OR account {_A}'
)
_OF_CALLS = (
    *("calls", "legs", "rungs", "steps", "talks", "talk_dispositions", "declines", "transfers", "surveys"),
    *("talk_reviews", "recordings", "callbacks"),
)
_OF_CASES = ("case_contacts", "case_entries", "case_heads", "case_matches", "case_origins", "case_notices")
_EXPORTED = {
    **{table: f'SELECT * FROM {table} WHERE "call" {_C}' for table in _OF_CALLS},
    "waits": f'SELECT "call", joined_at, queue, priority, wait_s FROM waits WHERE "call" {_C}',
    "unanswered": (
        'SELECT t."call", t.at, q.wording FROM unanswered_times AS t JOIN unanswered AS q ON q.id = t.question'
        f' WHERE t."call" {_C}'
    ),
    "cases": f"SELECT * FROM cases WHERE number {_K}",
    **{table: f'SELECT * FROM {table} WHERE "case" {_K}' for table in _OF_CASES},
    "followups": f'SELECT * FROM followups WHERE caller {_N} OR account {_A} OR "case" {_K}',
    "answers": f'SELECT * FROM answers WHERE person {_N} OR "call" {_C}',
    "contacts": f"SELECT * FROM contacts WHERE (list, row) IN {_LISTED}",
    "contact_numbers": f"SELECT * FROM contact_numbers WHERE (list, row) IN {_LISTED}",
    "campaign_contacts": f"SELECT * FROM campaign_contacts WHERE (list, row) IN {_LISTED}",
    "campaign_tries": f"SELECT * FROM campaign_tries WHERE number {_N}",
    "persons": f"SELECT * FROM persons WHERE person {_P}",
    "person_links": f"SELECT * FROM person_links WHERE value {_N} OR value {_A} OR person {_P}",
    **{
        table: f"SELECT * FROM {table} WHERE {_SUBJECTS}"
        for table in ("consents", "person_lists", "granted_exceptions")
    },
    "suppression_entries": f"SELECT * FROM suppression_entries WHERE number {_N}",
}
"""What a person is given, by table."""

_ASKED_BY_NOBODY_ELSE = (
    'DELETE FROM unanswered WHERE id IN (SELECT question FROM unanswered_times WHERE "call" IN'
    " (SELECT value FROM json_each(?1))) AND NOT EXISTS (SELECT 1 FROM unanswered_times AS t"
    ' WHERE t.question = unanswered.id AND t."call" NOT IN (SELECT value FROM json_each(?1)))'
)
"""What nobody answered, and only these calls asked."""

_IS_HELD = 'EXISTS (SELECT 1 FROM legal_holds AS h WHERE h."call" = {0})'
_CASES_KEPT = (
    f"SELECT number, {_IS_HELD.format('cases.call')} FROM cases WHERE number {_K}"
    f" AND ({_IS_HELD.format('cases.call')}"
    ' OR EXISTS (SELECT 1 FROM case_heads AS o WHERE o."case" = number AND o.is_open)'
    ' OR NOT EXISTS (SELECT 1 FROM case_heads AS o WHERE o."case" = number))'
)
_CALLS_KEPT = (
    f'SELECT "call", {_IS_HELD.format("calls.call")} FROM calls WHERE "call" {_C} AND ({_IS_HELD.format("calls.call")}'
    f' OR EXISTS (SELECT 1 FROM cases AS k WHERE k."call" = calls."call" AND (k.number {_ONE.format("kept")}'
    f" OR k.number NOT {_K}))"
    ' OR EXISTS (SELECT 1 FROM callbacks AS b WHERE b."call" = calls."call" AND b.outcome = \'booked\'))'
)
_STAYS = {
    "do-not-call entries": f"SELECT count(*) FROM suppression_entries WHERE number {_N}",
    "consents and refusals": f"SELECT count(*) FROM consents WHERE {_SUBJECTS}",
    "lists of persons": f"SELECT count(*) FROM person_lists WHERE {_SUBJECTS}",
    "exceptions": f"SELECT count(*) FROM granted_exceptions WHERE {_SUBJECTS}",
    "register of persons": f"SELECT count(*) FROM person_links WHERE value {_N} OR value {_A} OR person {_P}",
}
_WHY_IT_STAYS = "what the person refused or allowed is asked before each call"
_MENTIONED = (
    f"UPDATE legs SET party = '' WHERE party {_N}",
    f"UPDATE talks SET party = '' WHERE party {_N}",
    f"UPDATE transfers SET target = '' WHERE target {_N}",
    f"UPDATE campaign_tries SET number = '' WHERE number {_N}",
)
"""In calls of others, and in the counts of campaigns: the number goes, the row stays."""
_IN_HAND = f"SELECT list, row FROM campaign_contacts WHERE (list, row) IN {_LISTED} AND fetch <> ''"
_ENDED = ("done", "not_wanted", "cancelled", "given_up")


def rows_of(connection: sqlite3.Connection, subject: Subject) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All rows of a person by table, those without any left out."""
    bound = _bound(connection, subject)
    for table, query in _EXPORTED.items():
        found = connection.execute(query, bound)
        names = [column[0] for column in found.description]
        if rows := [dict(zip(names, row, strict=True)) for row in found]:
            yield table, rows


def erasure(connection: sqlite3.Connection, subject: Subject, journal_days: int | None) -> Plan:
    """What goes of a person now, and what stays. Within the transaction in which it goes, or to look only."""
    bound = _bound(connection, subject)
    kept_cases = dict(connection.execute(_CASES_KEPT, bound).fetchall())
    bound["kept"] = _json(kept_cases)
    kept_calls = dict(connection.execute(_CALLS_KEPT, bound).fetchall())
    cases = [key for key in msgspec.json.decode(bound["cases"]) if key not in kept_cases]
    calls = [key for key in msgspec.json.decode(bound["calls"]) if key not in kept_calls]
    going = {**bound, "calls": _json(calls), "cases": _json(cases)}
    files = [path for (path,) in connection.execute(f'SELECT path FROM recordings WHERE "call" {_C}', going)]
    followups = connection.execute(
        f"SELECT number, state FROM followups WHERE (caller {_N} OR account {_A}) AND \"case\" = ''", bound
    ).fetchall()
    ended = [number for number, state in followups if state in _ENDED]
    in_hand = connection.execute(_IN_HAND, bound).fetchall()
    listed = [one for one in connection.execute(f"SELECT list, row FROM {_LISTED}", bound) if one not in set(in_hand)]
    (alone,) = connection.execute(
        f"SELECT count(*) FROM answers WHERE person {_N} AND \"call\" = '' AND followup IS NULL", bound
    ).fetchone()
    rows: list[tuple[str, tuple[Any, ...]]] = [(statement, (case,)) for statement in OF_A_CASE for case in cases]
    rows += [(statement, (number,)) for statement in OF_A_FOLLOW_UP for number in ended]
    rows.append((_ASKED_BY_NOBODY_ELSE, (going["calls"],)))  # before the times that it was asked go with their call
    of_a_call = [f'DELETE FROM {table} WHERE "call" = ?' for table in (*OF_A_CALL, "recordings", "waits")]
    rows += [(statement, (call,)) for statement in of_a_call for call in calls]
    for table in ("campaign_contacts", "contact_numbers", "contacts"):
        rows += [(f"DELETE FROM {table} WHERE list = ? AND row = ?", one) for one in listed]
    numbers = bound["numbers"]
    rows += [(statement.replace(":numbers", "?"), (numbers,)) for statement in _MENTIONED]
    rows.append(
        (
            f"DELETE FROM answers WHERE person {_N} AND \"call\" = '' AND followup IS NULL".replace(":numbers", "?"),
            (numbers,),
        )
    )
    gone = {
        **{"calls": len(calls), "recordings and messages": len(files), "cases": len(cases)},
        **{"follow-ups": len(ended), "answers": alone, "rows of lists": len(listed)},
    }
    kept = [
        *_kept("cases", kept_cases, "it is open: close it first"),
        *_kept("calls", kept_calls, "a case of it is kept, or a callback is booked"),
        *_some("follow-ups", len(followups) - len(ended), "it is under way: hotline followups skip"),
        *_some("rows of lists", len(in_hand), "a campaign has the person in hand: ask again in an hour"),
        *(
            one
            for what, query in _STAYS.items()
            for one in _some(what, connection.execute(query, bound).fetchone()[0], _WHY_IT_STAYS)
        ),
        *_some("events of the journal", _events(connection, subject), _of_journal(journal_days)),
    ]
    return Plan(files, rows, {what: count for what, count in gone.items() if count}, kept)


def _bound(connection: sqlite3.Connection, subject: Subject) -> dict[str, str]:
    bound = {name: _json(getattr(subject, name)) for name in Subject.__struct_fields__}
    bound["calls"] = _json(call for (call,) in connection.execute(_CALLS, bound).fetchall())
    bound["cases"] = _json(case for (case,) in connection.execute(_CASES, bound).fetchall())
    return bound


def _kept(what: str, found: dict[str, int], why: str) -> list[Kept]:
    held = sum(found.values())
    return [*_some(what, held, "on legal hold"), *_some(what, len(found) - held, why)]


def _some(what: str, count: int, why: str) -> list[Kept]:
    return [Kept(what, count, why)] if count else []


def _events(connection: sqlite3.Connection, subject: Subject) -> int:
    """Events that name one of the numbers."""
    if not subject.numbers:
        return 0
    named = " OR ".join("instr(event, ?)" for _ in subject.numbers)
    numbers = tuple(number.encode() for number in subject.numbers)
    (count,) = connection.execute(f"SELECT count(*) FROM journal WHERE {named}", numbers).fetchone()
    return int(count)


def _of_journal(days: int | None) -> str:
    return "calls are recovered by it; " + ("nothing goes" if days is None else f"it goes by itself after {days} days")


def _json(values: Sequence[str] | Iterator[str] | dict[str, int]) -> str:
    return msgspec.json.encode(list(values)).decode()
