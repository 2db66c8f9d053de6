"""One attached transport: decrypted packets come in here, and what its endpoint sends is learned.

Sources are bound to this transport alone: by the SSRCs its offer announced, else by MID and RID
header extensions. Any bytes give a forwarded packet or a count. No clock: `now` is monotonic
seconds of the caller.
"""

from typing import Any

from media import extensions, rtcp, rtp
from media.bandwidth import RING, Bandwidth
from media.description import Codec, Description, Kind, Role
from media.messages import EngineEvent, LayersWanted, SlotsPaused
from media.naming import Place, named_place
from media.outbox import Outbox
from media.publication import Publication
from media.quality import QualityMeter
from media.receiver_estimate import ReceiverEstimate
from media.speaker import Voice
from media.stream import Stream
from media.subscription import Subscription
from media.tally import Tally
from media.timeline import SenderClock
from media.transport_cc import MAX_PENDING, Arrivals, TransportCcError

_AUDIO_CODECS = frozenset({"opus", "red", "pcmu", "pcma", "g722"})
_UNKNOWN_TRIES = 50
"""Packets of an unknown source that are looked at for its name."""
_MAX_UNKNOWN = 64
_FEEDBACK_S = 0.08
_REPORT_S = 1.0
_UPKEEP_S = 0.2
_SHARE_S = 0.1
_FIRST_ROUND_TRIP_S = 0.1
_LONGEST_ROUND_TRIP_S = 2.0
_AUDIO_RATE = 48_000
_VIDEO_RATE = 90_000
_RING_MASK = RING - 1


class Port:
    """What the router knows of one transport. `user` belongs to whoever owns the transport."""

    __slots__ = (
        "_arrivals",
        "_by_mid",
        "_by_slot_ssrc",
        "_clock",
        "_description",
        "_events",
        "_has_told_layers",
        "_level_id",
        "_next_feedback",
        "_next_report",
        "_next_share",
        "_next_upkeep",
        "_outbox",
        "_receiver_estimate",
        "_repaired_types",
        "_repairs",
        "_sizes",
        "_ssrc",
        "_streams",
        "_tally",
        "_times",
        "_unknown",
        "_wide_id",
        "bandwidth",
        "endpoint",
        "is_ready",
        "news",
        "publications",
        "quality",
        "role",
        "round_trip_s",
        "subscriptions",
        "user",
        "wide",
    )

    def __init__(
        self,
        *,
        endpoint: str,
        description: Description,
        outbox: Outbox,
        tally: Tally,
        voice: Voice,
        open_kinds: frozenset[Kind],
        audience: str = "",
        role: Role = Role.PERSON,
        now: float,
    ) -> None:
        self.endpoint = endpoint
        self.role = role
        self.user: Any = None
        self.is_ready = True
        self.wide = 0
        self.round_trip_s = _FIRST_ROUND_TRIP_S
        self._description = description
        self._outbox = outbox
        self._tally = tally
        self._events = tally.events
        ids = description.extensions
        self._level_id = _or_not_agreed(ids.audio_level)
        self._wide_id = _or_not_agreed(ids.transport_cc)
        self._arrivals = Arrivals()
        self._receiver_estimate: ReceiverEstimate | None = None
        if ids.transport_cc is None and ids.abs_send_time is not None:
            self._wide_id = ids.abs_send_time
            self._receiver_estimate = ReceiverEstimate()
        self._clock = SenderClock()
        self.quality = QualityMeter()
        self._streams: dict[int, Stream] = {}
        self._repairs: dict[int, Place] = {}
        self._unknown: dict[int, int] = {}
        self._repaired_types = {
            codec.rtx_payload_type: codec.payload_type
            for codec in description.codecs
            if codec.rtx_payload_type is not None
        }
        self.publications: dict[Kind, Publication] = {}
        self._by_mid: dict[bytes, Publication] = {}
        self._publish(voice, open_kinds, audience)
        self._ssrc = description.slots[0].ssrc if description.slots else 1
        self.subscriptions: list[Subscription] = []
        self._by_slot_ssrc: dict[int, Subscription] = {}
        self._prepare_slots()
        self.bandwidth = Bandwidth(self.subscriptions)
        self._sizes = self.bandwidth.sizes
        self._times = self.bandwidth.times
        self.news: list[EngineEvent] = []
        """What the rest of the system should know; the router takes it away."""
        self._has_told_layers = False
        stagger = self._ssrc % 100 / 100
        self._next_feedback = now
        self._next_share = now + _SHARE_S * stagger
        self._next_upkeep = now + _UPKEEP_S * stagger
        self._next_report = now + _REPORT_S * stagger

    def _publish(self, voice: Voice, open_kinds: frozenset[Kind], audience: str) -> None:
        for track in self._description.tracks:
            if track.kind in self.publications:
                continue
            is_audio = track.kind is Kind.AUDIO
            publication = Publication(
                track=track,
                codecs=_codecs_of(self._description, is_audio),
                tally=self._tally,
                voice=voice if is_audio else None,
                is_open=track.kind in open_kinds,
                audience=audience,
            )
            self.publications[track.kind] = publication
            self._by_mid[track.mid.encode()] = publication
            if not track.rids and track.ssrcs:
                self._streams[track.ssrcs[0]] = publication.learn(0, track.ssrcs[0])[0]
            if not track.rids and track.rtx_ssrcs:
                self._repairs[track.rtx_ssrcs[0]] = (publication, 0)

    def _prepare_slots(self) -> None:
        for slot in self._description.slots:
            is_audio = slot.kind is Kind.AUDIO
            codecs = _codecs_of(self._description, is_audio).values()
            subscription = Subscription(
                port=self,
                slot=slot,
                codecs={codec.key: codec for codec in reversed(codecs)},
                extensions=self._description.extensions,
                outbox=self._outbox,
                tally=self._tally,
            )
            self.subscriptions.append(subscription)
            self._by_slot_ssrc[slot.ssrc] = subscription

    def next_wide(self, size: int, at: float) -> int:
        """Return the transport-wide number of the next packet, of `size` bytes of payload."""
        self.wide = wide = (self.wide + 1) & 0xFFFF
        index = wide & _RING_MASK
        self._sizes[index] = size
        self._times[index] = at
        return wide

    def sent_at(self, at: float) -> None:
        """The packet numbered last left then."""
        self._times[self.wide & _RING_MASK] = at

    # -- RTP ----------------------------------------------------------------------------------

    def receive_rtp(self, packet: bytes, now: float) -> None:
        """Take one decrypted, authenticated RTP packet."""
        try:
            second, sequence, timestamp, ssrc, profile, start, payload, end = rtp.parse(packet)
        except rtp.RtpError:
            self._events["dropped_malformed"] += 1
            return
        level = -1
        if profile:
            level, wide = extensions.scan(
                packet, profile, start, payload, self._level_id, self._wide_id
            )
            if wide >= 0:
                if self._receiver_estimate is not None:
                    self._receiver_estimate.add(wide, len(packet), now)
                elif len(self._arrivals.pending) < MAX_PENDING:
                    self._arrivals.pending[wide] = now
        stream = self._streams.get(ssrc)
        if stream is None:
            place = self._repairs.get(ssrc)
            if place is None:
                named = extensions.elements(packet, profile, start, payload)
                place = self._learn(ssrc, second & 0x7F, named, now)
                stream = self._streams.get(ssrc)
            if stream is None:
                if place is None:
                    self._events["dropped_unknown_source"] += 1
                else:
                    self._repair(place, second, timestamp, packet[payload:end], level, now)
                return
        if not stream.is_open:
            stream.order.ignore(sequence)
            self._events["dropped_gate"] += 1
            return
        stream.receive(sequence, timestamp, second, packet[payload:end], level, now, False)

    def _repair(
        self,
        place: Place,
        marker_and_type: int,
        timestamp: int,
        payload: bytes,
        level: int,
        now: float,
    ) -> None:
        """Unwrap a packet of a repair stream into the stream it repairs (RFC 4588)."""
        publication, layer = place
        stream = publication.streams[layer]
        if not publication.is_open:
            self._events["dropped_gate"] += 1
        elif len(payload) < 2:
            self._events["dropped_padding"] += 1
        elif stream is None:
            self._events["dropped_unknown_source"] += 1
        else:
            repaired = self._repaired_types.get(marker_and_type & 0x7F)
            if repaired is None:
                self._events["dropped_payload_type"] += 1
                return
            sequence = payload[0] << 8 | payload[1]
            marker_and_type = marker_and_type & 0x80 | repaired
            stream.receive(sequence, timestamp, marker_and_type, payload[2:], level, now, True)

    def _learn(
        self, ssrc: int, payload_type: int, named: dict[int, bytes], now: float
    ) -> Place | None:
        """Bind an unknown SSRC to what its packet says it is; None: it does not say."""
        tries = self._unknown.get(ssrc, 0)
        if tries >= _UNKNOWN_TRIES:
            return None
        ids = self._description.extensions
        place = named_place(named, ids, self._by_mid)
        if place is None:
            if len(self._unknown) >= _MAX_UNKNOWN and not tries:
                self._unknown.clear()
            self._unknown[ssrc] = tries + 1
            return None
        self._unknown.pop(ssrc, None)
        publication, layer = place
        if ids.repaired_rid in named or payload_type in self._repaired_types:
            for known in [s for s, where in self._repairs.items() if where == place]:
                del self._repairs[known]
            self._repairs[ssrc] = place
            return place
        stream, before = publication.learn(layer, ssrc)
        if before is not None:
            self._streams.pop(before.ssrc, None)
        self._streams[ssrc] = stream
        stream.arrival = now
        publication.choose_layers(now)
        self.ask_for_key_frames(now)
        return place

    # -- RTCP in ------------------------------------------------------------------------------

    def receive_rtcp(self, packet: bytes, now: float) -> None:
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
                    subscription = self._by_slot_ssrc.get(part.media)
                    if subscription is not None:
                        subscription.resend(part.sequences, now, self.round_trip_s)
                case rtcp.TransportFeedback():
                    self._take_feedback(part.body, now)
                case rtcp.Remb():
                    self.bandwidth.estimator.take_remb(part.bitrate_bps, now)
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

    def _take_feedback(self, body: bytes, now: float) -> None:
        try:
            self.bandwidth.take_feedback(body, self.wide, now, self.round_trip_s)
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
            subscription = self._by_slot_ssrc.get(block.ssrc)
            if subscription is None:
                continue
            subscription.loss = block.fraction_lost
            self.quality.reported(block, subscription.holes, _rate_of(subscription.slot.kind), now)
            if block.last_sr:
                passed = ((here - block.last_sr - block.delay) & 0xFFFFFFFF) / 65536
                if passed <= _LONGEST_ROUND_TRIP_S:
                    self.round_trip_s += (passed - self.round_trip_s) / 4
                    self.quality.rtt_ms = round(self.round_trip_s * 1000)

    def _want_key_frame(self, ssrc: int) -> None:
        subscription = self._by_slot_ssrc.get(ssrc)
        if subscription is not None:
            self._events["plis_in"] += 1
            subscription.want_key_frame()

    # -- RTCP out and upkeep ------------------------------------------------------------------

    def ask_for_key_frames(self, now: float) -> None:
        """Send the key-frame requests that are due to this publisher."""
        for stream in self._streams.values():
            if stream.requests.is_pending and stream.requests.is_due(
                now, is_flowing=stream.is_flowing(now), octets=stream.octets
            ):
                self._events["plis_out"] += 1
                self._send(rtcp.build_pli(self._ssrc, stream.ssrc))

    def tick(self, now: float, speaker: Publication | None = None) -> None:
        """Do the work that is due: requests, feedback, upkeep, reports.

        `speaker` is the camera of who speaks most, for whom bandwidth is kept first.
        """
        for stream in self._streams.values():
            if stream.missing.gaps:
                sequences = stream.due_nacks(now, self.round_trip_s)
                if sequences:
                    self._events["nacks_out"] += len(sequences)
                    self._send(rtcp.build_nack(self._ssrc, stream.ssrc, sequences))
        self.ask_for_key_frames(now)
        if now >= self._next_share:
            self._next_share = now + _SHARE_S
            self._share_bandwidth(speaker, now)
        if self.bandwidth.wants_more:
            self.bandwidth.probe(self.wide, now)
        if now >= self._next_feedback:
            self._next_feedback = now + _FEEDBACK_S
            if self._receiver_estimate is None:
                self._send_feedback()
            else:
                self._send_remb(self._receiver_estimate, now)
        if now >= self._next_upkeep:
            self._next_upkeep = now + _UPKEEP_S
            for stream in self._streams.values():
                stream.history.trim(stream.order.highest, now)
                stream.bitrate.measure(stream.octets, stream.reception.received, now)
            for publication in self.publications.values():
                publication.choose_layers(now)
        if now >= self._next_report:
            self._next_report = now + _REPORT_S
            self._send_reports(now)

    def _share_bandwidth(self, speaker: Publication | None, now: float) -> None:
        """Share what this subscriber's path carries; want the layers of its camera that are used.

        Until a transport is ready nobody has heard of its layers, so they are told then.
        """
        if self.bandwidth.allocate(speaker, now):
            self._events["slots_paused"] += bool(self.bandwidth.paused)
            self.news.append(SlotsPaused(endpoint=self.endpoint, mids=self.bandwidth.paused))
        camera = self.publications.get(Kind.CAMERA)
        if camera is None or len(camera.streams) < 2 or not self.is_ready:
            return
        if camera.switch_layers(now) or not self._has_told_layers:
            self._has_told_layers = True
            rids = zip(camera.track.rids, camera.switch.is_on, strict=True)
            wanted = tuple(rid for rid, is_on in rids if is_on)
            self.news.append(LayersWanted(endpoint=self.endpoint, rids=wanted))

    def _send(self, packet: bytes) -> None:
        self._events["rtcp_out"] += 1
        self._outbox.items.append((self, packet, True))

    def _send_feedback(self) -> None:
        media = next(iter(self._streams), 0)
        for body in self._arrivals.take_feedback():
            self._send(rtcp.build_transport_feedback(self._ssrc, media, body))

    def _send_remb(self, estimate: ReceiverEstimate, now: float) -> None:
        video = [stream for stream in self._streams.values() if stream.is_video]
        missing = sum(stream.reception.missing(stream.highest) for stream in video)
        bps = estimate.due(missing, now, self.round_trip_s)
        if bps is not None:
            self._events["rembs_out"] += 1
            ssrcs = tuple(stream.ssrc for stream in video)
            self._send(rtcp.build_remb(self._ssrc, bps, ssrcs))

    def _send_reports(self, now: float) -> None:
        """Send compound packets: what we receive first, then what we send, then our name."""
        found = [(stream, stream.report_block(now)) for stream in self._streams.values()]
        for stream, block in found:
            if block is not None:
                self.quality.received(block, stream.reception.interval, _rate_of(stream.kind), now)
        blocks = tuple(stream.tell_loss(block) for stream, block in found if block is not None)
        reports = [s.sender_report(now) for s in self.subscriptions]
        sending = [report for report in reports if report is not None]
        if not blocks and not sending:
            return
        ssrcs = [report.ssrc for report in sending] or [self._ssrc]
        compound = rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=self._ssrc, blocks=blocks))
        for report in sending:
            compound += rtcp.build_sender_report(report)
        compound += rtcp.build_source_description(ssrcs, self._description.cname)
        self._send(compound)

    def close(self) -> None:
        """Stop publishing and subscribing; nothing of this transport is kept."""
        for subscription in self.subscriptions:
            subscription.bind(None, 0.0)
        for publication in self.publications.values():
            publication.set_open(False)
        if self.bandwidth.paused:
            self.news.append(SlotsPaused(endpoint=self.endpoint, mids=()))


def _codecs_of(description: Description, is_audio: bool) -> dict[int, Codec]:
    return {
        codec.payload_type: codec
        for codec in description.codecs
        if (codec.name in _AUDIO_CODECS) == is_audio
    }


def _rate_of(kind: Kind) -> int:
    return _AUDIO_RATE if kind is Kind.AUDIO else _VIDEO_RATE


def _or_not_agreed(name: int | None) -> int:
    return extensions.NOT_AGREED if name is None else name
