"""The tables of follow-up visits, of what happened to each, of answers to questionnaires, and of wrong guesses."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, text

from hotline.store.schema import metadata

followups = Table(
    "followups",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("source", String(200), nullable=False, comment="case/NUMBER/ENTRY or list/ID/ROW, and the rule: once each"),
    Column("rule", String(64), nullable=False),
    Column("case", String(16), nullable=False, comment="empty: of no case"),
    Column("state", String(16), nullable=False, comment="complaints.followups.table.FollowUpState"),
    Column("by", String(8), nullable=False, comment="call, visit"),
    Column("at", Float(53), nullable=False, comment="the occasion; UTC epoch seconds, like the others"),
    Column("since", Float(53), nullable=False, comment="the beginning of its first day"),
    Column("until", Float(53), nullable=False, comment="the end of its last one"),
    Column("caller", String(32), nullable=False, comment="E.164, or empty"),
    Column("account", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("department", String(32), nullable=False),
    Column("questionnaire", String(64), nullable=False),
    Column("campaign", String(64), nullable=False),
    Column("list", Integer, comment="with row: its contact, once it was put on a list"),
    Column("row", Integer),
    Column("attempt", String(160), nullable=False, comment="the last try that was seen"),
    Column("overdue_at", Float(53), comment="when the notice was given"),
    Column("changed_at", Float(53), nullable=False),
    Column("author", String(64), nullable=False, comment="who ended it; empty: the house"),
    Column("detail", Text, nullable=False),
    Index("followups_once", "source", unique=True),
    Index("followups_by_state", "state", "since"),
    Index("followups_of_case", "case"),
    Index("followups_of_person", "rule", "caller", "changed_at"),
)

followup_log = Table(
    "followup_log",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("followup", Integer, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("event", String(16), nullable=False),
    Column("state", String(16), nullable=False, comment="after it"),
    Column("author", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index("followup_log_of_one", "followup", "row"),
)

answers = Table(
    "answers",
    metadata,
    Column("source", String(200), primary_key=True, comment="call/ID, followup/NUMBER, or the sender's own"),
    Column("questionnaire", String(64), primary_key=True),
    Column("question", String(64), primary_key=True),
    Column("version", String(16), nullable=False, comment="of the questionnaire"),
    Column("word", String(64), nullable=False),
    Column("figure", Integer, nullable=False, comment="of the key"),
    Column("at", Float(53), nullable=False),
    Column("channel", String(16), nullable=False, comment="phone, person, http"),
    Column("call", String(160), nullable=False, comment="empty: of no call"),
    Column("followup", Integer, comment="null: of none"),
    Column("person", String(64), nullable=False, comment="by whom somebody is known again, or empty"),
    Index("answers_by_time", "questionnaire", "at"),
    Index("answers_of_call", "call", sqlite_where=text("call <> ''")),
    Index("answers_of_followup", "followup", sqlite_where=text("followup IS NOT NULL")),
)
"""One row for each question that was answered. Of a telephone call `followup` is filled in once its try is over."""

case_guesses = Table(
    "case_guesses",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("case", String(16), nullable=False, comment="the number that was keyed, whether a case has it or not"),
    Column("asker", String(32), nullable=False, comment="by whom somebody is known again, or empty"),
    Column("at", Float(53), nullable=False),
    Index("case_guesses_by_time", "at"),
)
"""Wrong digits of who asked for the state of a case. A day later they are forgotten."""
