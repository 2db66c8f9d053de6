"""Databases as earlier versions left them, with data, to see that what is kept still holds.

Written with statements and hashes of their own: the code under test may have changed.
"""

import hashlib
import hmac
import json
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

NAMES = ("Ann Example", "Bo O'Neil", "Ann Example")


def make(path: Path, revision: str) -> None:
    """The schema as this migration left it, and in it one ended meeting, m1, of three entries."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "vmr.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    database = sqlite3.connect(path)
    with database:
        _fill(database)
    database.close()


def _fill(database: sqlite3.Connection) -> None:
    database.execute(
        "INSERT INTO establishments (id, name, phone, safer_custody)"
        " VALUES ('e1', 'HMP Old', '1', '')"
    )
    database.execute(
        "INSERT INTO rooms (id, establishment_id, address, name, policy, pin_hash, is_closed)"
        " VALUES ('r1', 'e1', 'aaaabbbbcccc', 'Room 1', 'legal', 'x', 0)"
    )
    database.execute("INSERT INTO meetings VALUES ('m1', 'r1', 'ended', NULL, 100.5, 102.5)")
    previous = hashlib.sha256(b'["vmr-record",1,"m1"]').hexdigest()
    for sequence, name in enumerate(NAMES, start=1):
        key = bytes([sequence]) * 32
        fields = _json([["name", name]])
        digest = hmac.new(key, fields.encode(), hashlib.sha256).hexdigest()
        facts = [["how", "invited"], ["count", sequence]]
        said = ["host:p1", "admitted", f"guest:p{sequence}", "réason", facts, digest]
        at = 99.5 + sequence
        link = hashlib.sha256(_json([sequence, previous, at, *said]).encode()).hexdigest()
        database.execute(
            "INSERT INTO record_entries (meeting_id, sequence, at, actor, what, subject, reason,"
            " facts, personal_digest, previous_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ("m1", sequence, at, *said[:4], json.dumps(facts), digest, previous, link),
        )
        database.execute("INSERT INTO record_personal VALUES ('m1', ?, ?, ?)",
                         (sequence, key, json.dumps([["name", name]])))  # fmt: skip
        previous = link


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
