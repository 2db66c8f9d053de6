"""RTP headers (RFC 3550 section 5.1) and serial numbers. Bytes in, integers out; no state.

Errors: `RtpError` (code `rtp_malformed`), the only exception any bytes can cause here.
"""

import struct

HEADER = struct.Struct("!BBHII")
"""Version and flags, marker and payload type, sequence number, timestamp, SSRC."""

Parsed = tuple[int, int, int, int, int, int, int, int]

_EXTENSION = struct.Struct("!HH")
_unpack_header = HEADER.unpack_from
_unpack_extension = _EXTENSION.unpack_from


class RtpError(ValueError):
    """Not an RTP packet of version 2, or one whose lengths do not fit."""

    code = "rtp_malformed"


def parse(packet: bytes) -> Parsed:
    """Return (marker and type, sequence, timestamp, ssrc, profile, start, payload, end).

    Header extensions of `profile` (0: none) lie in packet[start:payload], the payload without
    its padding in packet[payload:end]. The first value keeps the marker in its bit 0x80.
    """
    try:
        first, second, sequence, timestamp, ssrc = _unpack_header(packet)
        start = 12 + ((first & 0x0F) << 2)
        payload = start
        profile = 0
        if first & 0x10:
            profile, words = _unpack_extension(packet, start)
            start += 4
            payload = start + (words << 2)
    except struct.error:
        raise RtpError("packet ends inside its header") from None
    end = len(packet)
    if first & 0x20:
        padding = packet[-1]
        if not padding:
            raise RtpError("padding of length zero")
        end -= padding
    if first >> 6 != 2 or payload > end:
        raise RtpError("not a packet of version 2, or lengths that do not fit")
    return second, sequence, timestamp, ssrc, profile, start, payload, end


def unwrap(sequence: int, reference: int) -> int:
    """Return the integer nearest to `reference` whose lower 16 bits are `sequence`."""
    return reference + ((sequence - reference + 0x8000) & 0xFFFF) - 0x8000


def signed32(difference: int) -> int:
    """Return a difference of two timestamps as the short way round the circle of 2**32."""
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000
