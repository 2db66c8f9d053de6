"""Lines over a socket: whole, in order, bounded; their end is told once."""

import asyncio
import socket

import pytest

from media import lines
from media.lines import Lines


class Side:
    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.ended = asyncio.Event()
        self.ends = 0
        self.lines = Lines(self.got.append, self._end)

    def _end(self) -> None:
        self.ends += 1
        self.ended.set()


async def joined() -> tuple[Side, Side]:
    sides = Side(), Side()
    for side, end in zip(sides, socket.socketpair(), strict=True):
        end.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda side=side: side.lines, sock=end)  # type: ignore[misc]
    return sides


async def test_lines_arrive_whole_and_in_order_however_they_are_cut() -> None:
    one, other = await joined()
    said = [bytes([65 + n % 26]) * n for n in (0, 1, 70_000, 3, 300_000)]
    one.lines.send(b"".join(line + b"\n" for line in said[:3]))
    for byte in said[3] + b"\n":
        one.lines.send(bytes([byte]))
    one.lines.send(said[4] + b"\n")
    one.lines.close()
    await asyncio.wait_for(other.ended.wait(), 5)
    assert other.got == said
    await asyncio.wait_for(one.ended.wait(), 5)
    assert (one.ends, other.ends) == (1, 1)
    one.lines.send(b"after the end\n")
    one.lines.close()


async def test_lines_of_one_turn_of_the_loop_arrive_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = await joined()
    arrived: list[bytes] = []
    take = other.lines.data_received

    def note(data: bytes) -> None:
        arrived.append(data)
        take(data)

    monkeypatch.setattr(other.lines, "data_received", note)
    for line in (b"a\n", b"b\n", b"c\n"):
        one.lines.send(line)
    await asyncio.sleep(0)
    one.lines.send(b"d\n")
    one.lines.close()
    await asyncio.wait_for(other.ended.wait(), 5)
    assert arrived[0].startswith(b"a\nb\nc\n")
    assert other.got == [b"a", b"b", b"c", b"d"]


async def test_a_line_without_end_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE_BYTES", 1000)
    one, other = await joined()
    one.lines.send(b"x" * 2000)
    await asyncio.wait_for(other.ended.wait(), 5)
    await asyncio.wait_for(one.ended.wait(), 5)
    assert other.got == []


async def test_who_reads_nothing_for_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WAITING_BYTES", 100_000)
    one = Side()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    await asyncio.get_running_loop().create_connection(lambda: one.lines, sock=ours)
    for _ in range(100):
        one.lines.send(b"x" * 10_000 + b"\n")
    await asyncio.wait_for(one.ended.wait(), 5)
    theirs.close()


async def test_before_it_is_connected_nothing_is_sent_and_nothing_breaks() -> None:
    side = Side()
    side.lines.send(b"early\n")
    side.lines.close()
    assert side.ends == 0
