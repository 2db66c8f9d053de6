"""Header extensions (RFC 8285): one-byte and two-byte forms read, the one-byte form written.

Total functions: an element that runs past the end ends the reading, what came before counts.
"""

import struct

from media.rtp import HEADER

ONE_BYTE = 0xBEDE
_TWO_BYTE = 0x1000
_LAST_ONE_BYTE_ID = 14
_LONGEST_ONE_BYTE_VALUE = 16

NOT_AGREED = -1
"""Stands for an extension without an id in `scan`; no element has it."""

_pack_plain = HEADER.pack


def elements(packet: bytes, profile: int, start: int, end: int) -> dict[int, bytes]:
    """Return every element of packet[start:end] by id; of one that is repeated, the last."""
    found: dict[int, bytes] = {}
    one_byte = profile == ONE_BYTE
    if not one_byte and profile & 0xFFF0 != _TWO_BYTE:
        return found
    while start < end:
        byte = packet[start]
        start += 1
        if byte == 0:
            continue
        if one_byte:
            name, length = byte >> 4, (byte & 0x0F) + 1
            if name > _LAST_ONE_BYTE_ID:
                break
        else:
            if start == end:
                break
            name, length = byte, packet[start]
            start += 1
        if start + length > end:
            break
        found[name] = packet[start : start + length]
        start += length
    return found


def scan(
    packet: bytes, profile: int, start: int, end: int, level_id: int, wide_id: int
) -> tuple[int, int]:
    """Return the audio level byte (RFC 6464) and the transport-wide number; -1 where absent.

    The two elements that matter for every packet, without a table for the others. With the id of
    abs-send-time in place of the number's, its upper 16 bits: 1/1024 s, of 64 s.
    """
    level = wide = -1
    if profile != ONE_BYTE:
        found = elements(packet, profile, start, end)
        value = found.get(level_id)
        if value:
            level = value[0]
        value = found.get(wide_id)
        if value and len(value) >= 2:
            wide = value[0] << 8 | value[1]
        return level, wide
    while start < end:
        byte = packet[start]
        if byte == 0:
            start += 1
            continue
        name = byte >> 4
        following = start + (byte & 0x0F) + 2
        if name > _LAST_ONE_BYTE_ID or following > end:
            break
        if name == wide_id:
            if following >= start + 3:
                wide = packet[start + 1] << 8 | packet[start + 2]
        elif name == level_id:
            level = packet[start + 1]
        start = following
    return level, wide


class HeaderLayout:
    """The fixed shape of one outgoing stream's headers, packed by a single call.

    Values that are not there are packed as zeros, which RFC 8285 reads as padding.
    """

    __slots__ = ("_constant", "_has_extensions", "_level_header", "_pack")

    def __init__(
        self, *, mid_id: int | None, mid: str, level_id: int | None, wide_id: int | None
    ) -> None:
        content = b""
        value = mid.encode()[:_LONGEST_ONE_BYTE_VALUE]
        if _writable(mid_id) and value:
            content += bytes([_writable(mid_id) << 4 | len(value) - 1]) + value
        if _writable(wide_id):
            content += bytes([_writable(wide_id) << 4 | 1])
        self._level_header = _writable(level_id) << 4
        self._has_extensions = bool(content or self._level_header)
        words = (len(content) + 4 + 3) >> 2
        self._constant = struct.pack("!HH", ONE_BYTE, words) + content
        padding = words * 4 - len(content) - 4
        self._pack = struct.Struct(f"!BBHII{len(self._constant)}sHBB{padding}x").pack

    def build(
        self,
        marker_and_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        wide: int,
        level: int,
    ) -> bytes:
        """Return a whole RTP header; `wide` must be 0 where no transport-wide id was agreed.

        `level` below 0 means that it is not known.
        """
        if not self._has_extensions:
            return _pack_plain(0x80, marker_and_type, sequence, timestamp, ssrc)
        level_header = self._level_header
        if level < 0 or not level_header:
            level = level_header = 0
        return self._pack(
            0x90,
            marker_and_type,
            sequence,
            timestamp,
            ssrc,
            self._constant,
            wide,
            level_header,
            level,
        )


def _writable(name: int | None) -> int:
    """Return the id, or 0 when it is not agreed or needs the two-byte form."""
    return name if name is not None and 1 <= name <= _LAST_ONE_BYTE_ID else 0
