"""Shared by the commands: the site's option, tables or JSON, errors that say what to do and end with 2."""

import contextlib
import errno
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from calls.errors import HotlineError
from hotline.site.site import Site

SiteOption = Annotated[
    Path, typer.Option("--site", envvar="HOTLINE_SITE", help="The site's folder, with hotline.yaml.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on standard output, for machines.")]

out = Console(
    highlight=False, emoji=False, width=None if sys.stdout.isatty() else 240
)  # a pipe has no width: rows stay whole
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_THE_DISK = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
)
"""What SQLite says of a disk, or of another process, and of no statement of ours."""
_TRY_AGAIN = "free space on the disk, or wait for whoever holds it, then try again"


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn an error of ours, of a file, of the store or of a full disk into its message and exit code 2; others keep
    their traceback."""
    cause: Exception
    try:
        yield
    except HotlineError as error:
        said, cause = str(error), error
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_DISK:
            raise
        said, cause = f"the store: {error}; {_TRY_AGAIN}", error
    except OSError as error:
        if error.filename is None and error.errno not in _NO_ROOM:
            raise
        said = f"{error.strerror}; {_TRY_AGAIN}" if error.filename is None else f"{error.filename}: {error.strerror}"
        cause = error
    else:
        return
    err.print(said, style="red", markup=False)
    raise typer.Exit(2) from cause


def open_site(folder: Path) -> Site:
    """The site, or a message and the end. From here on, what is written is for this user only: it may be of callers."""
    os.umask(0o077)
    with told():
        return Site.open(folder)


def print_json(value: Any) -> None:
    """One line of JSON."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Rows for people; `empty` when there are none."""
    if not rows:
        out.print(empty, style="dim")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def when(utc: float | None, zone: tzinfo) -> str:
    """UTC epoch seconds as date and time of the house, with the zone's offset beside it: 2026-12-01 07:30:00 +08:00."""
    if utc is None:
        return ""
    at = datetime.fromtimestamp(utc, zone)
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def seconds(first: float | None, last: float | None) -> str:
    """The time between two instants, for people."""
    if first is None or last is None:
        return ""
    return f"{last - first:.1f} s"
