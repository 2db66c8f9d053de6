"""Which of several servers runs a room, and where browsers reach the servers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"


def upgrade() -> None:
    op.create_table(
        "room_owners",
        sa.Column("room_id", sa.String(32), nullable=False),
        sa.Column("node", sa.String(64), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name="pk_room_owners"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_room_owners_room_id"),
    )
    op.create_index("ix_room_owners_node", "room_owners", ["node"])
    op.create_table(
        "node_urls",
        sa.Column("url", sa.String(255), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_node_urls"),
    )
