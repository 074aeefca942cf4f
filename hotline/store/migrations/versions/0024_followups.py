"""Follow-up visits, their log, and answers to questionnaires."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "followups",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("case", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("by", sa.String(8), nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in ("at", "since", "until")),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("questionnaire", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("list", sa.Integer),
        sa.Column("row", sa.Integer),
        sa.Column("attempt", sa.String(160), nullable=False),
        sa.Column("overdue_at", sa.Float(53)),
        sa.Column("changed_at", sa.Float(53), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("followups_once", "followups", ["source"], unique=True)
    op.create_index("followups_by_state", "followups", ["state", "since"])
    op.create_index("followups_of_case", "followups", ["case"])
    op.create_index("followups_of_person", "followups", ["rule", "caller", "changed_at"])
    op.create_table(
        "followup_log",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("followup", sa.Integer, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("followup_log_of_one", "followup_log", ["followup", "row"])
    op.create_table(
        "answers",
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("questionnaire", sa.String(64), primary_key=True),
        sa.Column("question", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("word", sa.String(64), nullable=False),
        sa.Column("figure", sa.Integer, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("call", sa.String(160), nullable=False),
        sa.Column("followup", sa.Integer),
        sa.Column("person", sa.String(64), nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["questionnaire", "at"])
    op.create_index("answers_of_call", "answers", ["call"], sqlite_where=sa.text("call <> ''"))
    op.create_index("answers_of_followup", "answers", ["followup"], sqlite_where=sa.text("followup IS NOT NULL"))
    op.create_table(
        "case_guesses",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("case", sa.String(16), nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_index("case_guesses_by_time", "case_guesses", ["at"])
