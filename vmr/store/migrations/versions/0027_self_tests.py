"""The last self-test by each personal link."""

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"


def upgrade() -> None:
    op.create_table(
        "self_tests",
        sa.Column("invite_id", sa.String(32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("browser", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("invite_id", name="pk_self_tests"),
        sa.ForeignKeyConstraint(["invite_id"], ["invites.id"], name="fk_self_tests_invite_id"),
    )
