"""Entitlements to social calls: prisoners, contacts, bans, compacts; whose booking is whose."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"


def upgrade() -> None:
    _make_tables()
    _add_text("prisoner_key")
    _add_text("more_minutes_by")
    _fill_keys()
    op.create_index(
        "ix_bookings_establishment_id_prisoner_key",
        "bookings",
        ["establishment_id", "prisoner_key"],
    )
    with op.batch_alter_table("booking_people") as people:
        people.add_column(sa.Column("contact_id", sa.String(32), nullable=True))
        people.create_foreign_key(
            "fk_booking_people_contact_id", "contacts", ["contact_id"], ["id"]
        )


def _make_tables() -> None:
    op.create_table(
        "prisoners",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prisoners"),
        sa.UniqueConstraint("establishment_id", "key", name="uq_prisoners_establishment_id_key"),
        _to("prisoners", "establishment_id", "establishments"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("prisoner_id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("is_under_18", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.Float(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.Float(), nullable=True),
        sa.Column("removed_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        _to("contacts", "prisoner_id", "prisoners"),
    )
    op.create_index("ix_contacts_prisoner_id", "contacts", ["prisoner_id"])
    op.create_table(
        "bans",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("establishment_id", sa.String(32), nullable=False),
        sa.Column("prisoner_id", sa.String(32), nullable=True),
        sa.Column("contact_id", sa.String(32), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.String(10), nullable=False),
        sa.Column("review_on", sa.String(10), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.Float(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bans"),
        _to("bans", "establishment_id", "establishments"),
        _to("bans", "prisoner_id", "prisoners"),
        _to("bans", "contact_id", "contacts"),
    )
    op.create_index("ix_bans_establishment_id_lifted_at", "bans", ["establishment_id", "lifted_at"])
    op.create_table(
        "compacts",
        sa.Column("prisoner_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signed_on", sa.String(10), nullable=False),
        sa.Column("witnessed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("prisoner_id", "version", name="pk_compacts"),
        _to("compacts", "prisoner_id", "prisoners"),
    )


def _add_text(name: str) -> None:
    op.add_column("bookings", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def _fill_keys() -> None:
    columns = [sa.column(name, sa.Text()) for name in ("id", "prisoner", "prisoner_key")]
    bookings = sa.table("bookings", *columns)
    connection = op.get_bind()
    query = sa.select(bookings.c.id, bookings.c.prisoner)
    keys = [{"of": id, "key": _key(said)} for id, said in connection.execute(query)]
    change = sa.update(bookings).where(bookings.c.id == sa.bindparam("of"))
    if keys:
        connection.execute(change.values(prisoner_key=sa.bindparam("key")), keys)


def _key(reference: str) -> str:
    """`prisoner_key` of `vmr.bookings.entitlements`, as it was when this was written."""
    joined = "".join(one for one in reference.casefold() if one.isalnum())
    return joined or " ".join(reference.split())


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
