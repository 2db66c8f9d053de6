"""The text of an answer: ICE-lite, one BUNDLE, DTLS passive, host candidates of our ports.

Pure: what `media.negotiation` accepted in, SDP out. It decides nothing.
Invariant: sections keep their order and number; one that was not accepted gets port 0.
"""

from dataclasses import dataclass

from media.description import Kind, PublishedTrack, Slot
from media.ice import Credentials
from media.negotiation import EXTENSIONS, Accepted, Negotiated, red_blocks
from media.sdp import Format, Offer, Section

_RENEWED = frozenset({"transport_cc", "abs_send_time"})
"""What a sender writes anew when it sends a packet again."""
_SENDING_ONLY = frozenset({"rid", "repaired_rid", "abs_send_time"})
# Type preference and local preference; a TCP one holds its direction, passive (RFC 6544 4.2).
_UDP_PREFERENCE = 126 << 16 | 65535
_TCP_PREFERENCE = 90 << 16 | 4 << 13 | 8191
_FEEDBACK = ("nack", "nack pli", "transport-cc")
_FEEDBACK_BY_REMB = ("nack", "nack pli", "goog-remb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where we are reached; by TCP, the browser connects (RFC 6544, passive)."""

    host: str
    port: int
    is_tcp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Our side of an answer."""

    credentials: Credentials
    fingerprint: str
    candidates: tuple[Candidate, ...]
    session_id: int
    version: int


def build_answer(offer: Offer, negotiated: Negotiated, local: Local) -> str:
    """Write the answer to an offer whose sections are those of `negotiated`."""
    accepted = negotiated.accepted
    bundled = " ".join(section.mid for section in offer.sections if section.mid in accepted)
    lines = [
        "v=0",
        f"o=- {local.session_id} {local.version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {bundled}",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS *",
        "a=ice-lite",
    ]
    for section in offer.sections:
        part = accepted.get(section.mid)
        if part is None:
            lines += _rejected_lines(section)
        else:
            lines += _accepted_lines(section, part, negotiated, local)
            # In every section: clients differ in which one of a bundle they take them from.
            lines += _candidate_lines(local.candidates)
    return "\r\n".join(lines) + "\r\n"


def _rejected_lines(section: Section) -> list[str]:
    return [
        f"m={section.media} 0 {section.protocol} {section.format_text}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _accepted_lines(
    section: Section, part: Accepted, negotiated: Negotiated, local: Local
) -> list[str]:
    formats = " ".join(map(str, part.formats))
    lines = [
        f"m={section.media} 9 {section.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        f"a=ice-ufrag:{local.credentials.ufrag}",
        f"a=ice-pwd:{local.credentials.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        "a=setup:passive",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    ids = negotiated.description.extensions
    is_by_remb = ids.abs_send_time is not None and part.track is not None
    feedback = _FEEDBACK_BY_REMB if is_by_remb else _FEEDBACK
    for payload_type in part.formats:
        lines += _format_lines(section.formats[payload_type], feedback)
    repeats = part.track is not None and _repeats_sound(section, part, negotiated)
    for number, uri in section.extensions.items():
        name = EXTENSIONS.get(uri)
        if name is None or getattr(ids, name) != number or (repeats and name in _RENEWED):
            continue
        if name not in _SENDING_ONLY or part.track is not None:
            # What is offered to be sent alone is answered to be received alone (RFC 8285 6).
            way = "/recvonly" if number in section.sendonly_extensions else ""
            lines.append(f"a=extmap:{number}{way} {uri}")
    if part.slot is not None:
        lines += _slot_lines(part.slot, part.slot_index, negotiated.description.cname)
    elif part.track is not None:
        lines += _track_lines(part.track)
    else:
        lines.append("a=inactive")
    return lines


def _repeats_sound(section: Section, part: Accepted, negotiated: Negotiated) -> bool:
    """Return whether we may ask for lost sound of this section to be sent again as it was.

    Chromium then seals the same number with whatever its header holds by then: under AES-GCM two
    headers with one nonce give the key away that proves who sent what (RFC 7714 section 8.1).
    """
    codecs = (codec for codec in negotiated.description.codecs if codec.nack)
    plain = {codec.payload_type for codec in codecs if codec.rtx_payload_type is None}
    return section.media == "audio" and not plain.isdisjoint(part.formats)


def _format_lines(offered: Format, feedback: tuple[str, ...]) -> list[str]:
    number = offered.payload_type
    if offered.name == "opus":
        lines = [f"a=rtpmap:{number} opus/48000/2"]
        lines.append(f"a=fmtp:{number} minptime=10;useinbandfec=1;usedtx=1")
    elif offered.name == "red":
        blocks = red_blocks(offered)
        lines = [f"a=rtpmap:{number} red/48000/2", f"a=fmtp:{number} {blocks}/{blocks}"]
    elif offered.name == "rtx":
        lines = [f"a=rtpmap:{number} rtx/90000", f"a=fmtp:{number} apt={offered.parameters['apt']}"]
    elif offered.name == "h264":
        profile = offered.parameters["profile-level-id"].lower()
        lines = [
            f"a=rtpmap:{number} H264/90000",
            f"a=fmtp:{number} level-asymmetry-allowed=1;packetization-mode=1;"
            f"profile-level-id={profile}",
        ]
    else:
        lines = [f"a=rtpmap:{number} VP8/90000"]
    if offered.name != "rtx":
        lines += [f"a=rtcp-fb:{number} {name}" for name in feedback if name in offered.feedback]
    return lines


def _slot_lines(slot: Slot, index: int, cname: str) -> list[str]:
    """Audio and camera of one index share a stream, so that a browser keeps lips in sync."""
    stream = f"screen{index}" if slot.kind is Kind.SCREEN else f"slot{index}"
    track = f"{stream}-{slot.kind.value}"
    lines = ["a=sendonly", f"a=msid:{stream} {track}"]
    ssrcs = [slot.ssrc]
    if slot.rtx_ssrc is not None:
        ssrcs.append(slot.rtx_ssrc)
        lines.append(f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}")
    for ssrc in ssrcs:
        lines.append(f"a=ssrc:{ssrc} cname:{cname}")
        lines.append(f"a=ssrc:{ssrc} msid:{stream} {track}")
    return lines


def _track_lines(track: PublishedTrack) -> list[str]:
    lines = ["a=recvonly"]
    if track.rids:
        lines += [f"a=rid:{rid} recv" for rid in track.rids]
        lines.append(f"a=simulcast:recv {';'.join(track.rids)}")
    return lines


def _candidate_lines(candidates: tuple[Candidate, ...]) -> list[str]:
    """One host candidate for each address (RFC 8839), the first preferred, any UDP before TCP."""
    lines = []
    for number, one in enumerate(candidates):
        preference = _TCP_PREFERENCE if one.is_tcp else _UDP_PREFERENCE
        name, suffix = ("tcp", " tcptype passive") if one.is_tcp else ("udp", "")
        priority = ((preference - number) << 8) | 255
        lines.append(
            f"a=candidate:{number + 1} 1 {name} {priority} {one.host} {one.port} typ host{suffix}"
        )
    return [*lines, "a=end-of-candidates"]
