"""The contact ledger: attempts, refusals, caller ids that rest.

In the house's own store these tables stay empty: the ledger has a file of its own, or PostgreSQL, brought to the same
shape by the same migrations (`hotline.ledger.opening`). So from here on migrations are written for both databases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, longest: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(longest), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Float(53), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "attempts",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        _instant("at"),
        _text("state", 16),
        _text("number", 32),
        _text("person", 128),
        _text("account", 128),
        _text("scene", 128),
        _text("category", 16),
        _text("channel", 16),
        _text("campaign", 128),
        _instant("dialled_at", nullable=True),
        _instant("talked_until"),
        _text("result", 64),
        _text("origin", 16),
        _text("source", 64),
        _text("key", 160),
        _text("call", 160),
        _text("case_number", 64),
        _text("agent", 64),
        _text("caller_id", 32),
        _text("version", 64),
        _text("script", 128),
        _text("recording", 512),
        _text("policy", 80),
        _text("verdict", 8),
        _instant("expires_at"),
        _flag("open"),
        _flag("expired"),
        _flag("late"),
        _instant("settled_at", nullable=True),
        sa.Column("decision", sa.LargeBinary, nullable=False),
    )
    for name, columns, condition in (
        ("attempts_by_time", ["at", "id"], None),
        ("attempts_by_number", ["number", "at", "id"], None),
        ("attempts_by_scene", ["scene", "at", "id"], None),
        ("attempts_by_person", ["person", "at", "id"], "person <> ''"),
        ("attempts_by_account", ["account", "at", "id"], "account <> ''"),
        ("attempts_by_agent", ["agent", "at", "id"], "agent <> ''"),
        ("attempts_by_case", ["case_number", "at", "id"], "case_number <> ''"),
        ("attempts_by_caller_id", ["caller_id", "at"], "caller_id <> ''"),
        ("attempts_by_call", ["call", "source"], "call <> ''"),
        ("attempts_once", ["key", "source"], "key <> ''"),
        ("attempts_open", ["caller_id", "expires_at"], "open"),
    ):
        where = None if condition is None else sa.text(condition)
        unique = name == "attempts_once"
        op.create_index(name, "attempts", columns, unique=unique, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "refusals",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        _instant("at"),
        _text("verdict", 8),
        _text("rule", 160),
        _text("number", 32),
        _text("person", 128),
        _text("account", 128),
        _text("scene", 128),
        _text("category", 16),
        _text("origin", 16),
        _text("source", 64),
        _text("campaign", 128),
        _text("agent", 64),
        sa.Column("decision", sa.LargeBinary, nullable=False),
    )
    op.create_index("refusals_by_time", "refusals", ["at", "id"])
    op.create_index("refusals_by_number", "refusals", ["number", "at", "id"])
    op.create_index("refusals_by_rule", "refusals", ["rule", "at", "id"])
    op.create_table("resting_caller_ids", sa.Column("caller_id", sa.String(32), primary_key=True), _instant("until"))
    if op.get_bind().dialect.name == "postgresql":
        # Each process takes numbers a thousand at a time, and knows an attempt's before the transaction begins.
        op.execute("CREATE SEQUENCE attempt_blocks")
