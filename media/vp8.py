"""VP8 payload descriptors (RFC 7741): key frames, picture id and TL0PICIDX read and rewritten.

Nothing is decoded. Total functions: a descriptor that is cut short has no picture and is no
key frame.
"""

Picture = tuple[int, int, int, int, int]
"""(picture id, its offset, its mask, TL0PICIDX, its offset); an offset of 0 means absent.

The mask is 0x7F or 0x7FFF: the width the sender chose.
"""

_NOTHING: tuple[bool, Picture | None] = (False, None)
_PLAIN_KEY_FRAME: tuple[bool, Picture | None] = (True, None)
_START_CODE = b"\x9d\x01\x2a"


def inspect(payload: bytes) -> tuple[bool, Picture | None]:
    """Return whether a key frame begins in this packet, and its picture numbers if it has any."""
    try:
        first = payload[0]
        offset = 1
        picture: Picture | None = None
        if first & 0x80:
            flags = payload[1]
            offset = 2
            picture_id = picture_at = mask = tl0 = tl0_at = 0
            if flags & 0x80:
                picture_at = offset
                picture_id = payload[offset]
                mask = 0x7F
                offset += 1
                if picture_id & 0x80:
                    picture_id = (picture_id & 0x7F) << 8 | payload[offset]
                    mask = 0x7FFF
                    offset += 1
            if flags & 0x40:
                tl0_at = offset
                tl0 = payload[offset]
                offset += 1
            if flags & 0x30:
                offset += 1
            if picture_at or tl0_at:
                picture = (picture_id, picture_at, mask, tl0, tl0_at)
        # start of a partition (S), the first one (PID 0), and P of the frame header says key
        is_key = first & 0x17 == 0x10 and not payload[offset] & 0x01
    except IndexError:
        return _NOTHING
    if picture is None:
        return _PLAIN_KEY_FRAME if is_key else _NOTHING
    return is_key, picture


def rewrite(payload: bytes, picture: Picture, picture_delta: int, tl0_delta: int) -> bytes:
    """Return the payload with both numbers moved on by their deltas, each in its own width."""
    picture_id, picture_at, mask, tl0, tl0_at = picture
    patched = bytearray(payload)
    if picture_at:
        moved = (picture_id + picture_delta) & mask
        if mask == 0x7F:
            patched[picture_at] = moved
        else:
            patched[picture_at] = 0x80 | moved >> 8
            patched[picture_at + 1] = moved & 0xFF
    if tl0_at:
        patched[tl0_at] = (tl0 + tl0_delta) & 0xFF
    return bytes(patched)


def frame_size(payload: bytes) -> tuple[int, int] | None:
    """Return width and height of the key frame that begins in this packet (RFC 6386, 9.1)."""
    is_key, picture = inspect(payload)
    if not is_key:
        return None
    offset = _header_offset(payload, picture)
    header = payload[offset : offset + 10]
    if len(header) < 10 or header[3:6] != _START_CODE:
        return None
    width = (header[6] | header[7] << 8) & 0x3FFF
    height = (header[8] | header[9] << 8) & 0x3FFF
    return width, height


def _header_offset(payload: bytes, picture: Picture | None) -> int:
    """Return where the VP8 frame header begins behind a descriptor `inspect` has accepted."""
    if not payload[0] & 0x80:
        return 1
    offset = 2
    if picture is not None:
        offset += (picture[2].bit_length() + 7) // 8 + (1 if picture[4] else 0)
    return offset + (1 if payload[1] & 0x30 else 0)
