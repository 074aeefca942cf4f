"""Waits that ended with an agent, for fitting the wait forecast."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; waits of before it are not known well enough to learn from."""
    op.create_table(
        "waits",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("joined_at", sa.Float, primary_key=True),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("wait_s", sa.Float, nullable=False),
        sa.Column("features", sa.String(16), nullable=False),
        sa.Column("vector", sa.JSON, nullable=False),
    )
    op.create_index("waits_by_time", "waits", ["joined_at"])
