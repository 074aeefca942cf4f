"""Origins of cases in the store: calls that a case is about (`linked`), may be (`asked`), or is not (`apart`)."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from complaints.intake.contact import Contact
from complaints.origin.proposing import NAMING, Placed, Proposal
from complaints.stages.rules import Act
from hotline.cases.holding import hold
from hotline.cases.keeping import Kept, act
from hotline.cases.notices import CaseNotice, give
from hotline.site.site import Site
from hotline.store.transactions import looking
from hotline.versions.case_rules import CaseRules
from hotline.versions.store import Versions

if TYPE_CHECKING:  # the ledger brings the database's library: a start loads neither
    from hotline.ledger.opening import Place
    from hotline.ledger.searching import AttemptSearch, Reader

Owners = Callable[[str], str]
"""The owner of a scene; empty: nobody is named."""

_MOST_CALLS = 100
_AHEAD_S = 300.0
_FACTS = ("channel", "caller_id", "version", "script", "recording", "result", "policy", "verdict", "state", "origin")
_COLUMNS = 'attempt, call_at, scene, campaign, source, agent, "call", facts, score, reasons, state, at, by'
_OF_CASE = f'SELECT {_COLUMNS} FROM case_origins WHERE "case" = ? ORDER BY score DESC, call_at DESC'
_ASKED = (
    f"SELECT \"case\", {_COLUMNS} FROM case_origins WHERE state = 'asked' AND NOT EXISTS (SELECT 1 FROM case_origins"
    ' AS l WHERE l."case" = case_origins."case" AND l.state = \'linked\')'
    " ORDER BY at DESC, score DESC, call_at DESC LIMIT ?"
)
_COMPLAINTS = (
    'SELECT o.scene, count(DISTINCT o."case") FROM case_origins AS o JOIN case_heads AS h ON h."case" = o."case"'
    " WHERE o.state = 'linked' AND o.call_at >= ? AND o.call_at < ? AND h.link = 'own' GROUP BY o.scene"
)
_PUT = (
    'INSERT INTO case_origins ("case", attempt, call_at, scene, campaign, source, agent, "call", facts, score, reasons,'
    " state, at, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ' ON CONFLICT ("case", attempt) DO UPDATE SET state = excluded.state, at = excluded.at, by = excluded.by'
)


class Origin(msgspec.Struct, frozen=True):
    """A call and a case. `facts`: what the ledger knew of the call then, with its `decision`; instants are UTC epoch
    seconds."""

    attempt: int
    call_at: float
    scene: str
    campaign: str
    source: str
    agent: str
    call: str
    facts: dict[str, Any]
    score: float
    reasons: tuple[str, ...]
    state: str
    at: float
    by: str


def of_case(connection: sqlite3.Connection, case: str) -> list[Origin]:
    """The origins of a case, the likeliest first."""
    return [_origin(row) for row in connection.execute(_OF_CASE, (case,))]


def asked(database: Path, most: int = 50) -> list[dict[str, Any]]:
    """Proposals that nobody has answered, of cases without a linked call, the newest first. Raises BadInput."""
    with looking(database) as connection:
        rows = connection.execute(_ASKED, (most,)).fetchall()
    return [{"case": case, **msgspec.to_builtins(_origin(row))} for case, *row in rows]


def told_of(database: Path, case: str) -> list[dict[str, Any]]:
    """The origins of a case as plain data. Raises BadInput."""
    with looking(database) as connection:
        return [msgspec.to_builtins(one) for one in of_case(connection, case)]


def complaints_by_scene(connection: sqlite3.Connection, since: float, until: float) -> Mapping[str, int]:
    """By scene: cases that are linked to a call of it that was reserved from `since` on and before `until`. A case that
    is merged into another one is none of its own."""
    return dict(connection.execute(_COMPLAINTS, (since, until)).fetchall())


def calls_to(place: "Place", contact: Contact, persons: Sequence[str], days: float) -> list[dict[str, Any]]:
    """Calls of the ledger that a contact may be about: to their number, account and persons within `days` before, and
    those that it names. A reservation that was never dialled is none. Raises LedgerAway."""
    if place.file is not None and not place.file.exists():
        return []  # nobody was called yet
    from hotline.ledger.searching import AttemptSearch, Reader

    span: dict[str, Any] = {"since": contact.at - days * 86_400.0, "until": contact.at + _AHEAD_S}
    wanted = [AttemptSearch(number=contact.person, **span)] if contact.person else []
    wanted += [AttemptSearch(account=contact.owner, **span)] if contact.owner else []
    wanted += [AttemptSearch(person=person, **span) for person in persons]
    named = {name: str(contact.fields[name]).strip() for name in NAMING if contact.fields.get(name)}
    wanted += [AttemptSearch(call=call) for name, call in named.items() if name != "attempt" and call]
    attempts = [int(named["attempt"])] if named.get("attempt", "").isdecimal() else []
    return asyncio.run(_read(Reader(place), wanted, attempts))


def call_of(place: "Place", attempt: int) -> dict[str, Any] | None:
    """One call of the ledger with its decision; None: there is no such attempt. Raises LedgerAway."""
    if place.file is not None and not place.file.exists():
        return None
    from hotline.ledger.searching import Reader

    return asyncio.run(Reader(place).origin(attempt))


async def _read(reader: "Reader", wanted: "Iterable[AttemptSearch]", attempts: Iterable[int]) -> list[dict[str, Any]]:
    found = {row["id"]: row for one in wanted for row in (await reader.attempts(one, _MOST_CALLS)).rows}
    for attempt in attempts:
        row = found.get(attempt) or await reader.origin(attempt)
        if row is not None:
            found[attempt] = row
    return [row for row in found.values() if row["state"] != "released"]


def placed(row: dict[str, Any]) -> Placed:
    """A row of the ledger as the proposals take it."""
    return Placed(
        **{name: row[name] for name in Placed.__struct_fields__ if name not in ("attempt", "at")},
        attempt=row["id"],
        at=row["dialled_at"] or row["at"],
    )


def put(
    connection: sqlite3.Connection,
    case: Kept,
    row: dict[str, Any],
    proposal: Proposal,
    by: str,
    rules: CaseRules,
    now: float,
    owner: str,
    webhooks: Sequence[str] = (),
) -> None:
    """Write down that a case is about a call, or may be, within a transaction: the customer is held, and of a linked
    call the case's log and the scene's owner are told. `row`: of the ledger, with its decision."""
    state = "linked" if proposal.is_certain else "asked"
    facts = {name: row.get(name) for name in _FACTS if row.get(name) not in (None, "")}
    facts["decision"] = row.get("decision")
    values = (
        *(case.case, proposal.attempt, row["at"], row["scene"], row["campaign"], row["source"]),
        *(row["agent"], row["call"], msgspec.json.encode(facts).decode(), proposal.score),
        *(msgspec.json.encode(proposal.reasons).decode(), state, now, by if proposal.is_certain else ""),
    )
    connection.execute(_PUT, values)
    list_ = "complained" if rules.grades is None else rules.grades.origin.list
    for contact in case.contacts:
        hold(connection, case.case, contact, list_, now)
    if not proposal.is_certain:
        return
    scene = row["scene"] or "?"
    said = f"it is about call {proposal.attempt} of scene {scene}"
    fields = {
        **{"text": said, "origin": proposal.attempt, "scene": row["scene"], "campaign": row["campaign"]},
        **{"source": row["source"], "reasons": list(proposal.reasons)},
    }
    at = max(now, case.opened_at)
    after = act(connection, case, Act("noted", by, at, fields), now, rules.dispatch)
    plain = {"category": after.category, "grade": after.grade, "department": after.department, "handler": after.handler}
    text = f"complaint about call {proposal.attempt} of scene {scene}"
    tell = (owner,) if owner else ()
    notice = CaseNotice(case.case, "origin", tell, text, scene=row["scene"], **plain)
    give(connection, notice, proposal.attempt, now, webhooks)


def _origin(row: Sequence[Any]) -> Origin:
    attempt, call_at, scene, campaign, source, agent, call, facts, score, reasons, state, at, by = row
    read = msgspec.json.decode
    return Origin(
        *(attempt, call_at, scene, campaign, source, agent, call, read(facts), score, tuple(read(reasons))),
        *(state, at, by),
    )


def owners_of(versions: Versions, version: str) -> Owners:
    """The owners of the scenes of a version; nobody's is empty."""

    def owner(scene: str) -> str:
        known = versions.book(version).scenes.get(scene) if version else None
        return "" if known is None else known.settings.owner

    return owner


def webhooks_of(site: Site) -> list[str]:
    """The names of the webhooks that want notices to people."""
    return [webhook.name for webhook in site.settings.webhooks if "notice" in webhook.events]
