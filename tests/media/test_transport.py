"""One transport: nothing passes before the keys and nothing after the end."""

import struct
from typing import cast

import pytest

from media.ice import CONSENT_S, Credentials, IceAgent
from media.port import Port
from media.srtp import Keys, Profile, SrtpSession
from media.transport import State, Transport
from tests.media.fakes.router import FakePort
from tests.media.test_negotiation import agree
from tests.media.test_sdp import CHROMIUM

OURS = Keys(profile=Profile.AES_128_GCM, receive=bytes(range(28)), send=bytes(range(50, 78)))
THEIRS = Keys(profile=Profile.AES_128_GCM, receive=OURS.send, send=OURS.receive)
RTP = struct.pack("!BBHII", 0x80, 96, 1, 2, 3) + b"hello"
RTCP = struct.pack("!BBHI", 0x80, 201, 1, 3)
CONNECT_S = 10.0


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def transport(port: FakePort) -> Transport:
    agent = IceAgent(Credentials(ufrag="abcd", password="p" * 22), 0.0)
    return Transport("e", agree(CHROMIUM), agent, cast(Port, port), 0.0)


def test_nothing_passes_before_the_keys(transport: Transport, port: FakePort) -> None:
    assert not transport.receive(bytes(60), 0.0)
    assert transport.seal(RTP, is_rtcp=False) is None
    assert port.rtp == port.rtcp == []


def test_media_and_reports_pass_both_ways_once_open(transport: Transport, port: FakePort) -> None:
    transport.open(OURS, 0.0)
    peer = SrtpSession(THEIRS)
    media, report = peer.protect(RTP), peer.protect_rtcp(RTCP)
    assert media is not None
    assert report is not None
    assert transport.receive(media, 1.0)
    assert transport.receive(report, 1.0)
    assert port.rtp == [RTP]
    assert port.rtcp == [RTCP]
    sealed = transport.seal(RTP, is_rtcp=False)
    assert sealed is not None
    assert peer.unprotect(sealed) == RTP
    sealed = transport.seal(RTCP, is_rtcp=True)
    assert sealed is not None
    assert peer.unprotect_rtcp(sealed) == RTCP


@pytest.mark.parametrize("datagram", [b"\x80", b"\x80\xc8" + bytes(40), b"\x80\x60" + bytes(40)])
def test_what_does_not_open_is_not_believed(
    transport: Transport, port: FakePort, datagram: bytes
) -> None:
    transport.open(OURS, 0.0)
    assert not transport.receive(datagram, 1.0)
    assert port.rtp == port.rtcp == []


def test_nothing_passes_after_the_end(transport: Transport) -> None:
    transport.open(OURS, 0.0)
    transport.close()
    transport.close()
    assert transport.state is State.CLOSED
    assert transport.seal(RTP, is_rtcp=False) is None
    assert not transport.receive(bytes(60), 0.0)


def test_a_closed_transport_does_not_open(transport: Transport) -> None:
    transport.close()
    transport.open(OURS, 0.0)
    assert transport.state is State.CLOSED


def test_a_peer_that_never_checks_times_out(transport: Transport) -> None:
    assert transport.is_lost(CONNECT_S - 0.1, CONNECT_S) is None
    assert transport.is_lost(CONNECT_S, CONNECT_S) == "ice_timeout"


def test_a_handshake_that_never_ends_times_out(transport: Transport) -> None:
    transport.was_reached = True
    assert transport.is_lost(CONNECT_S, CONNECT_S) == "handshake_timeout"


def test_media_keeps_the_consent_alive(transport: Transport) -> None:
    transport.open(OURS, 1.0)
    media = SrtpSession(THEIRS).protect(RTP)
    assert media is not None
    assert transport.receive(media, 5.0)
    assert transport.is_lost(5.0 + CONSENT_S - 0.1, CONNECT_S) is None
    assert transport.is_lost(5.0 + CONSENT_S, CONNECT_S) == "consent_lost"


def test_the_selected_address_is_where_it_sends(transport: Transport) -> None:
    assert transport.path is None
    transport.agent.selected = "here"
    assert transport.path == "here"
