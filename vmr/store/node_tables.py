"""The tables of several servers on one database: who runs which room, where browsers reach
the servers, tickets by which a page of one opens a socket at another, and which servers are to be
emptied. A room that nobody runs keeps its epoch, and its `node` is empty. `run` is the last run of
a server of this name."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table

from vmr.store.tables import metadata

room_owners = Table(
    "room_owners",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True),
    Column("node", String(64), index=True),
    Column("epoch", Integer, nullable=False),
)

node_urls = Table(
    "node_urls",
    metadata,
    Column("url", String(255), primary_key=True),
    Column("seen_at", Float, nullable=False),
)

staff_tickets = Table(
    "staff_tickets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "session_id",
        ForeignKey("staff_sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("purpose", String(24), nullable=False),
    Column("server", String(255), nullable=False),
    Column("expires_at", Float, nullable=False),
)

nodes = Table(
    "nodes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("drained_at", Float),
    Column("leaves_running", Boolean, nullable=False),
    Column("url", String(255)),
)
