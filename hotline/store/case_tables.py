"""The tables of cases beside `cases`: the audit log, what it comes to, contacts, and matches between cases."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text, text

from hotline.store.schema import metadata

case_entries = Table(
    "case_entries",
    metadata,
    Column("row", Integer, primary_key=True, comment="counts from 1 without a gap: a missing row shows"),
    Column("case", String(16), nullable=False),
    Column("number", Integer, nullable=False, comment="counts within the case"),
    Column("at", Float(53), nullable=False, comment="UTC epoch seconds, like the others"),
    Column("author", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("fields", Text, nullable=False, comment="JSON"),
    Column("written_at", Float(53), nullable=False),
    Column("replaces", Integer, nullable=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of what the entry says"),
    Column("hash", String(64), nullable=False, comment="SHA-256 of the row before, this row's number and digest"),
    Column("erased_at", Float(53), comment="author and fields went by retention; the digest stays"),
    Index("case_entries_of_case", "case", "number", unique=True),
)
"""Only appended to; see hotline.store.case_log."""

REFERENCE = "json_extract(fields, '$.reference')"

case_heads = Table(
    "case_heads",
    metadata,
    Column("case", String(16), primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("link", String(8), nullable=False),
    Column("into", String(16), nullable=False),
    Column("kind", String(32), nullable=False, comment="of grades.yaml"),
    Column("category", String(64), nullable=False),
    Column("grade", String(32), nullable=False),
    Column("is_unsure", Boolean, nullable=False, comment="no rule held: a person has not looked yet"),
    Column("department", String(32), nullable=False),
    Column("handler", String(64), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("opened_at", Float(53), nullable=False),
    Column("changed_at", Float(53), nullable=False, comment="written, not happened"),
    Column("climbs_at", Float(53), comment="the ladder's next step; null: none"),
    Column("caller", String(32), nullable=False, comment="a number by which somebody is known again, or empty"),
    Column("account", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("region", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Index("case_heads_in_order", "is_open", "opened_at"),
    Index("case_heads_of_department", "department", "is_open"),
    Index("case_heads_of_caller", "caller", "opened_at"),
    Index("case_heads_of_account", "account", "opened_at"),
    Index("case_heads_climbing", "climbs_at"),
    Index("case_heads_by_stage", "stage"),
    Index("case_heads_alike", "category", "opened_at", sqlite_where=text("is_open")),
    Index("case_heads_loads", "is_open", "department", "handler"),
)
"""What the log of each case comes to, for lists: made of the log, and written with it."""

case_contacts = Table(
    "case_contacts",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("case", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("source", String(200), nullable=False, comment="of the channel: the same message is taken in once"),
    Column("at", Float(53), nullable=False),
    Column("caller", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("fields", Text, nullable=False, comment="JSON"),
    Index("case_contacts_once", "channel", "source", unique=True),
    Index("case_contacts_of_case", "case", "row"),
    Index("case_contacts_by_reference", text(REFERENCE), sqlite_where=text(f"{REFERENCE} <> ''")),
)
"""What the customer said, by whichever channel."""

case_matches = Table(
    "case_matches",
    metadata,
    Column("case", String(16), primary_key=True, comment="the later one"),
    Column("other", String(16), primary_key=True),
    Column("score", Float(53), nullable=False),
    Column("reasons", Text, nullable=False, comment="a JSON list"),
    Column("state", String(8), nullable=False, comment="asked, merged, apart"),
    Column("at", Float(53), nullable=False),
    Column("by", String(64), nullable=False, comment="empty: nobody has said yet"),
    Index("case_matches_asked", "state", "at"),
)
"""Cases that may be one matter: what was proposed, and what became of it."""
