"""A row for each override: what a supervisor closed, announced or opened at other hours, who, why and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "overrides",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", sa.Float, nullable=False),
        sa.Column("ends_at", sa.Float),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("over_at", sa.Float),
        sa.Column("over_by", sa.String(64), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
    )
