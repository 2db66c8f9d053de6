"""The RTCP a browser sends and expects: reports, transport-wide feedback, what it is asked for."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SENDER_REPORT, RECEIVER_REPORT, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 205, 206
_NTP_EPOCH_S = 2_208_988_800
_DELTA_S = 0.00025
_REFERENCE_S = 0.064


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBlock:
    ssrc: int
    lost: int
    highest: int
    last_report: int
    delay_s: float


def is_rtcp(datagram: bytes) -> bool:
    return len(datagram) > 8 and 192 <= datagram[1] <= 223


def split(compound: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(packet type, count or format, whole packet) of each part."""
    at = 0
    while at + 4 <= len(compound):
        length = 4 * (struct.unpack_from("!H", compound, at + 2)[0] + 1)
        yield compound[at + 1], compound[at] & 31, compound[at : at + length]
        at += length


def build_sender_report(
    ssrc: int, *, wall_s: float, rtp_timestamp: int, packets: int, octets: int
) -> bytes:
    ntp = int((wall_s + _NTP_EPOCH_S) * (1 << 32))
    return struct.pack(
        "!BBHIQIII",
        0x80,
        SENDER_REPORT,
        6,
        ssrc,
        ntp,
        rtp_timestamp & 0xFFFFFFFF,
        packets,
        octets & 0xFFFFFFFF,
    )


def build_receiver_report(ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    body = b"".join(
        struct.pack(
            "!IIIIII",
            block.ssrc,
            block.lost & 0xFFFFFF,
            block.highest,
            0,
            block.last_report,
            int(block.delay_s * 65536),
        )
        for block in blocks[:31]
    )
    count = min(len(blocks), 31)
    return struct.pack("!BBHI", 0x80 | count, RECEIVER_REPORT, 1 + 6 * count, ssrc) + body


def build_transport_feedback(
    ssrc: int, media_ssrc: int, count: int, arrivals: Iterable[tuple[int, float]]
) -> bytes:
    """Feedback of draft-holmer-rmcat-transport-wide-cc-extensions-01 on (number, seconds) pairs.

    The numbers are within half the 16-bit circle of each other and not empty.
    """
    pairs = list(arrivals)
    first = pairs[0][0]
    when = {((number - first + 0x8000) & 0xFFFF) - 0x8000: at for number, at in pairs}
    low, high = min(when), max(when)
    reference = int(when[low] / _REFERENCE_S)
    clock = reference * _REFERENCE_S
    symbols, deltas = [], bytearray()
    for offset in range(low, high + 1):
        if offset not in when:
            symbols.append(0)
            continue
        ticks = round((when[offset] - clock) / _DELTA_S)
        clock += ticks * _DELTA_S
        if 0 <= ticks <= 255:
            symbols.append(1)
            deltas.append(ticks)
        else:
            symbols.append(2)
            deltas += struct.pack("!h", max(-32768, min(32767, ticks)))
    total = len(symbols)
    symbols += [0] * (-total % 7)
    chunks = bytearray()
    for at in range(0, len(symbols), 7):
        chunk = 0xC000
        for place, symbol in enumerate(symbols[at : at + 7]):
            chunk |= symbol << (12 - 2 * place)
        chunks += struct.pack("!H", chunk)
    body = struct.pack("!II", ssrc, media_ssrc)
    body += struct.pack("!HH", (first + low) & 0xFFFF, total)
    body += struct.pack("!I", (reference & 0xFFFFFF) << 8 | count & 0xFF)
    body += chunks + deltas
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x80 | 15, TRANSPORT_FEEDBACK, len(body) // 4) + body
