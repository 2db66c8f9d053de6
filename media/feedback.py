"""The RTCP of one transport: what its peer reports and asks for, and what it is told.

It reads compound and reduced packets, answers NACK through the slots, and writes key-frame
requests, NACK, transport-wide feedback and reports. It keeps no timers: `Port.tick` says when.
"""

from typing import TYPE_CHECKING

from media import rtcp
from media.bandwidth import Bandwidth
from media.description import Description, Kind
from media.outbox import Outbox
from media.quality import QualityMeter
from media.receiver_estimate import ReceiverEstimate
from media.rewrite import first_sequence
from media.stream import Stream
from media.subscription import Subscription
from media.tally import Tally
from media.tap import Receipt
from media.timeline import SenderClock
from media.transport_cc import Arrivals, TransportCcError

if TYPE_CHECKING:
    from media.port import Port

_FIRST_ROUND_TRIP_S = 0.1
_LONGEST_ROUND_TRIP_S = 2.0
_AUDIO_RATE = 48_000
_VIDEO_RATE = 90_000


class Feedback:
    """`streams` (what the peer sends, by SSRC) is the port's own and may grow."""

    __slots__ = (
        "_bandwidth",
        "_clock",
        "_cname",
        "_events",
        "_outbox",
        "_port",
        "_slots",
        "_ssrc",
        "_streams",
        "arrivals",
        "quality",
        "receipt",
        "round_trip_s",
    )

    def __init__(
        self,
        *,
        port: "Port",
        description: Description,
        streams: dict[int, Stream],
        subscriptions: list[Subscription],
        bandwidth: Bandwidth,
        outbox: Outbox,
        tally: Tally,
    ) -> None:
        self.round_trip_s = _FIRST_ROUND_TRIP_S
        self.quality = QualityMeter()
        self.arrivals = Arrivals()
        self.receipt = Receipt()
        self._port = port
        self._streams = streams
        self._slots = {subscription.ssrc: subscription for subscription in subscriptions}
        self._bandwidth = bandwidth
        self._outbox = outbox
        self._events = tally.events
        self._cname = description.cname
        self._ssrc = description.slots[0].ssrc if description.slots else 1
        self._clock = SenderClock()

    # -- in -----------------------------------------------------------------------------------

    def receive(self, packet: bytes, now: float) -> None:
        """Take one decrypted, authenticated RTCP datagram, compound or reduced."""
        try:
            parts = rtcp.parse(packet)
        except rtcp.RtcpError:
            self._events["dropped_malformed_rtcp"] += 1
            return
        self._events["rtcp_in"] += 1
        for part in parts:
            match part:
                case rtcp.SenderReport():
                    self._take_sender_report(part, now)
                    self._take_blocks(part.blocks, now)
                case rtcp.ReceiverReport():
                    self._take_blocks(part.blocks, now)
                case rtcp.Nack():
                    subscription = self._slots.get(part.media)
                    if subscription is not None:
                        subscription.resend(part.sequences, now, self.round_trip_s)
                case rtcp.TransportFeedback():
                    self._take_transport_feedback(part.body, now)
                case rtcp.Remb():
                    self._bandwidth.estimator.take_remb(part.bitrate_bps, now)
                case rtcp.Pli():
                    self._want_key_frame(part.media)
                case rtcp.Fir():
                    for ssrc in part.ssrcs:
                        self._want_key_frame(ssrc)
                case rtcp.Bye():
                    for ssrc in part.ssrcs:
                        stream = self._streams.get(ssrc)
                        if stream is not None:
                            stream.end()
                case _:
                    pass

    def _take_transport_feedback(self, body: bytes, now: float) -> None:
        try:
            self._bandwidth.take_feedback(body, self._port.wide, now, self.round_trip_s)
        except TransportCcError:
            self._events["dropped_malformed_rtcp"] += 1

    def _take_sender_report(self, report: rtcp.SenderReport, now: float) -> None:
        stream = self._streams.get(report.ssrc)
        if stream is not None:
            wall = self._clock.ours(report.ntp, now + self._outbox.wall_offset_s)
            stream.timeline.report(report.ntp, report.timestamp, wall, now)

    def _take_blocks(self, blocks: tuple[rtcp.ReportBlock, ...], now: float) -> None:
        """Learn the loss, and the round trip from a receiver's echo of our sender reports."""
        here = rtcp.compact(rtcp.ntp_time(now + self._outbox.wall_offset_s))
        for block in blocks:
            subscription = self._slots.get(block.ssrc)
            if subscription is None:
                continue
            first, last = first_sequence(block.ssrc), subscription.line.highest
            self.receipt.take(block.ssrc, block.highest_sequence, first=first, last=last)
            subscription.loss = block.fraction_lost
            self.quality.reported(block, subscription.holes, _rate_of(subscription.slot.kind), now)
            if block.last_sr:
                passed = ((here - block.last_sr - block.delay) & 0xFFFFFFFF) / 65536
                if passed <= _LONGEST_ROUND_TRIP_S:
                    self.round_trip_s += (passed - self.round_trip_s) / 4
                    self.quality.rtt_ms = round(self.round_trip_s * 1000)

    def _want_key_frame(self, ssrc: int) -> None:
        subscription = self._slots.get(ssrc)
        if subscription is not None:
            self._events["plis_in"] += 1
            subscription.want_key_frame()

    # -- out ----------------------------------------------------------------------------------

    def ask_for_key_frames(self, now: float) -> None:
        """Send the key-frame requests that are due to this publisher."""
        for stream in self._streams.values():
            if stream.requests.is_pending and stream.requests.is_due(
                now, is_flowing=stream.is_flowing(now), octets=stream.octets
            ):
                self._events["plis_out"] += 1
                self._send(rtcp.build_pli(self._ssrc, stream.ssrc))

    def ask_for_missing(self, now: float) -> None:
        """Send the NACKs that are due to this publisher."""
        for stream in self._streams.values():
            if stream.missing.gaps:
                sequences = stream.due_nacks(now, self.round_trip_s)
                if sequences:
                    self._events["nacks_out"] += len(sequences)
                    self._send(rtcp.build_nack(self._ssrc, stream.ssrc, sequences))

    def send_arrivals(self) -> None:
        """Tell this publisher when its packets came (transport-wide feedback)."""
        media = next(iter(self._streams), 0)
        for body in self.arrivals.take_feedback():
            self._send(rtcp.build_transport_feedback(self._ssrc, media, body))

    def send_remb(self, estimate: ReceiverEstimate, now: float) -> None:
        """Tell a publisher without transport-wide numbers how much it may send, when it is time."""
        video = [stream for stream in self._streams.values() if stream.is_video]
        missing = sum(stream.reception.missing(stream.order.highest) for stream in video)
        bps = estimate.due(missing, now, self.round_trip_s)
        if bps is not None:
            self._events["rembs_out"] += 1
            ssrcs = tuple(stream.ssrc for stream in video)
            self._send(rtcp.build_remb(self._ssrc, bps, ssrcs))

    def send_reports(self, now: float) -> None:
        """Send compound packets: what we receive first, then what we send, then our name."""
        found = [(stream, stream.report_block(now)) for stream in self._streams.values()]
        for stream, block in found:
            if block is not None:
                self.quality.received(block, stream.reception.interval, _rate_of(stream.kind), now)
        blocks = tuple(stream.tell_loss(block) for stream, block in found if block is not None)
        reports = [s.sender_report(now) for s in self._slots.values()]
        sending = [report for report in reports if report is not None]
        if not blocks and not sending:
            return
        ssrcs = [report.ssrc for report in sending] or [self._ssrc]
        compound = rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=self._ssrc, blocks=blocks))
        for report in sending:
            compound += rtcp.build_sender_report(report)
        compound += rtcp.build_source_description(ssrcs, self._cname)
        self._send(compound)

    def _send(self, packet: bytes) -> None:
        self._events["rtcp_out"] += 1
        self._outbox.items.append((self._port, packet, True))


def _rate_of(kind: Kind) -> int:
    return _AUDIO_RATE if kind is Kind.AUDIO else _VIDEO_RATE
