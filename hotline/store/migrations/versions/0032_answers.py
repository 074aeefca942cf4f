"""Approvals of answers, and the questions that nobody answered."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"


def upgrade() -> None:
    """Add the tables. The times of a question go with it."""
    op.create_table(
        "answer_approvals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("effective_from", sa.Float(53)),
        sa.Column("effective_until", sa.Float(53)),
        sa.Column("withdrawn_at", sa.Float(53)),
        sa.Column("withdrawn_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("withdrawn_because", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("answer_approvals_by_answer", "answer_approvals", ["answer", "version"])
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("near", sa.Text, nullable=False),
        sa.Column("where", sa.String(200), nullable=False),
        sa.Column("first_at", sa.Float(53), nullable=False),
        sa.Column("last_at", sa.Float(53), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, server_default="open"),
        sa.Column("settled_at", sa.Float(53)),
        sa.Column("settled_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("unanswered_by_state", "unanswered", ["state", "last_at"])
    op.create_table(
        "unanswered_times",
        sa.Column("call", sa.String(128), primary_key=True),
        sa.Column("attempt", sa.String(160), primary_key=True),
        sa.Column("question", sa.String(16), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_index("unanswered_times_of_question", "unanswered_times", ["question", "at"])
    op.execute(
        "CREATE TRIGGER unanswered_gone AFTER DELETE ON unanswered BEGIN "
        "DELETE FROM unanswered_times WHERE question = OLD.id; END"
    )
