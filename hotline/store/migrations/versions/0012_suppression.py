"""Suppression: its migration takes this one's place where both branches meet."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Change nothing: the tables of suppression are not here yet."""
