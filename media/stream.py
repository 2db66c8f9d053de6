"""One SSRC a publisher sends: placed in order, kept for resending, handed to its subscribers.

The first half of the hot path: what is done once for each incoming packet. No clock: `now` is
the caller's monotonic time in seconds.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from media import h264, vp8
from media.bitrate import Bitrate
from media.description import Codec, Kind, Role
from media.history import (
    AUDIO_AGE_S,
    AUDIO_PACKETS,
    VIDEO_AGE_S,
    VIDEO_PACKETS,
    History,
)
from media.keyframes import KeyFrameRequests
from media.keyrun import KeyRun
from media.nack import Missing
from media.order import UNKNOWN, Order, Turn
from media.packet import Packet
from media.reception import Reception
from media.recovery import receive_red
from media.rtcp import ReportBlock
from media.silence import Silence
from media.speaker import Voice
from media.tally import Tally
from media.timeline import Timeline

if TYPE_CHECKING:
    from media.subscription import Subscription

_FLOWING_S = 1.0
_YOUNG_S = 0.4
"""A key frame so old outlives the handshake of who comes, as what is replayed."""


class Stream:
    """A microphone, a screen, or one simulcast layer of a camera."""

    __slots__ = (
        "_clock_rate",
        "_events",
        "_has_parameter_sets",
        "_inspects_h264",
        "_inspects_vp8",
        "_key_began",
        "_mask",
        "_red",
        "_ring",
        "_silence",
        "_sized_at",
        "_tally",
        "_timestamp",
        "_voice",
        "arrival",
        "bitrate",
        "codec",
        "codecs",
        "history",
        "is_open",
        "is_video",
        "key_run",
        "kind",
        "layer",
        "missing",
        "octets",
        "order",
        "reception",
        "requests",
        "size",
        "ssrc",
        "takers",
        "timeline",
        "waiters",
    )

    def __init__(
        self,
        *,
        ssrc: int,
        kind: Kind,
        layer: int,
        codecs: dict[int, Codec],
        role: Role,
        tally: Tally,
        voice: Voice | None,
        is_open: bool,
        keeps_run: bool = False,
    ) -> None:
        self.ssrc = ssrc
        self.kind = kind
        self.layer = layer
        self.codecs = codecs
        self.is_video = kind is not Kind.AUDIO
        self.is_open = is_open
        self.codec: Codec | None = None
        self.arrival = float("-inf")
        self.octets = 0
        self.takers: list[Subscription] = []
        """Subscriptions this stream is forwarded to; replaced, never changed in place."""
        self.waiters: list[Subscription] = []
        """Subscriptions that begin with the next key frame (audio: the next packet)."""
        age_s = VIDEO_AGE_S if self.is_video else AUDIO_AGE_S
        self.history = History(VIDEO_PACKETS if self.is_video else AUDIO_PACKETS, age_s)
        self.missing = Missing(age_s)
        self.reception = Reception()
        self.order = Order(self.missing, self.reception, tally.events)
        self.bitrate = Bitrate()
        self.timeline = Timeline()
        self.requests = KeyFrameRequests()
        self.size: tuple[int, int] | None = None
        """Of the picture, by its last key frame; None: unknown."""
        self.key_run = KeyRun(is_kept=keeps_run and self.is_video)
        self._red = next((codec for codec in codecs.values() if codec.name == "red"), None)
        self._ring = self.history.ring
        self._mask = self.history.mask
        self._tally = tally.received[kind, role]
        self._events = tally.events
        self._voice = voice
        self._timestamp = UNKNOWN
        self._clock_rate = 0
        self._inspects_vp8 = False
        self._inspects_h264 = False
        self._has_parameter_sets = False
        self._silence = Silence()
        self._sized_at = UNKNOWN
        self._key_began = UNKNOWN

    def is_flowing(self, now: float) -> bool:
        """Return whether packets arrived within the last second."""
        return now - self.arrival < _FLOWING_S

    # -- the hot path -------------------------------------------------------------------------

    def receive(
        self,
        sequence: int,
        timestamp: int,
        marker_and_type: int,
        payload: bytes,
        level: int,
        now: float,
        is_repair: bool,
    ) -> None:
        """Take one authenticated packet; forward it to all who take this stream."""
        codec = self.codecs.get(marker_and_type & 0x7F)
        if codec is None:
            self._events["dropped_payload_type"] += 1
            return
        if codec is self._red:
            receive_red(self, codec, sequence, timestamp, marker_and_type, payload, level, now)
            return
        order = self.order
        if sequence == order.next and not is_repair:
            order.highest = extended = order.highest + 1
            order.next = (sequence + 1) & 0xFFFF
            is_fresh = True
        else:
            extended, turn = order.place(sequence, timestamp, now, is_repair)
            if turn is Turn.DROP:
                return
            is_fresh = turn is not Turn.LATE
            if is_fresh and turn is not Turn.FRESH:
                self._follow(turn, extended, timestamp, now)
        if codec is not self.codec:
            if not is_fresh:
                self._events["dropped_payload_type"] += 1
                return
            self._change_codec(codec)
        tally = self._tally
        tally.packets += 1
        size = len(payload)
        tally.bytes += size
        self.octets += size
        self.arrival = now
        if not is_repair:
            reception = self.reception
            reception.received += 1
            if timestamp != self._timestamp and is_fresh:
                self._timestamp = timestamp
                if self._key_began >= 0:
                    self.requests.charge(self.octets - size - self._key_began)
                    self._key_began = UNKNOWN
                reception.time(timestamp, now, self._clock_rate)
        picture = None
        if self._inspects_vp8:
            is_start, picture = vp8.inspect(payload)
        elif self.is_video:
            is_start = self._inspects_h264 and self._begins_h264(payload)
        else:
            is_start = True
            if level >= 0 and self._is_silent(extended, level, is_fresh):
                return
        packet = Packet(extended, timestamp, marker_and_type & 0x80, payload, picture, level, now)
        self._ring[extended & self._mask] = packet
        if is_start and self.is_video:
            self._begin_key_frame(packet)
        started = self._serve_waiters(packet, is_fresh, is_start) if self.waiters else None
        for subscription in self.takers:
            subscription.forward(packet)
        if started:
            self._catch_up(started, packet)

    def _follow(self, turn: Turn, extended: int, timestamp: int, now: float) -> None:
        """Draw the consequences of a fresh packet that is not simply the next."""
        if turn is Turn.AFTER_LOSS:
            self.want_key_frame()
        elif turn is Turn.LEAP:
            self.forget()
            self.order.restart(extended, timestamp, now)

    def count(self, event: str) -> None:
        """Count something that `media.recovery` found."""
        self._events[event] += 1

    # -- codec facts --------------------------------------------------------------------------

    def _change_codec(self, codec: Codec) -> None:
        """Adopt another format: whoever takes this stream begins anew at a key frame."""
        is_first = self.codec is None
        self.codec = codec
        self._clock_rate = codec.clock_rate
        self._inspects_vp8 = codec.name == "vp8"
        self._inspects_h264 = codec.name == "h264"
        self._has_parameter_sets = False
        if not is_first:
            self._suspend_takers()

    def _begins_h264(self, payload: bytes) -> bool:
        """A key frame begins with its parameter sets where the sender has ever sent any."""
        start = h264.inspect(payload)
        if start is h264.Start.PARAMETER_SETS:
            self._has_parameter_sets = True
            return True
        return start is h264.Start.IDR_PICTURE and not self._has_parameter_sets

    def _is_silent(self, extended: int, level: int, is_fresh: bool) -> bool:
        """Tell the speaker detector; return whether this packet adds silence to silence."""
        loudness = 127 - (level & 0x7F)
        if is_fresh and self._voice is not None:
            self._voice.hear(loudness)
        silence = self._silence
        if loudness:
            if not is_fresh:
                return silence.covers(extended)
            left_out = silence.end()
            if left_out is not None:
                for subscription in self.takers:
                    subscription.line.skip(left_out + 1)
            return False
        if not silence.add(extended, is_fresh):
            return False
        self._events["dropped_silence"] += 1
        return True

    def _begin_key_frame(self, packet: Packet) -> None:
        """Note that a key frame begins; who may not be shown its size takes it no more."""
        self._events["key_frames_in"] += 1
        self.requests.received()
        self.key_run.note(packet.sequence, packet.timestamp)
        if packet.sequence < self._sized_at:
            return
        self._sized_at = packet.sequence
        self._key_began = self.octets - len(packet.payload)
        inspector = vp8 if self._inspects_vp8 else h264
        self.size = inspector.frame_size(packet.payload)
        refusing = [s for s in self.takers if s.judge(self) is not None]
        if refusing:
            self.takers = [s for s in self.takers if s not in refusing]
            self.waiters = [*self.waiters, *(s for s in refusing if s.suspend())]

    # -- subscribers --------------------------------------------------------------------------

    def _serve_waiters(
        self, packet: Packet, is_fresh: bool, is_start: bool
    ) -> list["Subscription"]:
        """Start those whose moment this packet is; return them if packets after it are here."""
        started: list[Subscription] = []
        for subscription in self.waiters:
            if subscription.floor is None and is_fresh:
                subscription.floor = packet.sequence
            if not is_start:
                continue
            if subscription.floor is None or packet.sequence < subscription.floor:
                self.want_key_frame()
            elif subscription.start(self, packet):
                started.append(subscription)
        if started:
            self.waiters = [s for s in self.waiters if s not in started]
            self.takers = [*self.takers, *started]
        return [] if is_fresh else started

    def _catch_up(self, started: list["Subscription"], packet: Packet) -> None:
        """Forward what came before a key frame's recovered first packet but belongs after it."""
        oldest = max(packet.sequence + 1, self.order.highest - self._mask)
        for sequence in range(oldest, self.order.highest + 1):
            later = self._ring[sequence & self._mask]
            if later is not None and later.sequence == sequence:
                for subscription in started:
                    subscription.forward_late(later, packet.arrival)

    def add_waiter(self, subscription: "Subscription") -> None:
        self.waiters = [*self.waiters, subscription]
        self.want_key_frame()

    def replay_to(self, subscription: "Subscription", since: float, now: float) -> bool:
        """Start a waiter with the last key frame and what followed; False: it goes on waiting.

        Nothing that arrived before `since` is shown to it.
        """
        run = self.key_run.packets(self.history, self.order.highest, since, now)
        if run is None or not subscription.start_with(self, run, now):
            return False
        self.waiters = [s for s in self.waiters if s is not subscription]
        self.takers = [*self.takers, subscription]
        self._events["replayed"] += 1
        return True

    def renew_run(self, now: float) -> None:
        """Ask for a key frame if those who come soon may be shown one and the last is not young."""
        if not (self.key_run.is_kept and self.is_open):
            return
        if self.key_run.packets(self.history, self.order.highest, now - _YOUNG_S, now) is None:
            self.requests.request()

    def keep_run(self, is_kept: bool) -> None:
        """Forget the run so far; keep the next ones for new subscribers, or keep none."""
        self.key_run.flush(self.order.highest)
        self.key_run.is_kept = is_kept and self.is_video

    def remove(self, subscription: "Subscription") -> None:
        """Neither forward to this subscription nor start it any more."""
        self.takers = [s for s in self.takers if s is not subscription]
        self.waiters = [s for s in self.waiters if s is not subscription]
        if not self.takers and not self.waiters:
            self.requests.cancel()

    def want_key_frame(self) -> None:
        """Ask for a key frame soon, if this is video and may be sent."""
        if self.is_video and self.is_open and (self.takers or self.waiters):
            self.requests.request()

    def forget(self) -> None:
        """Drop everything kept; whoever takes this stream begins anew."""
        self.history.clear()
        self.key_run.flush(self.order.highest)
        self.order.forget()
        self._silence.forget()
        for subscription in self.waiters:
            subscription.floor = None
        self._suspend_takers()

    def _suspend_takers(self) -> None:
        takers, self.takers = self.takers, []
        self.waiters = [*self.waiters, *(s for s in takers if s.suspend())]
        self.want_key_frame()

    # -- gate and reports ---------------------------------------------------------------------

    def open(self) -> None:
        """Let packets pass from now on."""
        self.is_open = True
        self.want_key_frame()

    def close(self) -> None:
        """Keep packets out from now on, and forget those that were let in."""
        self.is_open = False
        self.forget()
        self.requests.cancel()
        if self._voice is not None:
            self._voice.reset()

    def end(self) -> None:
        """The publisher said good-bye to this SSRC: other layers are better now."""
        self.arrival = float("-inf")

    def due_nacks(self, now: float, round_trip_s: float) -> list[int]:
        """Return the 16-bit numbers to ask the publisher for now."""
        if self.codec is None or not self.codec.nack:
            self.missing.expire(now)
            return []
        sequences, has_lost = self.missing.due(now, round_trip_s)
        if has_lost:
            self.want_key_frame()
        return [sequence & 0xFFFF for sequence in sequences]

    def report_block(self, now: float) -> ReportBlock | None:
        """Return what to tell the publisher of this stream's reception; nothing while shut."""
        if not self.is_open:
            return None
        timeline = self.timeline
        age_s = now - timeline.received
        return self.reception.block(self.ssrc, self.order.highest, timeline.ntp, age_s)

    def tell_loss(self, block: ReportBlock) -> ReportBlock:
        """Tell the microphone the loss of whoever hears it worst without copies, ours included.

        An Opus encoder protects its sound (in-band FEC) by that share, and only by it. The count
        of lost packets stays ours: that is what a sender's congestion control reads.
        """
        if self.is_video:
            return block
        worst = max((taker.loss for taker in self.takers if not taker.copies), default=0)
        return replace(block, fraction_lost=max(block.fraction_lost, worst))
