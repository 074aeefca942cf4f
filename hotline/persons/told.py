"""All that is known of a party as data, for commands and over HTTP: masked unless it may be seen whole."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from calls.numbers import masked
from hotline.persons import consents, exceptions, lists, register
from hotline.persons.parties import Party
from hotline.store import opening
from hotline.store.opening import must_be_of_today


def known(database: Path, party: Party, *, over: bool = False, reveal: bool = False) -> dict[str, Any]:
    """Whose it is, or the record of a person; consents, lists, exceptions; with `over` those that ended, too. Whoever
    asks has written it down. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        people = () if party.kind == "person" else register.people_of(connection, party)
    record = person_as_data(register.person_of(database, party.key), reveal) if party.kind == "person" else None
    rows: dict[str, Sequence[msgspec.Struct]] = {
        "consents": consents.of_party(database, party, over=over),
        "lists": lists.of_party(database, party, over=over),
        "exceptions": exceptions.granted(database, party, over=over),
    }
    return {
        "kind": party.kind,
        "key": party.key if reveal or party.kind == "person" else masked(party.key),
        "people": list(people),
        "record": record,
        **{name: [row_as_data(one, reveal) for one in found] for name, found in rows.items()},
    }


def person_as_data(found: register.Person, reveal: bool = False) -> dict[str, Any]:
    """A person of the register."""
    data: dict[str, Any] = msgspec.to_builtins(found)
    data["links"] = [{**one, "value": one["value"] if reveal else masked(one["value"])} for one in data["links"]]
    return data


def row_as_data(row: msgspec.Struct, reveal: bool = False) -> dict[str, Any]:
    """A consent, an entry or an exception."""
    data: dict[str, Any] = msgspec.to_builtins(row)
    return data if reveal else {**data, "subject": masked(data["subject"])}
