"""Transcripts of recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "transcripts",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("talk", sa.Integer, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("made_at", sa.Float(53), nullable=False),
        sa.Column("scene", sa.String(128), nullable=False),
        sa.Column("lines", sa.JSON, nullable=False),
        sa.Column("missing", sa.JSON, nullable=False),
        sa.Column("forbidden", sa.JSON, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("ix_transcripts_call", "transcripts", ["call"])
    # whoever deletes a recording's row, retention or the driver, deletes what was said in it
    op.execute(
        "CREATE TRIGGER transcripts_with_recording AFTER DELETE ON recordings"
        " BEGIN DELETE FROM transcripts WHERE path = OLD.path; END"
    )
