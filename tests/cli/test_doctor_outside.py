"""The doctor asks real little servers on loopback: how this machine is seen, what the time is."""

import ctypes
import socket
import struct
import time
from collections.abc import Iterator

import aioice.stun
import pytest

from tests.peers.answerer import HOST, answerer
from vmr.cli import clock, outside
from vmr.cli.finding import Finding
from vmr.settings import Settings

SEEN = "9.9.9.9"
"""An address of somebody else in the open internet; nothing is sent there."""
TO_NTP_S = 2_208_988_800
STA_UNSYNC = 0x40


# -- how this machine is seen -----------------------------------------------------------------


class Stun:
    """Says that whoever asks comes from `address`; first sends what is no answer."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.deaf_to = 0

    def answer(self, request: bytes) -> Iterator[bytes]:
        if self.deaf_to:
            self.deaf_to -= 1
            return
        asked = aioice.stun.parse_message(request)
        yield b"stray"
        for id in (bytes(12), asked.transaction_id):
            message = aioice.stun.Message(
                aioice.stun.Method.BINDING, aioice.stun.Class.RESPONSE, transaction_id=id
            )
            seen = "198.51.100.1" if id == bytes(12) else self._address
            message.attributes["XOR-MAPPED-ADDRESS"] = (seen, 40_000)
            yield bytes(message)


async def seen_as(address: str, *, announce: tuple[str, ...] = (), deaf_to: int = 0) -> Finding:
    stun = Stun(address)
    stun.deaf_to = deaf_to
    async with answerer(stun.answer) as port:
        return await outside.seen(
            Settings(
                media_host=HOST,
                media_announce=announce,
                turn_urls=(f"turn:{HOST}:1", f"turn:{HOST}:{port}"),
                turn_secret="secret",
            )
        )


async def test_an_address_that_nobody_is_told_is_found_with_what_to_announce() -> None:
    found = await seen_as(SEEN)
    assert found.said == f"{HOST} sees this machine as {SEEN}, and browsers are told {HOST}"
    assert f'media_announce = ["{SEEN}"]' in found.mend
    other = await seen_as(SEEN, announce=("9.9.9.10:443",))
    assert other.said.endswith("browsers are told 9.9.9.10")
    assert other.mend


@pytest.mark.parametrize("announce", [(SEEN,), (f"{SEEN}:443", "10.0.0.5")])
async def test_an_address_that_is_announced_is_well(announce: tuple[str, ...]) -> None:
    found = await seen_as(SEEN, announce=announce)
    assert not found.mend
    assert found.said == f"{HOST} sees this machine as {SEEN}, as browsers are told"


async def test_without_address_translation_nothing_has_to_be_announced() -> None:
    assert not (await seen_as(HOST)).mend


async def test_a_turn_server_inside_says_nothing_of_outside() -> None:
    for address in (HOST, "10.1.2.3"):
        found = await seen_as(address, announce=(SEEN,))
        assert not found.mend
        assert found.said.endswith("from inside: of outside that says nothing")


async def test_a_question_that_was_lost_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "UDP_WAIT_S", 0.1)
    assert (await seen_as(SEEN, announce=(SEEN,), deaf_to=2)).said.endswith("as browsers are told")


async def test_where_nobody_can_be_asked_the_doctor_says_that_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "UDP_WAIT_S", 0.1)
    nobody = await outside.seen(Settings())
    assert nobody.said.startswith("not looked at from outside")
    deaf = await seen_as(SEEN, deaf_to=9)
    assert deaf.said == "not looked at from outside: no TURN server says how it sees us"
    assert not deaf.mend, "what is wrong there is a finding of its own"


# -- the clock --------------------------------------------------------------------------------


class Ntp:
    """Its clock goes `ahead_s` before ours; first it sends what is no answer."""

    def __init__(self, *, ahead_s: float, leap: int = 0, stratum: int = 2) -> None:
        self._ahead_s = ahead_s
        self._first_bytes = bytes((leap << 6 | 4 << 3 | 4, stratum))

    def answer(self, request: bytes) -> Iterator[bytes]:
        now = time.time() + self._ahead_s + TO_NTP_S
        stamp = struct.pack("!Q", int(now * (1 << 32)) & (1 << 64) - 1)
        rest = bytes(14) + bytes(8)
        yield b"stray"
        yield self._first_bytes + rest + bytes(8) + bytes(16)
        yield self._first_bytes + rest + request[40:48] + stamp + stamp


async def told_by(ntp: Ntp) -> Finding:
    async with answerer(ntp.answer) as port:
        return await clock.beside_ntp(Settings(ntp_server=f"{HOST}:{port}"))


@pytest.mark.parametrize(
    ("ahead_s", "side"), [(60.0, "behind"), (3.0, "behind"), (-3.0, "before"), (-9e4, "before")]
)
async def test_a_clock_that_is_wrong_is_found_with_by_how_much(ahead_s: float, side: str) -> None:
    found = await told_by(Ntp(ahead_s=ahead_s))
    said_s, unit, said_side, *_ = found.said.split()
    assert float(said_s) == pytest.approx(abs(ahead_s), abs=0.5)
    assert (unit, said_side, found.mend) == ("s", side, clock.MEND)


async def test_a_clock_that_is_right_is_well() -> None:
    assert not (await told_by(Ntp(ahead_s=0.0))).mend


@pytest.mark.parametrize(("leap", "stratum"), [(3, 2), (0, 0), (0, 16)])
async def test_a_time_server_that_does_not_know_the_time_is_not_believed(
    leap: int, stratum: int
) -> None:
    found = await told_by(Ntp(ahead_s=0.0, leap=leap, stratum=stratum))
    assert found.said.endswith("does not know it itself")
    assert found.mend


async def test_a_time_server_that_is_away_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "WAIT_S", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((HOST, 0))
        found = await clock.beside_ntp(Settings(ntp_server=f"{HOST}:{deaf.getsockname()[1]}"))
    assert found.said.endswith("no answer (TimeoutError)")
    assert found.mend


@pytest.mark.parametrize(
    ("kept", "public_url", "said", "is_wrong"),
    [
        (True, "https://meet.example.org", "kept by NTP, as the system says", False),
        (False, "https://meet.example.org", "the system does not keep it by NTP", True),
        (False, "", "the system does not keep it by NTP", False),
        (None, "https://meet.example.org", "not known: set ntp_server to compare it with", False),
    ],
)
async def test_without_a_time_server_the_system_is_asked_of_its_own_clock(
    kept: bool | None, public_url: str, said: str, is_wrong: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "is_kept", lambda: kept)
    found = await clock.beside_ntp(Settings(public_url=public_url))
    assert (found.said, bool(found.mend)) == (said, is_wrong)


def test_what_the_system_says_of_its_clock_is_its_own_flag() -> None:
    timex = ctypes.create_string_buffer(512)
    returned = ctypes.CDLL(None).adjtimex(timex)
    (status,) = struct.unpack_from("@i", timex, 40)  # after modes, offset, freq, maxerror, esterror
    assert clock.is_kept() is (None if returned < 0 else not status & STA_UNSYNC)


@pytest.mark.parametrize(
    ("server", "place"),
    [
        ("ntp.example.org", ("ntp.example.org", 123)),
        ("10.0.0.5:1123", ("10.0.0.5", 1123)),
        ("[2001:db8::1]", ("2001:db8::1", 123)),
        ("[2001:db8::1]:1123", ("2001:db8::1", 1123)),
    ],
)
def test_a_time_server_is_read_with_its_port_and_without(
    server: str, place: tuple[str, int]
) -> None:
    assert clock.host_and_port(server) == place


def test_ntp_times_go_on_after_2036() -> None:
    assert clock.seconds(1 << 32) == pytest.approx((1 << 32) - TO_NTP_S + 1)
    assert clock.seconds(0xEF000000 << 32) == 0xEF000000 - TO_NTP_S
