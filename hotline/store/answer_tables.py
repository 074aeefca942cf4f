"""The tables of questions of callers that nobody answered."""

from sqlalchemy import Column, Float, Index, String, Table, Text

from hotline.store.schema import metadata

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", String(16), primary_key=True, comment="a hash of the language and of the words as they are compared"),
    Column("wording", Text, nullable=False, comment="as it was said first, numbers masked"),
    Column("language", String(16), nullable=False),
    Column("why", String(16), nullable=False, comment="ivr.commands.Unanswered, of the last time"),
    Column("intent", String(64), nullable=False, comment="whose answer was not said; empty: it was not understood"),
    Column("near", Text, nullable=False, comment="JSON: the nearest intents with their likeness"),
    Column("where", String(200), nullable=False, comment="flow/step"),
    Column("first_at", Float(53), nullable=False),
    Column("last_at", Float(53), nullable=False),
    Column("state", String(16), nullable=False, server_default="open", comment="open, added, dismissed"),
    Column("settled_at", Float(53)),
    Column("settled_by", String(64), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default="", comment="the intent that it was added to, or the reason"),
    Index("unanswered_by_state", "state", "last_at"),
)

unanswered_times = Table(
    "unanswered_times",
    metadata,
    Column("call", String(128), primary_key=True),
    Column("attempt", String(160), primary_key=True),
    Column("question", String(16), nullable=False, comment="of unanswered.id"),
    Column("at", Float(53), nullable=False),
    Index("unanswered_times_of_question", "question", "at"),
)
"""Each time that a question was asked: it goes with its call, and with the question (by a trigger)."""
