"""Campaigns: how long each number of a person waits, what a late word of a try needs, when a campaign goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns; numbers of before wait for nothing, and tries of before have no number in the ledger."""
    op.add_column("campaign_contacts", sa.Column("waits", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("campaign_tries", sa.Column("said_before", sa.String(64), nullable=False, server_default=""))
    op.add_column("campaign_tries", sa.Column("notice", sa.String(64), nullable=False, server_default=""))
    op.add_column("campaign_tries", sa.Column("reservation", sa.BigInteger))
    op.add_column("campaign_states", sa.Column("until", sa.Float))
