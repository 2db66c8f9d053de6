"""What a server wrote of a meeting while another had taken its room."""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"


def upgrade() -> None:
    op.create_table(
        "record_side_parts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("meeting_id", sa.String(64), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("node", sa.String(80), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("personal", sa.Text(), nullable=False),
        sa.Column("personal_key", sa.LargeBinary(32)),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_side_parts"),
        sa.ForeignKeyConstraint(
            ["establishment_id"],
            ["establishments.id"],
            name="fk_record_side_parts_establishment_id",
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["signing_keys.id"], name="fk_record_side_parts_key_id"
        ),
    )
    op.create_index("ix_record_side_parts_meeting_id", "record_side_parts", ["meeting_id"])
