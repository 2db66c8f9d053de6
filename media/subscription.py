"""One receive slot of a subscriber: whatever it carries, one continuous outgoing stream.

The second half of the hot path: what is done for each packet and subscriber. A resend without
a repair stream repeats a sequence number, and with AES-GCM a number must never cover two texts:
such streams carry no transport-wide number, so that a packet is always built bit for bit alike.
What is sent again is `repair.py`.
"""

from typing import TYPE_CHECKING

from media import red, vp8
from media.allocator import UNLIMITED
from media.description import Codec, ExtensionIds, Kind, Slot
from media.extensions import HeaderLayout
from media.messages import Pictures
from media.outbox import Outbox
from media.packet import Packet
from media.publication import Publication
from media.repair import Repair
from media.rewrite import Rewriter, Segment, first_sequence
from media.rtcp import SenderReport, ntp_time
from media.rtp import signed32
from media.stream import Stream
from media.tally import Tally
from media.tap import Limit, judge

if TYPE_CHECKING:
    from media.port import Port

_LONGEST_WRAPPED = 1000
"""Bytes of a sound with its copies."""
_SENDING_S = 5.0
_TRUSTED_S = 2.0
"""A sender report that puts a packet further from its arrival than this is not believed."""


class Subscription:
    """A slot and its outgoing SSRC. It takes one stream and may wait for another's key frame."""

    __slots__ = (
        "_anchor",
        "_codecs",
        "_events",
        "_numbered",
        "_octets",
        "_outbox",
        "_packets",
        "_payload_type",
        "_plain",
        "_port",
        "_red_type",
        "_tally",
        "_target",
        "_uses_numbers",
        "ceiling",
        "comes_first",
        "copies",
        "floor",
        "limit",
        "line",
        "loss",
        "pictures",
        "publication",
        "repair",
        "slot",
        "ssrc",
        "stream",
        "wants",
        "withheld",
    )

    def __init__(
        self,
        *,
        port: "Port",
        slot: Slot,
        codecs: dict[str, Codec],
        extensions: ExtensionIds,
        outbox: Outbox,
        tally: Tally,
    ) -> None:
        self.slot = slot
        self.ssrc = slot.ssrc
        self.publication: Publication | None = None
        self.stream: Stream | None = None
        """The stream that is forwarded now."""
        self.floor: int | None = None
        """No packet of the awaited stream before this extended number may start it."""
        self.limit: Limit | None = None
        """The largest picture that may be shown here."""
        self.withheld: str | None = None
        """Why the last key frame was not shown here."""
        self.comes_first = False
        """It has its best layer before all others: whom the subscriber asked to see first."""
        self.pictures: Pictures = "all"
        """What the subscriber asked for: whose camera it takes at all, and how much of it."""
        self.ceiling = UNLIMITED
        """The highest layer it may take; `media.allocator.PAUSED`: none."""
        self.wants: int | None = None
        """The layer it is to have in the end."""
        self.copies = 0
        """How many earlier sounds go with each, where RED was agreed."""
        self.loss = 0
        """What the subscriber last said it lost, in 256ths; from their report block."""
        self.line = Rewriter(slot.ssrc)
        level_id = extensions.audio_level if slot.kind is Kind.AUDIO else None
        self._plain = HeaderLayout(
            mid_id=extensions.mid, mid=slot.mid, level_id=level_id, wide_id=None
        )
        self._numbered = HeaderLayout(
            mid_id=extensions.mid, mid=slot.mid, level_id=level_id, wide_id=extensions.transport_cc
        )
        self._port = port
        self._codecs = codecs
        self._outbox = outbox
        self._tally = tally.sent[slot.kind, port.role]
        self._events = tally.events
        self._target: Stream | None = None
        self._payload_type = 0
        self._red_type: int | None = None
        self._uses_numbers = False
        self._anchor: tuple[float, int, int] | None = None
        self._packets = 0
        self._octets = 0
        self.repair = Repair(
            port=port,
            slot=slot,
            line=self.line,
            plain=self._plain,
            numbered=self._numbered,
            has_numbers=extensions.transport_cc is not None,
            outbox=outbox,
            tally=tally,
        )

    # -- the hot path -------------------------------------------------------------------------

    def forward(self, packet: Packet) -> None:
        """Send one packet of the stream that is taken, under this slot's own numbers."""
        line = self.line
        segment = line.segment
        assert segment is not None
        sequence = packet.sequence
        if sequence < segment.base:
            self._events["dropped_before_switch"] += 1
            return
        payload = packet.payload
        payload_type = self._payload_type
        sequence += segment.sequence_delta
        if sequence > line.highest:
            line.highest = sequence
            line.newest = packet
        else:  # late: it was missed there too, and this answers who has asked already
            self.repair.came_late(sequence, packet.arrival)
        if segment.moves_pictures and packet.picture is not None:
            payload = vp8.rewrite(payload, packet.picture, segment.picture_delta, segment.tl0_delta)
        if self.copies and self._red_type is not None:
            wrapped = self._wrap(packet, segment)
            if wrapped is not None:
                payload, payload_type = wrapped, self._red_type
                self._events["red_out"] += 1
                self.repair.cannot_repeat(sequence)
        size = len(payload)
        wide = 0
        layout = self._plain
        if self._uses_numbers:
            layout = self._numbered
            wide = self._port.next_wide(size, packet.arrival)
        header = layout.build(
            packet.marker | payload_type,
            sequence & 0xFFFF,
            (packet.timestamp + segment.timestamp_delta) & 0xFFFFFFFF,
            self.ssrc,
            wide,
            packet.level,
        )
        self._packets += 1
        self._octets += size
        tally = self._tally
        tally.packets += 1
        tally.bytes += size
        self._outbox.items.append((self._port, header + payload, False))

    def _wrap(self, packet: Packet, segment: Segment) -> bytes | None:
        """Return the packet with copies of those before it; None: there are none to go with it.

        Never of one from before this binding, before a shut gate or of a silence left out: those
        lie before the segment or are not in the history.
        """
        history = segment.source.history
        room = _LONGEST_WRAPPED - len(packet.payload)
        copies = []
        for number in range(packet.sequence - self.copies, packet.sequence):
            before = history.get(number, packet.arrival) if number >= segment.base else None
            if before is None:
                continue
            offset, length = (packet.timestamp - before.timestamp) & 0xFFFFFFFF, len(before.payload)
            if 0 < offset <= red.LONGEST_OFFSET and length <= min(red.LONGEST_COPY, room):
                room -= length
                copies.append((offset, before.payload))
        return red.wrap(self._payload_type, packet.payload, copies) if copies else None

    def forward_late(self, packet: Packet, now: float) -> None:
        """Send one packet that arrived a while ago: the path takes it from now on."""
        before = self._port.wide
        self.forward(packet)
        if self._port.wide != before:
            self._port.sent_at(now)

    # -- binding ------------------------------------------------------------------------------

    def bind(
        self,
        publication: Publication | None,
        now: float,
        since: float = float("inf"),
        limit: Limit | None = None,
    ) -> None:
        """Carry this publication from a key frame on; None: carry nothing.

        The key frame is the last one where that is kept, young, and did not come before `since`;
        else the next one.
        """
        if publication is self.publication and limit == self.limit:
            return
        self.limit, self.withheld = limit, None
        if self.publication is not None:
            self.publication.unsubscribe(self)
            self._let_go()
        self.publication = publication
        self.ceiling = UNLIMITED
        if publication is not None:
            asked = [
                stream for stream in publication.active_streams() if stream.requests.is_pending
            ]
            publication.subscribe(self, now)
            target = self._target
            if target is not None and target.replay_to(self, since, now) and target not in asked:
                target.requests.cancel()

    def aim(self, stream: Stream | None) -> None:
        """Go over to this stream at its next key frame; what is taken now flows until then."""
        wanted = None if stream is self.stream else stream
        if wanted is self._target:
            return
        if self._target is not None:
            self._target.remove(self)
        self._target = wanted
        self.floor = None
        if wanted is not None:
            wanted.add_waiter(self)

    def pause(self) -> None:
        """Take nothing until `aim` names a stream again; it then begins with a key frame."""
        for stream in (self.stream, self._target):
            if stream is not None:
                stream.remove(self)
        self._let_go()

    def _let_go(self) -> None:
        """What was sent cannot be asked for again."""
        self.line.forget()
        self.repair.forget()
        self.stream = self._target = self.floor = self.wants = None

    def start(self, stream: Stream, packet: Packet) -> bool:
        """Begin to take `stream` with this packet; False: its format was not agreed here."""
        assert stream.codec is not None
        codec = self._codecs.get(stream.codec.key)
        if codec is None:
            self._events["dropped_no_codec"] += 1
            return False
        if self.judge(stream) is not None:
            return False
        wall = self._wall_of(stream, packet, codec.clock_rate)
        timestamp = self._timestamp_for(stream, packet, wall, codec.clock_rate)
        if self.stream is not None:
            self.stream.remove(self)
            if codec.payload_type != self._payload_type:
                self.line.forget()  # what is sent again must be what was sent
        self.stream = stream
        self._target = None
        segment = self.line.begin(stream, packet, timestamp)
        self._anchor = (wall, packet.timestamp + segment.timestamp_delta, codec.clock_rate)
        self._payload_type = codec.payload_type
        wraps = (one for one in self._codecs.values() if one.carries == codec.payload_type)
        self._red_type = next((one.payload_type for one in wraps), None)
        self._uses_numbers = self.repair.begin(codec)
        return True

    def judge(self, stream: Stream) -> str | None:
        """Return why the picture of `stream` is not shown here, if it is not, and keep that."""
        self.withheld = judge(stream.size, self.limit)
        return self.withheld

    def start_with(self, stream: Stream, run: list[Packet], now: float) -> bool:
        """Begin to take `stream` with packets that came before; False as for `start`.

        Time is pressed together for them: they come at once, and a page that was told their true
        times would show all that follows late by as much.
        """
        if not self.start(stream, run[0]):
            return False
        line, segment = self.line, self.line.segment
        assert segment is not None
        segment.press(run)
        live_delta = segment.timestamp_delta
        for packet in run:
            segment.timestamp_delta = segment.delta_of(packet.timestamp, live_delta)
            self.forward_late(packet, now)
        segment.timestamp_delta = live_delta
        assert self._anchor is not None
        wall, _, clock_rate = self._anchor
        self._anchor = (wall, run[0].timestamp + live_delta, clock_rate)
        line.newest = run[-1]
        return True

    def suspend(self) -> bool:
        """The stream that was taken begins anew; return whether to wait for that."""
        stream, self.stream = self.stream, None
        self.line.forget()
        self.repair.forget()
        if self._target is not None:
            return False
        self._target = stream
        self.floor = None
        return True

    def want_key_frame(self) -> None:
        """The subscriber's decoder asks for one of what it is sent, or is to be sent."""
        stream = self.stream or self._target
        if stream is not None:
            stream.want_key_frame()

    def _wall_of(self, stream: Stream, packet: Packet, clock_rate: int) -> float:
        """Return when the packet was sampled, as far as that is known, on our clock."""
        arrival = packet.arrival + self._outbox.wall_offset_s
        if stream.timeline.is_known:
            wall = stream.timeline.wall_of(packet.timestamp, clock_rate)
            if abs(wall - arrival) < _TRUSTED_S:
                return wall
        return arrival

    def _timestamp_for(self, stream: Stream, packet: Packet, wall: float, clock_rate: int) -> int:
        """Return the outgoing timestamp that keeps the time that passes for the subscriber."""
        if self._anchor is None or self._anchor[2] != clock_rate:
            return self.line.timestamp + 1 if self.line.has_sent else self.ssrc
        anchor_wall, anchor_timestamp, _ = self._anchor
        line, old = self.line, self.stream
        if old is None or line.segment is None:
            return anchor_timestamp + round((wall - anchor_wall) * clock_rate)
        waited = packet.arrival - (line.newest.arrival if line.newest else packet.arrival)
        by_arrival = line.timestamp + round(waited * clock_rate)
        if not (old.timeline.is_known and stream.timeline.is_known):
            return by_arrival
        by_report = old.timeline.timestamp_at(wall, clock_rate) + line.segment.timestamp_delta
        is_trusted = abs(signed32(by_report - by_arrival)) < _TRUSTED_S * clock_rate
        return by_report if is_trusted else by_arrival

    def resend(self, sequences: tuple[int, ...], now: float, round_trip_s: float) -> None:
        """Answer a NACK, within the bounds of `media.repair`."""
        self.repair.resend(sequences, self._octets, now, round_trip_s)

    # -- reports ------------------------------------------------------------------------------

    @property
    def packets(self) -> int:
        """Return how many were sent, those sent again not counted."""
        return self._packets

    @property
    def holes(self) -> int:
        """Return how many numbers of this slot were never sent: lost before they reached us."""
        return self.line.highest - first_sequence(self.ssrc) + 1 - self._packets

    def sender_report(self, now: float) -> SenderReport | None:
        """Return what maps this slot's timestamps to time; None while nothing is sent."""
        line, stream = self.line, self.stream
        if stream is None or line.segment is None or line.newest is None:
            return None
        if stream.codec is None or now - line.newest.arrival > _SENDING_S:
            return None
        wall = now + self._outbox.wall_offset_s
        clock_rate = stream.codec.clock_rate
        if stream.timeline.is_known:
            timestamp = stream.timeline.timestamp_at(wall, clock_rate)
        else:
            passed = now - line.newest.arrival
            timestamp = line.newest.timestamp + round(passed * clock_rate)
        return SenderReport(
            ssrc=self.ssrc,
            ntp=ntp_time(wall),
            timestamp=(timestamp + line.segment.timestamp_delta) & 0xFFFFFFFF,
            packets=self._packets,
            octets=self._octets,
        )
