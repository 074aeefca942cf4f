"""When a case is due, for lists in that order."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"


def upgrade() -> None:
    """Add the column. It is filled when the server next looks at the clocks: it takes each open case up anew then."""
    op.add_column("case_clocks", sa.Column("due_at", sa.Float(53)))
    op.create_index("case_clocks_by_due", "case_clocks", ["due_at", "case"])
