"""A newer server brings the schema to its own while older ones still run meetings: no migration may
take away what they read, or ask of a row what they do not write."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, UniqueConstraint, create_engine
from sqlalchemy.engine import Connection

from vmr import store
from vmr.store.migrate import upgrade

FIRST = "0030"
"""Servers of one estate can be upgraded one by one since then."""


def test_what_an_older_server_reads_and_writes_is_there_after_every_migration() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection, FIRST)
        before = schema(connection)
        for revision in later():
            upgrade(connection, revision)
            after = schema(connection)
            assert hindrances(before, after) == [], f"migration {revision}"
            before = after
    engine.dispose()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ["nodes is gone"]),
        ({"nodes": [Column("run")]}, ["nodes.name is gone"]),
        (
            {"nodes": [Column("name"), Column("run"), Column("url", nullable=False)]},
            ["nodes.url must be written"],
        ),
        ({"nodes": [Column("name"), Column("run", nullable=False)]}, ["nodes.run must be written"]),
        (
            {"nodes": [Column("name"), Column("run"), UniqueConstraint("run")]},
            ["nodes has a new constraint on run"],
        ),
        ({"nodes": [Column("name"), Column("run"), Column("url")]}, []),
        (
            {"nodes": [Column("name"), Column("run"), Column("at", nullable=False,
                                                              server_default="0")]},
            [],
        ),
        ({"nodes": [Column("name"), Column("run")], "new": [Column("id", nullable=False)]}, []),
    ],
)  # fmt: skip
def test_what_would_hinder_an_older_server_is_found(
    changed: Mapping[str, list[Any]], said: list[str]
) -> None:
    before = tables({"nodes": [Column("name"), Column("run")]})
    assert hindrances(before, tables(changed)) == said


def tables(parts: Mapping[str, list[Any]]) -> Mapping[str, Table]:
    metadata = MetaData()
    return {name: Table(name, metadata, *columns) for name, columns in parts.items()}


def later() -> list[str]:
    scripts = ScriptDirectory(str(Path(store.__file__).parent / "migrations"))
    return [one.revision for one in scripts.iterate_revisions("head", FIRST)][::-1]


def schema(connection: Connection) -> Mapping[str, Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return dict(metadata.tables)


def hindrances(before: Mapping[str, Table], after: Mapping[str, Table]) -> list[str]:
    found = []
    for name, old in before.items():
        new = after.get(name)
        found += [f"{name} is gone"] if new is None else _of_table(old, new)
    return found


def _of_table(old: Table, new: Table) -> list[str]:
    gone = [f"{old.name}.{one.name} is gone" for one in old.columns if one.name not in new.columns]
    asked = [
        f"{old.name}.{one.name} must be written"
        for one in new.columns
        if _must_be_written(one) and not (one.name in old.columns and _was(old, one))
    ]
    unique = [
        f"{old.name} has a new constraint on {', '.join(one)}"
        for one in sorted(_unique(new) - _unique(old))
    ]
    return [*gone, *asked, *unique]


def _was(old: Table, one: "Column[Any]") -> bool:
    return _must_be_written(old.columns[one.name])


def _must_be_written(one: "Column[Any]") -> bool:
    return not one.nullable and one.server_default is None


def _unique(table: Table) -> set[tuple[str, ...]]:
    """By which columns rows may not be alike."""
    constraints = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexes = [one.columns for one in table.indexes if one.unique]
    return {tuple(column.name for column in one) for one in (*constraints, *indexes)}
