"""The audit log of cases, what it comes to, contacts and matches."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the tables. Cases of before have no log: the server opens one for each."""
    op.create_table(
        "case_entries",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("case", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("written_at", sa.Float(53), nullable=False),
        sa.Column("replaces", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("erased_at", sa.Float(53)),
    )
    op.create_index("case_entries_of_case", "case_entries", ["case", "number"], unique=True)
    op.create_table(
        "case_heads",
        sa.Column("case", sa.String(16), primary_key=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("link", sa.String(8), nullable=False),
        sa.Column("into", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("is_unsure", sa.Boolean, nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("handler", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.Float(53), nullable=False),
        sa.Column("changed_at", sa.Float(53), nullable=False),
        sa.Column("climbs_at", sa.Float(53)),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
    )
    op.create_index("case_heads_in_order", "case_heads", ["is_open", "opened_at"])
    op.create_index("case_heads_of_department", "case_heads", ["department", "is_open"])
    op.create_index("case_heads_of_caller", "case_heads", ["caller", "opened_at"])
    op.create_index("case_heads_of_account", "case_heads", ["account", "opened_at"])
    op.create_index("case_heads_climbing", "case_heads", ["climbs_at"])
    op.create_index("case_heads_by_stage", "case_heads", ["stage"])
    op.create_table(
        "case_contacts",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("case", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
    )
    op.create_index("case_contacts_once", "case_contacts", ["channel", "source"], unique=True)
    op.create_index("case_contacts_of_case", "case_contacts", ["case", "row"])
    op.create_table(
        "case_matches",
        sa.Column("case", sa.String(16), primary_key=True),
        sa.Column("other", sa.String(16), primary_key=True),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("case_matches_asked", "case_matches", ["state", "at"])
