"""STUN as ICE needs it (RFC 8489, RFC 8445): parse any datagram, build binding messages.

Pure: bytes in, values out. It is not an ICE agent (`media.ice`) and knows no socket.
Invariant: `parse` returns a `Message` whose FINGERPRINT, when there is one, was right, or raises
`StunError`; nothing before MESSAGE-INTEGRITY was checked by `has_integrity` may be believed.
"""

import hmac
import socket
import struct
from binascii import crc32
from dataclasses import dataclass

COOKIE = 0x2112A442
HEADER_BYTES = 20
MAX_BYTES = 1500

BINDING_REQUEST = 0x0001
BINDING_INDICATION = 0x0011
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLED = 0x8029
ICE_CONTROLLING = 0x802A

# Comprehension-required attributes (below 0x8000) that a binding request may carry.
_UNDERSTOOD = frozenset({USERNAME, MESSAGE_INTEGRITY, PRIORITY, USE_CANDIDATE})

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_FINGERPRINT_XOR = 0x5354554E
_INTEGRITY_BYTES = 4 + 20
_FINGERPRINT_BYTES = 4 + 4
_IPV4, _IPV6 = 1, 2


class StunError(Exception):
    """Not a STUN message, or a broken one. A peer can cause it at will."""

    code = "bad_stun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One STUN message. `attributes` holds the first of each type, up to the integrity check."""

    type: int
    transaction_id: bytes
    attributes: dict[int, bytes]
    signed: bytes | None
    unknown_required: tuple[int, ...]

    @property
    def username(self) -> str:
        return self.attributes.get(USERNAME, b"").decode("utf-8", "replace")


def is_stun(datagram: bytes) -> bool:
    """Whether a datagram claims to be STUN (RFC 7983: first byte 0 to 3, magic cookie)."""
    return (
        len(datagram) >= HEADER_BYTES and datagram[0] < 4 and datagram[4:8] == b"\x21\x12\xa4\x42"
    )


def parse(datagram: bytes) -> Message:
    """Read one message; raises `StunError`. Attributes after MESSAGE-INTEGRITY are ignored."""
    if not is_stun(datagram) or len(datagram) > MAX_BYTES:
        raise StunError("not a STUN message")
    message_type, length, _, transaction_id = _HEADER.unpack_from(datagram)
    if length % 4 or length + HEADER_BYTES != len(datagram):
        raise StunError("length does not match")
    attributes: dict[int, bytes] = {}
    unknown: list[int] = []
    signed: bytes | None = None
    position = HEADER_BYTES
    while position < len(datagram):
        attribute, size = _ATTRIBUTE.unpack_from(datagram, position)
        end = position + 4 + size
        if end > len(datagram):
            raise StunError("attribute runs over the end")
        value = datagram[position + 4 : end]
        if attribute == FINGERPRINT:
            if value != _fingerprint(datagram[:position]):
                raise StunError("wrong fingerprint")
        elif signed is None:
            attributes.setdefault(attribute, value)
            if attribute == MESSAGE_INTEGRITY:
                signed = datagram[:position]
            elif attribute < 0x8000 and attribute not in _UNDERSTOOD:
                unknown.append(attribute)
        position = (end + 3) & ~3
    return Message(
        type=message_type,
        transaction_id=transaction_id,
        attributes=attributes,
        signed=signed,
        unknown_required=tuple(unknown),
    )


def has_integrity(message: Message, password: bytes) -> bool:
    """Whether the message was signed with `password` (short-term credential)."""
    if message.signed is None:
        return False
    expected = _integrity(message.signed, password)
    return hmac.compare_digest(expected, message.attributes[MESSAGE_INTEGRITY])


def build(
    message_type: int,
    transaction_id: bytes,
    attributes: list[tuple[int, bytes]],
    password: bytes | None,
) -> bytes:
    """One message with FINGERPRINT, signed when there is a password."""
    body = b"".join(_attribute(kind, value) for kind, value in attributes)
    data = _HEADER.pack(message_type, len(body), COOKIE, transaction_id) + body
    if password is not None:
        data += _attribute(MESSAGE_INTEGRITY, _integrity(data, password))
    return _with_length(data, _FINGERPRINT_BYTES) + _attribute(FINGERPRINT, _fingerprint(data))


def build_success(transaction_id: bytes, address: tuple[str, int], password: bytes) -> bytes:
    """The answer to a binding request: where it came from."""
    mapped = xor_address(address, transaction_id)
    return build(BINDING_SUCCESS, transaction_id, [(XOR_MAPPED_ADDRESS, mapped)], password)


def build_error(
    transaction_id: bytes,
    code: int,
    reason: str,
    password: bytes,
    unknown: tuple[int, ...] = (),
) -> bytes:
    """An error answer; `unknown` are the attributes a 420 complains about."""
    value = struct.pack("!HBB", 0, code // 100, code % 100) + reason.encode()
    attributes = [(ERROR_CODE, value)]
    if unknown:
        attributes.append((UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(unknown)}H", *unknown)))
    return build(BINDING_ERROR, transaction_id, attributes, password)


def xor_address(address: tuple[str, int], transaction_id: bytes) -> bytes:
    """The value of XOR-MAPPED-ADDRESS for an address (a mapped IPv4 address as IPv4)."""
    host, port = address
    if ":" in host and not host.startswith("::ffff:"):
        family, packed = _IPV6, socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    else:
        family, packed = _IPV4, socket.inet_pton(socket.AF_INET, host.removeprefix("::ffff:"))
    pad = (COOKIE.to_bytes(4, "big") + transaction_id)[: len(packed)]
    masked = bytes(byte ^ mask for byte, mask in zip(packed, pad, strict=True))
    return struct.pack("!BBH", 0, family, port ^ (COOKIE >> 16)) + masked


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _with_length(data: bytes, further_bytes: int) -> bytes:
    length = len(data) - HEADER_BYTES + further_bytes
    return data[:2] + length.to_bytes(2, "big") + data[4:]


def _integrity(data: bytes, password: bytes) -> bytes:
    return hmac.digest(password, _with_length(data, _INTEGRITY_BYTES), "sha1")


def _fingerprint(data: bytes) -> bytes:
    checksum = crc32(_with_length(data, _FINGERPRINT_BYTES)) ^ _FINGERPRINT_XOR
    return checksum.to_bytes(4, "big")
