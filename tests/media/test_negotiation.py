"""What is accepted of an offer, and the answer's text."""

from collections.abc import Callable
from itertools import count

import pytest

from media.answer import Candidate, Local, build_answer
from media.description import Description, ExtensionIds, Kind, Role
from media.ice import Credentials
from media.negotiation import MAX_SLOTS, Negotiated, OfferWithoutSlots, UnfitOffer, negotiate
from media.sdp import SdpError, parse_offer
from tests.media.test_sdp import AIORTC, CHROMIUM, FIREFOX

VIDEO_CODECS = ("vp8", "h264")
LOCAL = Local(
    credentials=Credentials(ufrag="ours", password="p" * 22),
    fingerprint="AA:BB",
    candidates=(
        Candidate(host="192.0.2.1", port=5000),
        Candidate(host="::1", port=5000),
        Candidate(host="192.0.2.1", port=443, is_tcp=True),
    ),
    session_id=7,
    version=1,
)
TRANSPORT = "a=ice-ufrag:abcd\na=ice-pwd:{}\na=setup:actpass\na=fingerprint:sha-256 AB:CD\n".format(
    "p" * 22
)


def agree(
    text: str, codecs: tuple[str, ...] = VIDEO_CODECS, role: Role = Role.PERSON
) -> Negotiated:
    return negotiate(parse_offer(text), codecs, count(100).__next__, "cname", role)


def answer(
    text: str, codecs: tuple[str, ...] = VIDEO_CODECS, role: Role = Role.PERSON
) -> list[str]:
    return build_answer(parse_offer(text), agree(text, codecs, role), LOCAL).split("\r\n")


def offer(*sections: str, head: str = TRANSPORT) -> str:
    """Sections as "audio recvonly" or "video sendonly line line": mids are their numbers."""
    lines = [f"v=0\n{head}a=group:BUNDLE {' '.join(map(str, range(len(sections))))}\n"]
    for mid, text in enumerate(sections):
        media, direction, *more = text.split("|")
        formats = "111" if media == "audio" else "96 97 98 99"
        lines.append(f"m={media} 9 UDP/TLS/RTP/SAVPF {formats}\na=mid:{mid}\na={direction}\n")
        lines.append("a=rtcp-mux\n" if "no-mux" not in more else "")
        if media == "audio":
            lines.append("a=rtpmap:111 opus/48000/2\n")
        else:
            lines.append("a=rtpmap:96 H264/90000\na=rtpmap:97 rtx/90000\na=rtpmap:98 VP8/90000\n")
            lines.append("a=fmtp:97 apt=96\na=rtpmap:99 VP8/48000\n")
            lines.append("a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\n")
        lines += [f"{line}\n" for line in more if line != "no-mux"]
    return "".join(lines)


class TestChromium:
    """The offer of the protocol, as Chromium words it."""

    @pytest.fixture
    def description(self) -> Description:
        return agree(CHROMIUM).description

    def test_the_first_three_sections_are_microphone_camera_and_screen(
        self, description: Description
    ) -> None:
        kinds = [(track.mid, track.kind) for track in description.tracks]
        assert kinds == [("0", Kind.AUDIO), ("1", Kind.CAMERA), ("2", Kind.SCREEN)]
        assert description.tracks[1].rids == ("l", "h")

    def test_there_are_eight_slots_of_each_and_the_last_is_the_screen(
        self, description: Description
    ) -> None:
        kinds = [slot.kind for slot in description.slots]
        assert kinds == [Kind.AUDIO] * 8 + [Kind.CAMERA] * 8 + [Kind.SCREEN]
        ssrcs = [slot.ssrc for slot in description.slots]
        ssrcs += [slot.rtx_ssrc for slot in description.slots if slot.rtx_ssrc]
        assert len(set(ssrcs)) == 8 + 2 * 9

    def test_the_codecs_are_opus_and_red_then_vp8_then_h264_with_repair(
        self, description: Description
    ) -> None:
        codecs = {codec.payload_type: codec for codec in description.codecs}
        assert [codec.name for codec in description.codecs][:4] == ["opus", "red", "vp8", "h264"]
        assert codecs[63].key == "red/111"
        assert codecs[111].key == "opus"
        assert not codecs[111].nack
        assert codecs[96].rtx_payload_type == 97
        assert codecs[96].nack
        assert codecs[96].pli
        assert codecs[96].transport_cc
        h264 = [codec for codec in description.codecs if codec.name == "h264"]
        assert {codec.key for codec in h264} == {"h264/1/42e0"}
        assert all(codec.rtx_payload_type for codec in h264)

    def test_the_extensions_are_those_of_the_offer(self, description: Description) -> None:
        assert description.extensions == ExtensionIds(
            mid=4, rid=10, repaired_rid=11, audio_level=1, transport_cc=3
        )

    def test_the_answer_has_every_section_in_order(self) -> None:
        lines = answer(CHROMIUM)
        media = [line for line in lines if line.startswith("m=")]
        assert len(media) == 20
        assert media[1].startswith("m=video 9 UDP/TLS/RTP/SAVPF 96 97 ")
        assert "a=ice-lite" in lines
        assert f"a=group:BUNDLE {' '.join(map(str, range(20)))}" in lines
        assert lines.count("a=setup:passive") == lines.count("a=rtcp-mux") == 20
        assert lines.count("a=recvonly") == 3
        assert lines.count("a=sendonly") == 17
        assert "a=rid:l recv" in lines
        assert "a=simulcast:recv l;h" in lines
        assert "a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host" in lines
        assert "a=candidate:2 1 udp 2130706175 ::1 5000 typ host" in lines
        tcp = "a=candidate:3 1 tcp 1520434687 192.0.2.1 443 typ host tcptype passive"
        assert tcp in lines

    def test_audio_and_camera_of_one_slot_share_a_stream(self) -> None:
        lines = answer(CHROMIUM)
        for index in range(8):
            assert lines.count(f"a=msid:slot{index} slot{index}-audio") == 1
            assert lines.count(f"a=msid:slot{index} slot{index}-camera") == 1
        assert lines.count("a=msid:screen0 screen0-screen") == 1
        assert sum(line.startswith("a=ssrc-group:FID") for line in lines) == 9

    def test_layers_are_named_only_where_they_are_sent(self) -> None:
        text = "\n".join(answer(CHROMIUM))
        sections = text.split("\nm=")
        rid = "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
        assert [rid in part for part in sections[1:]] == [False, True, True] + [False] * 17


class TestFirefox:
    """The same offer, as Firefox words it."""

    @pytest.fixture
    def description(self) -> Description:
        return agree(FIREFOX).description

    def test_it_has_the_same_tracks_and_slots_as_that_of_chromium(
        self, description: Description
    ) -> None:
        other = agree(CHROMIUM).description
        assert [(t.mid, t.kind, t.rids) for t in description.tracks] == [
            (t.mid, t.kind, t.rids) for t in other.tracks
        ]
        assert [(s.mid, s.kind) for s in description.slots] == [
            (s.mid, s.kind) for s in other.slots
        ]
        assert all(slot.rtx_ssrc for slot in description.slots if slot.kind is not Kind.AUDIO)

    def test_the_codecs_are_opus_and_vp8_with_repair_and_transport_cc(
        self, description: Description
    ) -> None:
        opus, vp8 = description.codecs
        assert (opus.key, vp8.key) == ("opus", "vp8")
        assert vp8.rtx_payload_type == 124
        assert vp8.nack
        assert vp8.pli
        assert opus.transport_cc
        assert vp8.transport_cc

    def test_the_extensions_are_those_of_the_offer(self, description: Description) -> None:
        assert description.extensions == ExtensionIds(
            mid=3, rid=9, repaired_rid=10, audio_level=1, transport_cc=7
        )

    def test_what_it_only_sends_is_answered_as_only_received(self) -> None:
        lines = answer(FIREFOX)
        rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
        assert lines.count(f"a=extmap:9/recvonly {rid}") == 2
        assert lines.count("a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid") == 20
        assert not any("recvonly" in line for line in answer(CHROMIUM) if "extmap" in line)

    def test_its_bundle_only_sections_are_answered_with_a_port(self) -> None:
        lines = answer(FIREFOX)
        media = [line for line in lines if line.startswith("m=")]
        assert [line.split()[1] for line in media] == ["9"] * 20
        assert "a=simulcast:recv l;h" in lines


def test_an_offer_of_aiortc_is_accepted_with_its_announced_sources() -> None:
    description = agree(AIORTC).description
    assert len(description.slots) == 17
    camera = description.tracks[1]
    assert len(camera.ssrcs) == len(camera.rtx_ssrcs) == 1
    assert camera.ssrcs != camera.rtx_ssrcs
    assert camera.rids == ()


def test_who_lacks_transport_cc_is_told_remb() -> None:
    """aiortc has abs-send-time and goog-remb; browsers have transport-cc beside them."""
    assert agree(AIORTC).description.extensions.abs_send_time == 3
    sections = "\n".join(answer(AIORTC)).split("\nm=")[1:]
    told = [("goog-remb" in part, "abs-send-time" in part) for part in sections]
    assert told == [(False, False), (True, True), (True, True)] + [(False, False)] * 17
    for browser in (CHROMIUM, FIREFOX):
        assert agree(browser).description.extensions.abs_send_time is None
        assert not any("goog-remb" in line for line in answer(browser))
    without = AIORTC.replace("goog-remb", "no-such-feedback")
    assert agree(without).description.extensions.abs_send_time is None


def test_only_the_allowed_codecs_are_answered() -> None:
    names = {codec.name for codec in agree(CHROMIUM, ("h264",)).description.codecs}
    assert names == {"opus", "red", "h264"}
    assert not any("VP8" in line for line in answer(CHROMIUM, ("h264",)))


def test_a_codec_without_repair_has_a_slot_without_repair() -> None:
    description = agree(offer("video|recvonly"), ("vp8",)).description
    assert description.slots[0].rtx_ssrc is None
    assert description.codecs[0].rtx_payload_type is None


def test_the_only_video_slot_is_a_camera() -> None:
    kinds = [
        slot.kind for slot in agree(offer("audio|recvonly", "video|recvonly")).description.slots
    ]
    assert kinds == [Kind.AUDIO, Kind.CAMERA]


def test_a_section_that_sends_too_much_stays_inactive() -> None:
    text = offer("audio|sendonly", "audio|sendrecv", "audio|recvonly", "video|inactive")
    negotiated = agree(text)
    assert [track.mid for track in negotiated.description.tracks] == ["0"]
    assert [slot.mid for slot in negotiated.description.slots] == ["2"]
    assert answer(text).count("a=inactive") == 2


@pytest.mark.parametrize(
    "refused",
    [
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:1\n",
        "m=audio 9 RTP/AVP 111\na=mid:1\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
        "m=audio 0 UDP/TLS/RTP/SAVPF 111\na=mid:1\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:1\na=rtpmap:111 opus/48000/2\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:5\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 9\na=mid:1\na=rtcp-mux\na=rtpmap:9 G722/8000\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:1\na=rtcp-mux\na=rtpmap:111 opus/48000\n",
    ],
)
def test_a_section_that_cannot_be_used_gets_port_zero(refused: str) -> None:
    text = offer("audio|recvonly").replace("BUNDLE 0", "BUNDLE 0 1") + refused
    lines = answer(text)
    media = [line for line in lines if line.startswith("m=")]
    assert media[0].split()[1] == "9"
    assert media[1].split()[1] == "0"
    assert "a=group:BUNDLE 0" in lines


def test_a_bundle_only_section_is_used_in_spite_of_its_port() -> None:
    text = offer("audio|recvonly", "audio|recvonly|a=bundle-only")
    before, _, after = text.rpartition("m=audio 9")
    assert len(agree(f"{before}m=audio 0{after}").description.slots) == 2


@pytest.mark.parametrize(
    "parameters",
    [
        "packetization-mode=0;profile-level-id=42e01f",
        "profile-level-id=42e01f",
        "packetization-mode=1",
        "packetization-mode=1;profile-level-id=42001f",
        "packetization-mode=1;profile-level-id=64001f",
        "packetization-mode=1;profile-level-id=zzzzzz",
    ],
)
def test_h264_is_constrained_baseline_in_mode_one_or_nothing(parameters: str) -> None:
    text = offer("audio|recvonly", "video|recvonly")
    text = text.replace("packetization-mode=1;profile-level-id=42e01f", parameters)
    assert [codec.name for codec in agree(text).description.codecs] == ["opus", "vp8"]


def test_a_repair_of_nonsense_is_passed_over() -> None:
    text = offer("video|recvonly").replace("apt=96", "apt=x")
    assert all(codec.rtx_payload_type is None for codec in agree(text).description.codecs)


def test_one_payload_type_means_one_thing_in_the_whole_bundle() -> None:
    text = offer("video|recvonly", "video|recvonly")
    first, _, second = text.partition("a=mid:1\n")
    text = first + "a=mid:1\n" + second.replace("profile-level-id=42e01f", "")
    negotiated = agree(text)
    assert negotiated.accepted["0"].formats == (98, 96, 97)
    assert negotiated.accepted["1"].formats == (98,)


def test_a_repair_format_is_of_one_codec_alone() -> None:
    text = offer("video|recvonly").replace("a=fmtp:97 apt=96", "a=fmtp:97 apt=96\na=fmtp:98 apt=96")
    text = text.replace("a=rtpmap:97 rtx/90000", "a=rtpmap:97 rtx/90000\na=rtpmap:98 rtx/90000")
    codecs = agree(text).description.codecs
    assert [(codec.payload_type, codec.rtx_payload_type) for codec in codecs] == [
        (98, None),
        (96, 97),
    ]


def test_extensions_of_the_two_byte_form_and_doubled_numbers_are_left_out() -> None:
    mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    level = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    text = offer(f"audio|recvonly|a=extmap:15 {mid}", f"audio|recvonly|a=extmap:3 {mid}")
    assert agree(text).description.extensions == ExtensionIds(mid=3)
    text = offer(f"audio|recvonly|a=extmap:3 {mid}", f"audio|recvonly|a=extmap:3 {level}")
    assert agree(text).description.extensions == ExtensionIds(mid=3)
    assert not any(level in line for line in answer(text))


@pytest.mark.parametrize(
    "text",
    [
        offer(),
        offer("audio|sendonly"),
        offer("audio|recvonly|no-mux"),
        CHROMIUM.replace("recvonly", "inactive"),
    ],
)
def test_an_offer_that_can_receive_nothing_is_refused(text: str) -> None:
    with pytest.raises(OfferWithoutSlots) as caught:
        agree(text)
    assert caught.value.code == "offer_without_slots"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("a=ice-ufrag:abcd\n", ""),
        lambda text: text.replace("a=ice-pwd:" + "p" * 22, "a=ice-pwd:short"),
        lambda text: text.replace("sha-256", "md5"),
        lambda text: text.replace("actpass", "passive"),
        lambda text: text + "a=fingerprint:sha-256 EF:01\n",
    ],
)
def test_an_offer_without_a_sound_transport_is_refused(damage: Callable[[str], str]) -> None:
    with pytest.raises(SdpError) as caught:
        agree(damage(offer("audio|recvonly", "audio|recvonly")))
    assert caught.value.code == "bad_offer"


def test_slots_are_bounded() -> None:
    with pytest.raises(SdpError):
        agree(offer(*["audio|recvonly"] * (MAX_SLOTS + 1)))


def test_a_restart_is_known_by_its_fingerprint_and_sections() -> None:
    first = agree(CHROMIUM).identity
    assert agree(CHROMIUM.replace("a=ice-ufrag:", "a=ice-ufrag:x")).identity == first
    assert agree(CHROMIUM.replace("0F:88", "1F:88")).identity != first
    assert agree(CHROMIUM.replace("VP8/90000", "VP7/90000")).identity != first
    before, _, after = CHROMIUM.rpartition("recvonly")
    assert agree(f"{before}inactive{after}").identity != first


def audio_offer(formats: str, *lines: str) -> str:
    """One audio section to send and one to receive, in these formats."""
    text = offer("audio|sendonly|" + "|".join(lines), "audio|recvonly|" + "|".join(lines))
    return text.replace("SAVPF 111", f"SAVPF {formats}")


RED = ("a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111")


@pytest.mark.parametrize("formats", ["111 63", "63 111"])
def test_red_is_answered_in_the_order_of_the_offer(formats: str) -> None:
    lines = answer(audio_offer(formats, *RED))
    assert lines.count(f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}") == 2
    assert lines.count("a=rtpmap:63 red/48000/2") == lines.count("a=fmtp:63 111/111") == 2


@pytest.mark.parametrize(
    "lines",
    [
        ("a=rtpmap:63 red/48000/2",),
        ("a=rtpmap:63 red/48000/2", "a=fmtp:63 111/112"),
        ("a=rtpmap:63 red/48000/2", "a=fmtp:63 0111/0111"),
        ("a=rtpmap:63 red/48000/2", "a=fmtp:63 9/9"),
        ("a=rtpmap:63 red/48000/2", "a=fmtp:63 x/x"),
        ("a=rtpmap:63 red/8000", "a=fmtp:63 111/111"),
    ],
)
def test_red_of_anything_but_our_opus_is_left_out(lines: tuple[str, ...]) -> None:
    description = agree(audio_offer("111 63", *lines)).description
    assert [codec.name for codec in description.codecs] == ["opus"]


def test_nack_for_sound_is_agreed_where_it_is_offered() -> None:
    text = audio_offer("111 63", *RED, "a=rtcp-fb:111 nack")
    nacks = {codec.name: codec.nack for codec in agree(text).description.codecs}
    assert nacks == {"opus": True, "red": False}
    assert answer(text).count("a=rtcp-fb:111 nack") == 2


WIDE = "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


@pytest.mark.parametrize(("feedback", "numbered"), [("nack", 1), ("transport-cc", 2)])
def test_sound_that_may_be_sent_again_plainly_carries_nothing_that_is_renewed(
    feedback: str, numbered: int
) -> None:
    lines = answer(audio_offer("111", f"a=rtcp-fb:111 {feedback}", WIDE))
    sent, received = "\n".join(lines).split("m=audio")[1:]
    assert (WIDE in sent) + (WIDE in received) == numbered
    assert WIDE in received


class TestEncoder:
    """An encoder's offer: one sound and one picture that it sends, whole or not at all."""

    @pytest.mark.parametrize(
        ("sections", "kinds"),
        [
            (["audio|sendonly", "video|sendonly"], [Kind.AUDIO, Kind.CAMERA]),
            (["video|sendrecv"], [Kind.CAMERA]),
            (["audio|sendonly"], [Kind.AUDIO]),
        ],
    )
    def test_what_it_sends_is_accepted_without_a_slot(
        self, sections: list[str], kinds: list[Kind]
    ) -> None:
        description = agree(offer(*sections), role=Role.ENCODER).description
        assert [track.kind for track in description.tracks] == kinds
        assert description.slots == ()
        lines = answer(offer(*sections), role=Role.ENCODER)
        assert lines.count("a=recvonly") == len(sections)
        assert not [line for line in lines if line.startswith("a=ssrc")]

    def test_its_simulcast_layers_are_accepted(self) -> None:
        layers = "a=rid:q send|a=rid:h send|a=simulcast:send q;h"
        description = agree(offer(f"video|sendonly|{layers}"), role=Role.ENCODER).description
        assert description.tracks[0].rids == ("q", "h")

    @pytest.mark.parametrize(
        "sections",
        [
            [],
            ["audio|recvonly"],
            ["audio|sendonly", "video|recvonly"],
            ["audio|sendonly", "video|inactive"],
            ["video|sendonly", "video|sendonly"],
            ["audio|sendonly", "audio|sendonly"],
            ["audio|sendonly", "video|sendonly|no-mux"],
        ],
        ids=str,
    )
    def test_an_offer_of_anything_else_is_refused_whole(self, sections: list[str]) -> None:
        with pytest.raises(UnfitOffer):
            agree(offer(*sections), role=Role.ENCODER)

    def test_a_section_without_a_codec_of_ours_refuses_the_whole(self) -> None:
        with pytest.raises(UnfitOffer):
            agree(offer("audio|sendonly", "video|sendonly"), codecs=(), role=Role.ENCODER)

    def test_nobody_else_may_only_send(self) -> None:
        for role in (Role.PERSON, Role.TAP):
            with pytest.raises(OfferWithoutSlots):
                agree(offer("audio|sendonly", "video|sendonly"), role=role)
