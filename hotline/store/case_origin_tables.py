"""The tables of origins of cases: the calls, of the contact ledger, that a case is about or may be."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata

case_origins = Table(
    "case_origins",
    metadata,
    Column("case", String(16), primary_key=True),
    Column("attempt", BigInteger, primary_key=True, autoincrement=False, comment="its number in the ledger"),
    Column("call_at", Float(53), nullable=False, comment="UTC epoch seconds, like the others"),
    Column("scene", String(128), nullable=False),
    Column("campaign", String(128), nullable=False),
    Column("source", String(64), nullable=False, comment="the system that placed it; empty: this house"),
    Column("agent", String(64), nullable=False),
    Column("call", String(160), nullable=False, comment="its id in that system"),
    Column("facts", Text, nullable=False, comment="JSON: script, version, recording, result, decision, as of then"),
    Column("score", Float(53), nullable=False),
    Column("reasons", Text, nullable=False, comment="a JSON list"),
    Column("state", String(8), nullable=False, comment="asked, linked, apart"),
    Column("at", Float(53), nullable=False),
    Column("by", String(64), nullable=False, comment="house, a person; empty: nobody has said yet"),
    Index("case_origins_by_call", "state", "call_at"),
)
"""Whoever was called is not among the columns: the case knows them."""

case_origin_looks = Table(
    "case_origin_looks",
    metadata,
    Column("case", String(16), primary_key=True),
    Column("row", Integer, nullable=False, comment="the row of case_entries that it was looked at for"),
    Column("looks", Integer, nullable=False),
    Column("next_at", Float(53), comment="again then: other systems tell of their calls late; null: never"),
    Index("case_origin_looks_by_row", "row"),
    Index("case_origin_looks_by_time", "next_at"),
)
