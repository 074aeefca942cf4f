"""The alarms of clocks of cases, and the notices that were given."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the tables; the server computes the alarms of cases that are there."""
    op.create_table(
        "case_clocks",
        sa.Column("case", sa.String(16), primary_key=True),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("book", sa.String(32), nullable=False),
        sa.Column("next_at", sa.Float(53)),
        sa.Column("alarms", sa.Text, nullable=False),
    )
    op.create_index("case_clocks_by_row", "case_clocks", ["row"])
    op.create_index("case_clocks_by_book", "case_clocks", ["book"])
    op.create_index("case_clocks_by_time", "case_clocks", ["next_at"])
    op.create_table(
        "case_notices",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("case", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("told_at", sa.Float(53), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("case_notices_of_case", "case_notices", ["case", "row"])
