"""One client of the load: STUN and DTLS by blocking calls, then bare SRTP on its own socket.

The handshake takes OpenSSL contexts from aiortc; this is the only private name the bench uses.
"""

import contextlib
import os
import socket
import time

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
)
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from tests.bench.offer import Answer, Credentials, build_offer, parse_answer
from tests.bench.stun_client import build_check, is_success

# The order Chromium offers them in; the server, being passive, chooses.
PROFILES = [SRTP_AEAD_AES_256_GCM, SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
CONNECT_TIMEOUT_S = 10.0
RETRY_S = 0.1


class LoadPeer:
    """A person of the load; `number` tells them apart and fixes their SSRCs."""

    def __init__(self, number: int, certificate: RTCCertificate) -> None:
        self.number = number
        self.audio_ssrc = 1_000_000 + 10 * number
        self.camera_ssrc = self.audio_ssrc + 1
        self.screen_ssrc = self.audio_ssrc + 3
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.profile = ""
        self.answer: Answer | None = None
        self.inbound: Session | None = None
        self.outbound: Session | None = None
        self._certificate = certificate
        self._dtls: SSL.Connection | None = None
        digest = next(f.value for f in certificate.getFingerprints() if f.algorithm == "sha-256")
        self._own = Credentials(ufrag=os.urandom(4).hex(), pwd=os.urandom(12).hex(),
                                fingerprint=digest)  # fmt: skip

    def offer(self) -> str:
        return build_offer(
            self._own,
            audio_ssrc=self.audio_ssrc,
            camera_ssrc=self.camera_ssrc,
            screen_ssrc=self.screen_ssrc,
        )

    def connect(self, sdp: str) -> None:
        """Pair with the server and shake hands. Raises TimeoutError when it does not answer."""
        self.answer = parse_answer(sdp)
        self.socket.connect(self.answer.address)
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        self._pair(deadline)
        self._shake_hands(deadline)
        self.socket.setblocking(False)

    def check(self) -> bytes:
        """A consent check (RFC 7675), also the check that pairs and nominates."""
        assert self.answer is not None
        return build_check(
            local_ufrag=self._own.ufrag,
            remote_ufrag=self.answer.ufrag,
            remote_pwd=self.answer.pwd,
        )

    def close(self) -> None:
        """Say goodbye, as a browser does: the server need not wait 6 s for consent."""
        dtls, self._dtls = self._dtls, None
        if dtls is not None:
            with contextlib.suppress(OSError):  # the server may have gone first
                dtls.shutdown()
                self._flush(dtls)
        self.socket.close()

    def _pair(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            self.socket.send(self.check())
            datagram = self._receive(RETRY_S)
            if datagram is not None and is_success(datagram):
                return
        raise TimeoutError(f"no STUN answer for peer {self.number}")

    def _receive(self, timeout_s: float) -> bytes | None:
        self.socket.settimeout(timeout_s)
        try:
            return self.socket.recv(2048)
        except (TimeoutError, ConnectionRefusedError):
            return None

    def _shake_hands(self, deadline: float) -> None:
        dtls = SSL.Connection(self._certificate._create_ssl_context(PROFILES))
        dtls.set_connect_state()
        while True:
            try:
                dtls.do_handshake()
                break
            except SSL.WantReadError:
                self._flush(dtls)
            if time.monotonic() > deadline:
                raise TimeoutError(f"no DTLS handshake for peer {self.number}")
            datagram = self._receive(RETRY_S)
            if datagram is None:
                dtls.DTLSv1_handle_timeout()
            elif 19 < datagram[0] < 64:
                dtls.bio_write(datagram)
        self._flush(dtls)
        self._take_keys(dtls)
        self._dtls = dtls

    def _flush(self, dtls: SSL.Connection) -> None:
        while True:
            try:
                self.socket.send(dtls.bio_read(1500))
            except SSL.WantReadError:
                return

    def _take_keys(self, dtls: SSL.Connection) -> None:
        chosen = dtls.get_selected_srtp_profile()
        profile = next(p for p in PROFILES if p.openssl_profile == chosen)
        self.profile = chosen.decode()
        material = dtls.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length)
        )

        def session(index: int, direction: int) -> Session:
            policy = Policy(
                key=profile.get_key_and_salt(material, index),
                ssrc_type=direction,
                srtp_profile=profile.libsrtp_profile,
            )
            policy.window_size = 1024
            return Session(policy)

        self.outbound = session(0, Policy.SSRC_ANY_OUTBOUND)
        self.inbound = session(1, Policy.SSRC_ANY_INBOUND)
