"""Whose datagram is it."""

import pytest

from media.demux import Demux, Sort, sort_of

HERE = ("192.0.2.1", 1000)


@pytest.mark.parametrize(
    ("first", "sort"),
    [
        (0, Sort.STUN), (3, Sort.STUN), (4, Sort.NOISE), (19, Sort.NOISE), (20, Sort.DTLS),
        (63, Sort.DTLS), (64, Sort.NOISE), (127, Sort.NOISE), (128, Sort.SRTP), (191, Sort.SRTP),
        (192, Sort.NOISE), (255, Sort.NOISE),
    ],
)  # fmt: skip
def test_the_first_byte_tells_the_protocol(first: int, sort: Sort) -> None:
    assert sort_of(bytes([first, 0])) is sort


def test_an_empty_datagram_is_noise() -> None:
    assert sort_of(b"") is Sort.NOISE


def test_a_released_address_belongs_to_nobody() -> None:
    demux: Demux[str] = Demux()
    demux.claim(HERE, "a")
    assert demux.by_path[HERE] == "a"
    demux.release(HERE, "a")
    demux.release(HERE, "a")
    assert demux.by_path == {}


def test_the_later_claim_to_an_address_stays() -> None:
    demux: Demux[str] = Demux()
    first, second = "a", "b"
    demux.claim(HERE, first)
    demux.claim(HERE, second)
    demux.release(HERE, first)
    assert demux.by_path[HERE] == second


def test_forgotten_ufrags_lead_nowhere() -> None:
    demux: Demux[str] = Demux()
    demux.add_ufrag("x", "a")
    demux.forget_ufrags(("x", "y"))
    assert demux.by_ufrag == {}
