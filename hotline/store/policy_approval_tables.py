"""The tables of policies that were approved, and of their approvals."""

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata

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
    Column("approver", String(64), nullable=False),
    Column("user", String(64), nullable=False, comment="of the machine, or the token's name, that wrote it down"),
    Column("reason", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("needed", Integer, nullable=False, comment="how many approvers it took, by the rules that held then"),
    Column("effective_from", Float(53), comment="null: at once"),
    Column("withdrawn_at", Float(53), comment="null: it holds"),
    Column("withdrawn_by", String(64), nullable=False, server_default=""),
    Column("withdrawn_because", Text, nullable=False, server_default=""),
    Index("policy_approvals_by_policy", "policy"),
)
"""Nothing is deleted: who rolled a policy back, when and why stands beside its approvals."""
