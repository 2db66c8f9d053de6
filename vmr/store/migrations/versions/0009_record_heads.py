"""How far the head of a meeting's record stands in the record of its establishment."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.add_column(
        "meetings", sa.Column("noted_sequence", sa.Integer(), nullable=False, server_default="0")
    )
