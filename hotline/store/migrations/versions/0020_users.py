"""The people of the house who sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "users",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("code_step", sa.Integer, nullable=False),
        sa.Column("sessions_from", sa.Float(53), nullable=False),
        sa.Column("added_at", sa.Float(53), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("signed_in_at", sa.Float(53)),
        sa.Column("disabled_at", sa.Float(53)),
        sa.Column("disabled_by", sa.String(64), nullable=False),
        sa.Column("disabled_why", sa.Text, nullable=False),
    )
