"""One attached transport: decrypted packets come in here, and what its endpoint sends is learned.

Its RTCP is `feedback.py`; what it is sent, `subscription.py`.
Sources are bound to this transport alone: by the SSRCs its offer announced, else by MID and RID
header extensions. Any bytes give a forwarded packet or a count. No clock: `now` is monotonic
seconds of the caller.
"""

from typing import Any

from media import extensions, rtp
from media.bandwidth import RING, Bandwidth
from media.description import Codec, Description, Kind, Role
from media.feedback import Feedback
from media.messages import EngineEvent, LayersWanted, SlotsPaused, TapReported
from media.naming import Place, named_place
from media.outbox import Outbox
from media.publication import Publication
from media.receiver_estimate import ReceiverEstimate
from media.redundancy import Redundancy
from media.speaker import Voice
from media.stream import Stream
from media.subscription import Subscription
from media.tally import Tally
from media.transport_cc import MAX_PENDING

_AUDIO_CODECS = frozenset({"opus", "red", "pcmu", "pcma", "g722"})
_UNKNOWN_TRIES = 50
"""Packets of an unknown source that are looked at for its name."""
_MAX_UNKNOWN = 64
_FEEDBACK_S = 0.08
_REPORT_S = 1.0
_UPKEEP_S = 0.2
_SHARE_S = 0.1
_RING_MASK = RING - 1


class Port:
    """What the router knows of one transport. `user` belongs to whoever owns the transport."""

    __slots__ = (
        "_arrivals",
        "_by_mid",
        "_description",
        "_events",
        "_feedback",
        "_has_told_layers",
        "_level_id",
        "_next_feedback",
        "_next_report",
        "_next_share",
        "_next_upkeep",
        "_outbox",
        "_receiver_estimate",
        "_redundancy",
        "_repaired_types",
        "_repairs",
        "_sizes",
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
        self._description = description
        self._outbox = outbox
        self._tally = tally
        self._events = tally.events
        ids = description.extensions
        self._level_id = _or_not_agreed(ids.audio_level)
        self._wide_id = _or_not_agreed(ids.transport_cc)
        self._receiver_estimate: ReceiverEstimate | None = None
        if ids.transport_cc is None and ids.abs_send_time is not None:
            self._wide_id = ids.abs_send_time
            self._receiver_estimate = ReceiverEstimate()
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
        self.subscriptions: list[Subscription] = []
        self._prepare_slots()
        self.bandwidth = Bandwidth(self.subscriptions)
        takes_copies = any(codec.name == "red" for codec in description.codecs)
        self._redundancy = Redundancy() if takes_copies else None
        self._sizes = self.bandwidth.sizes
        self._times = self.bandwidth.times
        self._feedback = Feedback(
            port=self,
            description=description,
            streams=self._streams,
            subscriptions=self.subscriptions,
            bandwidth=self.bandwidth,
            outbox=outbox,
            tally=tally,
        )
        self.quality = self._feedback.quality
        self._arrivals = self._feedback.arrivals
        self.news: list[EngineEvent] = []
        """What the rest of the system should know; the router takes it away."""
        self._has_told_layers = False
        stagger = description.slots[0].ssrc % 100 / 100 if description.slots else 0.0
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
                role=self.role,
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

    @property
    def round_trip_s(self) -> float:
        """To this peer and back, by its reports."""
        return self._feedback.round_trip_s

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
                pending = self._arrivals.pending
                if self._receiver_estimate is not None:
                    self._receiver_estimate.add(wide, len(packet), now)
                elif len(pending) < MAX_PENDING:
                    pending[wide] = now
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

    def receive_rtcp(self, packet: bytes, now: float) -> None:
        """Take one decrypted, authenticated RTCP datagram, compound or reduced."""
        self._feedback.receive(packet, now)

    # -- upkeep -------------------------------------------------------------------------------

    def ask_for_key_frames(self, now: float) -> None:
        """Send the key-frame requests that are due to this publisher."""
        self._feedback.ask_for_key_frames(now)

    def tick(self, now: float, speaker: Publication | None = None) -> None:
        """Do the work that is due: requests, feedback, upkeep, reports.

        `speaker` is the camera of who speaks most, for whom bandwidth is kept first.
        """
        feedback = self._feedback
        feedback.ask_for_missing(now)
        feedback.ask_for_key_frames(now)
        if now >= self._next_share:
            self._next_share = now + _SHARE_S
            self._share_bandwidth(speaker, now)
        if self.bandwidth.wants_more:
            self.bandwidth.probe(self.wide, now)
        if now >= self._next_feedback:
            self._next_feedback = now + _FEEDBACK_S
            if self._receiver_estimate is None:
                feedback.send_arrivals()
            else:
                feedback.send_remb(self._receiver_estimate, now)
        if now >= self._next_upkeep:
            self._next_upkeep = now + _UPKEEP_S
            for stream in self._streams.values():
                stream.history.trim(stream.order.highest, now)
                stream.bitrate.measure(stream.octets, stream.reception.received, now)
            for publication in self.publications.values():
                publication.choose_layers(now)
            self._send_copies(now)
        if now >= self._next_report:
            self._next_report = now + _REPORT_S
            feedback.send_reports(now)
            if self.role is Role.TAP:
                self._tell_tap()

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

    def _send_copies(self, now: float) -> None:
        """Let as many copies go with each sound as the loss on this subscriber's path asks for.

        Without RED, which carries them, none.
        """
        if self._redundancy is None:
            return
        before = self._redundancy.copies
        copies = self._redundancy.take(self._loss_of_path(now), now)
        if copies != before:
            for subscription in self.subscriptions:
                if subscription.slot.kind is Kind.AUDIO:
                    subscription.copies = copies

    def _loss_of_path(self, now: float) -> float:
        """The share lost of what we sent; reports alone count what never reached us too."""
        lost = self.bandwidth.estimator.fresh_loss(now)
        if lost is None:
            lost = max([one.loss for one in self.subscriptions], default=0) / 256
        return lost

    def _tell_tap(self) -> None:
        sent = sum(subscription.packets for subscription in self.subscriptions)
        come = self._feedback.receipt.packets
        self.news.append(TapReported(endpoint=self.endpoint, sent=sent, reported=come))

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


def _or_not_agreed(name: int | None) -> int:
    return extensions.NOT_AGREED if name is None else name
