"""DTLS 1.2 handshake as the server, through aiortc: certificate in, SRTP keys out.

The only module that imports aiortc, and the only one that uses private names of it (`_set_role`,
`_srtp_profiles`, `_setup_srtp`, `_create_ssl_context`, `_ssl`, `_task`); tests/media/test_dtls.py
pins them.
It is not a socket: datagrams are fed in, and leave through the `send` it was given.
Invariant: keys come out only after the peer's certificate matched the offer's fingerprint.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aiortc import rtcdtlstransport as rtc
from OpenSSL import SSL

from media.srtp import Keys, Profile

QUEUE_DATAGRAMS = 32
_PROFILES = [
    rtc.SRTP_AEAD_AES_128_GCM,
    rtc.SRTP_AEAD_AES_256_GCM,
    rtc.SRTP_AES128_CM_SHA1_80,
]


class HandshakeError(Exception):
    """The peer's handshake failed. `code`: handshake_failed or handshake_timeout."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _OneContext(rtc.RTCCertificate):
    """aiortc's certificate, except that its handshakes share an OpenSSL context: to make one takes
    0.25 ms. Nothing of a handshake is kept in it, so that none can be resumed by another."""

    def __init__(self, **made: Any) -> None:
        super().__init__(**made)
        self._contexts: dict[tuple[bytes, ...], SSL.Context] = {}

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        names = tuple(profile.openssl_profile for profile in srtp_profiles)
        context = self._contexts.get(names)
        if context is None:
            context = self._contexts[names] = super()._create_ssl_context(srtp_profiles)
            context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return context


class Certificate:
    """Our self-signed P-256 certificate, one for all transports of an engine.

    `fingerprint` is of SHA-256, upper-case hexadecimal with colons.
    """

    def __init__(self) -> None:
        self.rtc_certificate = _OneContext.generateCertificate()
        prints = self.rtc_certificate.getFingerprints()
        self.fingerprint = next(str(one.value) for one in prints if one.algorithm == "sha-256")


class _Path:
    """What RTCDtlsTransport takes for an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_DATAGRAMS)
        self.is_closed = False

    async def _recv(self) -> bytes:
        datagram = None if self.is_closed else await self.queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, data: bytes) -> None:
        self.send(data)

    def close(self) -> None:
        self.is_closed = True
        if not self.queue.full():
            self.queue.put_nowait(None)


class _Handshake(rtc.RTCDtlsTransport):
    """aiortc's transport, except that the SRTP keys are handed out instead of used."""

    keys: Keys | None = None

    def _setup_srtp(self) -> None:
        connection = self._ssl
        assert connection is not None, "aiortc sets it before the handshake"
        name = connection.get_selected_srtp_profile()
        agreed = next((item for item in _PROFILES if item.openssl_profile == name), None)
        if agreed is None:
            self._set_state(rtc.State.FAILED)
            return
        size = 2 * (agreed.key_length + agreed.salt_length)
        material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        self.keys = Keys(
            profile=Profile(name.decode()),
            receive=agreed.get_key_and_salt(material, 0),
            send=agreed.get_key_and_salt(material, 1),
        )


class DtlsServer:
    """One peer's DTLS association."""

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: tuple[tuple[str, str], ...],
        send: Callable[[bytes], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._path = _Path(send)
        self._remote = rtc.RTCDtlsParameters(
            fingerprints=[
                rtc.RTCDtlsFingerprint(algorithm=algorithm, value=value)
                for algorithm, value in fingerprints
            ],
            role="client",
        )
        self._handshake = _Handshake(cast(Any, self._path), [certificate.rtc_certificate])
        self._handshake._set_role("server")
        self._handshake._srtp_profiles = _PROFILES
        self._handshake.add_listener("statechange", self._process_state)
        self._on_closed = on_closed
        self._is_closed = False

    def feed(self, datagram: bytes) -> bool:
        """Take one DTLS datagram of the peer; False when too many wait."""
        if self._path.queue.full() or self._path.is_closed:
            return False
        self._path.queue.put_nowait(datagram)
        return True

    async def run(self, timeout_s: float) -> Keys:
        """Do the handshake; raises `HandshakeError`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._handshake.start(self._remote)
        except TimeoutError:
            raise HandshakeError("handshake_timeout") from None
        except SSL.Error:
            raise HandshakeError("handshake_failed") from None
        keys = self._handshake.keys
        if keys is None or self._handshake.state != "connected":
            raise HandshakeError("handshake_failed")
        self._handshake.keys = None
        return keys

    def close(self) -> None:
        """Tell the peer (close_notify) and end. May be called twice; sends at once."""
        if self._is_closed:
            return
        self._is_closed = True
        connection = self._handshake._ssl
        if connection is not None:
            try:
                connection.shutdown()
                self._path.send(connection.bio_read(1500))
            except SSL.Error:
                pass  # before the handshake there is nothing to close
        self._path.close()

    async def wait_closed(self) -> None:
        """Wait for aiortc's reading task to end, which `close` has asked of it."""
        task = self._handshake._task
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _process_state(self) -> None:
        if self._handshake.state == "closed" and not self._is_closed:
            self._on_closed()
