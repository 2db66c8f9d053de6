"""A microphone and an ear on the seeded network: what a listener's decoder has to conceal.

The encoder does as Opus in a browser does: each packet repeats the one before it (in-band FEC)
while its reports of the last seconds speak of loss. The ear plays 20 ms after 20 ms, `playout_s`
later than a packet without jitter would be there.
"""

from collections import deque

from media import rtcp, rtp
from media.description import Kind
from tests.media.packets import MICROPHONE, opus_packet, slot_ssrc, ssrc_of

PACKET_S = 0.02
_REPORT_S = 1.0
_REPORTS = 5
_BODY_BYTES = 80


class Microphone:
    """Endpoint 1 talks all the time: 50 packets a second."""

    def __init__(self) -> None:
        self.ssrc = ssrc_of(1, MICROPHONE)
        self.packets = 0
        self.next_s = 0.0
        self._reported: deque[int] = deque(maxlen=_REPORTS)

    @property
    def protects(self) -> bool:
        return any(self._reported)

    def poll(self, now: float) -> list[bytes]:
        made = []
        while now >= self.next_s:
            self.next_s += PACKET_S
            packet = opus_packet(
                ssrc=self.ssrc,
                sequence=self.packets,
                timestamp=self.packets * 960,
                body=self.packets.to_bytes(4, "big") + bytes([self.protects]) + bytes(_BODY_BYTES),
            )
            self.packets += 1
            made.append(packet)
        return made

    def heed(self, data: bytes) -> None:
        """Protect what is sent from now on by what the router reports."""
        for packet in rtcp.parse(data):
            if isinstance(packet, rtcp.ReceiverReport):
                for block in packet.blocks:
                    if block.ssrc == self.ssrc:
                        self._reported.append(block.fraction_lost)


class Ear:
    """A listener; no browser asks for lost sound, it reports the loss."""

    def __init__(self, number: int) -> None:
        self.ssrc = slot_ssrc(number, Kind.AUDIO, 0)
        self.arrived: dict[int, float] = {}
        self.protected: set[int] = set()
        """Packets that repeat the one before them."""
        self.highest: int | None = None
        self._interval = [0, 0]
        self._next_report = _REPORT_S

    def receive(self, packet: bytes, now: float) -> None:
        _, sequence, _, _, _, _, start, _ = rtp.parse(packet)
        index = int.from_bytes(packet[start : start + 4], "big")
        if packet[start + 4]:
            self.protected.add(index)
        self.arrived.setdefault(index, now)
        extended = rtp.unwrap(sequence, self.highest if self.highest is not None else sequence)
        before = extended - 1 if self.highest is None else self.highest
        self._interval[0] += max(0, extended - before)
        self._interval[1] += 1
        self.highest = max(before, extended)

    def poll(self, now: float) -> list[bytes]:
        if now < self._next_report or self.highest is None:
            return []
        self._next_report = now + _REPORT_S
        return [self._report(self.highest)]

    def _report(self, highest: int) -> bytes:
        (expected, got), self._interval = self._interval, [0, 0]
        lost = max(0, expected - got)
        block = rtcp.ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, (lost << 8) // max(1, expected)),
            packets_lost=0,
            highest_sequence=highest,
            jitter=0,
            last_sr=0,
            delay=0,
        )
        return rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=9, blocks=(block,)))

    def concealed(self, first: int, last: int, path_s: float, playout_s: float) -> float:
        """Return the share of packets in [first, last) whose sound had to be made up."""
        made_up = 0
        for index in range(first, last):
            due = index * PACKET_S + path_s + playout_s
            is_there = self.arrived.get(index, due + 1) <= due
            repeat = index + 1
            is_repeated = repeat in self.protected and self.arrived.get(repeat, due + 1) <= due
            made_up += not is_there and not is_repeated
        return made_up / (last - first)
