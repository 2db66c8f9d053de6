"""A Host PIN for one slot, in rooms that ask for it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    op.add_column(
        "rooms", sa.Column("pin_per_slot", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "slot_pins",
        sa.Column("booking_id", sa.String(32), nullable=False),
        sa.Column("room_id", sa.String(32), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", name="pk_slot_pins"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_slot_pins_booking_id"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_slot_pins_room_id"),
    )
