"""The tables of who may be called in social calls, as the newest migration leaves them.

Times are seconds since the epoch; days are ISO dates on the establishment's clock. What was removed
or lifted keeps its row: bookings point at contacts.
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
    UniqueConstraint,
)

from vmr.store.tables import metadata

prisoners = Table(
    "prisoners",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("added_at", Float, nullable=False, server_default="0"),
    UniqueConstraint("establishment_id", "key", name="uq_prisoners_establishment_id_key"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("prisoner_id", ForeignKey("prisoners.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("is_under_18", Boolean, nullable=False),
    Column("added_at", Float, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Float),
    Column("removed_at", Float),
)

bans = Table(
    "bans",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("prisoner_id", ForeignKey("prisoners.id")),
    Column("contact_id", ForeignKey("contacts.id")),
    Column("name", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("starts_on", String(10), nullable=False),
    Column("review_on", String(10), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("lifted_by", Text, nullable=False),
    Column("lifted_at", Float),
    Column("lift_reason", Text, nullable=False),
    Index("ix_bans_establishment_id_lifted_at", "establishment_id", "lifted_at"),
)

compacts = Table(
    "compacts",
    metadata,
    Column("prisoner_id", ForeignKey("prisoners.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("signed_on", String(10), nullable=False),
    Column("witnessed_by", Text, nullable=False),
)
