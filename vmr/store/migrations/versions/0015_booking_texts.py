"""What a search of bookings looks through moves into narrow rows of its own."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    op.create_table(
        "booking_texts",
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("booking_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "establishment_id", "starts_at", "booking_id", name="pk_booking_texts"
        ),
        sa.UniqueConstraint("booking_id", name="uq_booking_texts_booking_id"),
        sa.ForeignKeyConstraint(
            ["establishment_id"], ["establishments.id"], name="fk_booking_texts_establishment_id"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_booking_texts_booking_id"
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO booking_texts (establishment_id, starts_at, booking_id, text)"
        " SELECT establishment_id, starts_at, id, search FROM bookings"
    )
    op.drop_column("bookings", "search")
