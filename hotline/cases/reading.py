"""Cases for people: lists, one case with its whole story, and matches that wait for an answer."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from calls.numbers import masked, masked_within
from complaints.stages.durations import hand_overs, stage_times
from complaints.stages.rules import next_acts
from hotline.cases import origins
from hotline.cases.keeping import kept
from hotline.store.transactions import looking

_LIST = (
    'SELECT "case", stage, link, "into", kind, category, grade, is_unsure, department, handler, is_open, opened_at,'
    " changed_at, caller, account, product, region, channel FROM case_heads"
)
_FILTERS = {
    **{"stage": "stage = :stage", "grade": "grade = :grade", "department": "department = :department"},
    **{"handler": "handler = :handler", "open": "is_open"},
}
_ASKED = 'SELECT "case", other, score, reasons, state, at, by FROM case_matches'
FLAGS = ("is_unsure", "is_open")


def listing(database: Path, most: int = 50, **wanted: str | bool | None) -> list[dict[str, Any]]:
    """Cases, the newest first; those that fit all filters of `wanted` (stage, grade, department, handler, open)."""
    filters = [_FILTERS[name] for name, value in wanted.items() if value]
    where = f" WHERE {' AND '.join(filters)}" if filters else ""
    query = f'{_LIST}{where} ORDER BY opened_at DESC, "case" DESC LIMIT :most'
    with looking(database) as connection:
        return [_head(row) for row in _rows(connection, query, {**wanted, "most": most})]


def story(database: Path, case: str, now: float) -> dict[str, Any]:
    """A case: its head, entries, contacts (also those of cases merged into it), times, and what may be done now.

    Raises BadInput for a number that no case has.
    """
    with looking(database) as connection:
        found = kept(connection, case)
        head = _rows(connection, f'{_LIST} WHERE "case" = :case', {"case": case})
        merged = _rows(connection, f"{_LIST} WHERE link = 'merged' AND \"into\" = :case", {"case": case})
        contacts = [*found.contacts, *(one for other in merged for one in kept(connection, other["case"]).contacts)]
        origin = [msgspec.to_builtins(one) for one in origins.of_case(connection, case)]
        asked = _rows(connection, f'{_ASKED} WHERE "case" = :case OR other = :case', {"case": case})
    state = found.state
    return {
        **(_head(head[0]) if head else {"case": case, "opened_at": found.opened_at, "category": found.category}),
        "state": msgspec.to_builtins(state),
        "next": list(next_acts(state)) if found.entries else [],
        "entries": [msgspec.to_builtins(entry) for entry in found.entries],
        "contacts": [msgspec.to_builtins(contact) for contact in sorted(contacts, key=lambda one: one.at)],
        "merged": [other["case"] for other in merged],
        "matches": [{**row, "reasons": msgspec.json.decode(row["reasons"])} for row in asked],
        "origin": origin,
        "stages": [msgspec.to_builtins(one) for one in stage_times(found.entries, now)],
        "hand_overs": [
            {**msgspec.to_builtins(one), "took_s": one.took_s(now)} for one in hand_overs(found.entries, now)
        ],
    }


def matches(database: Path, most: int = 50) -> list[dict[str, Any]]:
    """Matches that nobody has answered, the newest first."""
    with looking(database) as connection:
        query = f"{_ASKED} WHERE state = 'asked' ORDER BY at DESC LIMIT :most"
        found = _rows(connection, query, {"most": most})
    return [{**row, "reasons": msgspec.json.decode(row["reasons"])} for row in found]


def masked_head(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a list for people who need not know numbers."""
    return {**row, "caller": masked(row.get("caller", "")), "account": _part(row.get("account", ""))}


def masked_story(told: dict[str, Any], region: str) -> dict[str, Any]:
    """A story for people who need not know numbers: those in texts and fields, too."""
    contacts = [
        {
            **one,
            **{name: masked_within(one[name], region) for name in ("subject", "text", "source")},
            **{"caller": masked(one["caller"]), "account": _part(one["account"]), "name": _part(one["name"])},
            "fields": _masked(one["fields"], region),
        }
        for one in told["contacts"]
    ]
    entries = [{**entry, "fields": _masked(entry["fields"], region)} for entry in told["entries"]]
    return {**masked_head(told), "contacts": contacts, "entries": entries}


def _masked(value: Any, region: str) -> Any:
    match value:
        case str():
            return masked_within(value, region)
        case list():
            return [_masked(one, region) for one in value]
        case dict():
            return {name: _masked(one, region) for name, one in value.items()}
        case _:
            return value


def _part(text: str) -> str:
    """Half of a name or an account at most."""
    return text[: len(text) // 2] + "*" * (len(text) - len(text) // 2)


def _head(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{flag: bool(row[flag]) for flag in FLAGS}}


def _rows(connection: sqlite3.Connection, query: str, bound: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, bound)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
