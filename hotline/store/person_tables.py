"""The tables of persons: who they are to the gate of outgoing calls, their consents, lists and exceptions.

A **party** is a person by their key at the site, a number, or an account (a contract or debt). No names of people are
kept here. Nothing is deleted: who took a row off, when and why stands beside it.
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata

_PARTY = "person, number (E.164), account"


def _over() -> tuple[Column[float], Column[str], Column[str]]:
    return (
        Column("over_at", Float(53), comment="null: it holds"),
        Column("over_by", String(64), nullable=False, server_default=""),
        Column("over_why", Text, nullable=False, server_default=""),
    )


persons = Table(
    "persons",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("tier", String(32), nullable=False, comment="of customer experience; empty: none"),
    Column("zone", String(64), nullable=False, comment="IANA; empty: that of the number"),
    Column("region", String(8), nullable=False, comment="ISO 3166-2; empty: not known"),
    Column("source", String(80), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", Float(53), nullable=False, comment="of the last change; UTC epoch seconds, like the others"),
    sqlite_with_rowid=False,
)

person_links = Table(
    "person_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False),
    Column("kind", String(8), nullable=False, comment="number, account"),
    Column("value", String(64), nullable=False),
    Column("source", String(80), nullable=False),
    Column("author", String(64), nullable=False),
    Column("since", Float(53), nullable=False),
    *_over(),
    Index("person_links_by_value", "kind", "value"),
    Index("person_links_by_person", "person"),
)
"""Which numbers and accounts are a person's. A number may be several persons'."""

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False, comment=_PARTY),
    Column("subject", String(64), nullable=False),
    Column("purpose", String(64), nullable=False, comment="a category, a scene, all, or what a policy names"),
    Column("channel", String(16), nullable=False, comment="empty: calls of any way"),
    Column("given", Boolean, nullable=False, comment="false: refused or withdrawn"),
    Column("at", Float(53), nullable=False, comment="when it was said"),
    Column("until", Float(53), comment="the end, not included; null: until another word"),
    Column("evidence", String(255), nullable=False, comment="where it can be heard or read"),
    Column("source", String(80), nullable=False),
    Column("author", String(64), nullable=False),
    Column("noted_at", Float(53), nullable=False),
    Column("batch", Integer, nullable=False, comment="the change by which a file was imported; 0: none"),
    *_over(),
    Index("consents_by_subject", "kind", "subject"),
    Index("consents_by_batch", "batch"),
)

person_lists = Table(
    "person_lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False, comment="person, account; numbers are in suppression_entries"),
    Column("subject", String(64), nullable=False),
    Column("list", String(40), nullable=False),
    Column("scope", String(96), nullable=False, comment="empty: everywhere; campaign:NAME, scene:, category:"),
    Column("source", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("since", Float(53), nullable=False),
    Column("until", Float(53), comment="the end, not included"),
    Column("batch", Integer, nullable=False),
    *_over(),
    Index("person_lists_by_subject", "kind", "subject"),
    Index("person_lists_by_batch", "batch"),
)

granted_exceptions = Table(
    "granted_exceptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False, comment=_PARTY),
    Column("subject", String(64), nullable=False),
    Column("exception", String(128), nullable=False, comment="POLICY.EXCEPTION"),
    Column("reason", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("since", Float(53), nullable=False),
    Column("until", Float(53), nullable=False, comment="the end, not included: every exception has one"),
    Column("batch", Integer, nullable=False),
    *_over(),
    Index("granted_exceptions_by_subject", "kind", "subject"),
    Index("granted_exceptions_by_batch", "batch"),
)

person_changes = Table(
    "person_changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Float(53), nullable=False),
    Column("kind", String(8), nullable=False, comment="of the party that changed; import: anybody may have"),
    Column("subject", String(255), nullable=False, comment="the party's key; of an import the file"),
    sqlite_autoincrement=True,
)
"""What changed, in order: what another process has not seen yet."""
