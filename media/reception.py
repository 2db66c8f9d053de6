"""Receiver statistics of one stream for report blocks (RFC 3550 section 6.4.1, A.3, A.8)."""

from media.rtcp import ReportBlock, compact
from media.rtp import signed32


class Reception:
    """Counts what arrives and what should have; jitter in units of the RTP clock.

    The hot path counts by `received += 1` itself and calls `time` once a frame.
    """

    __slots__ = (
        "_arrival",
        "_expected_before",
        "_jitter",
        "_received_before",
        "_timestamp",
        "first",
        "interval",
        "received",
    )

    def __init__(self) -> None:
        self.first: int | None = None
        self.received = 0
        self.interval = (0, 0)
        """Packets expected and lost between the last two reports."""
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._timestamp = 0
        self._arrival = 0.0

    def start(self, sequence: int, timestamp: int, now: float) -> None:
        """Begin to count at this extended sequence number."""
        self.first = sequence
        self.received = 0
        self._expected_before = 0
        self._received_before = 0
        self._timestamp = timestamp
        self._arrival = now

    def time(self, timestamp: int, now: float, clock_rate: int) -> None:
        """Take the first packet of a new timestamp into the jitter."""
        passed = (now - self._arrival) * clock_rate
        difference = abs(passed - signed32(timestamp - self._timestamp))
        self._arrival = now
        self._timestamp = timestamp
        if difference < clock_rate:  # a pause or a new clock is not jitter
            self._jitter += (difference - self._jitter) / 16

    def missing(self, highest: int) -> int:
        """Return how many packets up to this extended sequence number never came."""
        return 0 if self.first is None else highest - self.first + 1 - self.received

    def block(
        self, ssrc: int, highest: int, last_ntp: int | None, sr_age_s: float
    ) -> ReportBlock | None:
        """Return the report since the last one; None if nothing was ever received.

        `last_ntp` is the NTP time of the stream's last sender report, `sr_age_s` its age.
        """
        if self.first is None:
            return None
        expected = highest - self.first + 1
        interval = expected - self._expected_before
        lost = interval - (self.received - self._received_before)
        self.interval = interval, lost
        self._expected_before = expected
        self._received_before = self.received
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=min(255, (lost << 8) // interval) if interval > 0 and lost > 0 else 0,
            packets_lost=expected - self.received,
            highest_sequence=highest & 0xFFFFFFFF,
            jitter=int(self._jitter),
            last_sr=0 if last_ntp is None else compact(last_ntp),
            delay=0 if last_ntp is None else int(min(sr_age_s, 65535.0) * 65536),
        )
