"""Of one seat: a hardware or software encoder that sends in place of its page.

    OFF ─allow─► EXPECTED ─offer─► CONNECTING ─connect─► SENDING;  lost: EXPECTED;  stop: OFF

Allowing again voids what was allowed before, so an encoder that sends by it is cut off. An
illegal move raises and changes nothing.
"""

from enum import Enum

from lobby.errors import EncoderRunning, MeetingError, NoEncoder


class Encoder(Enum):
    """Only while CONNECTING or SENDING it may have a transport, only SENDING does it replace."""

    OFF = "off"
    EXPECTED = "expected"
    CONNECTING = "connecting"
    SENDING = "sending"

    @property
    def has_transport(self) -> bool:
        return self in (Encoder.CONNECTING, Encoder.SENDING)


class EncoderMove(Enum):
    ALLOW = "allow"
    OFFER = "offer"
    CONNECT = "connect"
    LOSE = "lose"
    STOP = "stop"


MOVES: dict[tuple[Encoder, EncoderMove], Encoder | type[MeetingError]] = {
    (Encoder.OFF, EncoderMove.ALLOW): Encoder.EXPECTED,
    (Encoder.OFF, EncoderMove.OFFER): NoEncoder,
    (Encoder.OFF, EncoderMove.CONNECT): NoEncoder,
    (Encoder.OFF, EncoderMove.LOSE): NoEncoder,
    (Encoder.OFF, EncoderMove.STOP): NoEncoder,
    (Encoder.EXPECTED, EncoderMove.ALLOW): Encoder.EXPECTED,
    (Encoder.EXPECTED, EncoderMove.OFFER): Encoder.CONNECTING,
    (Encoder.EXPECTED, EncoderMove.CONNECT): NoEncoder,
    (Encoder.EXPECTED, EncoderMove.LOSE): NoEncoder,
    (Encoder.EXPECTED, EncoderMove.STOP): Encoder.OFF,
    (Encoder.CONNECTING, EncoderMove.ALLOW): Encoder.EXPECTED,
    (Encoder.CONNECTING, EncoderMove.OFFER): EncoderRunning,
    (Encoder.CONNECTING, EncoderMove.CONNECT): Encoder.SENDING,
    (Encoder.CONNECTING, EncoderMove.LOSE): Encoder.EXPECTED,
    (Encoder.CONNECTING, EncoderMove.STOP): Encoder.OFF,
    (Encoder.SENDING, EncoderMove.ALLOW): Encoder.EXPECTED,
    (Encoder.SENDING, EncoderMove.OFFER): EncoderRunning,
    (Encoder.SENDING, EncoderMove.CONNECT): EncoderRunning,
    (Encoder.SENDING, EncoderMove.LOSE): Encoder.EXPECTED,
    (Encoder.SENDING, EncoderMove.STOP): Encoder.OFF,
}


def move(encoder: Encoder, by: EncoderMove) -> Encoder:
    """What it is after the move; raises what the table says where that is illegal."""
    result = MOVES[encoder, by]
    if isinstance(result, Encoder):
        return result
    raise result
