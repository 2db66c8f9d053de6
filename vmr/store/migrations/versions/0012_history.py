"""What was done to one booking is found in the record without reading all of it."""

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    op.create_index(
        "ix_staff_entries_establishment_id_subject",
        "staff_entries",
        ["establishment_id", "subject"],
    )
