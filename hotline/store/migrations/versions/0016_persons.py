"""Persons: who they are to the gate, their consents, lists and exceptions."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def _over() -> tuple[sa.Column[float], sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("over_at", sa.Float(53)),
        sa.Column("over_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("over_why", sa.Text, nullable=False, server_default=""),
    )


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "persons",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("tier", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("region", sa.String(8), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
        *_over(),
    )
    op.create_index("person_links_by_value", "person_links", ["kind", "value"])
    op.create_index("person_links_by_person", "person_links", ["person"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("until", sa.Float(53)),
        sa.Column("evidence", sa.String(255), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("noted_at", sa.Float(53), nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        *_over(),
    )
    op.create_index("consents_by_subject", "consents", ["kind", "subject"])
    op.create_index("consents_by_batch", "consents", ["batch"])
    op.create_table(
        "person_lists",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(96), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
        sa.Column("until", sa.Float(53)),
        sa.Column("batch", sa.Integer, nullable=False),
        *_over(),
    )
    op.create_index("person_lists_by_subject", "person_lists", ["kind", "subject"])
    op.create_index("person_lists_by_batch", "person_lists", ["batch"])
    op.create_table(
        "granted_exceptions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("exception", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        *_over(),
    )
    op.create_index("granted_exceptions_by_subject", "granted_exceptions", ["kind", "subject"])
    op.create_index("granted_exceptions_by_batch", "granted_exceptions", ["batch"])
    op.create_table(
        "person_changes",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sqlite_autoincrement=True,
    )
