"""RED audio (RFC 2198): the newest block of a packet, for those who did not agree the format.

Total: what is cut short or does not add up has no newest block, and gives no bytes.
"""

_MAX_BLOCKS = 32


def primary(payload: bytes) -> bytes:
    """Return the last block, the packet as it would be without redundancy."""
    at = passed = 0
    for _ in range(_MAX_BLOCKS):
        if at >= len(payload):
            return b""
        if not payload[at] & 0x80:
            return payload[at + 1 + passed :]
        if at + 4 > len(payload):
            return b""
        passed += (payload[at + 2] & 0x03) << 8 | payload[at + 3]
        at += 4
    return b""
