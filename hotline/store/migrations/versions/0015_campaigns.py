"""Campaigns: what each knows of each person, cursors, tries, states."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the tables."""
    due = sa.text("state = 'due'")
    op.create_table(
        "campaign_contacts",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("list", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", sa.Float),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("next_number", sa.Integer, nullable=False),
        sa.Column("bad", sa.JSON, nullable=False),
        sa.Column("last_result", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("fetch", sa.String(160), nullable=False),
        sqlite_with_rowid=False,
    )
    table = "campaign_contacts"
    op.create_index("campaign_contacts_due", table, ["campaign", "list", "due_at"], sqlite_where=due)
    op.create_index("campaign_contacts_due_by_tries", table, ["campaign", "list", "tries", "due_at"], sqlite_where=due)
    fresh = sa.text("state = 'fresh'")
    op.create_index("campaign_contacts_again", table, ["campaign", "list", "row"], sqlite_where=fresh)
    in_hand = sa.text("fetch <> ''")
    op.create_index("campaign_contacts_in_hand", table, ["campaign", "fetch"], sqlite_where=in_hand)
    op.create_index("campaign_contacts_by_person", table, ["campaign", "person"])
    op.create_index("campaign_contacts_by_state", table, ["campaign", "state", "list", "row"])
    op.create_table(
        "campaign_cursors",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("list", sa.Integer, primary_key=True),
        sa.Column("low", sa.Integer, nullable=False),
        sa.Column("high", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_tries",
        sa.Column("attempt", sa.String(160), primary_key=True),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("list", sa.Integer, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("rule", sa.String(160), nullable=False),
        sa.Column("placed_at", sa.Float),
        sa.Column("answered_at", sa.Float),
        sa.Column("connected_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("disposition", sa.String(64), nullable=False),
        sa.Column("abandoned", sa.Boolean, nullable=False),
        sa.Column("call", sa.String(160), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("campaign_tries_by_campaign", "campaign_tries", ["campaign", "asked_at"])
    op.create_index("campaign_tries_by_contact", "campaign_tries", ["campaign", "list", "row", "asked_at"])
    op.create_table(
        "campaign_states",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
