"""The states of a seat's encoder and their one transition table."""

import itertools

import pytest

from lobby.encoder import MOVES, Encoder, EncoderMove, move
from lobby.errors import EncoderRunning, MeetingError, NoEncoder


def test_the_table_answers_every_move_from_every_state() -> None:
    assert set(MOVES) == set(itertools.product(Encoder, EncoderMove))


@pytest.mark.parametrize("before", Encoder)
def test_it_may_be_allowed_anew_at_any_time_and_then_has_to_come_again(before: Encoder) -> None:
    after = move(before, EncoderMove.ALLOW)
    assert after is Encoder.EXPECTED
    assert not after.has_transport


def test_it_offers_connects_is_lost_and_comes_again() -> None:
    encoder = Encoder.EXPECTED
    for _ in range(2):
        encoder = move(encoder, EncoderMove.OFFER)
        assert (encoder, encoder.has_transport) == (Encoder.CONNECTING, True)
        encoder = move(encoder, EncoderMove.CONNECT)
        assert (encoder, encoder.has_transport) == (Encoder.SENDING, True)
        encoder = move(encoder, EncoderMove.LOSE)
        assert encoder is Encoder.EXPECTED


@pytest.mark.parametrize("before", [Encoder.EXPECTED, Encoder.CONNECTING, Encoder.SENDING])
def test_it_can_be_stopped(before: Encoder) -> None:
    assert move(before, EncoderMove.STOP) is Encoder.OFF


@pytest.mark.parametrize(
    ("before", "by", "error"),
    [
        (Encoder.OFF, EncoderMove.OFFER, NoEncoder),
        (Encoder.OFF, EncoderMove.STOP, NoEncoder),
        (Encoder.EXPECTED, EncoderMove.CONNECT, NoEncoder),
        (Encoder.CONNECTING, EncoderMove.OFFER, EncoderRunning),
        (Encoder.SENDING, EncoderMove.OFFER, EncoderRunning),
    ],
)
def test_illegal_moves_raise(before: Encoder, by: EncoderMove, error: type[MeetingError]) -> None:
    with pytest.raises(error):
        move(before, by)
