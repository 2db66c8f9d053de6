"""The table of letters that wait for the mail server, or that it has taken.

`subject`, `text`, `html` and `calendar` are empty once a letter is sent, has failed or was dropped:
a personal link is in no other place.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from vmr.store.tables import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("booking_id", ForeignKey("bookings.id")),
    Column("expected_id", String(32), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("useless_after", Float),
    Column("last_error", Text, nullable=False),
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_booking_id_expected_id", "booking_id", "expected_id"),
)
