"""The tables of bookings, as the newest migration leaves them.

Times are seconds since the epoch. `booking_texts` is what a search looks through. `prisoner_key` is
equal for one prisoner's bookings (`vmr.bookings.entitlements.prisoner_key`). `contact_id` points
into entitlement_tables.py.
`was_requested` tells what was asked for from what a clerk
confirmed at once; of an outcome `booking_version` is the version of the booking that it speaks of,
and `lost` the lost seconds by cause as JSON, "" for none.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from vmr.store.tables import metadata

bookings = Table(
    "bookings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id")),
    Column("purpose", String(24), nullable=False),
    Column("state", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("prisoner", Text, nullable=False),
    Column("prisoner_key", Text, nullable=False, server_default=""),
    Column("requester_name", Text, nullable=False),
    Column("requester_email", Text, nullable=False),
    Column("note_for_staff", Text, nullable=False),
    Column("note_for_guest", Text, nullable=False),
    Column("linked_id", ForeignKey("bookings.id")),
    Column("more_persons_by", Text, nullable=False),
    Column("more_minutes_by", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("personal_deleted_at", Float),
    Column("was_requested", Boolean, nullable=False, server_default=false()),
    Column("rebooks_id", ForeignKey("bookings.id"), index=True),
    Index("ix_bookings_establishment_id_starts_at", "establishment_id", "starts_at"),
    Index("ix_bookings_room_id_starts_at", "room_id", "starts_at"),
    Index("ix_bookings_establishment_id_state", "establishment_id", "state"),
    Index("ix_bookings_state_starts_at", "state", "starts_at"),
    Index("ix_bookings_establishment_id_prisoner_key", "establishment_id", "prisoner_key"),
)

booking_alternatives = Table(
    "booking_alternatives",
    metadata,
    Column("booking_id", ForeignKey("bookings.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
)

booking_people = Table(
    "booking_people",
    metadata,
    Column("booking_id", ForeignKey("bookings.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("part", String(16), nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("id_to_bring", String(24), nullable=False),
    Column("language", Text, nullable=False),
    Column("is_under_18", Boolean, nullable=False, server_default=false()),
    Column("invite_id", ForeignKey("invites.id"), index=True),
    Column("contact_id", ForeignKey("contacts.id")),
)

booking_texts = Table(
    "booking_texts",
    metadata,
    Column("establishment_id", ForeignKey("establishments.id"), primary_key=True),
    Column("starts_at", Float, primary_key=True),
    Column("booking_id", ForeignKey("bookings.id"), primary_key=True, unique=True),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)

self_tests = Table(
    "self_tests",
    metadata,
    Column("invite_id", ForeignKey("invites.id"), primary_key=True),
    Column("at", Float, nullable=False),
    Column("browser", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("problems", Text, nullable=False),
)

room_hours = Table(
    "room_hours",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("weekday", Integer, nullable=False),
    Column("opens", String(5), nullable=False),
    Column("closes", String(5), nullable=False),
)

closures = Table(
    "closures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id")),
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_closures_establishment_id_ends_at", "establishment_id", "ends_at"),
)

slot_pins = Table(
    "slot_pins",
    metadata,
    Column("booking_id", ForeignKey("bookings.id"), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("starts_at", Float, nullable=False),
    Column("pin_hash", Text, nullable=False),
)

rosters = Table(
    "rosters",
    metadata,
    Column("establishment_id", ForeignKey("establishments.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("officer_id", String(32), primary_key=True),
)

booking_outcomes = Table(
    "booking_outcomes",
    metadata,
    Column("booking_id", ForeignKey("bookings.id"), primary_key=True),
    Column("booking_version", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_settled", Boolean, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("cause", String(16)),
    Column("note", Text, nullable=False),
    Column("officer_id", String(32), nullable=False),
    Column("officer_name", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("opened_at", Float),
    Column("talked_at", Float),
    Column("ended_at", Float),
    Column("waited_s", Float, nullable=False),
    Column("identified_s", Float, nullable=False),
    Column("talked_s", Float, nullable=False),
    Column("lost", Text, nullable=False),
    Column("has_guests", Boolean, nullable=False),
    Column("had_callers", Boolean, nullable=False),
    Column("is_ended_early_by_network", Boolean, nullable=False),
    Column("knocks_after_lock", Integer, nullable=False),
    Column("refusals", Integer, nullable=False),
)
