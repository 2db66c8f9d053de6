"""The picture size in an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1). Total functions.

Read from a key frame's first packet, so that a picture can be judged without decoding it. What
is cut short, out of range or of a profile with other chroma than 4:2:0 has no size.
"""

_MAX_BYTES = 128
"""A parameter set's size stands in its first bytes."""
_MAX_BLOCKS = 1024
_MAX_CYCLE = 255
_LONGEST_CODE = 32
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class _CutShort(Exception):
    pass


class _Bits:
    """The bits behind a NAL unit's header, emulation prevention taken out."""

    __slots__ = ("_at", "_count", "_value")

    def __init__(self, unit: bytes) -> None:
        content = unit[1:_MAX_BYTES].replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(content, "big")
        self._count = len(content) * 8
        self._at = 0

    def take(self, count: int) -> int:
        self._at += count
        if self._at > self._count:
            raise _CutShort
        return self._value >> (self._count - self._at) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """Read ue(v), an Exp-Golomb code (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros >= _LONGEST_CODE:
                raise _CutShort
        return (1 << zeros) - 1 + self.take(zeros)


def picture_size(unit: bytes) -> tuple[int, int] | None:
    """Return width and height of the pictures of this SPS, header byte included."""
    bits = _Bits(unit)
    try:
        _skip_to_frame_numbers(bits)
        return _read_size(bits)
    except _CutShort:
        return None


def _skip_to_frame_numbers(bits: _Bits) -> None:
    profile = bits.take(8)
    bits.take(16)
    bits.unsigned()
    if profile in _HIGH_PROFILES:
        if bits.unsigned() != 1:
            raise _CutShort
        bits.unsigned()
        bits.unsigned()
        bits.take(1)
        if bits.take(1):  # scaling lists: no browser sends them, and they are long to step over
            raise _CutShort


def _read_size(bits: _Bits) -> tuple[int, int] | None:
    bits.unsigned()
    _skip_picture_order(bits)
    bits.unsigned()
    bits.take(1)
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    if columns > _MAX_BLOCKS or rows > _MAX_BLOCKS:
        return None
    fields = 2 - bits.take(1)
    bits.take(1 if fields == 1 else 2)
    left = right = top = bottom = 0
    if bits.take(1):
        left, right, top, bottom = (bits.unsigned() for _ in range(4))
    width = columns * 16 - 2 * (left + right)
    height = (rows * 16 - 2 * (top + bottom)) * fields
    return (width, height) if width > 0 and height > 0 else None


def _skip_picture_order(bits: _Bits) -> None:
    order = bits.unsigned()
    if order == 0:
        bits.unsigned()
    elif order == 1:
        bits.take(1)
        bits.unsigned()
        bits.unsigned()
        cycle = bits.unsigned()
        if cycle > _MAX_CYCLE:
            raise _CutShort
        for _ in range(cycle):
            bits.unsigned()
