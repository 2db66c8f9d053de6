"""RTCP (RFC 3550, 4585, 5104, 5506): compound packets parsed to frozen values, and built.

Errors: `RtcpError` (code `rtcp_malformed`), the only exception any bytes can cause here.
Reduced-size packets are read like compound ones; types and formats nobody needs are skipped.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SR, _RR, _SDES, _BYE, _RTPFB, _PSFB = 200, 201, 202, 203, 205, 206
_FMT_NACK, _FMT_TRANSPORT_CC = 1, 15
_FMT_PLI, _FMT_FIR, _FMT_REMB = 1, 4, 15
_CNAME = 1
_NTP_EPOCH_S = 2_208_988_800
_MAX_COUNT = 31

_COMMON = struct.Struct("!BBH")
_BLOCK = struct.Struct("!IB3sIIII")
_SENDER = struct.Struct("!IQIII")
_PAIR = struct.Struct("!II")


class RtcpError(ValueError):
    """Lengths that do not fit, or not version 2."""

    code = "rtcp_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBlock:
    """`last_sr` are the middle 32 bits of an NTP time, `delay` and NTP halves are 1/65536 s."""

    ssrc: int
    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_sr: int
    delay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderReport:
    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverReport:
    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """SSRCs and their canonical names; a chunk without one has an empty name."""

    chunks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nack:
    sender: int
    media: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pli:
    sender: int
    media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fir:
    sender: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remb:
    """Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb)."""

    sender: int
    bitrate_bps: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportFeedback:
    """The body of a transport-cc packet; `media.transport_cc.parse` reads it."""

    sender: int
    media: int
    body: bytes


RtcpPacket = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Bye
    | Nack
    | Pli
    | Fir
    | Remb
    | TransportFeedback
)


def ntp_time(unix_s: float) -> int:
    """Return seconds since 1970 as a 64-bit NTP time (RFC 3550, 4)."""
    return int((unix_s + _NTP_EPOCH_S) * 4_294_967_296) & 0xFFFFFFFFFFFFFFFF


def unix_time(ntp: int) -> float:
    """Return a 64-bit NTP time as seconds since 1970; before 1970 means after 2036."""
    seconds = ntp / 4_294_967_296 - _NTP_EPOCH_S
    return seconds if seconds >= 0 else seconds + 4_294_967_296


def compact(ntp: int) -> int:
    """Return the middle 32 bits of an NTP time."""
    return ntp >> 16 & 0xFFFFFFFF


def parse(data: bytes) -> list[RtcpPacket]:
    """Return the packets of one datagram in order."""
    packets: list[RtcpPacket] = []
    try:
        for kind, count, body in _split(data):
            packet = _parse_one(kind, count, body)
            if packet is not None:
                packets.append(packet)
    except (struct.error, IndexError):
        raise RtcpError("packet ends inside a field") from None
    return packets


def _split(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset = 0
    while offset < len(data):
        first, kind, words = _COMMON.unpack_from(data, offset)
        end = offset + 4 + words * 4
        if first >> 6 != 2 or end > len(data):
            raise RtcpError("not version 2, or longer than the datagram")
        body = data[offset + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise RtcpError("padding that does not fit")
            body = body[: -body[-1]]
        yield kind, first & 0x1F, body
        offset = end


def _parse_one(kind: int, count: int, body: bytes) -> RtcpPacket | None:
    if kind == _SR:
        ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
        return SenderReport(
            ssrc=ssrc,
            ntp=ntp,
            timestamp=timestamp,
            packets=packets,
            octets=octets,
            blocks=_parse_blocks(body, 24, count),
        )
    if kind == _RR:
        (ssrc,) = struct.unpack_from("!I", body)
        return ReceiverReport(ssrc=ssrc, blocks=_parse_blocks(body, 4, count))
    if kind == _SDES:
        return SourceDescription(chunks=tuple(_parse_chunks(body, count)))
    if kind == _BYE:
        return Bye(ssrcs=struct.unpack_from(f"!{count}I", body))
    if kind == _RTPFB:
        return _parse_transport_feedback(count, body)
    return _parse_payload_feedback(count, body) if kind == _PSFB else None


def _parse_blocks(body: bytes, offset: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, fraction, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(
            body, offset + index * _BLOCK.size
        )
        blocks.append(
            ReportBlock(
                ssrc=ssrc,
                fraction_lost=fraction,
                packets_lost=int.from_bytes(lost, "big", signed=True),
                highest_sequence=highest,
                jitter=jitter,
                last_sr=last_sr,
                delay=delay,
            )
        )
    return tuple(blocks)


def _parse_chunks(body: bytes, count: int) -> Iterator[tuple[int, str]]:
    offset = 0
    for _ in range(count):
        (ssrc,) = struct.unpack_from("!I", body, offset)
        offset += 4
        name = ""
        while body[offset]:
            item, length = body[offset], body[offset + 1]
            value = body[offset + 2 : offset + 2 + length]
            if item == _CNAME:
                name = value.decode("utf-8", "replace")
            offset += 2 + length
        offset = (offset & ~3) + 4
        yield ssrc, name


def _parse_transport_feedback(fmt: int, body: bytes) -> RtcpPacket | None:
    sender, media = _PAIR.unpack_from(body)
    if fmt == _FMT_TRANSPORT_CC:
        return TransportFeedback(sender=sender, media=media, body=body[8:])
    if fmt != _FMT_NACK:
        return None
    sequences: list[int] = []
    for offset in range(8, len(body), 4):
        first, mask = struct.unpack_from("!HH", body, offset)
        sequences.append(first)
        sequences.extend((first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
    return Nack(sender=sender, media=media, sequences=tuple(sequences))


def _parse_payload_feedback(fmt: int, body: bytes) -> RtcpPacket | None:
    sender, media = _PAIR.unpack_from(body)
    if fmt == _FMT_PLI:
        return Pli(sender=sender, media=media)
    if fmt == _FMT_FIR:
        ssrcs = tuple(_PAIR.unpack_from(body, at)[0] for at in range(8, len(body), 8))
        return Fir(sender=sender, ssrcs=ssrcs)
    if fmt == _FMT_REMB and body[8:12] == b"REMB":
        count, exponent = body[12], body[13] >> 2
        mantissa = (body[13] & 0x03) << 16 | body[14] << 8 | body[15]
        ssrcs = struct.unpack_from(f"!{count}I", body, 16)
        return Remb(sender=sender, bitrate_bps=mantissa << exponent, ssrcs=ssrcs)
    return None


# -- building ---------------------------------------------------------------------------------


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _COMMON.pack(0x80 | count, kind, len(body) >> 2) + body


def _build_blocks(blocks: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            block.fraction_lost,
            max(-0x800000, min(block.packets_lost, 0x7FFFFF)).to_bytes(3, "big", signed=True),
            block.highest_sequence,
            block.jitter,
            block.last_sr,
            block.delay,
        )
        for block in blocks[:_MAX_COUNT]
    )


def build_sender_report(report: SenderReport) -> bytes:
    head = _SENDER.pack(
        report.ssrc,
        report.ntp,
        report.timestamp,
        report.packets & 0xFFFFFFFF,
        report.octets & 0xFFFFFFFF,
    )
    return _packet(_SR, min(len(report.blocks), _MAX_COUNT), head + _build_blocks(report.blocks))


def build_receiver_report(report: ReceiverReport) -> bytes:
    body = struct.pack("!I", report.ssrc) + _build_blocks(report.blocks)
    return _packet(_RR, min(len(report.blocks), _MAX_COUNT), body)


def build_source_description(ssrcs: Iterable[int], cname: str) -> bytes:
    """Return an SDES packet that gives all of at most 31 `ssrcs` one canonical name."""
    name = cname.encode()[:255]
    item = bytes([_CNAME, len(name)]) + name
    item += bytes(4 - len(item) % 4)
    chunks = [struct.pack("!I", ssrc) + item for ssrc in ssrcs][:_MAX_COUNT]
    return _packet(_SDES, len(chunks), b"".join(chunks))


def build_bye(ssrcs: tuple[int, ...]) -> bytes:
    return _packet(_BYE, len(ssrcs), struct.pack(f"!{len(ssrcs)}I", *ssrcs))


def build_pli(sender: int, media: int) -> bytes:
    return _packet(_PSFB, _FMT_PLI, _PAIR.pack(sender, media))


def build_fir(sender: int, media: int, number: int) -> bytes:
    body = struct.pack("!IIIB3x", sender, 0, media, number & 0xFF)
    return _packet(_PSFB, _FMT_FIR, body)


def build_nack(sender: int, media: int, sequences: list[int]) -> bytes:
    """Return a NACK of 16-bit `sequences`, which must be in circular order."""
    pairs: list[list[int]] = []
    for sequence in sequences:
        distance = (sequence - pairs[-1][0]) & 0xFFFF if pairs else 0
        if 1 <= distance <= 16:
            pairs[-1][1] |= 1 << (distance - 1)
        else:
            pairs.append([sequence, 0])
    body = b"".join(struct.pack("!HH", first, mask) for first, mask in pairs)
    return _packet(_RTPFB, _FMT_NACK, _PAIR.pack(sender, media) + body)


def build_remb(sender: int, bitrate_bps: int, ssrcs: tuple[int, ...]) -> bytes:
    exponent = max(0, bitrate_bps.bit_length() - 18)
    mantissa = bitrate_bps >> exponent
    body = _PAIR.pack(sender, 0) + b"REMB"
    body += bytes([len(ssrcs), exponent << 2 | mantissa >> 16])
    body += struct.pack(f"!H{len(ssrcs)}I", mantissa & 0xFFFF, *ssrcs)
    return _packet(_PSFB, _FMT_REMB, body)


def build_transport_feedback(sender: int, media: int, body: bytes) -> bytes:
    """Return a transport-cc packet; `body` comes from `media.transport_cc` and is padded here."""
    padding = -len(body) % 4
    packet = _packet(_RTPFB, _FMT_TRANSPORT_CC, _PAIR.pack(sender, media) + body + bytes(padding))
    if not padding:
        return packet
    return bytes([packet[0] | 0x20]) + packet[1:-1] + bytes([padding])
