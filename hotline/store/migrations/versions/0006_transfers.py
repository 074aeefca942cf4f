"""A row for each transfer by an agent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table. Of transfers of before it nothing is known: agents could hand nobody on."""
    op.create_table(
        "transfers",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("talk", sa.Integer, nullable=False),
        sa.Column("detail", sa.String(128), nullable=False),
        sa.Column("consulted", sa.Boolean, nullable=False),
    )
    op.create_index("transfers_by_time", "transfers", ["began_at"])
