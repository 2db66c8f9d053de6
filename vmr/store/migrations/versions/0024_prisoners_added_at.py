"""When a prisoner was entered, so that one of whom nothing else is kept is forgotten too."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"


def upgrade() -> None:
    added_at = sa.Column("added_at", sa.Float(), nullable=False, server_default="0")
    op.add_column("prisoners", added_at)
