"""The tables of the REST API, as the newest migration leaves them.

Times are seconds since the epoch. Of a token only the SHA-256 is kept; the secret of a webhook has
to be kept as it is, since messages are signed with it; `old_secrets` are those before it that are
good beside it for a while, as JSON: `[[UNTIL, SECRET], ...]`. A webhook without a token is staff's.
"""

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, String, Table, Text

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

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("establishment_id", ForeignKey("establishments.id"), nullable=False, index=True),
    Column("token_id", ForeignKey("api_tokens.id")),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secrets", Text, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("disabled_at", Float),
    Column("delivered_at", Float),
    Column("failed_at", Float),
    Column("last_error", Text, nullable=False),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("next_at", Float, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("happened_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
)
