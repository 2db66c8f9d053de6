"""The server's own part of a join is what lies between what reaches it and what leaves it."""

import pytest

from tests.bench.server_part import ANSWER_BYTES, PICTURE_BYTES, ServerPart

CHECK, HANDSHAKE, SOUND = b"\x00" * 100, b"\x16" * 100, b"\x90" * 100
PICTURE = b"\x90" * PICTURE_BYTES
UP, DOWN = True, False


def test_each_part_ends_with_what_the_server_sends_for_it() -> None:
    part = ServerPart()
    part.see_bytes(40_000, 1.0, UP)
    part.see_bytes(20_000, 1.001, UP)
    part.see_bytes(ANSWER_BYTES - 1, 1.005, DOWN)
    part.see_bytes(ANSWER_BYTES, 1.011, DOWN)
    part.see_datagram(CHECK, 2.0, UP)
    part.see_datagram(CHECK, 2.002, DOWN)
    part.see_datagram(HANDSHAKE, 3.0, UP)
    part.see_datagram(HANDSHAKE, 3.003, DOWN)
    part.see_datagram(HANDSHAKE, 3.004, DOWN)
    part.see_datagram(HANDSHAKE, 4.0, UP)
    part.see_datagram(HANDSHAKE, 4.001, UP)
    part.see_datagram(HANDSHAKE, 4.003, DOWN)
    part.see_datagram(SOUND, 4.004, DOWN)
    assert part.picture_ms is None
    part.see_datagram(PICTURE, 4.01, DOWN)
    assert part.answer_ms == pytest.approx(10)
    assert part.check_ms == pytest.approx(2)
    assert part.handshake_ms == pytest.approx(3 + 2)
    assert part.picture_ms == pytest.approx(7)
    assert part.total_ms == pytest.approx(24)


def test_what_comes_later_changes_nothing() -> None:
    part = ServerPart()
    part.see_bytes(40_000, 1.0, UP)
    part.see_bytes(ANSWER_BYTES, 1.01, DOWN)
    part.see_datagram(CHECK, 2.0, UP)
    part.see_datagram(CHECK, 2.002, DOWN)
    part.see_datagram(PICTURE, 2.1, DOWN)
    before = part.total_ms
    part.see_bytes(100, 3.0, UP)
    part.see_bytes(ANSWER_BYTES, 3.5, DOWN)
    part.see_datagram(CHECK, 4.0, UP)
    part.see_datagram(HANDSHAKE, 4.0, UP)
    part.see_datagram(HANDSHAKE, 4.5, DOWN)
    part.see_datagram(PICTURE, 5.0, DOWN)
    part.see_datagram(b"", 5.0, DOWN)
    assert part.total_ms == before == pytest.approx(12)
