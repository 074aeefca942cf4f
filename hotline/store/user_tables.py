"""The table of users: people of the house who sign in. Callees are in `person_tables`."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from hotline.store.schema import metadata

users = Table(
    "users",
    metadata,
    Column("name", String(32), primary_key=True, comment="by which they sign in; author of what they do"),
    Column("title", String(64), nullable=False, comment="as colleagues know them"),
    Column("roles", Text, nullable=False, comment="JSON, of hotline.people.roles"),
    Column("agent", String(64), nullable=False, comment="of agents.yaml; empty: none"),
    Column("password", String(255), nullable=False, comment="argon2id; empty: signs in by links only"),
    Column("code", String(64), nullable=False, comment="secret of one-time codes, base32; empty: none is asked"),
    Column("code_step", Integer, nullable=False, comment="of the last code that was used"),
    Column("sessions_from", Float(53), nullable=False, comment="sessions that began before are over; UTC epoch s"),
    Column("added_at", Float(53), nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("signed_in_at", Float(53), comment="last"),
    Column("disabled_at", Float(53), comment="null: may sign in"),
    Column("disabled_by", String(64), nullable=False),
    Column("disabled_why", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default="", comment="at the house's directory: ISSUER SUB"),
)
"""Nobody is deleted: a name that stands in a log stays one person's."""
