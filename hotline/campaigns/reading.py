"""Reading campaigns out of the store: how each is, whom it has, what it knows of them. For people, never to dial by."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import msgspec

from calls.errors import BadInput
from dialer.campaigns.contacts import ContactState
from dialer.campaigns.settings import CampaignSettings
from hotline.store import opening

STATES: tuple[ContactState, ...] = get_args(ContactState)


class Standing(msgspec.Struct, frozen=True):
    """How a campaign is, as it was told last; one that was never started is ready."""

    state: str = "ready"
    mode: str = ""
    """As it dials now."""
    why: str = ""
    author: str = ""
    reason: str = ""
    until: float | None = None
    """Of one outside of its hours: when it goes on, UTC epoch seconds."""


class Lists(msgspec.Struct, frozen=True):
    """The people of a campaign: on its lists, those who were never handed out, and the others by their state."""

    people: int
    untouched: int
    by_state: dict[str, int]
    missing: tuple[str, ...] = ()
    """Lists that nobody has imported."""


class KnownContact(msgspec.Struct, frozen=True):
    """Somebody whom a campaign has been handed. Numbers and name are whole: who shows them masks them."""

    list: str
    row: int
    person: str
    name: str
    numbers: tuple[str, ...]
    state: str
    due_at: float | None
    tries: int
    last_result: str
    agent: str
    detail: str
    attempt: str
    """The last question to the gate, and the call that may have come of it; empty: none."""
    cursor: str = ""
    """`LIST.ROW` by number: those behind it are asked for with this."""


def standing(database: Path, campaign: str) -> Standing:
    """How it is. Raises BadInput without a store of this release."""
    with closing(reading(database)) as connection:
        row = connection.execute(
            "SELECT state, mode, why, author, reason, until FROM campaign_states WHERE campaign = ?", (campaign,)
        ).fetchone()
    return Standing() if row is None else Standing(*row)


def lists_of(database: Path, settings: CampaignSettings) -> Lists:
    """The people of its lists as they are now. Raises BadInput."""
    with closing(reading(database)) as connection:
        counts: dict[str, int] = dict.fromkeys(STATES, 0)
        found = connection.execute(
            "SELECT state, count(*) FROM campaign_contacts INDEXED BY campaign_contacts_by_state "
            "WHERE campaign = ?1 AND list IN (SELECT id FROM contact_lists WHERE state = 'ready') GROUP BY state",
            (settings.name,),
        )
        counts.update(found.fetchall())
        people, missing = 0, []
        for share in settings.lists:
            query = "SELECT contacts FROM contact_lists WHERE name = ? AND state = 'ready'"
            row = connection.execute(query, (share.name,)).fetchone()
            people += row[0] if row is not None else 0
            if row is None:
                missing.append(share.name)
    by_state = {state: count for state, count in counts.items() if count}
    return Lists(people, max(0, people - sum(by_state.values())), by_state, tuple(missing))


def contacts(
    database: Path, campaign: str, state: str = "", most: int = 50, after: tuple[int, int] = (0, 0)
) -> list[KnownContact]:
    """Those whom the campaign was handed, in the order of lists and rows, of one state or all; those behind `after`
    (list and row). Raises BadInput."""
    given = f"AND k.state = '{state}'" if state in STATES else ""
    if state and not given:
        raise BadInput(f"no state {state!r}; there are {', '.join(STATES)}")
    index = "INDEXED BY campaign_contacts_by_state" if state else ""
    with closing(reading(database)) as connection:
        found = connection.execute(
            "SELECT k.list, k.row, k.person, k.state, k.due_at, k.tries, k.last_result, k.agent, k.detail, k.asked, "
            "l.name, c.person, c.name "
            f"FROM campaign_contacts AS k {index} CROSS JOIN contact_lists AS l ON l.id = k.list "
            "CROSS JOIN contacts AS c ON c.list = k.list AND c.row = k.row "
            f"WHERE k.campaign = ? {given} AND (k.list, k.row) > (?, ?) ORDER BY k.list, k.row LIMIT ?",
            (campaign, *after, most),
        ).fetchall()
        return [_known(connection, campaign, row) for row in found]


def _known(connection: sqlite3.Connection, campaign: str, row: tuple[Any, ...]) -> KnownContact:
    list_, place, _, state, due_at, tries, last_result, agent, detail, asked, list_name, person, name = row
    numbers = connection.execute(
        "SELECT number FROM contact_numbers INDEXED BY contact_numbers_by_row WHERE list = ? AND row = ? "
        "ORDER BY place",
        (list_, place),
    ).fetchall()
    return KnownContact(
        list=list_name,
        row=place,
        person=person,
        name=name,
        numbers=tuple(number for (number,) in numbers),
        state=state,
        due_at=due_at,
        tries=tries,
        last_result=last_result,
        agent=agent,
        detail=detail,
        attempt=f"{campaign}/{list_}.{place}/{asked}" if asked else "",
        cursor=f"{list_}.{place}",
    )


def reading(database: Path) -> sqlite3.Connection:
    """A connection to read by. Raises BadInput without a store of this release."""
    opening.must_be_of_today(database)
    return opening.to_read(database)
