"""Run by alembic, on the connection (and in the transaction) that `vmr.store.migrate` gives."""

from alembic import context

from vmr.store import (  # noqa: F401  in the metadata
    booking_tables,
    entitlement_tables,
    node_tables,
    outbox_tables,
)
from vmr.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
