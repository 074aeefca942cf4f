"""The tables of clocks of cases: the alarms that are to come, and the notices that were given."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from hotline.store.schema import metadata

case_clocks = Table(
    "case_clocks",
    metadata,
    Column("case", String(16), primary_key=True),
    Column("row", Integer, nullable=False, comment="the last row of case_entries that is counted in"),
    Column("book", String(32), nullable=False, comment="digest of the clocks and calendars that it was computed by"),
    Column("next_at", Float(53), comment="UTC epoch seconds of the next alarm; null: none"),
    Column("alarms", Text, nullable=False, comment="a JSON list, by time"),
    Column(
        "due_at", Float(53), comment="the first deadline of a clock that is not stopped, past or to come; null: none"
    ),
    Index("case_clocks_by_row", "row"),
    Index("case_clocks_by_book", "book"),
    Index("case_clocks_by_time", "next_at"),
    Index("case_clocks_by_due", "due_at", "case"),
)
"""Made of the log of each case, so that a start need not read all logs; the log is what counts."""

case_notices = Table(
    "case_notices",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True, comment="made of case, clock, round, step and deadline"),
    Column("case", String(16), nullable=False),
    Column("kind", String(8), nullable=False, comment="warning, breach"),
    Column("at", Float(53), nullable=False, comment="when it was due"),
    Column("told_at", Float(53), nullable=False),
    Column("body", LargeBinary, nullable=False, comment="what receivers are told, as JSON"),
    Index("case_notices_of_case", "case", "row"),
)
"""Each alarm once: what it says is sent from here."""
