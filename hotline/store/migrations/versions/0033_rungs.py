"""Rungs of the ladder: self-service, the robot, a person, and why each was left."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the table. Of calls of before it there is none."""
    op.create_table(
        "rungs",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("rung", sa.String(16), nullable=False),
        sa.Column("began_at", sa.Float(53), nullable=False),
        sa.Column("ended_at", sa.Float(53), nullable=False),
        sa.Column("because", sa.String(16), nullable=False),
    )
