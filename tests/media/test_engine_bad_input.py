"""What anybody may throw at the engine's port or ask of it: counted or refused, never felt."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from media import stun
from media.engine import Config, MediaEngine
from media.messages import AddEndpoint, EngineEvent, Negotiate, Refused
from media.router import Router
from tests.media.live_stage import ROOM, Stage, until
from tests.media.test_sdp import CHROMIUM
from tests.peers.aiortc_peer import AiortcPeer

RED, GREEN = (200, 40, 40), (40, 170, 60)
TRANSACTION = b"transaction!"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.start()
    await made.enter("red", AiortcPeer(colour=RED, number=1, pitch_hz=440))
    await made.enter("green", AiortcPeer(colour=GREEN, number=2, pitch_hz=700))
    await made.connected()
    yield made
    eye = made.peers["green"].eyes[made.mid("green", "red", "camera")]
    eye.forget()
    await until(lambda: eye.sees(RED), "the meeting of the others goes on")
    await made.close()


@pytest.fixture
def stranger(stage: Stage) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.connect(("127.0.0.1", stage.engine.port))
    opened.setblocking(False)
    return opened


def state(stage: Stage) -> tuple[int, ...]:
    counters = stage.engine.counters()
    return tuple(counters[name] for name in ("endpoints", "transports", "addresses", "handshakes"))


async def counts(stage: Stage, counter: str, at_least: int) -> None:
    await until(
        lambda: stage.engine.counters()[counter] >= at_least,
        f"{counter} reaches {at_least}: {stage.engine.counters()}",
    )


def check(ufrag: str, password: str, extra: tuple[tuple[int, bytes], ...] = ()) -> bytes:
    username = (stun.USERNAME, f"{ufrag}:them".encode())
    return stun.build(stun.BINDING_REQUEST, TRANSACTION, [username, *extra], password.encode())


async def test_noise_leaves_no_state(stage: Stage, stranger: socket.socket) -> None:
    before = state(stage)
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for first in range(256):
        stranger.send(bytes([first]) + chance.randbytes(chance.randrange(0, 1400)))
    stranger.send(b"")
    counters = ("noise", "unknown_peer", "stun_broken")

    def counted() -> int:
        return sum(stage.engine.counters()[name] for name in counters)

    await until(lambda: counted() >= 257, "each datagram is counted")
    assert state(stage) == before
    stranger.close()


async def test_checks_with_a_wrong_signature_are_dropped(
    stage: Stage, stranger: socket.socket
) -> None:
    before = state(stage)
    live = stage.engine._transports["red"].agent.local
    stranger.send(check(live.ufrag, "x" * 32))
    await counts(stage, "stun_refused", 1)
    stranger.send(check("nobody", live.password))
    await counts(stage, "stun_unknown", 1)
    stranger.send(check(live.ufrag, live.password)[:-1] + b"\0")
    await counts(stage, "stun_broken", 1)
    assert state(stage) == before
    with pytest.raises(BlockingIOError):
        stranger.recv(2048)
    stranger.close()


async def test_a_signed_check_that_asks_too_much_is_answered_with_an_error(
    stage: Stage, stranger: socket.socket
) -> None:
    before = state(stage)
    live = stage.engine._transports["red"].agent.local
    stranger.send(check(live.ufrag, live.password, ((0x7001, b""),)))
    replies: list[bytes] = []

    def answered() -> bool:
        try:
            replies.append(stranger.recv(2048))
        except BlockingIOError:
            return False
        return True

    await until(answered, "an answer comes")
    assert stun.parse(replies[0]).type == stun.BINDING_ERROR
    assert state(stage) == before
    stranger.close()


async def test_handshakes_and_media_from_a_strange_address_are_dropped(
    stage: Stage, stranger: socket.socket
) -> None:
    before = state(stage)
    stranger.send(b"\x16\xfe\xfd" + os.urandom(100))
    stranger.send(b"\x80\x60" + os.urandom(100))
    await counts(stage, "unknown_peer", 2)
    assert state(stage) == before
    stranger.close()


async def test_a_replayed_packet_is_dropped_from_everywhere(
    stage: Stage, stranger: socket.socket
) -> None:
    ice: Any = stage.peers["red"]._transport.transport
    sent: list[bytes] = []
    send = ice._send

    async def record(data: bytes) -> None:
        sent.append(data)
        await send(data)

    ice._send = record
    await until(lambda: any(data[0] >= 128 for data in sent), "red sends media")
    media = next(data for data in sent if data[0] >= 128)
    refused = stage.engine.counters()["srtp_refused"]
    await send(media)
    await counts(stage, "srtp_refused", refused + 1)
    await send(media[:-1] + bytes([media[-1] ^ 1]))
    await counts(stage, "srtp_refused", refused + 2)
    await send(b"\x80")
    await counts(stage, "srtp_refused", refused + 3)
    strange = stage.engine.counters()["unknown_peer"]
    stranger.send(media)
    await counts(stage, "unknown_peer", strange + 1)
    stranger.close()


async def test_a_flood_of_handshake_noise_from_a_known_address_is_bounded(stage: Stage) -> None:
    ice: Any = stage.peers["red"]._transport.transport
    for _ in range(200):
        await ice._send(b"\x16\xfe\xfd" + os.urandom(100))
    await counts(stage, "dtls_overflow", 1)
    assert stage.engine.counters()["transports"] == 2


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        ("", "bad_offer"),
        ("not SDP", "bad_offer"),
        ("v=0\r\n" + "a" * 200_000, "bad_offer"),
        (CHROMIUM.replace("a=fingerprint", "a=finger"), "bad_offer"),
        (CHROMIUM.replace("recvonly", "inactive"), "offer_without_slots"),
    ],
)
async def test_a_bad_offer_is_refused_and_the_old_transport_stays(
    stage: Stage, offer: str, code: str
) -> None:
    reply = await stage.engine.request(Negotiate(endpoint="red", offer=offer))
    assert isinstance(reply, Refused)
    assert reply.code == code
    assert stage.engine.counters()["transports"] == 2


async def test_the_engine_takes_no_more_than_its_limits() -> None:
    engine = MediaEngine(lambda event: None)
    await engine.start(Config(host="127.0.0.1", max_endpoints=2, max_handshakes=1))
    for name in ("a", "b", "b"):
        assert not isinstance(await engine.request(AddEndpoint(room=ROOM, endpoint=name)), Refused)
    for request in (
        AddEndpoint(room=ROOM, endpoint="c"),
        Negotiate(endpoint="b", offer=CHROMIUM.replace("0F:88", "1F:88")),
    ):
        await engine.request(Negotiate(endpoint="a", offer=CHROMIUM))
        reply = await engine.request(request)
        assert isinstance(reply, Refused)
        assert reply.code == "media_full"
    await engine.close()


async def test_a_listener_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: EngineEvent) -> None:
        raise RuntimeError("told so")

    stage = Stage()
    stage.engine = MediaEngine(fail)
    await stage.start()
    await stage.enter("red", AiortcPeer(colour=RED, number=1, pitch_hz=440))
    await stage.connected()
    await until(lambda: "told so" in caplog.text, "the fault is logged")
    assert stage.engine.counters()["transports"] == 1
    await stage.close()


async def test_a_fault_of_ours_costs_one_packet(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = stage.engine._transports["red"].port

    def fail(packet: bytes, now: float) -> None:
        raise RuntimeError("told so")

    monkeypatch.setattr(type(port), "receive_rtp", lambda self, packet, now: fail(packet, now))
    await counts(stage, "faults", 20)
    monkeypatch.undo()
    assert 0 < caplog.text.count("could not be worked on") < 10


async def test_time_goes_on_after_a_fault_of_ours(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context))

    def fail(self: object, now: float) -> float:
        raise RuntimeError("told so")

    monkeypatch.setattr(Router, "handle_timeout", fail)
    await until(lambda: len(faults) >= 2, "the timer goes on")
    monkeypatch.undo()


async def test_settings_that_cannot_be_are_errors_at_the_start() -> None:
    with pytest.raises(ValueError, match="here"):
        await MediaEngine(lambda event: None).start(Config(announced=("here",)))
    first = MediaEngine(lambda event: None)
    await first.start(Config(host="127.0.0.1"))
    second = MediaEngine(lambda event: None)
    with pytest.raises(OSError, match="in use"):
        await second.start(Config(host="127.0.0.1", port=first.port))
    await second.close()
    await first.close()
