"""What one receive slot sends again: answers to NACK, and the padding that probes for bandwidth.

Resends go in the slot's repair stream (RFC 4588) where one was agreed, else as the same bytes
again. Bounded: once a round trip, a share of the rate, and nothing from before this binding.
"""

from typing import TYPE_CHECKING

from media import vp8
from media.bitrate import HEADER_BYTES
from media.description import Codec, Slot
from media.extensions import HeaderLayout
from media.order import UNKNOWN
from media.outbox import Outbox
from media.packet import Packet
from media.rewrite import Rewriter, Segment, first_sequence
from media.tally import Passed, Tally

if TYPE_CHECKING:
    from media.port import Port

MAX_REQUESTED = 512
"""Sequence numbers of one NACK that are looked at."""
PADDING_BYTES = 255

_PADDING = bytes(PADDING_BYTES - 1) + bytes([PADDING_BYTES])
_SHARE = 0.15
_BURST_BYTES = 100_000.0
_FIRST_BYTES = 30_000.0
_SHORTEST_ROUND_TRIP_S = 0.01
_REPEATED, _CROSSED = 0.9, 1.2
"""Round trips after a resend, and after a packet that came late, in which a request may be older
than what answers it. Jitter shortens the way of one that is new, and lengthens that of an old."""
_MAX_ANSWERED = 1024


class Repair:
    """The resends of one slot. `line` is what the slot sent, `plain` and `numbered` its headers."""

    __slots__ = (
        "_allowance_bytes",
        "_answered",
        "_events",
        "_has_numbers",
        "_line",
        "_numbered",
        "_octets_credited",
        "_outbox",
        "_payload_type",
        "_plain",
        "_port",
        "_repair_type",
        "_sequence",
        "_slot",
        "_tally",
        "_uses_numbers",
        "_wrapped",
    )

    def __init__(
        self,
        *,
        port: "Port",
        slot: Slot,
        line: Rewriter,
        plain: HeaderLayout,
        numbered: HeaderLayout,
        has_numbers: bool,
        outbox: Outbox,
        tally: Tally,
    ) -> None:
        self._port = port
        self._slot = slot
        self._line = line
        self._plain = plain
        self._numbered = numbered
        self._has_numbers = has_numbers
        self._outbox = outbox
        self._tally: Passed = tally.sent[slot.kind, port.role]
        self._events = tally.events
        self._payload_type = 0
        self._repair_type: int | None = None
        self._wrapped = UNKNOWN
        self._uses_numbers = False
        self._sequence = first_sequence(slot.rtx_ssrc or 0)
        self._octets_credited = 0
        self._allowance_bytes = _FIRST_BYTES
        self._answered: dict[int, float] = {}

    def begin(self, codec: Codec) -> bool:
        """The slot goes on in this format; return whether its packets are numbered.

        A resend without a repair stream must be bit for bit what was sent, so then they are not.
        """
        self._payload_type = codec.payload_type
        self._repair_type = codec.rtx_payload_type if self._slot.rtx_ssrc is not None else None
        self._uses_numbers = self._has_numbers and (self._repair_type is not None or not codec.nack)
        return self._uses_numbers

    def forget(self) -> None:
        """What was sent cannot be asked for again."""
        self._answered.clear()

    def cannot_repeat(self, sequence: int) -> None:
        """It and all before it may have gone with copies: no such number is sent plainly again.

        What would be wrapped now may differ by a copy that came since, and one number must never
        seal two texts.
        """
        if sequence > self._wrapped:
            self._wrapped = sequence

    def came_late(self, sequence: int, arrival: float) -> None:
        """It was missed by the subscriber too, and this answers who has asked already."""
        self._answer(sequence, arrival + _CROSSED * self._port.round_trip_s)

    def resend(
        self, sequences: tuple[int, ...], octets: int, now: float, round_trip_s: float
    ) -> None:
        """Answer a NACK; `octets` is all that the slot has sent so far, without resends."""
        gained = (octets - self._octets_credited) * _SHARE
        self._octets_credited = octets
        self._allowance_bytes = min(_BURST_BYTES, self._allowance_bytes + gained)
        pause = max(round_trip_s * _REPEATED, _SHORTEST_ROUND_TRIP_S)
        for sequence in sequences[:MAX_REQUESTED]:
            self._events["nacks_in"] += 1
            if not self._resend_one(sequence, now, pause):
                self._events["nacks_refused"] += 1

    def _resend_one(self, sequence: int, now: float, pause_s: float) -> bool:
        found = self._line.find(sequence)
        if found is None:
            return False
        segment, extended = found
        is_plain = self._repair_type is None
        if is_plain and (self._uses_numbers or extended <= self._wrapped):
            return False
        if now < self._answered.get(extended, float("-inf")):
            return False
        packet = segment.source.history.get(extended - segment.sequence_delta, now)
        if packet is None or self._allowance_bytes < len(packet.payload):
            return False
        self._allowance_bytes -= len(packet.payload)
        self._answer(extended, now + pause_s)
        self._send_again(packet, segment, extended, now)
        return True

    def _answer(self, extended: int, until: float) -> None:
        """Take requests for this number that come before `until` as answered."""
        if len(self._answered) > _MAX_ANSWERED:
            self._answered.clear()
        self._answered[extended] = until

    def _send_again(self, packet: Packet, segment: Segment, extended: int, now: float) -> None:
        payload = packet.payload
        if segment.moves_pictures and packet.picture is not None:
            payload = vp8.rewrite(payload, packet.picture, segment.picture_delta, segment.tl0_delta)
        delta = segment.delta_of(packet.timestamp, segment.timestamp_delta)
        timestamp = (packet.timestamp + delta) & 0xFFFFFFFF
        if self._repair_type is None or self._slot.rtx_ssrc is None:
            header = self._plain.build(
                packet.marker | self._payload_type,
                extended & 0xFFFF,
                timestamp,
                self._slot.ssrc,
                0,
                packet.level,
            )
            self._events["resent_out"] += 1
        else:
            header = self._numbered.build(
                packet.marker | self._repair_type,
                self._sequence,
                timestamp,
                self._slot.rtx_ssrc,
                self._port.next_wide(len(payload) + 2, now) if self._has_numbers else 0,
                packet.level,
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
            payload = (extended & 0xFFFF).to_bytes(2, "big") + payload
            self._events["rtx_out"] += 1
        self._tally.packets += 1
        self._tally.bytes += len(payload)
        self._outbox.items.append((self._port, header + payload, False))

    def pad(self, now: float) -> int:
        """Send a packet of mere padding in the repair stream; return its bytes, 0: it has none."""
        repair_type, ssrc = self._repair_type, self._slot.rtx_ssrc
        if repair_type is None or ssrc is None or not self._has_numbers:
            return 0
        header = self._numbered.build(
            repair_type,
            self._sequence,
            self._line.timestamp,
            ssrc,
            self._port.next_wide(PADDING_BYTES, now),
            -1,
        )
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._events["padding_out"] += 1
        packet = bytes([header[0] | 0x20]) + header[1:] + _PADDING
        self._outbox.items.append((self._port, packet, False))
        return PADDING_BYTES + HEADER_BYTES
