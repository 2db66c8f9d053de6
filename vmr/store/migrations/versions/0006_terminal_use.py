"""When a host last joined at an enrolled terminal."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.add_column("terminals", sa.Column("used_at", sa.Float(), nullable=True))
