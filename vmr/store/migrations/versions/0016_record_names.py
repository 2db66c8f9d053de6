"""The names in each record as one text beside its meeting, for the search."""

import json
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"

MEETINGS = sa.table("meetings", sa.column("id", sa.String()), sa.column("names", sa.Text()))
PERSONAL = sa.table(
    "record_personal",
    sa.column("meeting_id", sa.String()),
    sa.column("sequence", sa.Integer()),
    sa.column("fields", sa.Text()),
)
A_NAME = re.compile(r"officer|verified_name|.+\.\d+")


def upgrade() -> None:
    op.add_column("meetings", sa.Column("names", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    query = sa.select(PERSONAL.c.meeting_id, PERSONAL.c.fields)
    found: dict[str, dict[str, None]] = {}
    for meeting, fields in connection.execute(
        query.order_by(PERSONAL.c.meeting_id, PERSONAL.c.sequence)
    ):
        lines = found.setdefault(meeting, {})
        lines.update((_folded(value), None) for key, value in json.loads(fields) if _is_name(key))
    change = sa.update(MEETINGS).where(MEETINGS.c.id == sa.bindparam("meeting"))
    rows = [{"meeting": one, "names": "\n".join(lines)} for one, lines in found.items() if lines]
    if rows:
        connection.execute(change, rows)


def _is_name(key: str) -> bool:
    return A_NAME.fullmatch(key) is not None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())
