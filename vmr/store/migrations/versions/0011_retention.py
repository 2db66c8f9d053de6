"""When the personal values of a meeting's record were deleted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    op.add_column("meetings", sa.Column("personal_deleted_at", sa.Float(), nullable=True))
