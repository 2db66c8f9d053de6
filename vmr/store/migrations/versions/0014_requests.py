"""Whether people without an account may ask an establishment for slots."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    op.add_column(
        "establishments",
        sa.Column("takes_requests", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
