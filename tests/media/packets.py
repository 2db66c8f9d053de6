"""Packets and descriptions for the tests of the packet core, as a browser would make them."""

import struct

from media.description import (
    Codec,
    Description,
    ExtensionIds,
    Kind,
    PublishedTrack,
    Slot,
)

OPUS = Codec(
    name="opus",
    key="opus",
    payload_type=111,
    clock_rate=48000,
    rtx_payload_type=None,
    nack=False,
    pli=False,
    transport_cc=True,
)
VP8 = Codec(
    name="vp8",
    key="vp8",
    payload_type=96,
    clock_rate=90000,
    rtx_payload_type=97,
    nack=True,
    pli=True,
    transport_cc=True,
)
H264 = Codec(
    name="h264",
    key="h264/1/42e01f",
    payload_type=102,
    clock_rate=90000,
    rtx_payload_type=103,
    nack=True,
    pli=True,
    transport_cc=True,
)
EXTENSIONS = ExtensionIds(
    audio_level=1, abs_send_time=2, transport_cc=3, mid=4, rid=10, repaired_rid=11
)
SLOTS = 3
MICROPHONE, CAMERA, CAMERA_RTX, SCREEN, SCREEN_RTX = 1, 2, 3, 4, 5


def ssrc_of(number: int, what: int) -> int:
    """Return the SSRC that endpoint `number` announces for MICROPHONE, CAMERA, ..."""
    return number * 10 + what


def slot_ssrc(number: int, kind: Kind, place: int) -> int:
    """Return our SSRC for a receive slot of endpoint `number`."""
    return number * 1000 + {Kind.AUDIO: 0, Kind.CAMERA: 100, Kind.SCREEN: 200}[kind] + place


def describe(
    number: int,
    *,
    rids: tuple[str, ...] = (),
    announces: bool = True,
    codecs: tuple[Codec, ...] = (OPUS, VP8, H264),
    extensions: ExtensionIds = EXTENSIONS,
    slots: int = SLOTS,
) -> Description:
    """Return what endpoint `number` negotiated: three tracks, pairs of slots, one for a screen."""

    def track(
        mid: str, kind: Kind, what: int, rtx: int | None, rids: tuple[str, ...] = ()
    ) -> PublishedTrack:
        is_announced = announces and not rids
        return PublishedTrack(
            mid=mid,
            kind=kind,
            rids=rids,
            ssrcs=(ssrc_of(number, what),) if is_announced else (),
            rtx_ssrcs=(ssrc_of(number, rtx),) if is_announced and rtx else (),
        )

    def slot(kind: Kind, place: int) -> Slot:
        ssrc = slot_ssrc(number, kind, place)
        return Slot(
            mid=f"{kind.value[0]}{place}",
            kind=kind,
            ssrc=ssrc,
            rtx_ssrc=None if kind is Kind.AUDIO else ssrc + 50,
        )

    return Description(
        tracks=(
            track("0", Kind.AUDIO, MICROPHONE, None),
            track("1", Kind.CAMERA, CAMERA, CAMERA_RTX, rids),
            track("2", Kind.SCREEN, SCREEN, SCREEN_RTX),
        ),
        slots=(
            *(slot(Kind.AUDIO, place) for place in range(slots)),
            *(slot(Kind.CAMERA, place) for place in range(slots)),
            slot(Kind.SCREEN, 0),
        ),
        codecs=codecs,
        extensions=extensions,
        cname="vmr",
    )


def rtp_packet(
    *,
    ssrc: int,
    payload_type: int,
    sequence: int,
    timestamp: int,
    payload: bytes,
    marker: bool = False,
    elements: dict[int, bytes] | None = None,
) -> bytes:
    """Return an RTP packet, with one-byte header extensions if any are given."""
    first, block = 0x80, b""
    if elements:
        content = b"".join(
            bytes([name << 4 | len(value) - 1]) + value for name, value in elements.items()
        )
        content += bytes(-len(content) % 4)
        block = struct.pack("!HH", 0xBEDE, len(content) // 4) + content
        first = 0x90
    header = struct.pack(
        "!BBHII",
        first,
        payload_type | (0x80 if marker else 0),
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    return header + block + payload


def vp8_payload(
    *,
    picture_id: int,
    is_key: bool,
    is_first: bool = True,
    tl0: int | None = None,
    body: bytes = b"",
    size: tuple[int, int] = (640, 360),
) -> bytes:
    """Return a VP8 payload with a 15-bit picture id."""
    flags = 0x80 | (0x40 if tl0 is not None else 0)
    descriptor = struct.pack(
        "!BBH", 0x90 if is_first else 0x80, flags, 0x8000 | picture_id & 0x7FFF
    )
    if tl0 is not None:
        descriptor += bytes([tl0 & 0xFF])
    frame = b""
    if is_first:
        frame = bytes([0x00 if is_key else 0x01, 0, 0])
        if is_key:
            frame += b"\x9d\x01\x2a" + struct.pack("<HH", *size)
    return descriptor + frame + body


def vp8_packet(
    *,
    ssrc: int,
    sequence: int,
    timestamp: int,
    picture_id: int,
    is_key: bool = False,
    is_first: bool = True,
    marker: bool = True,
    tl0: int | None = None,
    wide: int | None = None,
    body: bytes = b"picture",
    elements: dict[int, bytes] | None = None,
) -> bytes:
    found = dict(elements or {})
    if wide is not None:
        found[2] = b"\x01\x02\x03"
        found[3] = struct.pack("!H", wide & 0xFFFF)
    payload = vp8_payload(
        picture_id=picture_id, is_key=is_key, is_first=is_first, tl0=tl0, body=body
    )
    return rtp_packet(
        ssrc=ssrc,
        payload_type=VP8.payload_type,
        sequence=sequence,
        timestamp=timestamp,
        payload=payload,
        marker=marker,
        elements=found,
    )


def opus_packet(
    *,
    ssrc: int,
    sequence: int,
    timestamp: int,
    level: int | None = 40,
    wide: int | None = None,
    body: bytes = b"voice",
    elements: dict[int, bytes] | None = None,
) -> bytes:
    found = dict(elements or {})
    if level is not None:
        found[1] = bytes([0x80 | level])
    if wide is not None:
        found[2] = b"\x01\x02\x03"
        found[3] = struct.pack("!H", wide & 0xFFFF)
    return rtp_packet(
        ssrc=ssrc,
        payload_type=OPUS.payload_type,
        sequence=sequence,
        timestamp=timestamp,
        payload=body,
        elements=found,
    )
