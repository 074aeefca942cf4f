"""Opening the store: bringing the tables to today's shape, and a connection to read by."""

import contextlib
import fcntl
import functools
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from calls.errors import BadInput

if TYPE_CHECKING:  # loading it is a third of a start
    from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = threading.Lock()
"""Alembic's `op` is one for the whole process."""
_PATIENCE_S = 5.0
"""For somebody else's change of the tables."""
_PASSES = frozenset({"FULL", "IOERR", "CANTOPEN", "READONLY", "PERM", "BUSY", "LOCKED"})


class StoreAway(BadInput):
    """The store cannot be opened now, and may be later: a full, locked or read-only disk, or one that is not there."""


def migrate(path: Path) -> None:
    """Create the database, or bring an older one up to date. Raises BadInput, with what to do, where SQLite cannot;
    StoreAway where it may later."""
    _keep_private(path)
    if not is_of_today(path):
        upgrade(path, "head")


def migrate_ledger(path: Path, revision: str, before: str) -> None:
    """The same for the file of a ledger: it has the tables of the migrations behind `before`, up to `revision`."""
    _keep_private(path)
    if _is_at(path, revision):
        return
    with path.with_name(f"{path.name}.migrating").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # of several processes one makes the tables, and the others find them
        if not _is_at(path, revision):
            upgrade(path, revision, before)


def upgrade(path: Path, revision: str, before: str | None = None) -> None:
    """Run the migrations of a file up to `revision`; those up to `before` count as done in one that is new."""
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            # Kept in the file: whoever reads it does not wait for who writes, also after that one was killed.
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.commit()
        with engine.begin() as connection:
            run_migrations(connection, revision, before)
    except Exception as error:
        refusal = error if isinstance(error, sqlite3.DatabaseError) else error.__cause__
        if isinstance(refusal, sqlite3.DatabaseError):
            if _reason(refusal) in _PASSES:
                raise _away(path, refusal) from error
            raise BadInput(f"{path}: {refusal}. {_advice(refusal)}") from error
        raise
    finally:
        engine.dispose()


def run_migrations(connection: "Connection", revision: str, before: str | None = None) -> None:
    """Run them within a transaction of SQLAlchemy's, of SQLite or PostgreSQL."""
    # Loaded only when there is something to migrate: it is a third of what a start loads.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    with _MIGRATING:
        if before is not None and MigrationContext.configure(connection).get_current_revision() is None:
            command.stamp(config, before)
        command.upgrade(config, revision)


def _reason(refusal: sqlite3.DatabaseError) -> str:
    """The word of SQLite's primary result code, such as FULL."""
    return "".join(getattr(refusal, "sqlite_errorname", "").split("_")[1:2])


def _advice(refusal: sqlite3.DatabaseError) -> str:
    """Advice for the operator. Only a file that is broken is to be moved away: journal and call log are in it."""
    match _reason(refusal):
        case "NOTADB" | "CORRUPT":
            return "Move it away, or put a backup in its place."
        case "FULL" | "IOERR":
            return "Free space on the disk and start again; all that is in the file stays."
        case "CANTOPEN" | "READONLY" | "PERM":
            return "Make the folder and its files writable for this user, and free space on the disk; then start again."
        case "BUSY" | "LOCKED":
            return "Another program holds it: end that one, and start again."
        case _:
            return "Keep the file, and report this."


def _keep_private(path: Path) -> None:
    """Numbers and keys of callers are in it: for its own user only. SQLite gives -wal and -shm the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(OSError):  # a folder that cannot be written is the writer's to tell
        path.touch(mode=0o600)
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if file.exists():  # made by an earlier release
                file.chmod(0o600)


def is_of_today(path: Path) -> bool:
    """True when the tables are those of the newest migration; of no database False. Raises StoreAway."""
    return _is_at(path, _newest())


@functools.cache
def _newest() -> str:
    return max(file.stem.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def must_be_of_today(path: Path) -> None:
    """Raise BadInput where `is_of_today` is False, or does not know."""
    if not is_of_today(path):
        raise BadInput(f"{path}: no store of this release; `hotline serve` makes it, or brings it up to date")


def _is_at(path: Path, revision: str) -> bool:
    """Raises StoreAway where the file cannot be read now."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        try:
            found = _revisions(path, "ro")
        except sqlite3.OperationalError as refusal:
            if _reason(refusal) != "READONLY":
                raise
            found = _revisions(path, "rw")  # who wrote last was killed, and what it left is put right by who may write
    except sqlite3.DatabaseError as refusal:
        if _reason(refusal) in _PASSES:
            raise _away(path, refusal) from refusal
        return False
    return found == [(revision,)]


def _revisions(path: Path, mode: str) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=_PATIENCE_S)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchall()


def _away(path: Path, refusal: sqlite3.DatabaseError) -> StoreAway:
    return StoreAway(f"{path}: {refusal}. {_advice(refusal)}")


def columns(path: Path, table: str) -> frozenset[str]:
    """The columns that a table has in this file, which may be of another day; none where there is no such table."""
    with contextlib.closing(to_read(path)) as connection:
        return frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))


def to_read(path: Path, *, by_any_thread: bool = False) -> sqlite3.Connection:
    """A connection that cannot write; close it. It is of this thread, or of one thread at a time."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=not by_any_thread)
