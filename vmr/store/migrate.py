"""Schema migrations: run at every start, inside the one write transaction of the opening.

Two processes that start together queue for the write lock; the second finds nothing to do.
"""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from vmr.store.errors import NewerDatabase


def migrate(connection: Connection) -> None:
    """Bring the schema to this version's; raises NewerDatabase and then changes nothing."""
    scripts = _scripts()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {one.revision for one in scripts.walk_revisions()}:
        raise NewerDatabase("the database was written by a later version of the server")
    upgrade(connection, "head")


def write_nothing_new(connection: Connection) -> None:
    """Write the schema's version over itself: the one row that every database has."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def knows(revision: str) -> bool:
    """Whether this version of the server has this migration."""
    return revision in {one.revision for one in _scripts().walk_revisions()}


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to this one."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "vmr.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
