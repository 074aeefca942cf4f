"""What a caller said to being recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of calls before it nothing is known."""
    op.add_column("calls", sa.Column("consent", sa.String(16), nullable=False, server_default=""))
