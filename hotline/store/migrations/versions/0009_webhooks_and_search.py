"""What other systems are still to be told of, and indexes by which calls are found; a call's direction."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the tables, the column and the indexes. With a million calls in the store this takes some seconds."""
    op.create_table(
        "webhook_outbox",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("webhook", sa.String(40), nullable=False),
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float, nullable=False, server_default="0"),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("webhook_outbox_once", "webhook_outbox", ["webhook", "id"], unique=True)
    op.create_index("webhook_outbox_in_order", "webhook_outbox", ["webhook", "call", "row"])
    op.create_table(
        "webhook_states",
        sa.Column("webhook", sa.String(40), primary_key=True),
        sa.Column("delivered", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        sa.Column("delivered_at", sa.Float),
        sa.Column("failing_since", sa.Float),
        sa.Column("next_at", sa.Float),
        sa.Column("failures", sa.JSON, nullable=False),
    )
    op.add_column("calls", sa.Column("direction", sa.String(16), nullable=False, server_default="in"))
    op.create_table(
        "call_agents",
        sa.Column("agent", sa.String(64), primary_key=True),
        sa.Column("arrived_at", sa.Float, primary_key=True),
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("call_agents_by_call", "call_agents", ["call"])
    op.execute(
        """
        INSERT OR IGNORE INTO call_agents
        SELECT talks.agent, calls.arrived_at, calls.call, calls.queue, calls.outcome, calls.direction
        FROM talks JOIN calls ON calls.call = talks.call WHERE talks.agent IS NOT NULL
        """
    )
    op.create_index("calls_by_caller", "calls", ["caller", "arrived_at", "call"])
    op.create_index("calls_by_queue", "calls", ["queue", "arrived_at", "call"])
    op.create_index("calls_by_outcome", "calls", ["outcome", "arrived_at", "call"])
    op.create_index("calls_by_queue_and_outcome", "calls", ["queue", "outcome", "arrived_at", "call"])
    op.create_index("recordings_by_box", "recordings", ["kind", "box"])
    by_an_agent = sa.text("direction <> 'in'")
    for name, columns in (
        ("agents_calls_by_time", ["direction", "arrived_at", "call"]),
        ("agents_calls_by_queue", ["direction", "queue", "arrived_at", "call"]),
        ("agents_calls_by_called", ["called", "arrived_at", "call"]),
    ):
        op.create_index(name, "calls", columns, sqlite_where=by_an_agent)
