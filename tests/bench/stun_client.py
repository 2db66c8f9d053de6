"""STUN checks of a controlling ICE agent (RFC 8489, RFC 8445), as few bytes as will do.

Written apart from `media.stun`, so that the bench does not test the server with its own code.
"""

import hashlib
import hmac
import os
import struct
import zlib

COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
_USERNAME, _INTEGRITY, _FINGERPRINT = 0x0006, 0x0008, 0x8028
_PRIORITY, _USE_CANDIDATE, _CONTROLLING = 0x0024, 0x0025, 0x802A


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def build_check(*, local_ufrag: str, remote_ufrag: str, remote_pwd: str) -> bytes:
    """A Binding request that nominates its own address."""
    body = _attribute(_USERNAME, f"{remote_ufrag}:{local_ufrag}".encode())
    body += _attribute(_PRIORITY, struct.pack("!I", 0x7E7F1EFF))
    body += _attribute(_CONTROLLING, os.urandom(8)) + _attribute(_USE_CANDIDATE, b"")
    transaction = os.urandom(12)

    def header(extra: int) -> bytes:
        return struct.pack("!HHI", BINDING_REQUEST, len(body) + extra, COOKIE) + transaction

    digest = hmac.new(remote_pwd.encode(), header(24) + body, hashlib.sha1).digest()
    body += _attribute(_INTEGRITY, digest)
    checksum = zlib.crc32(header(8) + body) ^ 0x5354554E
    body += _attribute(_FINGERPRINT, struct.pack("!I", checksum))
    return header(0) + body


def is_success(datagram: bytes) -> bool:
    return len(datagram) >= 20 and struct.unpack_from("!H", datagram)[0] == BINDING_SUCCESS
