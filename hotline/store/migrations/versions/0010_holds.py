"""Holds of each talk."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; holds of before were not counted."""
    op.add_column("talks", sa.Column("holds", sa.Integer, nullable=False, server_default="0"))
    op.add_column("talks", sa.Column("held_s", sa.Float, nullable=False, server_default="0"))
