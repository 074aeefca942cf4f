"""The tables of the contact ledger, of SQLite and PostgreSQL alike; instants are UTC epoch seconds.

They have a MetaData of their own: the ledger is a file beside the house's store, or a PostgreSQL that several houses
share, and what is said of calls there (retention, legal holds) is not said of attempts.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, text

metadata = MetaData()

IS_OPEN = text("open")
WITH_PERSON = text("person <> ''")
WITH_ACCOUNT = text("account <> ''")
WITH_AGENT = text("agent <> ''")
WITH_CASE = text("case_number <> ''")
WITH_CALLER_ID = text("caller_id <> ''")
WITH_KEY = text("key <> ''")
WITH_CALL = text("call <> ''")
"""Conditions of partial indexes. A query has them word for word, or they do not serve it."""

_ID = BigInteger().with_variant(Integer, "sqlite")


def _partial(name: str, *columns: str, of: object, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=of, postgresql_where=of)


attempts = Table(
    "attempts",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("at", Float(53), nullable=False, comment="reserved then; dialled, of an import and long after"),
    Column("state", String(16), nullable=False, comment="dialer.governor.history.State"),
    Column("number", String(32), nullable=False),
    Column("person", String(128), nullable=False),
    Column("account", String(128), nullable=False),
    Column("scene", String(128), nullable=False),
    Column("category", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("campaign", String(128), nullable=False),
    Column("dialled_at", Float(53), comment="where it is known"),
    Column("talked_until", Float(53), nullable=False, comment="0: no talk"),
    Column("result", String(64), nullable=False, comment="the disposition"),
    Column("origin", String(16), nullable=False, comment="dialer.governor.questions.Origin"),
    Column("source", String(64), nullable=False, comment="the system that asked or placed it; empty: this house"),
    Column("key", String(160), nullable=False, comment="the asker's, idempotent; empty: none"),
    Column("call", String(160), nullable=False, comment="its id in the system that placed it"),
    Column("case_number", String(64), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("caller_id", String(32), nullable=False),
    Column("version", String(64), nullable=False, comment="of the scene, as approved"),
    Column("script", String(128), nullable=False),
    Column("recording", String(512), nullable=False),
    Column("policy", String(80), nullable=False, comment="the hash of the policy that decided"),
    Column("verdict", String(8), nullable=False, comment="allow; in shadow: any; empty: nobody asked (an import)"),
    Column("expires_at", Float(53), nullable=False, comment="the deadline of the reservation; later, of an open call"),
    Column("open", Boolean, nullable=False, comment="it may still be on a channel of its caller id"),
    Column("expired", Boolean, nullable=False, comment="nobody settled it in time"),
    Column("late", Boolean, nullable=False, comment="settled after that"),
    Column("settled_at", Float(53)),
    Column("decision", LargeBinary, nullable=False, comment="dialer.governor.decisions.Decision as JSON"),
    Index("attempts_by_time", "at", "id"),
    Index("attempts_by_number", "number", "at", "id"),
    Index("attempts_by_scene", "scene", "at", "id"),
    _partial("attempts_by_person", "person", "at", "id", of=WITH_PERSON),
    _partial("attempts_by_account", "account", "at", "id", of=WITH_ACCOUNT),
    _partial("attempts_by_agent", "agent", "at", "id", of=WITH_AGENT),
    _partial("attempts_by_case", "case_number", "at", "id", of=WITH_CASE),
    _partial("attempts_by_caller_id", "caller_id", "at", of=WITH_CALLER_ID),
    _partial("attempts_by_call", "call", "source", of=WITH_CALL),
    _partial("attempts_once", "key", "source", of=WITH_KEY, unique=True),
    _partial("attempts_open", "caller_id", "expires_at", of=IS_OPEN),
)
"""Calls that were placed, may be, or might have been: one row each, of this house and of others."""

refusals = Table(
    "refusals",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("at", Float(53), nullable=False),
    Column("verdict", String(8), nullable=False, comment="deny or defer"),
    Column("rule", String(160), nullable=False, comment="the strictest one"),
    Column("number", String(32), nullable=False),
    Column("person", String(128), nullable=False),
    Column("account", String(128), nullable=False),
    Column("scene", String(128), nullable=False),
    Column("category", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("campaign", String(128), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("decision", LargeBinary, nullable=False),
    Index("refusals_by_time", "at", "id"),
    Index("refusals_by_number", "number", "at", "id"),
    Index("refusals_by_rule", "rule", "at", "id"),
)
"""Questions that were answered with no, or not yet: no call came of them."""

resting_caller_ids = Table(
    "resting_caller_ids",
    metadata,
    Column("caller_id", String(32), primary_key=True),
    Column("until", Float(53), nullable=False),
)
"""Caller ids that a network has blocked, and until when they are not shown."""
