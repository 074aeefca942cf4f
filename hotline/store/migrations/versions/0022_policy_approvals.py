"""Approvals of policies."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the tables. No policy is approved by it: until somebody approves the published one, no call is allowed."""
    op.create_table(
        "approved_policies",
        sa.Column("policy", sa.String(64), primary_key=True),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_table(
        "policy_approvals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("needed", sa.Integer, nullable=False),
        sa.Column("effective_from", sa.Float(53)),
        sa.Column("withdrawn_at", sa.Float(53)),
        sa.Column("withdrawn_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("withdrawn_because", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("policy_approvals_by_policy", "policy_approvals", ["policy"])
