"""Approvals of scenes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "scene_approvals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("scene", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("effective_from", sa.Float(53)),
        sa.Column("effective_until", sa.Float(53)),
        sa.Column("withdrawn_at", sa.Float(53)),
        sa.Column("withdrawn_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("withdrawn_because", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("scene_approvals_by_scene", "scene_approvals", ["scene", "version"])
