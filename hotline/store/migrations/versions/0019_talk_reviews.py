"""Reviews of recorded talks, for human accuracy in reports."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "talk_reviews",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("talk", sa.Integer, primary_key=True),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
