"""The tables of approvals: of scenes, of answers, and of policies with the policies themselves.

Nothing in them is deleted: who withdrew an approval, when and why stands beside it.
"""

from typing import Any

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata


def _word() -> list[Column[Any]]:
    """The columns of whoever gave their word, from the approver to the instant (UTC epoch seconds)."""
    return [
        Column("approver", String(64), nullable=False),
        Column("user", String(64), nullable=False, comment="of the machine, or the token's name, that wrote it down"),
        Column("reason", Text, nullable=False),
        Column("at", Float(53), nullable=False, comment="UTC epoch seconds, like the others"),
    ]


def _withdrawal() -> list[Column[Any]]:
    """The columns of whoever took it back."""
    return [
        Column("withdrawn_at", Float(53), comment="null: it holds"),
        Column("withdrawn_by", String(64), nullable=False, server_default=""),
        Column("withdrawn_because", Text, nullable=False, server_default=""),
    ]


def _approvals(of: str) -> Table:
    """The table of approvals of scenes, or of answers."""
    return Table(
        f"{of}_approvals",
        metadata,
        Column("number", Integer, primary_key=True),
        Column(of, String(64), nullable=False),
        Column("version", String(64), nullable=False, comment="the hash of all that its approvers read"),
        *_word(),
        Column("effective_from", Float(53)),
        Column("effective_until", Float(53), comment="the end, not included; null: until it is withdrawn"),
        *_withdrawal(),
        Index(f"{of}_approvals_by_{of}", of, "version"),
    )


scene_approvals = _approvals("scene")
answer_approvals = _approvals("answer")

approved_policies = Table(
    "approved_policies",
    metadata,
    Column("policy", String(64), primary_key=True, comment="its version: the hash of all that its files say"),
    Column("sources", JSON, nullable=False, comment="the texts of its files by path, as they were approved"),
    Column("authors", JSON, nullable=False, comment="those who published it"),
    Column("at", Float(53), nullable=False, comment="of the first word on it; UTC epoch seconds, like the others"),
)
"""Kept apart from the published versions, of which old ones go: the one that rules must be there for ever."""

policy_approvals = Table(
    "policy_approvals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("policy", String(64), nullable=False),
    *_word(),
    Column("needed", Integer, nullable=False, comment="how many approvers it took, by the rules that held then"),
    Column("effective_from", Float(53), comment="null: at once"),
    *_withdrawal(),
    Index("policy_approvals_by_policy", "policy"),
)
