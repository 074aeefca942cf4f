"""Sharing between the sites of a group: signed deltas of keyed hashes, in sequence, added and revoked.

A delta says: with this, all changes of SITE's log after number `after` and up to number `upto` are told. It tells each
entry as it is now, so that one that comes twice, or overlaps another, changes nothing. A site that lacks what stands
before a delta refuses it and asks from where it is (`after`); `after: 0` is the whole list and takes the place of all
that was known. The carrier is free (HTTP, a file, a mail): what it loses, doubles, reorders or changes is found out.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from calls.errors import BadInput
from hotline.store import opening
from hotline.store.opening import must_be_of_today
from hotline.store.transactions import writing
from hotline.suppression.keyed_hashes import LENGTH, NumberHashes

MOST_CHANGES = 100_000
"""In one delta; where there are more, `upto` says how far it goes."""
_OURS = ""
"""The row of this site itself among its peers: the epoch of its log."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the other site, by its id there. Without a hash: it is revoked."""

    entry: int
    hash: str = ""
    """32 hexadecimal digits."""
    list: str = ""
    since: float = 0.0
    until: float | None = None


class Delta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of one site, in the order of their ids."""

    site: str
    epoch: int
    """Of the site's log; a higher one begins when its store was made anew or put back."""
    after: int
    upto: int
    made_at: float
    changes: tuple[Change, ...]


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent: a delta as JSON, and the signature on exactly that text."""

    delta: str
    signature: str


class Applied(msgspec.Struct, frozen=True):
    """What a delta did. `gap`: something before it is missing: ask SITE for all after `applied` (0: for all)."""

    result: Literal["applied", "known", "gap"]
    site: str
    epoch: int
    applied: int
    """All changes up to this one are here."""
    changes: int = 0


class Peer(msgspec.Struct, frozen=True):
    """Another site of the group, and how far it is known here."""

    site: str
    epoch: int
    applied: int
    heard_at: float
    numbers: int


def export(database: Path, hashes: NumberHashes, site: str, lists: frozenset[str], after: int = 0) -> bytes:
    """The delta of this site's entries (in `lists`, for everywhere) after change `after`, signed; JSON.

    Prefixes and imports are not shared: give the other sites the rule, and the file itself. Raises BadInput.
    """
    epoch = _epoch(database)
    with closing(opening.to_read(database)) as connection:
        connection.execute("BEGIN")  # one state of the store for all of it
        last = int(connection.execute("SELECT coalesce(max(seq), 0) FROM suppression_log").fetchone()[0])
        if after > last:
            raise BadInput(f"no change {after} yet, the last is {last}: is this the store of {site}?")
        seqs = connection.execute(
            "SELECT seq, entry FROM suppression_log WHERE seq > ? ORDER BY seq LIMIT ?", (after, MOST_CHANGES)
        ).fetchall()
        upto = seqs[-1][0] if seqs else last
        now = time.time()
        ids = sorted({entry for _, entry in seqs if entry is not None})
        changes = tuple(change for one in ids if (change := _change(connection, hashes, lists, one, now)) is not None)
    delta = msgspec.json.encode(Delta(site, epoch, after, upto, now, changes))
    return msgspec.json.encode(Envelope(delta.decode(), hashes.signature(delta)))


def _change(
    connection: sqlite3.Connection, hashes: NumberHashes, lists: frozenset[str], entry: int, now: float
) -> Change | None:
    number, list_, scope, kind, since, until, over_at = connection.execute(
        "SELECT number, list, scope, kind, since, until, over_at FROM suppression_entries WHERE id = ?", (entry,)
    ).fetchone()
    if kind != "number" or scope or list_ not in lists:
        return None
    if over_at is not None or (until is not None and until <= now):
        return Change(entry)
    return Change(entry, hashes.of(number).hex(), list_, since, until)


def apply(database: Path, hashes: NumberHashes, site: str, sent: bytes) -> Applied:
    """Take in what another site sent; `site` is this one. Durable when it returns.

    Raises BadInput for what no site of the group signed, or this site itself sent.
    """
    delta = opened(hashes, sent)
    if delta.site == site:
        raise BadInput(f"this delta is of {site} itself: each site needs a name of its own")
    with writing(database) as connection:
        query = "SELECT epoch, applied FROM suppression_peers WHERE site = ?"
        row = connection.execute(query, (delta.site,)).fetchone()
        epoch, applied = (0, 0) if row is None else row
        if delta.epoch < epoch or (delta.epoch == epoch and delta.upto <= applied):
            return Applied("known", delta.site, epoch, applied)
        if delta.epoch > epoch and delta.after:
            return Applied("gap", delta.site, epoch, 0)
        if delta.after > applied:
            return Applied("gap", delta.site, epoch, applied)
        if not delta.after:
            connection.execute("DELETE FROM suppression_hashes WHERE site = ?", (delta.site,))
        for change in delta.changes:
            connection.execute(
                "DELETE FROM suppression_hashes WHERE site = ? AND entry = ?", (delta.site, change.entry)
            )
            if change.hash:
                connection.execute(
                    "INSERT INTO suppression_hashes (hash, site, entry, list, since, until) VALUES (?, ?, ?, ?, ?, ?)",
                    (bytes.fromhex(change.hash), delta.site, change.entry, change.list, change.since, change.until),
                )
        connection.execute(
            "INSERT INTO suppression_peers (site, epoch, applied, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT (site) "
            "DO UPDATE SET epoch = excluded.epoch, applied = excluded.applied, heard_at = excluded.heard_at",
            (delta.site, delta.epoch, delta.upto, time.time()),
        )
    return Applied("applied", delta.site, delta.epoch, delta.upto, len(delta.changes))


def opened(hashes: NumberHashes, sent: bytes) -> Delta:
    """The delta in an envelope. Raises BadInput for what no site of the group signed."""
    try:
        envelope = msgspec.json.decode(sent, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # msgspec lets the second one through
        raise BadInput(f"this is no delta of `hotline do-not-call share export`: {error}") from error
    if not hashes.is_signed(envelope.delta.encode(), envelope.signature):
        raise BadInput("the signature is wrong: it was changed on its way, or that site has another shared secret")
    try:
        delta = msgspec.json.decode(envelope.delta, type=Delta)
        if any(change.hash and len(bytes.fromhex(change.hash)) != LENGTH for change in delta.changes):
            raise ValueError(f"a hash has not {LENGTH} bytes")
    except ValueError as error:  # DecodeError is one, too
        raise BadInput(f"a delta of another release: {error}") from error
    return delta


def new_epoch(database: Path) -> int:
    """Begin a new epoch: after a store was put back from a backup, so that all others take the whole list once more."""
    with writing(database) as connection:
        row = connection.execute("SELECT epoch FROM suppression_peers WHERE site = ?", (_OURS,)).fetchone()
        epoch = max(int(time.time() * 1000), 1 if row is None else row[0] + 1)
        connection.execute(
            "INSERT INTO suppression_peers (site, epoch, applied, heard_at) VALUES (?, ?, 0, 0) ON CONFLICT (site) "
            "DO UPDATE SET epoch = excluded.epoch",
            (_OURS, epoch),
        )
    return epoch


def peers(database: Path) -> list[Peer]:
    """The other sites that were heard of. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        query = (
            "SELECT site, epoch, applied, heard_at, (SELECT count(*) FROM suppression_hashes AS hashes "
            "WHERE hashes.site = peers.site) FROM suppression_peers AS peers WHERE site <> ? ORDER BY site"
        )
        return [Peer(*row) for row in connection.execute(query, (_OURS,))]


def _epoch(database: Path) -> int:
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        row = connection.execute("SELECT epoch FROM suppression_peers WHERE site = ?", (_OURS,)).fetchone()
    return new_epoch(database) if row is None else int(row[0])
