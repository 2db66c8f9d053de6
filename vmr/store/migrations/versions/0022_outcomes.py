"""What became of each slot, the meetings that were held in it, and what was booked in its place."""

import json
from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"

AT_ONCE = 500
REBOOKS = """
    ALTER TABLE bookings ADD COLUMN rebooks_id VARCHAR(32)
    CONSTRAINT fk_bookings_rebooks_id REFERENCES bookings (id)
"""
"""SQLite takes a foreign key with its column and not after it."""


def upgrade() -> None:
    op.create_table(
        "booking_outcomes",
        sa.Column("booking_id", sa.String(32), nullable=False),
        sa.Column("booking_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("officer_name", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=True),
        sa.Column("talked_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("identified_s", sa.Float(), nullable=False),
        sa.Column("talked_s", sa.Float(), nullable=False),
        sa.Column("lost", sa.Text(), nullable=False),
        sa.Column("has_guests", sa.Boolean(), nullable=False),
        sa.Column("had_callers", sa.Boolean(), nullable=False),
        sa.Column("is_ended_early_by_network", sa.Boolean(), nullable=False),
        sa.Column("knocks_after_lock", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", name="pk_booking_outcomes"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_booking_outcomes_booking_id"
        ),
    )
    op.create_index("ix_booking_outcomes_is_settled", "booking_outcomes", ["is_settled"])
    op.add_column(
        "bookings",
        sa.Column("was_requested", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(REBOOKS)
    op.create_index("ix_bookings_rebooks_id", "bookings", ["rebooks_id"])
    op.add_column("meetings", sa.Column("booking_id", sa.String(32), nullable=True))
    op.create_index("ix_meetings_booking_id", "meetings", ["booking_id"])
    connection = op.get_bind()
    _mark_requested(connection)
    _find_slots(connection)


def _mark_requested(connection: sa.Connection) -> None:
    """Those that the establishment's record knows as requests."""
    bookings = sa.table("bookings", sa.column("id"), sa.column("was_requested"))
    entries = sa.table("staff_entries", sa.column("what"), sa.column("subject"))
    asked = sa.select(entries.c.subject).where(entries.c.what == "booking_requested")
    connection.execute(
        sa.update(bookings)
        .where((sa.literal("booking:") + bookings.c.id).in_(asked))
        .values(was_requested=True)
    )


def _find_slots(connection: sa.Connection) -> None:
    """Meetings that were held before know their slot from their record."""
    meetings = sa.table("meetings", sa.column("id"), sa.column("booking_id"))
    entries = sa.table(
        "record_entries", sa.column("meeting_id"), sa.column("what"), sa.column("facts")
    )
    opened = sa.select(entries.c.meeting_id, entries.c.facts).where(entries.c.what == "opened")
    held: Iterator[dict[str, str]] = (
        {"of": row.meeting_id, "slot": slot}
        for row in connection.execute(opened).all()
        if (slot := str(dict(json.loads(row.facts)).get("booking", "")))
    )
    change = (
        sa.update(meetings)
        .where(meetings.c.id == sa.bindparam("of"))
        .values(booking_id=sa.bindparam("slot"))
    )
    while some := list(islice(held, AT_ONCE)):
        connection.execute(change, some)
