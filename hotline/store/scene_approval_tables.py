"""The table of approvals of scenes."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from hotline.store.schema import metadata

scene_approvals = Table(
    "scene_approvals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("scene", String(64), nullable=False),
    Column("version", String(64), nullable=False, comment="of the scene: the hash of all that its calls are made by"),
    Column("approver", String(64), nullable=False),
    Column("user", String(64), nullable=False, comment="of the machine, or the token's name, that wrote it down"),
    Column("reason", Text, nullable=False),
    Column("at", Float(53), nullable=False, comment="UTC epoch seconds, like the others"),
    Column("effective_from", Float(53)),
    Column("effective_until", Float(53), comment="the end, not included; null: until it is withdrawn"),
    Column("withdrawn_at", Float(53), comment="null: it holds"),
    Column("withdrawn_by", String(64), nullable=False, server_default=""),
    Column("withdrawn_because", Text, nullable=False, server_default=""),
    Index("scene_approvals_by_scene", "scene", "version"),
)
"""Nothing is deleted: who withdrew an approval, when and why stands beside it."""
