"""Accounts of the house's directory: by which each person signs in, where there is one."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the column; nobody has signed in by a directory before."""
    op.add_column("users", sa.Column("subject", sa.Text, nullable=False, server_default=""))
