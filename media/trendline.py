"""Whether packets take ever longer: the delay gradient and its detector.

Of Google Congestion Control (draft-ietf-rmcat-gcc-02) with the trendline filter of libwebrtc:
packets sent within 5 ms are one group, the growth of delay from group to group is summed,
smoothed, and a line fitted through the last twenty sums; a threshold that follows the slope
decides. The line is fitted once a feedback packet, not once a group. Times are seconds of two
clocks, sent and arrived; only differences count.
"""

from collections import deque
from collections.abc import Sequence
from enum import Enum

_GROUP_S = 0.005
_LONGEST_BURST_S = 0.1
_CLOCK_WAS_SET_S = 3.0
_SMOOTHING = 0.9
_WINDOW = 20
_FEWEST = 8
_GAIN = 4.0
_MAX_DELTAS = 60
_FIRST_THRESHOLD = 12.5
_LOWEST_THRESHOLD, _HIGHEST_THRESHOLD = 6.0, 600.0
_RISE_PER_MS, _FALL_PER_MS = 0.0087, 0.039
_TOO_FAR = 15.0
_BASE_S = 15.0
_LEAST_QUEUE_S = 0.02
"""Less than this is jitter."""
_STANDING_S = 0.3
"""A queue of the path stands for longer; what waited for a busy machine is read at once."""
_STALL_S = 0.2
"""Nothing arrives for so long, though it was sent: the receiver stood still, or its network."""
_STEEP = 2.0
"""A slope so many times the threshold needs not rise further to count."""
_LONGEST_STEP_MS = 100.0


class Usage(Enum):
    UNDER = "under"
    NORMAL = "normal"
    OVER = "over"


class Trendline:
    """Fed with packets in order of sending; `detect` says how the path fares."""

    __slots__ = (
        "_arrived",
        "_base_since",
        "_began_arriving",
        "_began_sending",
        "_deltas",
        "_newer",
        "_older",
        "_points",
        "_previous",
        "_queues",
        "_sent",
        "_slope",
        "_smoothed",
        "_stood_still",
        "_sum",
        "_threshold",
        "_updated",
        "queue_s",
        "standing_s",
    )

    def __init__(self) -> None:
        self._threshold = _FIRST_THRESHOLD
        self._updated: float | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the groups: a clock was set, or the path is another."""
        self._began_sending: float | None = None
        self._began_arriving = self._sent = self._arrived = 0.0
        self._previous: tuple[float, float] | None = None
        self._points: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._deltas = 0
        self._sum = self._smoothed = self._slope = 0.0
        self._older = self._newer = float("inf")
        self._base_since = float("-inf")
        self._stood_still = float("-inf")
        self._queues: deque[tuple[float, float]] = deque()
        self.queue_s = 0.0
        """By how much the last group took longer than the fastest of the last half minute."""
        self.standing_s = 0.0
        """The least of these lately: what never emptied."""

    def add(self, sent_s: float, arrived_s: float) -> None:
        """Take one packet."""
        self.add_all([(sent_s, 0, arrived_s)])

    def add_all(self, packets: Sequence[tuple[float, int, float]]) -> None:
        """Take packets: when each was sent, its bytes, when it arrived."""
        for sent_s, _, arrived_s in packets:
            if self._began_sending is None:
                self._begin(sent_s, arrived_s)
            elif abs(arrived_s - self._arrived - (sent_s - self._sent)) > _CLOCK_WAS_SET_S:
                self.reset()
                self._begin(sent_s, arrived_s)
            elif sent_s - self._began_sending > _GROUP_S and not self._has_caught_up(
                sent_s, arrived_s
            ):
                self._end_group()
                self._begin(sent_s, arrived_s)
            elif sent_s >= self._sent:
                self._sent = sent_s
                if arrived_s > self._arrived:
                    self._arrived = arrived_s

    def _begin(self, sent_s: float, arrived_s: float) -> None:
        self._began_sending = self._sent = sent_s
        self._began_arriving = self._arrived = arrived_s

    def _has_caught_up(self, sent_s: float, arrived_s: float) -> bool:
        """Sent later, but caught up on the way with the packet before: of its group too."""
        gap = arrived_s - self._arrived
        has_caught_up = gap < sent_s - self._sent and gap <= _GROUP_S
        return has_caught_up and arrived_s - self._began_arriving < _LONGEST_BURST_S

    def _end_group(self) -> None:
        waited_s = 0.0
        if self._previous is not None:
            sent, arrived = self._previous
            self._deltas = min(self._deltas + 1, _MAX_DELTAS)
            waited_s = (self._arrived - arrived) - (self._sent - sent)
            self._sum += waited_s
            self._smoothed = _SMOOTHING * self._smoothed + (1 - _SMOOTHING) * self._sum
            self._points.append((self._arrived, self._smoothed))
        self._previous = (self._sent, self._arrived)
        self._measure_queue(waited_s)

    def _measure_queue(self, waited_s: float) -> None:
        """Take the queue of the group that ended, which came `waited_s` later than it was sent
        after the one before it."""
        arrived, sent = self._arrived, self._sent
        delay = arrived - sent
        if sent - self._base_since > _BASE_S:
            self._base_since = sent
            self._older, self._newer = self._newer, delay
        elif delay < self._newer:
            self._newer = delay
        older, newer = self._older, self._newer
        self.queue_s = queue_s = delay - (older if older < newer else newer)
        queues = self._queues
        if waited_s > _STALL_S:
            queues.clear()
            self._stood_still = arrived
        while queues and queues[-1][1] >= queue_s:
            queues.pop()
        queues.append((arrived, queue_s))
        while arrived - queues[0][0] > _STANDING_S:
            queues.popleft()
        is_known = arrived - self._stood_still > _STANDING_S
        self.standing_s = queues[0][1] if is_known else 0.0

    def detect(self, now: float) -> Usage:
        """Return how the path fares by all packets so far."""
        if len(self._points) < _FEWEST:
            return Usage.NORMAL
        slope = _slope(self._points)
        trend = self._deltas * slope * _GAIN
        is_rising = slope >= self._slope or trend > _STEEP * self._threshold
        self._slope = slope
        usage = Usage.NORMAL
        if trend > self._threshold:
            is_queue = self.standing_s > _LEAST_QUEUE_S
            usage = Usage.OVER if is_rising and is_queue else Usage.NORMAL
        elif trend < -self._threshold:
            usage = Usage.UNDER
        self._adapt(abs(trend), now)
        return usage

    def _adapt(self, trend: float, now: float) -> None:
        """Let the threshold follow the slope slowly, so that other traffic does not starve us."""
        passed_ms = (now - self._updated) * 1000 if self._updated is not None else 0.0
        self._updated = now
        if trend > self._threshold + _TOO_FAR:
            return
        pace = _FALL_PER_MS if trend < self._threshold else _RISE_PER_MS
        step = pace * (trend - self._threshold) * min(passed_ms, _LONGEST_STEP_MS)
        moved = self._threshold + step
        self._threshold = min(max(moved, _LOWEST_THRESHOLD), _HIGHEST_THRESHOLD)


def _slope(points: deque[tuple[float, float]]) -> float:
    """Return the slope of the least-squares line, in seconds of delay a second, 0 if none."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / (spread or 1.0)
