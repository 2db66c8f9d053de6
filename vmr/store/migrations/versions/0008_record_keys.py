"""One key a meeting for the personal fields of its record; older fields keep their own."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    op.create_table(
        "record_keys",
        sa.Column("meeting_id", sa.String(64), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", name="pk_record_keys"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_record_keys_meeting_id"),
    )
    with op.batch_alter_table("record_personal") as batch:
        batch.alter_column("key", existing_type=sa.LargeBinary(32), nullable=True)
