"""What agents say and do at the desk: dispositions of queues' talks, declined calls, silence in recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    """Add tables and columns; of talks of before nothing was said, and no recording was silenced by an agent."""
    op.create_table(
        "talk_dispositions",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("talk", sa.Integer, primary_key=True),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("disposition", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_table(
        "declines",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.add_column("talks", sa.Column("masks", sa.Integer, nullable=False, server_default="0"))
    op.add_column("talks", sa.Column("masked_s", sa.Float(53), nullable=False, server_default="0"))
