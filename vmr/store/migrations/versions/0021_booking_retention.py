"""When the personal values of a booking were deleted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"


def upgrade() -> None:
    op.add_column("bookings", sa.Column("personal_deleted_at", sa.Float(), nullable=True))
