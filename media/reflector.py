"""What a probe's packets meet: they are sent back to who sent them, and to nobody else.

Stands where a participant's `media.port` stands, and is none: it has no router, room, publication
or subscription, so nothing of a meeting can reach it and nothing of it a meeting. It asks for
nothing that was lost and repeats nothing, so that a browser counts what its network really loses:
one packet in gives at most one out, no longer than it came, within `RATE_BPS`.
No socket, no clock: `now` is monotonic seconds of the caller.
"""

import struct
from typing import Any

from media import extensions, rtcp, rtp
from media.description import Description
from media.receiver_estimate import ReceiverEstimate
from media.reception import Reception
from media.rewrite import first_sequence
from media.timeline import Timeline
from media.transport_cc import MAX_PENDING, Arrivals

RATE_BPS = 2_000_000
"""Sent back at most; what is more is dropped and leaves no hole in our numbers."""
BURST_BYTES = 64_000
VIDEO_RATE = 90_000
_FEEDBACK_S = 0.08
_REPORT_S = 1.0
_ROUND_TRIP_S = 0.1

_pack_header = struct.Struct("!BBHII").pack


class Reflector:
    """One probe's. `user` belongs to whoever owns the transport; `take_output` empties it."""

    __slots__ = (
        "_arrivals",
        "_at",
        "_budget_bytes",
        "_cname",
        "_estimate",
        "_highest",
        "_next_feedback",
        "_next_report",
        "_output",
        "_payload_types",
        "_reception",
        "_sequence",
        "_source",
        "_ssrc",
        "_timeline",
        "_timestamp",
        "_wide_id",
        "over_rate",
        "reflected",
        "user",
    )

    def __init__(self, description: Description, now: float) -> None:
        """`description` has one track and one slot, of a picture each."""
        (slot,) = description.slots
        self.user: Any = None
        self.reflected = 0
        self.over_rate = 0
        self._ssrc = slot.ssrc
        self._cname = description.cname
        self._payload_types = frozenset(codec.payload_type for codec in description.codecs)
        ids = description.extensions
        self._estimate: ReceiverEstimate | None = None
        wide = ids.transport_cc
        if wide is None and ids.abs_send_time is not None:
            wide, self._estimate = ids.abs_send_time, ReceiverEstimate()
        self._wide_id = extensions.NOT_AGREED if wide is None else wide
        self._arrivals = Arrivals()
        self._reception = Reception()
        self._timeline = Timeline()
        self._source: int | None = None
        self._highest = 0
        self._timestamp = -1
        self._sequence = first_sequence(slot.ssrc)
        self._budget_bytes = float(BURST_BYTES)
        self._at = now
        self._next_feedback = now
        self._next_report = now + _REPORT_S
        self._output: list[tuple[bytes, bool]] = []

    # -- in -----------------------------------------------------------------------------------

    def receive_rtp(self, packet: bytes, now: float) -> None:
        """Take one decrypted, authenticated RTP packet, and have its payload sent back."""
        try:
            second, sequence, timestamp, ssrc, profile, start, payload, end = rtp.parse(packet)
        except rtp.RtpError:
            return
        wide = -1
        if profile:
            _, wide = extensions.scan(
                packet, profile, start, payload, extensions.NOT_AGREED, self._wide_id
            )
        if wide >= 0:
            self._note_arrival(wide, len(packet), now)
        if second & 0x7F not in self._payload_types:
            return  # a repair stream, which browsers fill with padding to find out their rate
        if self._source is None:
            self._source = ssrc
            self._highest = sequence
            self._reception.start(sequence, timestamp, now)
        if ssrc != self._source:
            return
        self._count(sequence, timestamp, now)
        if end > payload and self._may_send(len(packet), now):
            header = _pack_header(0x80, second, self._sequence & 0xFFFF, timestamp, self._ssrc)
            self._sequence += 1
            self.reflected += 1
            self._output.append((header + packet[payload:end], False))

    def receive_rtcp(self, packet: bytes, now: float) -> None:
        """Take one decrypted, authenticated RTCP datagram: only sender reports mean anything."""
        try:
            parts = rtcp.parse(packet)
        except rtcp.RtcpError:
            return
        for part in parts:
            if isinstance(part, rtcp.SenderReport) and part.ssrc == self._source:
                self._timeline.report(part.ntp, part.timestamp, 0.0, now)

    def _note_arrival(self, wide: int, size: int, now: float) -> None:
        if self._estimate is not None:
            self._estimate.add(wide, size, now)
        elif len(self._arrivals.pending) < MAX_PENDING:
            self._arrivals.pending[wide] = now

    def _count(self, sequence: int, timestamp: int, now: float) -> None:
        extended = rtp.unwrap(sequence, self._highest)
        self._highest = max(self._highest, extended)
        self._reception.received += 1
        if timestamp != self._timestamp:
            self._timestamp = timestamp
            self._reception.time(timestamp, now, VIDEO_RATE)

    def _may_send(self, size: int, now: float) -> bool:
        earned = max(0.0, now - self._at) * RATE_BPS / 8
        self._budget_bytes = min(float(BURST_BYTES), self._budget_bytes + earned)
        self._at = now
        if self._budget_bytes < size:
            self.over_rate += 1
            return False
        self._budget_bytes -= size
        return True

    # -- out ----------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Tell the peer what came, when it is time: for its rate, its loss and its jitter."""
        if self._source is None:
            return
        if now >= self._next_feedback:
            self._next_feedback = now + _FEEDBACK_S
            self._tell_arrivals(self._source, now)
        if now >= self._next_report:
            self._next_report = now + _REPORT_S
            self._report(self._source, now)

    def take_output(self) -> list[tuple[bytes, bool]]:
        """Hand over the packets for the peer, oldest first: packet, is RTCP."""
        output, self._output = self._output, []
        return output

    def _tell_arrivals(self, source: int, now: float) -> None:
        if self._estimate is None:
            for body in self._arrivals.take_feedback():
                feedback = rtcp.build_transport_feedback(self._ssrc, source, body)
                self._output.append((feedback, True))
            return
        missing = self._reception.missing(self._highest)
        bps = self._estimate.due(missing, now, _ROUND_TRIP_S)
        if bps is not None:
            self._output.append((rtcp.build_remb(self._ssrc, bps, (source,)), True))

    def _report(self, source: int, now: float) -> None:
        line = self._timeline
        block = self._reception.block(source, self._highest, line.ntp, now - line.received)
        assert block is not None, "something was received"
        report = rtcp.ReceiverReport(ssrc=self._ssrc, blocks=(block,))
        name = rtcp.build_source_description([self._ssrc], self._cname)
        self._output.append((rtcp.build_receiver_report(report) + name, True))
