"""RED audio (RFC 2198): a packet that carries copies of those before it, read and written.

Total: what is cut short, does not add up or is of many blocks has none.
"""

LONGEST_OFFSET = (1 << 14) - 1
"""Of a copy's timestamp before its packet's: 341 ms of Opus."""
LONGEST_COPY = (1 << 10) - 1

_MAX_BLOCKS = 32
_FOLLOWED = 0x80
_COPY_HEAD, _NEWEST_HEAD = 4, 1


def blocks(payload: bytes) -> list[tuple[int, int, bytes]]:
    """Return payload type, timestamp offset and content of each block; the packet's own is last."""
    heads: list[tuple[int, int, int]] = []
    at = 0
    while at < len(payload) and payload[at] & _FOLLOWED:
        if at + _COPY_HEAD > len(payload) or len(heads) == _MAX_BLOCKS:
            return []
        head = int.from_bytes(payload[at : at + _COPY_HEAD], "big")
        heads.append((head >> 24 & 0x7F, head >> 10 & LONGEST_OFFSET, head & LONGEST_COPY))
        at += _COPY_HEAD
    start = at + _NEWEST_HEAD
    if start + sum(length for _, _, length in heads) >= len(payload):
        return []
    found = []
    for payload_type, offset, length in heads:
        found.append((payload_type, offset, payload[start : start + length]))
        start += length
    return [*found, (payload[at], 0, payload[start:])]


def wrap(payload_type: int, newest: bytes, copies: list[tuple[int, bytes]]) -> bytes:
    """Return a packet with copies, oldest first, each with its timestamp offset.

    Offsets and copies must be no longer than `LONGEST_OFFSET` and `LONGEST_COPY`.
    """
    head = _FOLLOWED | payload_type
    heads = [
        (head << 24 | offset << 10 | len(copy)).to_bytes(_COPY_HEAD, "big")
        for offset, copy in copies
    ]
    return b"".join((*heads, bytes([payload_type]), *(copy for _, copy in copies), newest))
