"""A row for each talk; recordings say which talk they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table, and the talks of before it as far as they are known: the one that a call's row tells of."""
    op.create_table(
        "talks",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(64)),
        sa.Column("party", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("leg", sa.String(96), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
    )
    op.create_index("talks_by_time", "talks", ["began_at"])
    op.add_column("recordings", sa.Column("talk", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        """
        INSERT OR IGNORE INTO talks
        SELECT calls.call, 1, legs.role, calls.agent, legs.party, calls.queue, legs.leg, calls.answered_at,
               min(legs.ended_at, calls.ended_at), legs.cause
        FROM calls JOIN legs ON legs.call = calls.call
        WHERE legs.role = 'agent' AND legs.answered_at IS NOT NULL
          AND calls.answered_at BETWEEN legs.answered_at AND legs.ended_at
        """
    )
