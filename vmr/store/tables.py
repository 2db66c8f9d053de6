"""The tables, as the newest migration leaves them (a test compares the two).

Times are seconds since the epoch. Ids are opaque strings made by the store, except the meeting's,
which signalling makes. Only hashes of PINs, passwords, tokens, cookies and recovery codes are
kept; the secret of a second factor has to be kept as it is.
The personal fields of a meeting's record are keyed by its row in `record_keys`; an older row of
`record_personal`, and every one of `staff_personal`, has a key of its own. `staff_entries` is the
record of an establishment; `noted_sequence` is how far a meeting's record stands in it.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

establishments = Table(
    "establishments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("safer_custody", Text, nullable=False),
    Column("hosts_only_at_terminals", Boolean, nullable=False, server_default=false()),
    Column("zone", String(64), nullable=False, server_default="Europe/London"),
    Column("takes_requests", Boolean, nullable=False, server_default=false()),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("address", String(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("policy", String(20), nullable=False),
    Column("pin_hash", Text, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("ends_at", Float),
    Column("has_hours", Boolean, nullable=False, server_default=false()),
    Column("pin_per_slot", Boolean, nullable=False, server_default=false()),
)

invites = Table(
    "invites",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("opens_at", Float),
    Column("closes_at", Float),
    Column("is_revoked", Boolean, nullable=False),
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("state", String(8), nullable=False),
    Column("snapshot", Text),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("noted_sequence", Integer, nullable=False, server_default="0"),
    Column("personal_deleted_at", Float),
    Column("names", Text, nullable=False, server_default=""),
    Column("booking_id", String(32), index=True),
    Index("ix_meetings_room_id_state", "room_id", "state"),
)

record_entries = Table(
    "record_entries",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("personal_digest", String(64), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

record_keys = Table(
    "record_keys",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("key", LargeBinary(32), nullable=False),
)

record_personal = Table(
    "record_personal",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(32)),
    Column("fields", Text, nullable=False),
    ForeignKeyConstraint(
        ["meeting_id", "sequence"],
        ["record_entries.meeting_id", "record_entries.sequence"],
        name="fk_record_personal_entry",
    ),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False, index=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("password_expires_at", Float),
    Column("totp_secret", Text, nullable=False),
    Column("totp_last_step", Integer, nullable=False),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("step", String(24), nullable=False),
    Column("started_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("browser", Text, nullable=False),
)

staff_entries = Table(
    "staff_entries",
    metadata,
    Column("establishment_id", ForeignKey("establishments.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("personal_digest", String(64), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_staff_entries_establishment_id_subject", "establishment_id", "subject"),
)

staff_personal = Table(
    "staff_personal",
    metadata,
    Column("establishment_id", String(32), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(32), nullable=False),
    Column("fields", Text, nullable=False),
    ForeignKeyConstraint(
        ["establishment_id", "sequence"],
        ["staff_entries.establishment_id", "staff_entries.sequence"],
        name="fk_staff_personal_entry",
    ),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("retired_at", Float),
    Column("previous_id", String(32), nullable=False),
    Column("endorsement", String(128), nullable=False),
)

record_checkpoints = Table(
    "record_checkpoints",
    metadata,
    Column("establishment_id", ForeignKey("establishments.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("key_id", ForeignKey("signing_keys.id"), nullable=False),
    Column("signature", String(128), nullable=False),
)

record_side_parts = Table(
    "record_side_parts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("meeting_id", String(64), nullable=False, index=True),  # may never have come to be here
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("node", String(80), nullable=False),
    Column("entries", Text, nullable=False),
    Column("personal", Text, nullable=False),
    Column("personal_key", LargeBinary(32)),
    Column("key_id", ForeignKey("signing_keys.id"), nullable=False),
    Column("signature", String(128), nullable=False),
)

terminals = Table(
    "terminals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False),
    Column("device_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("enrolled_at", Float, nullable=False),
    Column("enrolled_by", ForeignKey("staff.id"), nullable=False),
    Column("revoked_at", Float),
    Column("revoked_by", ForeignKey("staff.id")),
    Column("used_at", Float),
    Index("ix_terminals_establishment_id_device_id", "establishment_id", "device_id"),
)
