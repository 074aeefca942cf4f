"""Suppression: entries of lists, imports, the log of changes, hashes of other sites."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "suppression_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(96), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("until", sa.Float),
        sa.Column("over_at", sa.Float),
        sa.Column("over_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("over_why", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("suppression_entries_by_number", "suppression_entries", ["number"])
    op.create_table(
        "suppression_imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(96), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("until", sa.Float),
        sa.Column("snapshot", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("numbers", sa.Integer, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("unreadable", sa.Integer, nullable=False),
        sa.Column("replaced_by", sa.Integer),
        sa.Column("over_at", sa.Float),
        sa.Column("over_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("over_why", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "suppression_log",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("entry", sa.Integer),
        sa.Column("import", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression_peers",
        sa.Column("site", sa.String(40), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("applied", sa.Integer, nullable=False),
        sa.Column("heard_at", sa.Float, nullable=False),
    )
    op.create_table(
        "suppression_hashes",
        sa.Column("hash", sa.LargeBinary(16), primary_key=True),
        sa.Column("site", sa.String(40), primary_key=True),
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("until", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("suppression_hashes_by_site", "suppression_hashes", ["site", "entry"])
