"""Contacts: lists of people, their numbers, and the rows that could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "contact_lists",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("form", sa.JSON, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("contacts", sa.Integer, nullable=False),
        sa.Column("numbers", sa.Integer, nullable=False),
        sa.Column("merged", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index(
        "contact_lists_by_name", "contact_lists", ["name"], unique=True, sqlite_where=sa.text("state = 'ready'")
    )
    op.create_table(
        "contacts",
        sa.Column("list", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("contacts_by_person", "contacts", ["list", "person"], sqlite_where=sa.text("person <> ''"))
    op.create_table(
        "contact_numbers",
        sa.Column("list", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("contact_numbers_by_row", "contact_numbers", ["list", "row"])
    op.create_table(
        "contact_problems",
        sa.Column("list", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("column", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("winner", sa.Integer),
        sqlite_with_rowid=False,
    )
