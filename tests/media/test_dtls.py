"""The handshake against aiortc's own client, and the private names of aiortc we rest on."""

import asyncio
import contextlib
import inspect
from collections.abc import Callable

import pytest
from aiortc import rtcdtlstransport as rtc
from OpenSSL import SSL

from media.dtls import QUEUE_DATAGRAMS, Certificate, DtlsServer, HandshakeError
from media.srtp import Profile, SrtpSession

OURS = Certificate()
PROFILES = {
    Profile.AES_128_GCM: rtc.SRTP_AEAD_AES_128_GCM,
    Profile.AES_256_GCM: rtc.SRTP_AEAD_AES_256_GCM,
    Profile.AES_128_CM_SHA1_80: rtc.SRTP_AES128_CM_SHA1_80,
}


class ClientPath:
    """The client's end: what it sends goes to `deliver`."""

    role = "controlling"

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.deliver: Callable[[bytes], object] = lambda data: None

    async def _recv(self) -> bytes:
        return await self.inbox.get()

    async def _send(self, data: bytes) -> None:
        self.deliver(data)


class Pair:
    """A client of aiortc and our server, joined without a network."""

    def __init__(self, profiles: list[Profile], fingerprint: str | None = None) -> None:
        self.closed = False
        self.path = ClientPath()
        certificate = rtc.RTCCertificate.generateCertificate()
        self.client = rtc.RTCDtlsTransport(self.path, [certificate])  # type: ignore[arg-type]
        self.client._set_role("client")
        self.client._srtp_profiles = [PROFILES[profile] for profile in profiles]
        digests = certificate.getFingerprints()
        value = fingerprint or next(item.value for item in digests if item.algorithm == "sha-256")
        self.server = DtlsServer(
            OURS, (("sha-256", value),), send=self.path.inbox.put_nowait, on_closed=self._close
        )
        self.path.deliver = self.server.feed

    def _close(self) -> None:
        self.closed = True

    def greet(self) -> "asyncio.Task[None]":
        remote = rtc.RTCDtlsParameters(
            fingerprints=[rtc.RTCDtlsFingerprint(algorithm="sha-256", value=OURS.fingerprint)]
        )
        return asyncio.create_task(self.client.start(remote))

    async def end(self, greeting: "asyncio.Task[None]") -> None:
        self.server.close()
        self.server.close()
        await self.server.wait_closed()
        greeting.cancel()
        await asyncio.gather(greeting, return_exceptions=True)
        await self.client.stop()


@pytest.mark.parametrize("profile", list(Profile))
async def test_both_ends_of_a_handshake_have_each_others_keys(profile: Profile) -> None:
    pair = Pair([profile])
    greeting = pair.greet()
    keys = await pair.server.run(5)
    await greeting
    assert keys.profile is profile
    plain = b"\x80\x60\0\x01\0\0\0\0\0\0\0\x05hello"
    ours = SrtpSession(keys)
    assert ours.unprotect(pair.client._tx_srtp.protect(plain)) == plain
    sealed = ours.protect(plain)
    assert sealed is not None
    assert pair.client._rx_srtp.unprotect(sealed) == plain
    await pair.end(greeting)


async def test_gcm_of_128_bits_is_taken_when_everything_is_offered() -> None:
    pair = Pair([Profile.AES_128_CM_SHA1_80, Profile.AES_256_GCM, Profile.AES_128_GCM])
    greeting = pair.greet()
    assert (await pair.server.run(5)).profile is Profile.AES_128_GCM
    await pair.end(greeting)


async def test_a_certificate_that_is_not_the_offers_gives_no_keys() -> None:
    pair = Pair([Profile.AES_128_GCM], fingerprint=":".join(["AB"] * 32))
    greeting = pair.greet()
    with pytest.raises(HandshakeError) as caught:
        await pair.server.run(5)
    assert caught.value.code == "handshake_failed"
    await pair.end(greeting)


async def test_a_peer_without_a_common_profile_gives_no_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair([Profile.AES_128_GCM])
    monkeypatch.setattr(pair.server._handshake, "_srtp_profiles", [PROFILES[Profile.AES_256_GCM]])
    greeting = pair.greet()
    with pytest.raises(HandshakeError):
        await pair.server.run(5)
    await pair.end(greeting)


def test_handshakes_share_a_context_and_none_is_resumed_by_another() -> None:
    profiles = list(PROFILES.values())
    certificate = Certificate().rtc_certificate
    ours = certificate._create_ssl_context(profiles)
    assert certificate._create_ssl_context(profiles) is ours
    ours.set_session_id(b"any")  # without one OpenSSL keeps none of who shows a certificate
    theirs = rtc.RTCCertificate.generateCertificate()._create_ssl_context(profiles)
    _, first = kept = shaken_hands(ours, theirs)
    _, second = shaken_hands(ours, theirs, resuming=first.get_session())
    assert first.master_key() != second.master_key()
    assert kept  # OpenSSL forgets what was agreed by an end that is gone


def shaken_hands(
    ours: SSL.Context, theirs: SSL.Context, resuming: SSL.Session | None = None
) -> tuple[SSL.Connection, SSL.Connection]:
    """Server and client of a handshake that succeeded; the client asks for an earlier one's key."""
    server, client = SSL.Connection(ours), SSL.Connection(theirs)
    server.set_accept_state()
    client.set_connect_state()
    if resuming is not None:
        client.set_session(resuming)
    for speaker, listener in [(client, server), (server, client)] * 4:
        with contextlib.suppress(SSL.WantReadError):
            speaker.do_handshake()
        with contextlib.suppress(SSL.WantReadError):
            while said := speaker.bio_read(1500):
                listener.bio_write(said)
    client.do_handshake()
    return server, client


async def test_a_silent_peer_times_out() -> None:
    pair = Pair([Profile.AES_128_GCM])
    with pytest.raises(HandshakeError) as caught:
        await pair.server.run(0.01)
    assert caught.value.code == "handshake_timeout"
    pair.server.close()
    await pair.server.wait_closed()


async def test_noise_in_place_of_a_handshake_gives_no_keys() -> None:
    pair = Pair([Profile.AES_128_GCM])
    pair.server.feed(b"\x16\xfe\xff" + bytes(10) + b"\0\x10" + b"\xff" * 16)
    with pytest.raises(HandshakeError):
        await pair.server.run(0.2)
    pair.server.close()


async def test_the_peers_goodbye_is_told() -> None:
    pair = Pair([Profile.AES_128_GCM])
    greeting = pair.greet()
    await pair.server.run(5)
    await greeting
    await pair.client.stop()
    await asyncio.wait_for(pair.server.wait_closed(), 5)
    assert pair.closed
    await pair.end(greeting)


async def test_our_goodbye_reaches_the_peer_and_is_no_event_of_ours() -> None:
    pair = Pair([Profile.AES_128_GCM])
    greeting = pair.greet()
    await pair.server.run(5)
    await greeting
    while not pair.path.inbox.empty():
        pair.path.inbox.get_nowait()
    pair.server.close()
    assert pair.path.inbox.get_nowait()[0] == 21  # an alert
    await pair.server.wait_closed()
    assert not pair.closed
    await pair.end(greeting)


async def test_waiting_datagrams_are_bounded() -> None:
    pair = Pair([Profile.AES_128_GCM])
    assert all(pair.server.feed(b"\x16") for _ in range(QUEUE_DATAGRAMS))
    assert not pair.server.feed(b"\x16")
    pair.server.close()
    assert not pair.server.feed(b"\x16")


def test_the_fingerprint_is_as_sdp_writes_it() -> None:
    assert len(OURS.fingerprint) == 32 * 3 - 1
    assert OURS.fingerprint == OURS.fingerprint.upper()


class TestPrivateNames:
    """A release of aiortc that changes one of these must fail here first."""

    def test_the_transport_takes_any_path(self) -> None:
        parameters = list(inspect.signature(rtc.RTCDtlsTransport.__init__).parameters)
        assert parameters == ["self", "transport", "certificates"]
        source = inspect.getsource(rtc.RTCDtlsTransport)
        assert "self.transport._recv()" in source
        assert "self.transport._send(" in source

    def test_the_names_we_set_and_replace_are_there(self) -> None:
        transport = rtc.RTCDtlsTransport(
            ClientPath(),  # type: ignore[arg-type]
            [rtc.RTCCertificate.generateCertificate()],
        )
        assert transport._ssl is None
        assert transport._task is None
        assert transport._srtp_profiles
        assert callable(transport._setup_srtp)
        transport._set_role("server")
        assert transport._role == "server"
        assert transport.state == "new"

    def test_the_connection_is_pyopenssls(self) -> None:
        for name in ("get_selected_srtp_profile", "export_keying_material", "shutdown", "bio_read"):
            assert callable(getattr(SSL.Connection, name))
