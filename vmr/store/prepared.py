"""Statements of the path that every entry of a record takes, run by the driver itself.

SQLAlchemy writes their text, once for each kind of database, and knows their errors; what it does
around each execution beside that cost more than the statement. Values go to the driver as they are:
for columns of texts, numbers and bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, ClauseElement, Select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]


def run(connection: Connection, text: str, values: Any = (), how: str = "execute") -> Any:
    """The driver's cursor after it; what the driver raises comes out as SQLAlchemy's, and a
    connection that is lost is given up."""
    driver: Any = connection.dialect.dbapi
    try:
        cursor = connection.connection.cursor()
        getattr(cursor, how)(text, values)
    except driver.Error as error:
        raise _known(connection, text, error) from error
    return cursor


def _known(connection: Connection, text: str, error: Any) -> BaseException:
    driver: Any = connection.dialect.dbapi
    is_lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
    known: BaseException = DBAPIError.instance(
        text,
        None,
        error,
        driver.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=connection.dialect,
    )
    return known


class Prepared:
    """A statement with bound parameters, those of an insert by the names of its columns."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._texts: dict[str, _Text] = {}

    def one(self, connection: Connection, values: Values) -> Sequence[Any] | None:
        """The first row. Raises SQLAlchemy's errors, as the others do."""
        text = self._text(connection)
        cursor = run(connection, text.text, text.of(values))
        try:
            row: Sequence[Any] | None = cursor.fetchone()
        finally:
            cursor.close()
        return row

    def change(self, connection: Connection, values: Values) -> int:
        """How many rows were changed."""
        text = self._text(connection)
        cursor = run(connection, text.text, text.of(values))
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def each(self, connection: Connection, rows: Sequence[Values]) -> None:
        text = self._text(connection)
        if len(rows) == 1:  # psycopg's `executemany` opens a pipeline
            run(connection, text.text, text.of(rows[0])).close()
            return
        run(connection, text.text, [text.of(values) for values in rows], "executemany").close()

    def _text(self, connection: Connection) -> "_Text":
        name = connection.dialect.name
        found = self._texts.get(name)
        if found is None:
            found = self._texts[name] = _Text(self._statement, self._columns, connection)
        return found


class PreparedRow:
    """A select of one row, by the names of its columns."""

    def __init__(self, statement: "Select[Any]") -> None:
        self._prepared = Prepared(statement)
        columns = statement.selected_columns
        self._names = [str(column.name) for column in columns]
        self._booleans = [column.name for column in columns if isinstance(column.type, Boolean)]

    def one(self, connection: Connection, values: Values) -> dict[str, Any] | None:
        found = self._prepared.one(connection, values)
        if found is None:
            return None
        row = dict(zip(self._names, found, strict=True))
        for name in self._booleans:  # SQLite has numbers
            row[name] = bool(row[name])
        return row


class _Text:
    """It as one kind of database understands it."""

    def __init__(
        self, statement: ClauseElement, columns: Sequence[str] | None, connection: Connection
    ) -> None:
        compiled: Any = statement.compile(
            dialect=connection.dialect,
            column_keys=None if columns is None else list(columns),
        )
        self.text = str(compiled)
        self._given = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: tuple[str, ...] | None = (
            tuple(compiled.positiontup) if compiled.positional else None
        )

    def of(self, values: Values) -> Any:
        """As the driver takes them: by place, or by name."""
        whole = {**self._given, **values} if self._given else values
        return whole if self._order is None else [whole[name] for name in self._order]
