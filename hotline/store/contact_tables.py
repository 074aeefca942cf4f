"""The tables of contacts: lists, the people on them, their numbers, and the rows that could not be read."""

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata

contact_lists = Table(
    "contact_lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("state", String(8), nullable=False, comment="loading, ready, removed; only a ready one is seen"),
    Column("file", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("region", String(2), nullable=False),
    Column("zone", String(64), nullable=False, comment="IANA, of numbers whose row names none; empty: by the number"),
    Column("form", JSON, nullable=False, comment="encoding, delimiter or sheet, and what each column was taken for"),
    Column("rows", Integer, nullable=False),
    Column("contacts", Integer, nullable=False),
    Column("numbers", Integer, nullable=False),
    Column("merged", Integer, nullable=False, comment="rows that became part of an earlier one"),
    Column("rejected", Integer, nullable=False, comment="rows without a number that is certain"),
    Column("author", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("contact_lists_by_name", "name", unique=True, sqlite_where=Column("state") == "ready"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("list", Integer, primary_key=True),
    Column("row", Integer, primary_key=True, comment="the line of the file, or the row of the sheet, from 1"),
    Column("person", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("attributes", JSON, nullable=False),
    Index("contacts_by_person", "list", "person", sqlite_where=Column("person") != ""),
    sqlite_with_rowid=False,
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("list", Integer, primary_key=True),
    Column("number", String(32), primary_key=True, comment="E.164"),
    Column("row", Integer, nullable=False),
    Column("place", Integer, nullable=False, comment="the order in which the numbers of one person stand, from 1"),
    Column("zone", String(64), nullable=False, comment="IANA; empty: not said"),
    Index("contact_numbers_by_row", "list", "row"),
    sqlite_with_rowid=False,
)

contact_problems = Table(
    "contact_problems",
    metadata,
    Column("list", Integer, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("kind", String(16), nullable=False, comment="rejected, number, merged, duplicate, column"),
    Column("column", String(64), nullable=False),
    Column("reason", Text, nullable=False, comment="numbers in it are masked"),
    Column("winner", Integer, comment="the row that won"),
    sqlite_with_rowid=False,
)
