"""The calls that cases are about, and how far each case was looked at for one."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "case_origins",
        sa.Column("case", sa.String(16), primary_key=True),
        sa.Column("attempt", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("call_at", sa.Float(53), nullable=False),
        sa.Column("scene", sa.String(128), nullable=False),
        sa.Column("campaign", sa.String(128), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("call", sa.String(160), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("case_origins_by_call", "case_origins", ["state", "call_at"])
    op.create_table(
        "case_origin_looks",
        sa.Column("case", sa.String(16), primary_key=True),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float(53)),
    )
    op.create_index("case_origin_looks_by_row", "case_origin_looks", ["row"])
    op.create_index("case_origin_looks_by_time", "case_origin_looks", ["next_at"])
