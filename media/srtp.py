"""SRTP sessions of one transport (RFC 3711, RFC 7714) over libsrtp: bytes in, bytes out.

The only module that imports pylibsrtp. It knows no sockets and keeps no packets. It calls the
library by pylibsrtp's own binding and buffers (`_binding`, `_srtp`, `_cdata`, `_buffer`, held by
`tests/media/test_srtp.py`): the public methods cost half as much again for each packet.
Invariant: what `unprotect*` returns was authenticated and is no replay; a peer cannot make
libsrtp keep more than `MAX_SOURCES` streams. A packet that fails is None, and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pylibsrtp
from pylibsrtp._binding import ffi, lib

REPLAY_WINDOW = 1024
MAX_SOURCES = 64
MAX_PLAIN_BYTES = 1356
MAX_PROTECTED_BYTES = 1500
_TRAILER_BYTES = 16 + 128
_RTCP_TRAILER_BYTES = 4 + 16 + 128
"""What libsrtp may add behind a packet: index, tag, key identifier."""

_Run = Callable[[bytes], bytes | None]


class Profile(Enum):
    """What DTLS may agree on, in our order; the value is OpenSSL's name for it."""

    AES_128_GCM = "SRTP_AEAD_AES_128_GCM"
    AES_256_GCM = "SRTP_AEAD_AES_256_GCM"
    AES_128_CM_SHA1_80 = "SRTP_AES128_CM_SHA1_80"


_LIBSRTP = {
    Profile.AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    Profile.AES_256_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    Profile.AES_128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Master key and salt, joined, of each direction."""

    profile: Profile
    receive: bytes
    send: bytes

    def __repr__(self) -> str:
        return f"Keys({self.profile.name})"


class SrtpError(Exception):
    """libsrtp refused the keys: our own bug or a build of libsrtp without the profile."""

    code = "bad_keys"


class SrtpSession:
    """Protects what we send and opens what the peer sends."""

    __slots__ = (
        "_open_rtcp",
        "_open_rtp",
        "_receive",
        "_seal_rtcp",
        "_seal_rtp",
        "_send",
        "_sources",
        "failed_to_open",
        "failed_to_seal",
    )

    def __init__(self, keys: Keys) -> None:
        try:
            self._receive = pylibsrtp.Session(_policy(keys, is_sending=False))
            self._send = pylibsrtp.Session(_policy(keys, is_sending=True))
        except (pylibsrtp.Error, ValueError) as error:
            raise SrtpError(str(error)) from error
        room = len(self._send._cdata)
        self._open_rtp = _run_of(self._receive, lib.srtp_unprotect, room)
        self._open_rtcp = _run_of(self._receive, lib.srtp_unprotect_rtcp, room)
        self._seal_rtp = _run_of(self._send, lib.srtp_protect, room - _TRAILER_BYTES)
        self._seal_rtcp = _run_of(self._send, lib.srtp_protect_rtcp, room - _RTCP_TRAILER_BYTES)
        self._sources: set[bytes] = set()
        self.failed_to_open = 0
        self.failed_to_seal = 0

    def unprotect(self, packet: bytes) -> bytes | None:
        """Open one RTP packet; None when forged, replayed, too old or of one source too many."""
        return self._open(self._open_rtp, packet, packet[8:12])

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """Open one compound RTCP packet; None when it is not to be believed."""
        return self._open(self._open_rtcp, packet, packet[4:8])

    def _open(self, run: _Run, packet: bytes, source: bytes) -> bytes | None:
        sources = self._sources
        is_known = source in sources
        if is_known or len(sources) < MAX_SOURCES:
            plain = run(packet)
            if plain is not None:
                if not is_known:
                    sources.add(source)
                return plain
        self.failed_to_open += 1
        return None

    def protect(self, packet: bytes) -> bytes | None:
        """Seal one RTP packet; None when libsrtp refuses it (a number used before, too long)."""
        sealed = self._seal_rtp(packet)
        if sealed is None:
            self.failed_to_seal += 1
        return sealed

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        """Seal one compound RTCP packet; None when libsrtp refuses it."""
        sealed = self._seal_rtcp(packet)
        if sealed is None:
            self.failed_to_seal += 1
        return sealed


def _run_of(session: pylibsrtp.Session, function: Any, longest: int) -> _Run:
    """Return what runs one function of libsrtp in the session's buffer; it gives None on failure.

    It must not outlive the session; `longest` keeps what libsrtp adds within the buffer.
    """
    context, cdata, buffer = session._srtp[0], session._cdata, session._buffer
    length = ffi.new("int *")

    def run(packet: bytes) -> bytes | None:
        size = len(packet)
        if size > longest:
            return None
        buffer[0:size] = packet
        length[0] = size
        if function(context, cdata, length):
            return None
        done: bytes = buffer[0 : length[0]]
        return done

    return run


def _policy(keys: Keys, *, is_sending: bool) -> pylibsrtp.Policy:
    policy = pylibsrtp.Policy(
        key=keys.send if is_sending else keys.receive,
        ssrc_type=(
            pylibsrtp.Policy.SSRC_ANY_OUTBOUND if is_sending else pylibsrtp.Policy.SSRC_ANY_INBOUND
        ),
        srtp_profile=_LIBSRTP[keys.profile],
    )
    policy.window_size = REPLAY_WINDOW
    # A plain resend seals one sequence number twice. Under counter mode with HMAC that is safe;
    # under GCM two different headers with one nonce would give the authentication key away.
    policy.allow_repeat_tx = is_sending and keys.profile is Profile.AES_128_CM_SHA1_80
    return policy
