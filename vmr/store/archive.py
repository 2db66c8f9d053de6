"""What a backup holds: every row of every table, and the signing key, as lines of JSON.

The first line says which schema the rows are of, the last how many there are of each table. Rows
come in an order in which they can go into an empty database of either kind.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import MetaData, Table, select, text
from sqlalchemy.engine import Connection

from vmr.store.chains import AT_ONCE

FORMAT = 1
VERSION_TABLE = "alembic_version"
BYTES = "bytes"


class BadArchive(Exception):
    """Not what `lines` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`revision` is the schema's; `made_at` seconds since the epoch; `keys` the files of the
    signing key by what follows their name."""

    revision: str
    made_at: float
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    table: str
    columns: tuple[str, ...]
    values: tuple[object, ...]


def lines(connection: Connection, head: Head) -> Iterator[bytes]:
    """All of one snapshot of the database."""
    said = {"format": FORMAT, "revision": head.revision, "made_at": head.made_at}
    yield _line([said, dict(head.keys)])
    counts = {}
    for table in tables(connection):
        columns = [column.name for column in table.columns]
        yield _line([table.name, columns])
        count = 0
        ordered = select(table).order_by(*table.primary_key.columns)
        found = connection.execute(ordered.execution_options(yield_per=AT_ONCE))
        with found as rows:
            for row in rows:
                yield _line([_said(value) for value in row])
                count += 1
        counts[table.name] = count
    yield _line([counts])


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj()
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def expanded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines. Raises BadArchive."""
    unpacker, rest = zlib.decompressobj(), b""
    try:
        for piece in pieces:
            *whole, rest = (rest + unpacker.decompress(piece)).split(b"\n")
            yield from whole
    except zlib.error as error:
        raise BadArchive("it cannot be unpacked") from error
    if rest or not unpacker.eof:
        raise BadArchive("it is not whole")


def parse(said: Iterable[bytes]) -> tuple[Head, Iterator[Row]]:
    """The rows are to be read to their end: only then is it known that all are there. Raises
    BadArchive."""
    found = (json.loads(line) for line in said)
    try:
        about, keys = next(found)
        if about["format"] != FORMAT:
            raise BadArchive(f"a later version wrote it (format {about['format']})")
        head = Head(revision=about["revision"], made_at=about["made_at"], keys=keys)
    except (StopIteration, TypeError, ValueError, KeyError) as error:
        raise BadArchive("it begins otherwise") from error
    return head, _rows(found)


def _rows(found: Iterator[Any]) -> Iterator[Row]:
    counts: Counter[str] = Counter()
    table, columns = "", ()
    for line in found:
        if len(line) == 1 and isinstance(line[0], dict):
            if {one: count for one, count in line[0].items() if count} != counts:
                raise BadArchive("rows are missing")
            if next(found, None) is not None:
                raise BadArchive("it goes on behind its end")
            return
        if len(line) == 2 and isinstance(line[1], list):
            table, columns = line[0], tuple(line[1])
        elif len(line) != len(columns):
            raise BadArchive("a row has other columns")
        else:
            counts[table] += 1
            yield Row(table, columns, tuple(_value(one) for one in line))
    raise BadArchive("it has no end")


def insert_all(connection: Connection, rows: Iterator[Row]) -> Counter[str]:
    """Into tables that are empty. How many of each."""
    known = {table.name: table for table in tables(connection)}
    counts: Counter[str] = Counter()
    for (name, columns), of_table in groupby(rows, key=lambda row: (row.table, row.columns)):
        if name not in known or not set(columns) <= set(known[name].columns.keys()):
            raise BadArchive(f"it has a table {name} of another make")
        for some in _batches(of_table):
            values = [dict(zip(columns, row.values, strict=True)) for row in some]
            connection.execute(known[name].insert(), values)
            counts[name] += len(values)
    return counts


def first_used(connection: Connection) -> str | None:
    """The name of a table that is not empty."""
    for table in tables(connection):
        if connection.execute(select(table).limit(1)).first() is not None:
            return table.name
    return None


def tables(connection: Connection) -> Sequence[Table]:
    """As they are in this database, each behind those that it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def revision(connection: Connection) -> str:
    """Of the schema; empty where there is none."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name == VERSION_TABLE)
    if VERSION_TABLE not in found.tables:
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _said(value: object) -> object:
    return {BYTES: value.hex()} if isinstance(value, bytes | memoryview) else value


def _value(said: object) -> object:
    return bytes.fromhex(said[BYTES]) if isinstance(said, dict) else said
