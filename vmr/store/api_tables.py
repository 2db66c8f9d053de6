"""The tables of the REST API, as the newest migration leaves them.

Times are seconds since the epoch. Of a token only the SHA-256 is kept.
"""

from sqlalchemy import Column, Float, ForeignKey, LargeBinary, String, Table, Text

from vmr.store.tables import metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("used_at", Float),
    Column("revoked_at", Float),
)

api_answers = Table(
    "api_answers",
    metadata,
    Column("token_id", ForeignKey("api_tokens.id"), primary_key=True),
    Column("key_hash", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("new_id", String(32), nullable=False),
    Column("made_at", Float, nullable=False, index=True),
    Column("claimed_at", Float, nullable=False),
    Column("sealed", LargeBinary),
)
