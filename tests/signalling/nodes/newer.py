"""A server of the version that follows this one: the versions of the protocol and of snapshots are
one higher, raised before anybody reads them.

It is this program in all else, so that a server of this version is, beside it, the one before.
"""

import sys
from typing import Any

import lobby.snapshot
import signalling.versions


def serve(*arguments: Any) -> None:
    assert "signalling.nodes.keeper" not in sys.modules, "it has read the versions already"
    newest = lobby.snapshot.VERSION + 1
    lobby.snapshot.VERSION, lobby.snapshot.READABLE = newest, (newest, newest - 1)
    spoken = signalling.versions.PROTOCOLS[0] + 1
    signalling.versions.PROTOCOLS = (spoken, spoken - 1)
    signalling.versions.OLDEST = spoken - 1
    from tests.signalling.nodes import serving

    serving.serve(*arguments)
