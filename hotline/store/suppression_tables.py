"""The tables of suppression: entries of lists, imports, the log of changes, what other sites share."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from hotline.store.schema import metadata

suppression_entries = Table(
    "suppression_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list", String(40), nullable=False),
    Column("kind", String(8), nullable=False, comment="number, prefix; lifted: an import does not hold for it"),
    Column("number", String(32), nullable=False, comment="E.164, a short code, or a prefix of E.164"),
    Column("scope", String(96), nullable=False, comment="empty: everywhere; campaign:NAME, scene:, category:"),
    Column("source", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, comment="the end, not included; null: until somebody takes it off"),
    Column("over_at", Float, comment="null: in force"),
    Column("over_by", String(64), nullable=False, server_default=""),
    Column("over_why", Text, nullable=False, server_default=""),
    Index("suppression_entries_by_number", "number"),
)
"""Nothing is deleted: who took an entry off, when and why stands beside it."""

suppression_imports = Table(
    "suppression_imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list", String(40), nullable=False),
    Column("scope", String(96), nullable=False),
    Column("source", String(80), nullable=False, comment="a later import of the same source takes its place"),
    Column("reason", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float),
    Column("snapshot", String(80), nullable=False, comment="the file with the numbers, in the folder suppression/"),
    Column("sha256", String(64), nullable=False, comment="of the file that was imported"),
    Column("numbers", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False, comment="lines without a number that was left out on purpose"),
    Column("replaced_by", Integer, comment="the later import of the same source"),
    Column("over_at", Float),
    Column("over_by", String(64), nullable=False, server_default=""),
    Column("over_why", Text, nullable=False, server_default=""),
)

suppression_log = Table(
    "suppression_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("entry", Integer, comment="that began or ended"),
    Column("import", Integer, comment="that began or ended"),
    sqlite_autoincrement=True,
)
"""Which row changed, in order: what another process, and another site, has not seen yet."""

suppression_peers = Table(
    "suppression_peers",
    metadata,
    Column("site", String(40), primary_key=True),
    Column("epoch", Integer, nullable=False, comment="of the other site's log: a new one begins after a new store"),
    Column("applied", Integer, nullable=False, comment="all of its changes up to this one are here"),
    Column("heard_at", Float, nullable=False),
)

suppression_hashes = Table(
    "suppression_hashes",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("site", String(40), primary_key=True),
    Column("entry", Integer, primary_key=True, comment="its id at the other site"),
    Column("list", String(40), nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float),
    Index("suppression_hashes_by_site", "site", "entry"),
    sqlite_with_rowid=False,
)
"""Numbers of other sites, as keyed hashes."""
