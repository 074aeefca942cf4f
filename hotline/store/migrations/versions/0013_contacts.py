"""Contacts: their migration takes this one's place where both branches meet."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Change nothing: the tables of contacts are not here yet."""
