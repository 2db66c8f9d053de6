"""Where browsers reach each server; of one that last ran before this, null."""

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("url", sa.String(255), nullable=True))
