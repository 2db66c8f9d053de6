"""One-time passwords expire; those that were made before do so a week from now."""

import time

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

WEEK_S = 7 * 24 * 3600


def upgrade() -> None:
    op.add_column("staff", sa.Column("password_expires_at", sa.Float(), nullable=True))
    staff = sa.table(
        "staff",
        sa.column("must_change_password", sa.Boolean()),
        sa.column("password_expires_at", sa.Float()),
    )
    made = sa.update(staff).where(staff.c.must_change_password.is_(True))
    op.execute(made.values(password_expires_at=time.time() + WEEK_S))
