"""Rows of campaigns, made of the core's commands as they come, live and again in a replay after a restart."""

from collections.abc import Callable
from typing import Any

import msgspec

from dialer.campaigns.commands import CampaignChanged, DoNotCall, KeepContact, LogTry
from dialer.campaigns.contacts import Contact
from hotline.store.statements import upsert

CONTACT = upsert(
    "campaign_contacts",
    "campaign list row",
    "person state due_at tries asked next_number bad last_result agent detail fetch waits",
)
TRY = upsert(
    "campaign_tries",
    "attempt",
    "campaign list row number asked_at verdict rule placed_at answered_at connected_at ended_at agent result "
    "disposition abandoned call said_before notice reservation",
)
STATE = upsert("campaign_states", "campaign", "state mode why author reason until")

_REFUSED = (
    "INSERT INTO suppression_entries (list, kind, number, scope, source, reason, author, since) "
    "SELECT 'do_not_call', 'number', ?1, '', ?2, ?3, ?4, ?5 WHERE NOT EXISTS "
    "(SELECT 1 FROM suppression_entries WHERE number = ?1 AND source = ?2)"
)
_NOTED = (
    "INSERT INTO suppression_log (at, entry) SELECT ?1, id FROM suppression_entries AS e WHERE number = ?2 "
    "AND source = ?3 AND NOT EXISTS (SELECT 1 FROM suppression_log AS l WHERE l.entry = e.id)"
)
"""Both do nothing in a replay: an entry is known by the try that it came of, also one that somebody has ended since."""
_LONGEST_SOURCE = 80

Write = Callable[[str, tuple[Any, ...]], None]


class CampaignRows:
    """Writes them; `write` takes a statement and its values, as the store's writer does. A number whose person wants no
    more calls is on the house's do-not-call list in the transaction of the event."""

    kinds: frozenset[type] = frozenset({KeepContact, LogTry, CampaignChanged, DoNotCall})

    def __init__(self, write: Write, utc: Callable[[], float]) -> None:
        """`utc`: UTC epoch seconds."""
        self._write = write
        self._utc = utc

    def take(self, command: KeepContact | LogTry | CampaignChanged | DoNotCall) -> None:
        """Write what this command leaves behind."""
        match command:
            case KeepContact():
                due_at = command.due_at if command.state == "due" else None
                values = contact_row(command.campaign, command.contact, command.state, due_at, command.detail)
                self._write(CONTACT, values)
            case LogTry():
                key = command.contact
                self._write(TRY, (command.attempt, command.campaign, key.list, key.row, *_of(command, _TRY)))
            case CampaignChanged():
                self._write(STATE, _of(command, _STATE))
            case DoNotCall(number=number):
                source, at = str(command.attempt)[-_LONGEST_SOURCE:], self._utc()
                author = f"campaign {command.campaign}"[:64]
                self._write(_REFUSED, (number, source, command.reason, author, at))
                self._write(_NOTED, (at, number, source))


_STATE = ("campaign", "state", "mode", "why", "author", "reason", "until")
_TRY = (
    *("number", "asked_at", "verdict", "rule", "placed_at", "answered_at", "connected_at", "ended_at", "agent"),
    *("result", "disposition", "abandoned", "call", "said_before", "notice", "reservation"),
)


def _of(command: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(command, name) for name in names)


def contact_row(
    campaign: str, contact: Contact, state: str, due_at: float | None, detail: str = "", fetch: str = ""
) -> tuple[Any, ...]:
    """Values of CONTACT."""
    bad, waits = (msgspec.json.encode(one).decode() for one in (contact.bad, contact.waits))
    return (
        *(campaign, contact.key.list, contact.key.row, contact.person_key, state, due_at, contact.tries),
        *(contact.asked, contact.next_number, bad, contact.last_result, contact.agent, detail, fetch, waits),
    )
