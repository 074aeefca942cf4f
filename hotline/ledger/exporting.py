"""Exports of the ledger: masked unless the asker may see numbers, and in the audit log before the first row goes."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from calls.numbers import masked, masked_within
from hotline.ledger.searching import MOST, AttemptSearch, Reader
from hotline.ledger.store import COLUMNS
from hotline.site import audit

_ABOUT_SOMEBODY = ("number", "person", "account")


def shown(row: Mapping[str, Any], reveal: bool = False) -> dict[str, Any]:
    """A row of the ledger for a screen or a file. What names a person is masked; caller ids are the house's own."""
    if reveal:
        return dict(row)
    hidden = {name: masked(row[name]) for name in _ABOUT_SOMEBODY if name in row}
    return {**row, **hidden, **({"key": masked_within(row["key"])} if "key" in row else {})}


def note_search(state: Path, wanted: AttemptSearch, reveal: bool, web_client: str | None = None) -> None:
    """The access record of a search that looks somebody up, or shows whole numbers. Raises OSError: show nothing."""
    about = _about(wanted)
    if any(getattr(wanted, name) for name in _ABOUT_SOMEBODY):
        audit.note(state, "number looked up", f"attempts: {about}", web_client)
    if reveal:
        audit.note(state, "numbers shown", f"attempts: {about}", web_client)


async def export(
    reader: Reader, wanted: AttemptSearch, state: Path, *, reveal: bool = False, web_client: str | None = None
) -> AsyncIterator[str]:
    """CSV, page after page, newest first: the columns of the attempts. `state` is the folder of the audit log; each
    export is noted there, with what was asked for. Raises OSError where it cannot be: then nothing is exported."""
    kind = "attempts exported, numbers whole" if reveal else "attempts exported, masked"
    await asyncio.to_thread(audit.note, state, kind, _about(wanted), web_client)
    first = True
    while True:
        page = await reader.attempts(wanted, MOST)
        if page.rows or first:
            yield _csv([shown(row, reveal) for row in page.rows], first)
        first = False
        if page.next is None:
            return
        wanted = msgspec.structs.replace(wanted, after=page.next)


def _csv(rows: list[dict[str, Any]], header: bool) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is kept a text."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") and not value[1:2].isdigit():
        return f"'{value}"
    return value


def _about(wanted: AttemptSearch) -> str:
    asked = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    asked.pop("after", None)
    return ", ".join(f"{name} {value}" for name, value in asked.items()) or "all"
