"""Damaged input for every parser, random schedules for what rewrites packets.

`python -m tests.media.fuzz [--inputs N] [--schedules N] [--seed S]`

Each target takes bytes and gives a value or its documented error. Inputs are good samples that
were cut, joined, overwritten and repeated, and now and then chance alone. A fault is printed with
the input that caused it and ends the run; the seed is printed first, so that it can be had again.
"""

import argparse
import random
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from media import extensions, framing, h264, h264_sps, red, rtcp, rtp, stun, transport_cc, vp8
from media.answer import build_answer
from media.demux import sort_of
from media.description import Role
from media.negotiation import negotiate
from media.rtcp import ReportBlock
from media.sdp import SdpError, parse_offer
from signalling.errors import RequestError
from signalling.fragment import parse_fragment, ufrag_of, with_credentials
from tests.media.packets import opus_packet, vp8_packet, vp8_payload
from tests.media.schedules import play as play_layers
from tests.media.stage import Stage
from tests.media.test_negotiation import LOCAL, VIDEO_CODECS, offer
from tests.media.test_rewrite import play_schedule
from tests.media.test_sdp import AIORTC, CHROMIUM, FIREFOX
from tests.signalling.encoder import RESTART, TRICKLE

SLOWEST_S = 0.5
"""Of processor time for one input; a parser that is not linear shows long before."""
_EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
_PASSWORD = b"p" * 22


@dataclass(frozen=True)
class Target:
    """`share` of a run's inputs goes here, beside those of the others."""

    run: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    errors: tuple[type[Exception], ...] = ()
    share: int = 10


# -- the parsers ------------------------------------------------------------------------------


def _rtp(data: bytes) -> object:
    _, _, _, _, profile, start, payload, end = rtp.parse(data)
    assert 12 <= payload <= end <= len(data)
    named = extensions.elements(data, profile, start, payload)
    level, wide = extensions.scan(data, profile, start, payload, 1, 3)
    assert level <= 0xFF
    assert wide <= 0xFFFF
    return named


def _extensions(data: bytes) -> object:
    profile = int.from_bytes(data[:2], "big")
    extensions.scan(data, profile, 2, len(data), 1, 3)
    return extensions.elements(data, profile, 2, len(data))


def _stun(data: bytes) -> object:
    sort_of(data)
    stun.is_stun(data)
    message = stun.parse(data)
    return message.username, stun.has_integrity(message, _PASSWORD)


def _vp8(data: bytes) -> object:
    _, picture = vp8.inspect(data)
    size = vp8.frame_size(data)
    assert size is None or max(size) < 1 << 14
    if picture is not None:
        moved = vp8.inspect(vp8.rewrite(data, picture, 3, 5))[1]
        assert moved is not None
        assert moved[1::3] == picture[1::3], "rewriting moved a field"
    return size


def _h264(data: bytes) -> object:
    size = h264_sps.picture_size(data)
    assert size is None or (0 < size[0] <= 1 << 14 and 0 < size[1] <= 1 << 15)
    return h264.inspect(data), h264.frame_size(data)


def _framing(data: bytes) -> object:
    """However a stream is cut into pieces, the same packets come of it."""
    whole = framing.Deframer()
    packets = whole.feed(data)
    assert all(0 < len(packet) <= framing.MAX_PACKET_BYTES for packet in packets)
    pieces = framing.Deframer()
    at, came = 0, []
    while at < len(data):
        size = 1 + data[at] % 40
        came += pieces.feed(data[at : at + size])
        at += size
        assert pieces.waiting_bytes < framing.LENGTH_BYTES + framing.MAX_PACKET_BYTES
    assert came == packets
    assert pieces.is_broken == whole.is_broken
    return packets


def _sdp(data: bytes) -> object:
    """The offer, what is agreed of it, and the answer's text."""
    read = parse_offer(data.decode("utf-8", "replace"))
    with suppress(SdpError):  # hardly any sample sends alone
        negotiate(read, VIDEO_CODECS, count(100).__next__, "cname", Role.ENCODER)
    role = Role.TAP if len(data) % 2 else Role.PERSON
    agreed = negotiate(read, VIDEO_CODECS, count(100).__next__, "cname", role)
    return build_answer(read, agreed, LOCAL)


def _fragment(data: bytes) -> object:
    """A WHIP restart: what is read makes the offer that was agreed another good one."""
    read = parse_fragment(data.decode("utf-8", "replace"))
    if read.ufrag:
        again = with_credentials(_sdp_samples()[0].decode(), read)
        assert ufrag_of(again) == read.ufrag
        parse_offer(again)
    return read


class _Port:
    """A whole port: whatever its peer sends is forwarded or counted, and never raises."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.ann, _ = self.stage.meet(2)

    def rtp(self, data: bytes) -> None:
        self._pass()
        self.ann.port.receive_rtp(data, self.stage.now)

    def rtcp(self, data: bytes) -> None:
        self._pass()
        self.ann.port.receive_rtcp(data, self.stage.now)

    def _pass(self) -> None:
        self.stage.now += 0.001
        self.stage.router.handle_timeout(self.stage.now)
        self.stage.router.poll_output()
        self.stage.router.poll_events()


# -- samples ----------------------------------------------------------------------------------


def _rtp_samples() -> tuple[bytes, ...]:
    picture = vp8_packet(ssrc=12, sequence=9, timestamp=9, picture_id=9, is_key=True, wide=7)
    voice = opus_packet(ssrc=11, sequence=65535, timestamp=1, wide=8)
    named = vp8_packet(
        ssrc=70, sequence=1, timestamp=1, picture_id=1, elements={4: b"1", 10: b"q", 11: b"h"}
    )
    two_byte = (
        struct.pack("!BBHIIHH", 0x90, 96, 1, 1, 12, 0x1000, 2) + b"\x04\x011\x0a\x00" + b"aaa"
    )
    padded = bytes([picture[0] | 0x20]) + picture[1:] + b"\x00\x00\x03"
    return picture, voice, named, two_byte, padded


def _rtcp_samples() -> tuple[bytes, ...]:
    block = ReportBlock(
        ssrc=2100,
        fraction_lost=1,
        packets_lost=-3,
        highest_sequence=9,
        jitter=1,
        last_sr=7,
        delay=1,
    )
    sender = rtcp.SenderReport(
        ssrc=12, ntp=1 << 40, timestamp=5, packets=1, octets=2, blocks=(block,)
    )
    feedback = struct.pack("!HHI", 9, 3, 1 << 8) + b"\x20\x03" + b"\x04\x05\x06\x00\x00\x00"
    parts = (
        rtcp.build_sender_report(sender),
        rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=1, blocks=(block, block))),
        rtcp.build_source_description([12, 13], "name"),
        rtcp.build_bye((12,)),
        rtcp.build_pli(1, 1100),
        rtcp.build_fir(1, 1100, 3),
        rtcp.build_nack(1, 1100, [1, 2, 3, 65535]),
        rtcp.build_remb(1, 500_000, (1, 2)),
        rtcp.build_transport_feedback(1, 2, feedback),
    )
    return (*parts, b"".join(parts))


def _stun_samples() -> tuple[bytes, ...]:
    request = stun.build(
        stun.BINDING_REQUEST,
        bytes(12),
        [(stun.USERNAME, b"ours:them"), (stun.PRIORITY, bytes(4)), (stun.USE_CANDIDATE, b"")],
        _PASSWORD,
    )
    return request, request[:3] + b"\x10" + request[4:36], request[:3] + b"\x00" + request[4:20]


def _h264_samples() -> tuple[bytes, ...]:
    baseline = bytes.fromhex("6742c03eda0280bfe5840000030004007a12003c2010a8")
    high = bytes.fromhex("6764003eacd9405005ba10000003001001e84800f0804196")
    stap = b"\x78" + struct.pack("!H", len(baseline)) + baseline + b"\x00\x02\x68\xce"
    return baseline, high, stap, b"\x7c\x87" + baseline[1:], b"\x65\x88\x84"


def _framing_samples() -> tuple[bytes, ...]:
    check, picture = _stun_samples()[0], _rtp_samples()[0]
    stream = framing.frame((check, picture, picture))
    return stream, stream[:-5], framing.frame((check, b"", picture)), b"\x08\x01" + bytes(20)


def _sdp_samples() -> tuple[bytes, ...]:
    small = offer("audio|sendrecv", "video|sendonly|a=simulcast:send l;h|a=rid:l send|a=rid:h send",
                  "audio|recvonly", "video|recvonly", "video|recvonly")  # fmt: skip
    return small.encode(), small.replace("\n", "\r\n").encode(), AIORTC.encode()[:6000]


def targets() -> dict[str, Target]:
    """Every parser of what a peer sends, by name."""
    packets, reports, port = _rtp_samples(), _rtcp_samples(), _Port()
    pictures = tuple(
        vp8_payload(picture_id=7, is_key=is_key, tl0=tl0)
        for is_key in (False, True)
        for tl0 in (None, 3)
    )
    blocks = tuple(packet[12:14] + packet[16:] for packet in packets)
    return {
        "RTP": Target(_rtp, packets, (rtp.RtpError,), 20),
        "extensions": Target(_extensions, blocks, (), 15),
        "RTCP": Target(rtcp.parse, reports, (rtcp.RtcpError,), 20),
        "transport-cc": Target(
            transport_cc.parse, (reports[8][12:],), (transport_cc.TransportCcError,)
        ),
        "STUN": Target(_stun, _stun_samples(), (stun.StunError,), 15),
        "TCP framing": Target(_framing, _framing_samples()),
        "RED": Target(red.blocks, (b"\xef\x03\xc0\x02\x6fabcd", b"\x6fabcd")),
        "VP8": Target(_vp8, pictures, (), 15),
        "H.264": Target(_h264, _h264_samples(), (), 15),
        "SDP": Target(_sdp, _sdp_samples(), (SdpError,), 2),
        "SDP of Chromium": Target(_sdp, (CHROMIUM.encode(),), (SdpError,), 0),
        "SDP of Firefox": Target(_sdp, (FIREFOX.encode(),), (SdpError,), 0),
        "WHIP fragment": Target(
            _fragment, (RESTART.encode(), TRICKLE.encode()), (RequestError,), 5
        ),
        "port RTP": Target(port.rtp, packets, (), 5),
        "port RTCP": Target(port.rtcp, reports, (), 5),
    }


# -- damage -----------------------------------------------------------------------------------


def damaged(samples: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return a sample with up to six kinds of damage, rarely bytes that were never good."""
    if chance.random() < 0.02:
        return chance.randbytes(chance.randrange(80))
    data = bytearray(chance.choice(samples))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 6))):
        _damage(data, samples, chance)
    return bytes(data)


def _damage(data: bytearray, samples: tuple[bytes, ...], chance: random.Random) -> None:
    kind = chance.randrange(7)
    at = chance.randrange(len(data) + 1)
    if kind == 0 and data:
        data[at % len(data)] ^= 1 << chance.randrange(8)
    elif kind == 1 and data:
        data[at % len(data)] = chance.choice(_EDGES)
    elif kind == 2:
        del data[at:]
    elif kind == 3:
        del data[at : at + chance.randrange(1, 20)]
    elif kind == 4:
        data[at:at] = chance.randbytes(chance.randrange(1, 20))
    elif kind == 5:
        data[at:at] = data[at : at + chance.randrange(1, 60)] * chance.randrange(1, 4)
    else:
        other = chance.choice(samples)
        data[at:] = other[chance.randrange(len(other) + 1) :]


def fuzz(target: Target, inputs: int, chance: random.Random) -> float:
    """Run a target; return its slowest input in seconds of processor time. Raises at a fault."""
    slowest = 0.0
    for _ in range(inputs):
        data = damaged(target.samples, chance)
        began = time.thread_time()
        try:
            target.run(data)
        except target.errors:
            pass
        except Exception as error:
            error.add_note(f"input: {data.hex()}")
            raise
        took = time.thread_time() - began
        slowest = max(slowest, took)
        assert took < SLOWEST_S, f"{took:.2f} s for {data.hex()}"
    return slowest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--schedules", type=int, default=100_000)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    every = targets()
    shares = sum(target.share for target in every.values())
    done = 0
    for name, target in every.items():
        inputs = max(500, -(-arguments.inputs * target.share // shares))
        began = time.monotonic()
        slowest = fuzz(target, inputs, random.Random(f"{arguments.seed} {name}"))
        done += inputs
        print(
            f"{name:>16} {inputs:>9,} inputs {time.monotonic() - began:>6.1f} s,"
            f" slowest {1000 * slowest:.1f} ms",
            flush=True,
        )
    print(f"{done:,} inputs, each gave a value or its documented error")
    schedules(arguments.schedules, arguments.seed)
    return 0


def schedules(count_of: int, seed: int) -> None:
    """Play schedules on the rewriter alone, and a tenth as many through the whole router."""
    for name, play, rounds in (
        ("rewriter alone", play_schedule, count_of),
        ("whole router", play_layers, count_of // 10),
    ):
        began = time.monotonic()
        for number in range(rounds):
            try:
                play(seed + number)
            except Exception as error:
                error.add_note(f"schedule: {seed + number}")
                raise
        took = time.monotonic() - began
        print(f"{name:>16} {rounds:>9,} schedules {took:>6.1f} s", flush=True)
    print("no number stepped back, no hole that was not loss")


if __name__ == "__main__":
    sys.exit(main())
