"""The offer a load peer makes: that of the protocol, as a browser words it."""

import re
from dataclasses import dataclass

MICROPHONE_MID, CAMERA_MID, SCREEN_MID = "0", "1", "2"
OPUS, VP8, VP8_RTX = 111, 96, 97
LEVEL_ID, SEND_TIME_ID, TRANSPORT_CC_ID, MID_ID = 1, 2, 3, 4
AUDIO_SLOTS = CAMERA_SLOTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    ufrag: str
    pwd: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client needs of the server's answer."""

    address: tuple[str, int]
    ufrag: str
    pwd: str
    fingerprint: str
    ssrc_of_mid: dict[str, int]


def _section(kind: str, mid: str, direction: str, own: Credentials, ssrc: int | None) -> list[str]:
    formats = f"{OPUS}" if kind == "audio" else f"{VP8} {VP8_RTX}"
    lines = [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{own.ufrag}",
        f"a=ice-pwd:{own.pwd}",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {own.fingerprint}",
        "a=setup:actpass",
        f"a=mid:{mid}",
    ]
    if kind == "audio":
        lines.append(f"a=extmap:{LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level")
    lines += [
        f"a=extmap:{SEND_TIME_ID} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        f"a=extmap:{TRANSPORT_CC_ID} http://www.ietf.org/id/"
        "draft-holmer-rmcat-transport-wide-cc-extensions-01",
        f"a=extmap:{MID_ID} urn:ietf:params:rtp-hdrext:sdes:mid",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    if direction == "sendonly":
        lines.append(f"a=msid:- {kind}-{mid}")
    if kind == "audio":
        lines += [
            f"a=rtpmap:{OPUS} opus/48000/2",
            f"a=rtcp-fb:{OPUS} transport-cc",
            f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
        ]
    else:
        lines += [f"a=rtpmap:{VP8} VP8/90000"]
        lines += [
            f"a=rtcp-fb:{VP8} {feedback}"
            for feedback in ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
        ]
        lines += [f"a=rtpmap:{VP8_RTX} rtx/90000", f"a=fmtp:{VP8_RTX} apt={VP8}"]
    if ssrc is not None:
        sources = [ssrc] if kind == "audio" else [ssrc, ssrc + 1]
        if kind == "video":
            lines.append(f"a=ssrc-group:FID {ssrc} {ssrc + 1}")
        lines += [f"a=ssrc:{source} cname:load" for source in sources]
    return lines


def build_offer(own: Credentials, *, audio_ssrc: int, camera_ssrc: int, screen_ssrc: int) -> str:
    """Microphone, camera, screen; then 8 audio, 8 camera and 1 screen receive slots."""
    sections: list[tuple[str, str, int | None]] = [
        ("audio", "sendonly", audio_ssrc),
        ("video", "sendonly", camera_ssrc),
        ("video", "sendonly", screen_ssrc),
    ]
    sections += [("audio", "recvonly", None)] * AUDIO_SLOTS
    sections += [("video", "recvonly", None)] * (CAMERA_SLOTS + 1)
    lines = [
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(str(mid) for mid in range(len(sections))),
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS",
    ]
    for mid, (kind, direction, ssrc) in enumerate(sections):
        lines += _section(kind, str(mid), direction, own, ssrc)
    return "\r\n".join(lines) + "\r\n"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, f"no {pattern} in the answer"
    return found.group(1).strip()


def parse_answer(sdp: str) -> Answer:
    candidate = re.search(
        r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp, re.MULTILINE | re.IGNORECASE
    )
    assert candidate is not None, "no UDP candidate in the answer"
    ssrc_of_mid: dict[str, int] = {}
    for section in re.split(r"^(?=m=)", sdp, flags=re.MULTILINE)[1:]:
        found = re.search(r"^a=ssrc:(\d+) ", section, re.MULTILINE)
        if found is not None:
            ssrc_of_mid[_first(r"^a=mid:(\S+)", section)] = int(found.group(1))
    return Answer(
        address=(candidate.group(1), int(candidate.group(2))),
        ufrag=_first(r"^a=ice-ufrag:(\S+)", sdp),
        pwd=_first(r"^a=ice-pwd:(\S+)", sdp),
        fingerprint=_first(r"^a=fingerprint:sha-256 (\S+)", sdp),
        ssrc_of_mid=ssrc_of_mid,
    )
