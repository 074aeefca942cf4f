"""Indexes by which cases near a new one are found, and departments' loads, however many cases are open."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"


def upgrade() -> None:
    """Add the indexes."""
    is_open = sa.text("is_open")
    op.create_index("case_heads_alike", "case_heads", ["category", "opened_at"], sqlite_where=is_open)
    op.create_index("case_heads_loads", "case_heads", ["is_open", "department", "handler"])
    reference = "json_extract(fields, '$.reference')"
    op.create_index(
        "case_contacts_by_reference", "case_contacts", [sa.text(reference)], sqlite_where=sa.text(f"{reference} <> ''")
    )
