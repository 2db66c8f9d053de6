"""Ports for the servers that tests start, each for one process of tests while it lives.

They lie below those that a system gives away by itself (Linux: from 32768 on), so that no
connection of somebody else takes one before the server does.
"""

import fcntl
import random
import socket
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

FIRST, LAST = 20_000, 32_000
HOST = "127.0.0.1"


def free_port() -> int:
    """Free for TCP and for UDP."""
    for port in random.sample(range(FIRST, LAST), LAST - FIRST):
        if _is_claimed(port) and _is_free(port):
            return port
    raise AssertionError(f"no port from {FIRST} to {LAST} is free")


def _is_claimed(port: int) -> bool:
    """Whether it is ours until this process ends: a lock on the byte of its number."""
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind((HOST, port))
    except OSError:
        return False
    return True


@cache
def _claims() -> IO[bytes]:
    return (Path(tempfile.gettempdir()) / "vmr-test-ports").open("ab")
