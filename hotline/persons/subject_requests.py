"""Requests of a person about their own data: all of it in one archive, or erased; each with a receipt.

A receipt names nobody: it has a salted hash of whom it is about, counts, and why what stays stays. Its digest is in
var/audit.log, which is a chain, so a receipt that was changed or made up afterwards shows.
"""

import asyncio
import base64
import hashlib
import os
import secrets
import sqlite3
import zipfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from calls.errors import BadInput
from calls.identity import known_by
from hotline.ledger.opening import Place
from hotline.ledger.searching import AttemptSearch, Reader
from hotline.persons.parties import Party
from hotline.persons.register import read_person
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.person_data import Kept, Subject, erasure, rows_of
from hotline.store.transactions import writing

RECEIPTS = "receipts"
"""Of the state's folder: a copy of each receipt."""
_PAGE = 500


class Receipt(msgspec.Struct, frozen=True):
    """What was done. `subject`: SHA-256 over `salt` and whom it is about, see `is_about`. `counts`: of what was given,
    or erased; `files`: SHA-256 of each sound file that was given. `at` is in UTC."""

    receipt: str
    kind: Literal["export", "erasure"]
    at: str
    author: str
    reason: str
    salt: str
    subject: str
    counts: dict[str, int]
    kept: tuple[Kept, ...] = ()
    files: dict[str, str] = {}
    digest: str = ""
    """SHA-256 over all of the others."""


class Checked(msgspec.Struct, frozen=True):
    """What became of a check. `fault` empty: the receipt is the one that was given."""

    receipt: str
    fault: str = ""
    is_about: bool | None = None
    """Whether it is about whom was asked; None: nobody was."""


def subject_of(database: Path, parties: list[Party]) -> Subject:
    """Whom these options mean; of a person also the numbers and accounts that the register has. Raises BadInput."""
    found: dict[str, list[str]] = {"number": [], "account": [], "person": []}
    opening.must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        for party in parties:
            if party.kind == "number" and not known_by(party.key):
                raise BadInput("a withheld or filled-in number is nobody's")
            found[party.kind].append(party.key)
            if party.kind == "person":
                person = read_person(connection, party.key)
                for link in person.links:
                    found[link.kind].append(link.value)
    names = {kind: tuple(sorted(set(keys))) for kind, keys in found.items()}
    return Subject(names["number"], names["account"], names["person"])


def export(site: Site, subject: Subject, archive: Path, author: str, reason: str) -> Receipt:
    """Write all that is kept of a person into a new archive, with the receipt in it. Raises BadInput, OSError,
    LedgerAway; then there is no archive."""
    number, at = _number(), _now()
    audit.note(site.state, "a person's data exported", f"receipt {number}: {_masked(subject)}")
    with closing(opening.to_read(site.database)) as connection:
        rows = dict(rows_of(connection, subject))
    for table, found in _of_ledger(site, subject).items():
        rows[table] = found
    part = archive.with_name(f"{archive.name}.part")
    files: dict[str, str] = {}
    try:
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as written:
            for row in rows.get("recordings", ()):
                sound = Path(row["path"])
                if sound.exists():  # else retention or the switch has it no more
                    name = f"recordings/{len(files) + 1}-{sound.name}"
                    data = sound.read_bytes()
                    files[name] = hashlib.sha256(data).hexdigest()
                    written.writestr(name, data)
            for table, found in rows.items():
                written.writestr(
                    f"{table}.json", msgspec.json.format(msgspec.json.encode(found, enc_hook=_plain), indent=1)
                )
            receipt = _signed(number, "export", at, author, reason, subject, _counts(rows), (), files)
            written.writestr("receipt.json", msgspec.json.format(msgspec.json.encode(receipt), indent=1))
        os.chmod(part, 0o600)
        part.rename(archive)
    except FileExistsError as error:
        raise BadInput(f"{part} is there already: another export may be running") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return _filed(site, receipt)


def erase(site: Site, subject: Subject, author: str, reason: str) -> Receipt:
    """Erase what may go, files first; the receipt says what stays, and why. Raises BadInput, OSError, LedgerAway."""
    number, at = _number(), _now()
    ledger = _of_ledger(site, subject)
    audit.note(site.state, "a person's data erased", f"receipt {number}: {_masked(subject)}")
    with writing(site.database) as connection:
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten in the file, too
        plan = erasure(connection, subject, site.settings.days_kept["journal"])
        for path in plan.files:
            Path(path).unlink(missing_ok=True)
        for statement, values in plan.rows:
            connection.execute(statement, values)
    with suppress(sqlite3.Error), closing(sqlite3.connect(site.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else the write-ahead file has it until the next one
    kept = (*plan.kept, *_kept_of(ledger))
    return _filed(site, _signed(number, "erasure", at, author, reason, subject, plan.gone, kept))


def planned(site: Site, subject: Subject) -> tuple[dict[str, int], list[Kept]]:
    """What `erase` would erase and keep. Nothing is changed."""
    with closing(opening.to_read(site.database)) as connection:
        plan = erasure(connection, subject, site.settings.days_kept["journal"])
    return plan.gone, [*plan.kept, *_kept_of(_of_ledger(site, subject))]


def check(site: Site, text: bytes, subject: Subject | None = None) -> Checked:
    """Whether a receipt is the one that was given here. Raises BadInput for what is no receipt."""
    try:
        receipt = msgspec.json.decode(text, type=Receipt)
    except msgspec.MsgspecError as error:
        raise BadInput(f"this is no receipt of hotline subject: {error}") from error
    about = None if subject is None else _hash(receipt.salt, subject) == receipt.subject
    if _digest(receipt) != receipt.digest:
        return Checked(receipt.receipt, "it does not say what was written", about)
    log = site.state / audit.FILE
    line = f'"about":"receipt {receipt.receipt} sha256:{receipt.digest}"'.encode()
    if not log.exists() or line not in log.read_bytes():
        return Checked(receipt.receipt, "var/audit.log does not know it", about)
    if fault := audit.verify(site.state).fault:
        return Checked(receipt.receipt, f"var/audit.log was altered: {fault}", about)
    return Checked(receipt.receipt, "", about)


def _kept_of(ledger: dict[str, list[dict[str, Any]]]) -> list[Kept]:
    why = "it shows which calls were placed, or refused, and by which rule"
    return [Kept(f"ledger: {name}", len(rows), why) for name, rows in ledger.items()]


def _of_ledger(site: Site, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Attempts and refusals about the person, each once. Raises LedgerAway."""
    return asyncio.run(_asked_of_ledger(site, subject))


async def _asked_of_ledger(site: Site, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    place = Place.of(site)
    if place.file is not None and not place.file.exists():
        return {}  # a house that has never called anybody
    reader = Reader(place)
    wanted = [AttemptSearch(number=number) for number in subject.numbers]
    wanted += [AttemptSearch(account=account) for account in subject.accounts]
    wanted += [AttemptSearch(person=person) for person in subject.persons]
    found: dict[str, dict[Any, dict[str, Any]]] = {"attempts": {}, "refusals": {}}
    for search in wanted:
        for name, ask in (("attempts", reader.attempts), ("refusals", reader.refusals)):
            page = await ask(search, _PAGE)
            while True:
                found[name] |= {row["id"]: row for row in page.rows}
                if page.next is None:
                    break
                page = await ask(msgspec.structs.replace(search, after=page.next), _PAGE)
    return {name: list(rows.values()) for name, rows in found.items() if rows}


def _signed(
    number: str,
    kind: Literal["export", "erasure"],
    at: str,
    author: str,
    reason: str,
    subject: Subject,
    counts: dict[str, int],
    kept: tuple[Kept, ...],
    files: dict[str, str] | None = None,
) -> Receipt:
    salt = secrets.token_hex(16)
    receipt = Receipt(number, kind, at, author, reason, salt, _hash(salt, subject), counts, kept, files or {})
    return msgspec.structs.replace(receipt, digest=_digest(receipt))


def _filed(site: Site, receipt: Receipt) -> Receipt:
    """Keep a copy, and its digest in the audit log."""
    folder = site.state / RECEIPTS
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / f"{receipt.receipt}.json").write_bytes(msgspec.json.format(msgspec.json.encode(receipt), indent=1))
    audit.note(site.state, f"receipt of an {receipt.kind}", f"receipt {receipt.receipt} sha256:{receipt.digest}")
    return receipt


def _digest(receipt: Receipt) -> str:
    plain = msgspec.structs.replace(receipt, digest="")
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


def _hash(salt: str, subject: Subject) -> str:
    return hashlib.sha256(salt.encode() + msgspec.json.encode(subject, order="deterministic")).hexdigest()


def _masked(subject: Subject) -> str:
    parties = [Party("number", number) for number in subject.numbers]
    parties += [Party("account", account) for account in subject.accounts]
    parties += [Party("person", person) for person in subject.persons]
    return ", ".join(party.shown() for party in parties)


def _counts(rows: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return {table: len(found) for table, found in rows.items()}


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _number() -> str:
    return f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
