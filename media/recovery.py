"""Sound that comes with copies of what was sent before it (RED): lost packets out of the copies.

A stream holds plain sound only, whatever it came in; copies for subscribers are made anew
(`media.subscription`), so what one of them is sent depends on nobody else's format.
"""

from typing import TYPE_CHECKING

from media import red
from media.description import Codec

if TYPE_CHECKING:
    from media.stream import Stream

_UNKNOWN_LEVEL = -1


def receive_red(
    stream: "Stream",
    codec: Codec,
    sequence: int,
    timestamp: int,
    marker_and_type: int,
    payload: bytes,
    level: int,
    now: float,
) -> None:
    """Take the copies of packets that were lost, then the packet itself.

    Copies stand for the numbers just before their packet's own. One that is not missing, or from
    before the gate opened, is not taken; it is no sign that the path carried it.
    """
    found = red.blocks(payload)
    carried = codec.carries
    if carried is None or not found or any(block[0] != carried for block in found):
        stream.count("dropped_malformed")
        return
    newest = found.pop()
    stream.order.expect(sequence, now)
    if stream.missing.gaps:
        for back, (_, offset, copy) in zip(range(len(found), 0, -1), found, strict=True):
            number, sampled = (sequence - back) & 0xFFFF, (timestamp - offset) & 0xFFFFFFFF
            if copy and stream.order.lacks(number):
                stream.count("recovered_red")
                stream.receive(number, sampled, carried, copy, _UNKNOWN_LEVEL, now, True)
    own_type = marker_and_type & 0x80 | carried
    stream.receive(sequence, timestamp, own_type, newest[2], level, now, False)
