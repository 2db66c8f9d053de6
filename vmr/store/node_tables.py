"""The tables of several servers on one database: who runs which room, and where browsers reach
the servers. A room that nobody runs keeps its epoch, and its `node` is empty."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table

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
