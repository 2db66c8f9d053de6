"""SRTP sessions of one transport (RFC 3711, RFC 7714) over libsrtp: bytes in, bytes out.

The only module that imports pylibsrtp. It knows no sockets and keeps no packets.
Invariant: what `unprotect*` returns was authenticated and is no replay; a peer cannot make
libsrtp keep more than `MAX_SOURCES` streams. A packet that fails is None, and counted.
"""

from dataclasses import dataclass
from enum import Enum

import pylibsrtp

REPLAY_WINDOW = 1024
MAX_SOURCES = 64
MAX_PLAIN_BYTES = 1356
MAX_PROTECTED_BYTES = 1500


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

    __slots__ = ("_receive", "_send", "_sources", "failed_to_open", "failed_to_seal")

    def __init__(self, keys: Keys) -> None:
        try:
            self._receive = pylibsrtp.Session(_policy(keys, is_sending=False))
            self._send = pylibsrtp.Session(_policy(keys, is_sending=True))
        except (pylibsrtp.Error, ValueError) as error:
            raise SrtpError(str(error)) from error
        self._sources: set[bytes] = set()
        self.failed_to_open = 0
        self.failed_to_seal = 0

    def unprotect(self, packet: bytes) -> bytes | None:
        """Open one RTP packet; None when forged, replayed, too old or of one source too many."""
        source = packet[8:12]
        if source not in self._sources and len(self._sources) >= MAX_SOURCES:
            self.failed_to_open += 1
            return None
        try:
            plain: bytes = self._receive.unprotect(packet)
        except (pylibsrtp.Error, ValueError):
            self.failed_to_open += 1
            return None
        self._sources.add(source)
        return plain

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """Open one compound RTCP packet; None when it is not to be believed."""
        source = packet[4:8]
        if source not in self._sources and len(self._sources) >= MAX_SOURCES:
            self.failed_to_open += 1
            return None
        try:
            plain: bytes = self._receive.unprotect_rtcp(packet)
        except (pylibsrtp.Error, ValueError):
            self.failed_to_open += 1
            return None
        self._sources.add(source)
        return plain

    def protect(self, packet: bytes) -> bytes | None:
        """Seal one RTP packet; None when libsrtp refuses it (a number used before, too long)."""
        try:
            sealed: bytes = self._send.protect(packet)
        except (pylibsrtp.Error, ValueError):
            self.failed_to_seal += 1
            return None
        return sealed

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        """Seal one compound RTCP packet; None when libsrtp refuses it."""
        try:
            sealed: bytes = self._send.protect_rtcp(packet)
        except (pylibsrtp.Error, ValueError):
            self.failed_to_seal += 1
            return None
        return sealed


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
