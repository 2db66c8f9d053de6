"""Which duty officers are rostered for a day."""

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"


def upgrade() -> None:
    op.create_table(
        "rosters",
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("establishment_id", "day", "officer_id", name="pk_rosters"),
        sa.ForeignKeyConstraint(
            ["establishment_id"], ["establishments.id"], name="fk_rosters_establishment_id"
        ),
    )
