"""Bookings: slots, expected people, opening hours and closures of rooms."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.add_column(
        "establishments",
        sa.Column("zone", sa.String(64), nullable=False, server_default="Europe/London"),
    )
    op.add_column(
        "rooms", sa.Column("has_hours", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("room_id", sa.String(32), nullable=True),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("priority", sa.String(16), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("prisoner", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("requester_email", sa.Text(), nullable=False),
        sa.Column("note_for_staff", sa.Text(), nullable=False),
        sa.Column("note_for_guest", sa.Text(), nullable=False),
        sa.Column("linked_id", sa.String(32), nullable=True),
        sa.Column("more_persons_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("reference", name="uq_bookings_reference"),
        _to("bookings", "establishment_id", "establishments"),
        _to("bookings", "room_id", "rooms"),
        _to("bookings", "linked_id", "bookings"),
    )
    op.create_index(
        "ix_bookings_establishment_id_starts_at", "bookings", ["establishment_id", "starts_at"]
    )
    op.create_index("ix_bookings_room_id_starts_at", "bookings", ["room_id", "starts_at"])
    op.create_index("ix_bookings_establishment_id_state", "bookings", ["establishment_id", "state"])
    op.create_table(
        "booking_alternatives",
        sa.Column("booking_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "position", name="pk_booking_alternatives"),
        _to("booking_alternatives", "booking_id", "bookings"),
    )
    op.create_table(
        "booking_people",
        sa.Column("booking_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("id_to_bring", sa.String(24), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_under_18", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("invite_id", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("booking_id", "position", name="pk_booking_people"),
        sa.UniqueConstraint("id", name="uq_booking_people_id"),
        _to("booking_people", "booking_id", "bookings"),
        _to("booking_people", "invite_id", "invites"),
    )
    op.create_index("ix_booking_people_invite_id", "booking_people", ["invite_id"])
    op.create_table(
        "room_hours",
        sa.Column("room_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(5), nullable=False),
        sa.Column("closes", sa.String(5), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "position", name="pk_room_hours"),
        _to("room_hours", "room_id", "rooms"),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("room_id", sa.String(32), nullable=True),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
        _to("closures", "establishment_id", "establishments"),
        _to("closures", "room_id", "rooms"),
    )
    op.create_index(
        "ix_closures_establishment_id_ends_at", "closures", ["establishment_id", "ends_at"]
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
