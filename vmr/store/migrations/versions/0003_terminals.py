"""Enrolled terminals, and whether hosts of an establishment join only there."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.add_column(
        "establishments",
        sa.Column(
            "hosts_only_at_terminals", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_table(
        "terminals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.Float(), nullable=False),
        sa.Column("enrolled_by", sa.String(32), nullable=False),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.Column("revoked_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_terminals"),
        sa.ForeignKeyConstraint(
            ["establishment_id"], ["establishments.id"], name="fk_terminals_establishment_id"
        ),
        sa.ForeignKeyConstraint(["enrolled_by"], ["staff.id"], name="fk_terminals_enrolled_by"),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.id"], name="fk_terminals_revoked_by"),
    )
    op.create_index(
        "ix_terminals_establishment_id_device_id", "terminals", ["establishment_id", "device_id"]
    )
