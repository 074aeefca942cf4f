"""The first shape: journal, snapshots, call log, cases, recordings, surveys, agents' states."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables as they were on the first day. Later shapes are later migrations; this one stays."""
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("event", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("utc", sa.Float, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("called", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("arrived_at", sa.Float, nullable=False, index=True),
        sa.Column("queued_at", sa.Float),
        sa.Column("answered_at", sa.Float),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64)),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
    )
    op.create_table(
        "legs",
        sa.Column("leg", sa.String(96), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False, index=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("party", sa.String(64), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("answered_at", sa.Float),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
    )
    op.create_table(
        "steps",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True),
        sa.Column("flow", sa.String(128), nullable=False),
        sa.Column("step", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("keys", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(128), nullable=False),
    )
    op.create_table(
        "recordings",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("call", sa.String(64), nullable=False, index=True),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("box", sa.String(64), nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False, index=True),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False, index=True),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_table(
        "surveys",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("question", sa.String(64), primary_key=True),
        sa.Column("score", sa.Integer, nullable=False),
    )
    op.create_table(
        "agent_states",
        sa.Column("agent", sa.String(64), primary_key=True),
        sa.Column("since", sa.Float, primary_key=True),
        sa.Column("state", sa.String(16), primary_key=True),
        sa.Column("reason", sa.String(64), nullable=False),
    )
    op.create_index("agent_states_by_time", "agent_states", ["since"])
