"""Lists imported in tests, and what of them is in the store."""

import sqlite3
from pathlib import Path

from hotline.contacts.importing import Summary, Wanted, import_list

ZHANG, LI = "+8613800138000", "+8613900139000"


def imported(store: Path, content: str | bytes, name: str = "list.csv", **wanted: object) -> Summary:
    path = store.with_name(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    given = {"name": "spring", "region": "CN", "author": "lin", **wanted}
    return import_list(store, path, Wanted(**given))  # type: ignore[arg-type]


def rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(store) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def people(store: Path) -> list[tuple[object, ...]]:
    return rows(store, "SELECT row, person, account, name, attributes FROM contacts ORDER BY list, row")


def numbers(store: Path) -> list[tuple[object, ...]]:
    return rows(store, "SELECT row, place, number, zone FROM contact_numbers ORDER BY list, row, place")
