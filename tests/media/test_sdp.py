"""Reading offers: those of real clients whole, any other text within bounds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sdp import (
    MAX_BYTES,
    MAX_FORMATS,
    MAX_SECTIONS,
    MAX_SSRCS,
    Offer,
    SdpError,
    Section,
    parse_offer,
)

SAMPLES = Path(__file__).parent / "samples"
CHROMIUM = (SAMPLES / "chromium_156_offer.sdp").read_bytes().decode()
FIREFOX = (SAMPLES / "firefox_153_offer.sdp").read_bytes().decode()
AIORTC = (SAMPLES / "aiortc_offer.sdp").read_bytes().decode()

HEAD = "v=0\r\na=group:BUNDLE 0 1\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:0\r\n"


def section(*lines: str) -> Section:
    return parse_offer(HEAD + VIDEO + "\r\n".join(lines)).sections[0]


def test_an_offer_of_chromium_is_read_whole() -> None:
    offer = parse_offer(CHROMIUM)
    assert len(offer.sections) == 20
    assert offer.bundle == tuple(str(number) for number in range(20))
    camera = offer.sections[1]
    assert camera.media == "video"
    assert camera.direction == "sendonly"
    assert camera.send_rids == ["l", "h"]
    assert camera.simulcast_send == ["l", "h"]
    assert camera.has_rtcp_mux
    assert camera.setup == "actpass"
    assert camera.formats[96].name == "vp8"
    assert camera.formats[96].clock_rate == 90000
    assert "nack pli" in camera.formats[96].feedback
    assert camera.formats[97].parameters == {"apt": "96"}
    assert camera.extensions[4] == "urn:ietf:params:rtp-hdrext:sdes:mid"
    microphone = offer.sections[0]
    assert microphone.formats[111].channels == 2
    assert microphone.ssrcs == [3237572166]
    assert microphone.cname == "KfpqsOZ5VcKueZwn"


def test_an_offer_of_firefox_is_read_whole() -> None:
    offer = parse_offer(FIREFOX)
    assert len(offer.sections) == 20
    assert all(part.ice_ufrag and part.fingerprints for part in offer.sections)
    microphone, camera = offer.sections[:2]
    assert not microphone.is_bundle_only
    assert camera.is_bundle_only
    assert camera.port == 0
    assert camera.send_rids == camera.simulcast_send == ["l", "h"]
    assert len(camera.ssrcs) == 4
    assert len(camera.repair_groups) == 2
    assert camera.sendonly_extensions == {8, 9, 10}
    assert camera.formats.keys() == {120, 124}
    assert "goog-remb" in camera.formats[120].feedback


def test_an_offer_of_aiortc_is_read_whole() -> None:
    offer = parse_offer(AIORTC)
    assert len(offer.sections) == 20
    assert all(part.ice_ufrag and part.fingerprints for part in offer.sections)
    assert len(offer.sections[1].repair_groups) == 1


def test_a_section_inherits_from_the_session() -> None:
    offer = parse_offer(
        "v=0\na=ice-ufrag:abcd\na=ice-pwd:secret\na=setup:active\n"
        "a=fingerprint:SHA-256 ab:cd\na=extmap:3 urn:x\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:a\n"
    )
    part = offer.sections[0]
    assert (part.ice_ufrag, part.ice_pwd, part.setup) == ("abcd", "secret", "active")
    assert part.fingerprints == [("sha-256", "AB:CD")]
    assert part.extensions == {3: "urn:x"}


def test_a_section_keeps_what_it_says_itself() -> None:
    offer = parse_offer(
        "v=0\na=setup:active\na=extmap:3 urn:x\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:a\n"
        "a=setup:passive\na=extmap:3 urn:y\n"
    )
    assert offer.sections[0].setup == "passive"
    assert offer.sections[0].extensions == {3: "urn:y"}


def test_feedback_for_all_formats_goes_to_each() -> None:
    part = section("a=rtcp-fb:* nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:50 nack")
    assert part.formats[96].feedback == ["nack", "nack pli"]
    assert part.formats[97].feedback == ["nack"]


def test_lines_for_unknown_formats_are_passed_over() -> None:
    part = section("a=rtpmap:50 VP8/90000", "a=rtpmap:96 broken", "a=fmtp:50 x=y", "a=fmtp:96 ; a")
    assert part.formats[96].name == ""
    assert part.formats[96].parameters == {"a": ""}


def test_simulcast_takes_the_first_alternative_and_paused_layers() -> None:
    part = section(
        "a=rid:a send pt=96", "a=rid:b recv", "a=rid:c", "a=simulcast:recv z send a,b;~c"
    )
    assert part.simulcast_send == ["a", "c"]
    assert part.send_rids == ["a"]


def test_sources_are_named_once_and_only_pairs_repair() -> None:
    part = section(
        "a=ssrc:1 cname:me",
        "a=ssrc:1 msid:x",
        "a=ssrc:2",
        "a=ssrc-group:FID 1 2",
        "a=ssrc-group:SIM 1 2",
        "a=ssrc-group:FID 1",
        "a=ssrc-group:",
    )
    assert part.ssrcs == [1, 2]
    assert part.repair_groups == [(1, 2)]
    assert part.cname == "me"


def test_data_sections_have_no_formats() -> None:
    offer = parse_offer(
        "v=0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:d\na=bundle-only\n"
    )
    assert offer.sections[0].formats == {}
    assert offer.sections[0].is_bundle_only
    assert offer.sections[0].format_text == "webrtc-datachannel"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=1\n",
        "v=0\nm=audio\n",
        "v=0\nm=audio x UDP 0\na=mid:0\n",
        "v=0\nm=audio 9 UDP " + "0 " * (MAX_FORMATS + 1),
        "v=0\nm=audio 9 U@DP 0\na=mid:0\n",
        "v=0\nm=audio 9 UDP 128\na=mid:0\n",
        "v=0\nm=audio 9 UDP ²\na=mid:0\n",
        "v=0\nm=audio 9 UDP 0\n",
        "v=0\nm=audio 9 UDP 0\na=mid:" + "x" * 17,
        "v=0\nm=audio 9 UDP 0\na=mid:a b\n",
        "v=0\nm=audio 9 UDP 0\na=mid:ä\n",
        "v=0\nm=audio 9 UDP 0\na=mid:0\nm=audio 9 UDP 0\na=mid:0\n",
        "v=0\nm=audio 9 UDP 0\na=mid:0\na=ssrc:4294967296 x",
        "v=0\nm=audio 9 UDP 0\na=mid:0\na=ssrc:" + "9" * 5000,
        "v=0\nm=audio 9 UDP 0\na=mid:0\na=rid:" + "r" * 65 + " send",
        "v=0\nm=audio 9 UDP 0\na=mid:0\n"
        + "".join(f"a=ssrc:{n} x\n" for n in range(MAX_SSRCS + 1)),
        "v=0\n" + "".join(f"m=audio 9 UDP 0\na=mid:{n}\n" for n in range(MAX_SECTIONS + 1)),
        "v=0\n" + "x" * MAX_BYTES,
        "v=0\n" + "ä" * (MAX_BYTES - 100),
    ],
)
def test_what_is_no_offer_is_an_error(text: str) -> None:
    with pytest.raises(SdpError):
        parse_offer(text)


LINES = st.lists(
    st.sampled_from(CHROMIUM.split("\r\n"))
    | st.text(max_size=40)
    | st.text(max_size=30).map("a={}".format),
    max_size=80,
)


@given(LINES.map("\r\n".join).map("v=0\r\n".__add__) | st.text())
def test_any_text_gives_an_offer_or_the_error(text: str) -> None:
    try:
        offer = parse_offer(text)
    except SdpError:
        return
    assert isinstance(offer, Offer)
