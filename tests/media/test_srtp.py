"""SRTP sessions in pairs: each profile both ways, replays, forgeries, bounds."""

import struct

import pylibsrtp
import pytest
from pylibsrtp._binding import ffi, lib

from media.srtp import (
    MAX_PLAIN_BYTES,
    MAX_PROTECTED_BYTES,
    MAX_SOURCES,
    REPLAY_WINDOW,
    Keys,
    Profile,
    SrtpError,
    SrtpSession,
)

KEY_BYTES = {Profile.AES_128_GCM: 28, Profile.AES_256_GCM: 44, Profile.AES_128_CM_SHA1_80: 30}
BOTH = pytest.mark.parametrize("profile", list(Profile))


def pair(profile: Profile = Profile.AES_128_GCM) -> tuple[SrtpSession, SrtpSession]:
    one, other = bytes(range(KEY_BYTES[profile])), bytes(range(100, 100 + KEY_BYTES[profile]))
    return (
        SrtpSession(Keys(profile=profile, receive=one, send=other)),
        SrtpSession(Keys(profile=profile, receive=other, send=one)),
    )


def rtp(sequence: int, ssrc: int = 5, payload: bytes = b"payload") -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 1000, ssrc) + payload


def receiver_report(ssrc: int = 5) -> bytes:
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def sealed(session: SrtpSession, packet: bytes) -> bytes:
    result = session.protect(packet)
    assert result is not None
    return result


@BOTH
def test_what_one_side_seals_the_other_opens(profile: Profile) -> None:
    ours, theirs = pair(profile)
    protected = sealed(ours, rtp(1))
    assert b"payload" not in protected
    assert theirs.unprotect(protected) == rtp(1)
    report = theirs.protect_rtcp(receiver_report())
    assert report is not None
    assert ours.unprotect_rtcp(report) == receiver_report()


@BOTH
def test_a_replay_is_refused_and_counted(profile: Profile) -> None:
    ours, theirs = pair(profile)
    protected = sealed(ours, rtp(1))
    report = ours.protect_rtcp(receiver_report())
    assert report is not None
    assert theirs.unprotect(protected) is not None
    assert theirs.unprotect(protected) is None
    assert theirs.unprotect_rtcp(report) is not None
    assert theirs.unprotect_rtcp(report) is None
    assert theirs.failed_to_open == 2


def test_a_packet_older_than_the_window_is_refused() -> None:
    ours, theirs = pair()
    late = sealed(ours, rtp(1))
    for sequence in range(2, REPLAY_WINDOW + 3):
        newest = sealed(ours, rtp(sequence))
    assert theirs.unprotect(newest) is not None
    assert theirs.unprotect(late) is None


@BOTH
def test_a_changed_packet_is_refused(profile: Profile) -> None:
    ours, theirs = pair(profile)
    protected = bytearray(sealed(ours, rtp(1)))
    protected[-1] ^= 1
    assert theirs.unprotect(bytes(protected)) is None
    assert theirs.unprotect_rtcp(bytes(protected)) is None


@pytest.mark.parametrize("packet", [b"", b"\x80", bytes(12), b"\x80" * 1501])
def test_noise_is_refused(packet: bytes) -> None:
    ours, _ = pair()
    assert ours.unprotect(packet) is None
    assert ours.unprotect_rtcp(packet) is None


def test_a_packet_too_long_to_seal_is_refused_and_counted() -> None:
    ours, _ = pair()
    assert ours.protect(rtp(1, payload=bytes(1400))) is None
    assert ours.protect_rtcp(receiver_report() + bytes(1400)) is None
    assert ours.failed_to_seal == 2


def test_gcm_never_seals_one_number_twice() -> None:
    ours, _ = pair(Profile.AES_128_GCM)
    assert ours.protect(rtp(1)) is not None
    assert ours.protect(rtp(1)) is None


def test_counter_mode_may_resend_plainly() -> None:
    ours, theirs = pair(Profile.AES_128_CM_SHA1_80)
    first, second = ours.protect(rtp(1)), ours.protect(rtp(1))
    assert first == second
    assert theirs.unprotect(sealed(ours, rtp(1))) is not None


def test_a_peer_cannot_make_us_keep_more_sources_than_the_limit() -> None:
    ours, theirs = pair()
    for ssrc in range(MAX_SOURCES):
        assert theirs.unprotect(sealed(ours, rtp(1, ssrc=ssrc))) is not None
    report = ours.protect_rtcp(receiver_report(ssrc=MAX_SOURCES))
    assert report is not None
    assert theirs.unprotect(sealed(ours, rtp(1, ssrc=MAX_SOURCES))) is None
    assert theirs.unprotect_rtcp(report) is None
    assert theirs.unprotect(sealed(ours, rtp(2, ssrc=0))) is not None


def test_a_forged_source_takes_no_place() -> None:
    ours, theirs = pair()
    for ssrc in range(2 * MAX_SOURCES):
        assert theirs.unprotect(rtp(1, ssrc=ssrc) + bytes(16)) is None
    assert theirs.unprotect(sealed(ours, rtp(1))) is not None


def test_keys_do_not_print_themselves() -> None:
    keys = Keys(profile=Profile.AES_128_GCM, receive=b"secret", send=b"secret")
    assert "secret" not in repr(keys)


def test_keys_that_libsrtp_refuses_are_an_error() -> None:
    with pytest.raises(SrtpError):
        SrtpSession(Keys(profile=Profile.AES_128_GCM, receive=b"short", send=b"short"))


def test_the_private_names_of_pylibsrtp_are_there_and_mean_what_we_take_them_for() -> None:
    session = pylibsrtp.Session()
    assert len(session._cdata) == len(session._buffer) == MAX_PROTECTED_BYTES
    assert ffi.typeof(session._srtp[0]) is not None
    with pytest.raises(pylibsrtp.Error):  # no stream: the function is libsrtp's own
        session.protect(rtp(1))
    length = ffi.new("int *", len(rtp(1)))
    session._buffer[0 : len(rtp(1))] = rtp(1)
    assert lib.srtp_protect(session._srtp[0], session._cdata, length) != 0


def test_what_is_too_long_for_the_buffer_is_refused_not_written() -> None:
    ours, theirs = pair()
    assert ours.protect(rtp(1, payload=bytes(MAX_PLAIN_BYTES - 12))) is not None
    assert ours.protect(rtp(2, payload=bytes(MAX_PLAIN_BYTES - 11))) is None
    assert ours.protect_rtcp(receiver_report() + bytes(MAX_PLAIN_BYTES)) is None
    assert theirs.unprotect(bytes(MAX_PROTECTED_BYTES + 1)) is None
    assert (ours.failed_to_seal, theirs.failed_to_open) == (2, 1)
