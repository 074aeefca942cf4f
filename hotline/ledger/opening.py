"""Opening the ledger: where it is kept, its tables brought to today's shape, and the port over it.

`ledger:` in hotline.yaml is `sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`; left out it is `ledger.db` in the
folder of the site's state. Opening never fails because the database is away: the ledger then denies until it is back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.ledger.keeping import ANSWER_WITHIN_S, KeptLedger
from hotline.ledger.port import LedgerAway, Settlement
from hotline.ledger.requests import Request
from hotline.ledger.sqlite import SqliteStore
from hotline.ledger.store import Store
from hotline.site.settings import Site
from hotline.store.opening import StoreAway, migrate_ledger, run_migrations

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISION = "0011"
"""The newest migration that is of the ledger; those of other rooms are none of its business."""
_BEFORE = "0010"
"""Migrations up to here are of the house's own store: a ledger begins behind them."""
_MIGRATING = 0x6C6564676572
"""The advisory lock of whoever makes the tables: "ledger" in ASCII."""


@dataclass(frozen=True)
class Place:
    """Where a ledger is kept: one file, or one database of PostgreSQL."""

    file: Path | None = None
    url: str = ""

    @classmethod
    def of(cls, site: Site) -> "Place":
        """The place of a site's ledger."""
        return cls.read(site.settings.ledger, site.folder, site.state)

    @classmethod
    def read(cls, text: str | None, folder: Path, state: Path) -> "Place":
        """The place of a setting; relative paths are relative to `folder`. Raises BadInput."""
        if text is None:
            return cls(file=state / "ledger.db")
        if found := re.fullmatch(r"sqlite:///(.+)", text):
            return cls(file=folder / found[1])
        parts = urlsplit(text)
        if parts.scheme in ("postgresql", "postgres") and parts.path.strip("/"):
            return cls(url=text)
        raise BadInput("ledger: sqlite:///PATH, or postgresql://USER@HOST/DATABASE")

    @property
    def name(self) -> str:
        """For logs and status: never with a password."""
        if self.file is not None:
            return self.file.name
        parts = urlsplit(self.url)
        return f"postgresql://{parts.hostname or 'localhost'}{parts.path}"


def open_ledger(
    place: Place,
    clock: Callable[[], float],
    *,
    own_clock: bool = True,
    answer_within_s: float = ANSWER_WITHIN_S,
    on_late: Callable[[Settlement], None] = lambda told: None,
    on_refused: Callable[[str], None] = lambda error: None,
) -> KeptLedger:
    """The ledger at `place`, for the running event loop. `own_clock`: a database of several machines tells the time by
    its own. Raises BadInput where the package for PostgreSQL is missing."""
    state = Dependency("ledger", clock)
    store = MigratedStore(place, _store(place, clock, own_clock))
    return KeptLedger(store, state, answer_within_s=answer_within_s, on_late=on_late, on_refused=on_refused)


class MigratedStore:
    """A store whose tables are made, or brought up to date, before the first transaction, and not again: a file that is
    gone later is trouble, for a new one would know of no call."""

    def __init__(self, place: Place, store: Store) -> None:
        self.most = store.most
        self._place = place
        self._store = store
        self._ready = False

    def transact(self, requests: Sequence[Request[Any]]) -> list[Any]:
        """As the store below. Raises LedgerAway while the tables cannot be made, too."""
        if not self._ready:
            try:
                migrate(self._place)
            except Exception as error:
                raise LedgerAway(str(error)) from error
            self._ready = True
        return self._store.transact(requests)

    def close(self) -> None:
        """As the store below."""
        self._store.close()


def migrate(place: Place) -> None:
    """Create the tables, or bring them up to date. Raises BadInput, with what to do; StoreAway where it may later."""
    if place.file is not None:
        migrate_ledger(place.file, REVISION, _BEFORE)
    else:
        _migrate_database(place)


def _migrate_database(place: Place) -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", place.url))
    try:
        with engine.begin() as connection:
            # of several processes that start at once one makes the tables, and the others find them
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
            if not _is_of_today(connection):
                run_migrations(connection, REVISION, _BEFORE)
    except SQLAlchemyError as error:
        cause = str(error.__cause__ or error).strip().partition("\n")[0]
        raise StoreAway(f"{place.name}: {cause}") from error
    finally:
        engine.dispose()


def _is_of_today(connection: "Connection") -> bool:
    """True when the tables are those of REVISION: then Alembic need not be loaded."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("alembic_version"):
        return False
    return [tuple(row) for row in connection.execute(text("SELECT version_num FROM alembic_version"))] == [(REVISION,)]


def _store(place: Place, clock: Callable[[], float], own_clock: bool) -> Store:
    if place.file is not None:
        return SqliteStore(place.file, clock)
    try:
        from hotline.ledger.postgresql import PostgresqlStore
    except ImportError as error:
        raise BadInput("a ledger in PostgreSQL needs a package: pip install 'hotline[postgresql]'") from error
    return PostgresqlStore(place.url, None if own_clock else clock)
