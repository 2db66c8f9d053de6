"""Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-01).

`Arrivals` remembers when a publisher's packets came and turns them into feedback; `parse` reads
the feedback of subscribers. Time is seconds of the caller's clock.

Errors: `TransportCcError` (code `transport_cc_malformed`). Bounded: a feedback packet covers at
most `MAX_STATUSES` numbers, `Arrivals` holds at most `MAX_PENDING`.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

from media.rtp import unwrap

MAX_STATUSES = 400
MAX_PENDING = 2000

_TICK_S = 0.00025
_REFERENCE_S = 0.064
_TICKS_A_REFERENCE = 256
_LATE = 500
_SMALL, _LARGE = 1, 2
_LONGEST_RUN = 0x1FFF
_HEAD = struct.Struct("!HHI")
_unpack_chunk = struct.Struct("!H").unpack_from
_unpack_large = struct.Struct("!h").unpack_from


class TransportCcError(ValueError):
    code = "transport_cc_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """`received` are (number, arrival in seconds of the receiver's own clock), in order."""

    base: int
    count: int
    number: int
    received: tuple[tuple[int, float], ...]


class Arrivals:
    """Arrival times of one transport's packets by transport-wide number, until reported."""

    __slots__ = ("_expected", "_number", "pending")

    def __init__(self) -> None:
        self.pending: dict[int, float] = {}
        """The hot path writes here: 16-bit number to arrival time, in order of arrival."""
        self._expected: int | None = None
        self._number = 0

    def take_feedback(self) -> list[bytes]:
        """Return the bodies of the feedback due for all that is pending, and forget it."""
        if not self.pending:
            return []
        arrived = self._ordered()
        self.pending = {}
        if not arrived:
            return []
        bodies: list[bytes] = []
        base = arrived[0][0]
        if self._expected is not None and base - MAX_STATUSES < self._expected < base:
            base = self._expected
        while arrived:
            body, base, arrived = self._build(base, arrived)
            bodies.append(body)
        self._expected = max(base, self._expected or base)
        return bodies

    def _ordered(self) -> list[tuple[int, float]]:
        """Return the pending arrivals by extended number; those too late to report left out."""
        numbers = iter(self.pending.items())
        first, time = next(numbers)
        reference = unwrap(first, self._expected if self._expected is not None else first)
        extended = [(reference, time)]
        for number, time in numbers:
            reference = unwrap(number, reference)
            extended.append((reference, time))
        extended.sort()
        oldest = extended[-1][0] - _LATE * 4
        if self._expected is not None:
            oldest = max(oldest, self._expected - _LATE)
        return [item for item in extended if item[0] >= oldest]

    def _build(
        self, base: int, arrived: list[tuple[int, float]]
    ) -> tuple[bytes, int, list[tuple[int, float]]]:
        """Return one body, the number after its last, and what did not fit."""
        if arrived[0][0] - base >= MAX_STATUSES:
            base = arrived[0][0]
        ticks = round(arrived[0][1] / _TICK_S)
        reference = ticks // _TICKS_A_REFERENCE
        previous = reference * _TICKS_A_REFERENCE
        statuses = bytearray()
        deltas = bytearray()
        taken = 0
        for number, time in arrived:
            ticks = round(time / _TICK_S)
            delta = ticks - previous
            missing = number - base - len(statuses)
            if number - base >= MAX_STATUSES or not -0x8000 <= delta <= 0x7FFF:
                break
            if missing > 0:
                statuses += bytes(missing)  # zero is _NOT_RECEIVED
            if 0 <= delta <= 0xFF:
                statuses.append(_SMALL)
                deltas.append(delta)
            else:
                statuses.append(_LARGE)
                deltas += delta.to_bytes(2, "big", signed=True)
            previous = ticks
            taken += 1
        head = _HEAD.pack(base & 0xFFFF, len(statuses), (reference & 0xFFFFFF) << 8 | self._number)
        self._number = (self._number + 1) & 0xFF
        body = head + _build_chunks(statuses) + bytes(deltas)
        return body, base + len(statuses), arrived[taken:]


def _build_chunks(statuses: bytearray) -> bytes:
    """Return run-length chunks for runs of 7 and more, two-bit vectors for the rest."""
    chunks: list[int] = []
    at, end = 0, len(statuses)
    while at < end:
        status = statuses[at]
        run = 1
        while at + run < end and statuses[at + run] == status and run < _LONGEST_RUN:
            run += 1
        if run >= 7 or at + run == end:
            chunks.append(status << 13 | run)
            at += run
            continue
        vector = 0xC000
        for index, symbol in enumerate(statuses[at : at + 7]):
            vector |= symbol << (12 - 2 * index)
        chunks.append(vector)
        at += 7
    return struct.pack(f"!{len(chunks)}H", *chunks)


def parse(body: bytes) -> Feedback:
    """Read the body of a transport-cc packet, behind its two SSRCs."""
    received: list[tuple[int, float]] = []
    take = received.append
    try:
        base, count, rest = _HEAD.unpack_from(body)
        spans, offset = _parse_chunks(body, _HEAD.size, count)
        ticks = (rest >> 8) * _TICKS_A_REFERENCE
        for position, symbols in spans:
            number = base + position
            for symbol in symbols:
                if symbol == _SMALL:
                    ticks += body[offset]
                    offset += 1
                    take((number & 0xFFFF, ticks * _TICK_S))
                elif symbol == _LARGE:
                    ticks += _unpack_large(body, offset)[0]
                    offset += 2
                    take((number & 0xFFFF, ticks * _TICK_S))
                elif symbol:
                    raise TransportCcError("reserved status")
                number += 1
    except (struct.error, IndexError):
        raise TransportCcError("feedback ends inside a field") from None
    return Feedback(base=base, count=count, number=rest & 0xFF, received=tuple(received))


def _parse_chunks(
    body: bytes, offset: int, count: int
) -> tuple[list[tuple[int, tuple[int, ...]]], int]:
    """Return spans of (position, symbols from there on), and where the deltas begin.

    A received packet needs a delta, so no more are listed than the body has bytes; a run of what
    was not received is not listed at all.
    """
    spans: list[tuple[int, tuple[int, ...]]] = []
    position = 0
    while position < count:
        (chunk,) = _unpack_chunk(body, offset)
        offset += 2
        left = count - position
        if chunk & 0x8000:
            symbols = _vector(chunk)
            spans.append((position, symbols if left >= len(symbols) else symbols[:left]))
            position += len(symbols)
            continue
        symbol, run = chunk >> 13 & 3, min(chunk & _LONGEST_RUN, left)
        if not run:
            raise TransportCcError("empty run")
        if symbol:
            if run > len(body):
                raise TransportCcError("more packets received than deltas")
            spans.append((position, (symbol,) * run))
        position += run
    return spans, offset


@lru_cache(maxsize=1024)
def _vector(chunk: int) -> tuple[int, ...]:
    """Return the statuses of a vector chunk, of one bit or of two bits each."""
    if chunk & 0x4000:
        return tuple(chunk >> shift & 3 for shift in range(12, -1, -2))
    return tuple(chunk >> shift & 1 for shift in range(13, -1, -1))
