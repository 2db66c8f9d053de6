"""H.264 payloads (RFC 6184): where a key frame begins. Nothing is decoded. Total functions."""

from enum import IntEnum

from media.h264_sps import picture_size


class Start(IntEnum):
    """What a packet begins. A decoder needs the parameter sets that precede a picture."""

    NOTHING = 0
    IDR_PICTURE = 1
    PARAMETER_SETS = 2


_IDR = 5
_SPS = 7
_STAP_A = 24
_FU_A = 28


def inspect(payload: bytes) -> Start:
    """Return what begins here: in a single NAL unit, a STAP-A or the first part of an FU-A."""
    if not payload:
        return Start.NOTHING
    unit = payload[0] & 0x1F
    if unit == _STAP_A:
        return _aggregated(payload)
    if unit == _FU_A:
        if len(payload) < 2 or not payload[1] & 0x80:
            return Start.NOTHING
        unit = payload[1] & 0x1F
    return _start_of(unit)


def _aggregated(payload: bytes) -> Start:
    best = Start.NOTHING
    offset = 1
    while offset + 2 < len(payload):
        size = payload[offset] << 8 | payload[offset + 1]
        if size == 0:
            break
        best = max(best, _start_of(payload[offset + 2] & 0x1F))
        offset += 2 + size
    return best


def _start_of(unit: int) -> Start:
    if unit == _SPS:
        return Start.PARAMETER_SETS
    return Start.IDR_PICTURE if unit == _IDR else Start.NOTHING


def frame_size(payload: bytes) -> tuple[int, int] | None:
    """Return width and height where parameter sets begin in this packet."""
    if inspect(payload) is not Start.PARAMETER_SETS:
        return None
    unit = payload[0] & 0x1F
    if unit == _FU_A:
        return picture_size(payload[1:])
    if unit != _STAP_A:
        return picture_size(payload)
    return _aggregated_size(payload)


def _aggregated_size(payload: bytes) -> tuple[int, int] | None:
    """Of the parameter sets in a STAP-A that have a size, the largest."""
    sizes = []
    offset = 1
    while offset + 2 < len(payload):
        size = payload[offset] << 8 | payload[offset + 1]
        if size == 0:
            break
        if payload[offset + 2] & 0x1F == _SPS:
            sizes.append(picture_size(payload[offset + 2 : offset + 2 + size]))
        offset += 2 + size
    known = [size for size in sizes if size is not None]
    if not known or len(known) < len(sizes):
        return None
    return max(size[0] for size in known), max(size[1] for size in known)
