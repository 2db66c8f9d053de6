"""What an offer means and what of it is accepted: one BUNDLE, a fixed SSRC per slot.

Pure: an `Offer` in, a `Negotiated` out (`media.answer` writes the text); SSRCs come from an
argument. Tables of accepted codecs and header extensions are at the top.
Invariant: a payload type or extension id means one thing in the whole bundle.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from media.description import (
    Codec,
    Description,
    ExtensionIds,
    Kind,
    PublishedTrack,
    Role,
    Slot,
)
from media.sdp import Format, Offer, SdpError, Section

MAX_LAYERS = 4
MAX_SLOTS = 32
PROTOCOLS = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP"})
DIGESTS = frozenset({"sha-256", "sha-384", "sha-512"})

EXTENSIONS = {
    "urn:ietf:params:rtp-hdrext:sdes:mid": "mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id": "rid",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id": "repaired_rid",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level": "audio_level",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01": "transport_cc",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": "abs_send_time",
}


class OfferWithoutSlots(SdpError):
    """An offer that could receive nothing."""

    code = "offer_without_slots"


class UnfitOffer(SdpError):
    """An encoder's offer that could be accepted in part only (RFC 9725 4.4.2, 4.4.3)."""

    code = "unfit_offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One section of the answer. `slot` or `track` is set; neither: it stays inactive."""

    mid: str
    formats: tuple[int, ...]
    slot: Slot | None = None
    slot_index: int = 0
    track: PublishedTrack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """An agreed transport.

    `identity` is equal for two offers of one peer connection with the same sections: then the
    answer to the second may be built from what was agreed on the first.
    """

    description: Description
    accepted: dict[str, Accepted]
    fingerprints: tuple[tuple[str, str], ...]
    remote_ufrag: str
    identity: tuple[object, ...]


def negotiate(
    offer: Offer,
    codecs: tuple[str, ...],
    new_ssrc: Callable[[], int],
    cname: str,
    role: Role = Role.PERSON,
) -> Negotiated:
    """Decide what of an offer is accepted; raises `SdpError` (`OfferWithoutSlots`, `UnfitOffer`).

    `codecs` are the video codecs allowed, in order of preference ("vp8", "h264").
    """
    usable = _usable(offer, role)
    _check_transport(usable)
    agreed = _agree_codecs(usable, codecs)
    accepted = _accept(usable, agreed, new_ssrc)
    _check_accepted(accepted, usable, role)
    description = Description(
        tracks=tuple(part.track for part in accepted.values() if part.track),
        slots=tuple(part.slot for part in accepted.values() if part.slot),
        codecs=tuple(codec for codec in agreed.values() if codec),
        extensions=_extension_ids(usable),
        cname=cname,
    )
    return Negotiated(
        description=description,
        accepted=accepted,
        fingerprints=tuple(usable[0].fingerprints),
        remote_ufrag=usable[0].ice_ufrag,
        identity=_identity(accepted, description, usable[0].fingerprints),
    )


def _usable(offer: Offer, role: Role) -> list[Section]:
    """Those that somebody in this role may have. Raises `UnfitOffer`, `OfferWithoutSlots`."""
    usable = [
        section
        for section in offer.sections
        if _is_usable(section, offer) and (role is not Role.TAP or _suits_tap(section))
    ]
    if role is Role.ENCODER and (len(usable) < len(offer.sections) or not _suit_encoder(usable)):
        raise UnfitOffer("an encoder sends one sound and one picture at most, and receives nothing")
    if not usable:
        raise OfferWithoutSlots("the offer has no section that can be used")
    return usable


def _accept(
    usable: list[Section], agreed: dict[int, Codec | None], new_ssrc: Callable[[], int]
) -> dict[str, Accepted]:
    """Those with a codec we take, by mid: each is a slot, a track, or neither."""
    accepted: dict[str, Accepted] = {}
    for section, kind, index in _assign(usable):
        formats = _formats(section, agreed)
        codecs = [codec for codec in map(agreed.get, formats) if codec is not None]
        if not codecs:
            continue
        slot = track = None
        if section.direction == "recvonly" and kind is not None:
            has_rtx = any(codec.rtx_payload_type for codec in codecs)
            slot = Slot(
                mid=section.mid,
                kind=kind,
                ssrc=new_ssrc(),
                rtx_ssrc=new_ssrc() if has_rtx else None,
            )
        elif kind is not None:
            track = _track(section, kind)
        accepted[section.mid] = Accepted(
            mid=section.mid, formats=formats, slot=slot, slot_index=index, track=track
        )
    return accepted


def _check_accepted(accepted: dict[str, Accepted], usable: list[Section], role: Role) -> None:
    """An encoder has all that it offered, everybody else something to receive with."""
    slots = sum(part.slot is not None for part in accepted.values())
    if role is Role.ENCODER and len(accepted) < len(usable):
        raise UnfitOffer("a section has no codec we take")
    if not slots and role is not Role.ENCODER:
        raise OfferWithoutSlots("the offer has no section to receive with")
    if slots > MAX_SLOTS:
        raise SdpError("the offer has too many sections")


def _identity(
    accepted: dict[str, Accepted], description: Description, fingerprints: list[tuple[str, str]]
) -> tuple[object, ...]:
    parts = tuple(
        (part.mid, part.formats, part.slot and part.slot.kind, part.track and part.track.kind)
        for part in accepted.values()
    )
    return (tuple(fingerprints), parts, description.codecs, description.extensions)


def _is_usable(section: Section, offer: Offer) -> bool:
    return (
        section.media in ("audio", "video")
        and section.protocol in PROTOCOLS
        and (section.port != 0 or section.is_bundle_only)
        and section.mid in offer.bundle
        and section.has_rtcp_mux
    )


def _suits_tap(section: Section) -> bool:
    """A tap has no sound in either direction, and sends nothing."""
    return section.media == "video" and section.direction in ("recvonly", "inactive")


def _suit_encoder(usable: list[Section]) -> bool:
    """Something is sent, of each kind one, and nothing is only to be received."""
    kinds = [section.media for section in usable]
    is_sent = all(section.direction in ("sendonly", "sendrecv") for section in usable)
    return bool(kinds) and len(set(kinds)) == len(kinds) and is_sent


def _check_transport(usable: list[Section]) -> None:
    first = usable[0]
    if not 4 <= len(first.ice_ufrag) <= 256 or not 22 <= len(first.ice_pwd) <= 256:
        raise SdpError("the offer has no ICE credentials")
    if not any(algorithm in DIGESTS for algorithm, _ in first.fingerprints):
        raise SdpError("the offer has no fingerprint we know")
    if first.setup not in ("actpass", "active"):
        raise SdpError("the offer must be able to be the DTLS client")
    for section in usable:
        if section.fingerprints and section.fingerprints != first.fingerprints:
            raise SdpError("one bundle has one fingerprint")


def _assign(usable: list[Section]) -> Iterator[tuple[Section, Kind | None, int]]:
    """The meaning of each section by its place (signalling/PROTOCOL.md), and its slot index."""
    receiving = [s for s in usable if s.direction == "recvonly" and s.media == "video"]
    screen_slot = receiving[-1] if len(receiving) > 1 else None
    sends = {"audio": [Kind.AUDIO], "video": [Kind.CAMERA, Kind.SCREEN]}
    indexes = {Kind.AUDIO: 0, Kind.CAMERA: 0, Kind.SCREEN: 0}
    for section in usable:
        kind: Kind | None = None
        index = 0
        if section.direction == "recvonly":
            if section is screen_slot:
                kind = Kind.SCREEN
            else:
                kind = Kind.AUDIO if section.media == "audio" else Kind.CAMERA
            index = indexes[kind]
            indexes[kind] += 1
        elif section.direction in ("sendonly", "sendrecv") and sends[section.media]:
            kind = sends[section.media].pop(0)
        yield section, kind, index


def _agree_codecs(usable: list[Section], allowed: tuple[str, ...]) -> dict[int, Codec | None]:
    """Accepted payload types in our order of preference; repair formats map to None."""
    agreed: dict[int, Codec | None] = {}
    for name in ("opus", "red", *allowed):
        for section in usable:
            repairs = _repairs(section)
            for offered in section.formats.values():
                key = _codec_key(offered, section.media)
                if key is None or offered.name != name or offered.payload_type in agreed:
                    continue
                if name == "red" and not _carries_opus(offered, agreed):
                    continue
                rtx = repairs.get(offered.payload_type)
                rtx = None if rtx in agreed else rtx
                agreed[offered.payload_type] = Codec(
                    name=name,
                    key=key,
                    payload_type=offered.payload_type,
                    clock_rate=offered.clock_rate,
                    rtx_payload_type=rtx,
                    nack="nack" in offered.feedback,
                    pli="nack pli" in offered.feedback,
                    transport_cc="transport-cc" in offered.feedback,
                    carries=int(red_blocks(offered)) if name == "red" else None,
                )
                if rtx is not None:
                    agreed[rtx] = None
    return agreed


def _codec_key(offered: Format, media: str) -> str | None:
    if media == "audio":
        if (offered.clock_rate, offered.channels) != (48000, 2):
            return None
        if offered.name == "red":  # its blocks name their format by number
            return f"red/{red_blocks(offered)}"
        return "opus" if offered.name == "opus" else None
    if offered.clock_rate != 90000:
        return None
    if offered.name == "vp8":
        return "vp8"
    if offered.name == "h264" and offered.parameters.get("packetization-mode") == "1":
        profile = offered.parameters.get("profile-level-id", "").lower()
        return "h264/1/42e0" if _is_constrained_baseline(profile) else None
    return None


def red_blocks(offered: Format) -> str:
    """Return the payload type of all blocks of a RED format ("111" of "111/111"), or nothing."""
    listed = {part for text in offered.parameters for part in text.split("/")}
    return listed.pop() if len(listed) == 1 else ""


def _carries_opus(offered: Format, agreed: dict[int, Codec | None]) -> bool:
    blocks = red_blocks(offered)
    codec = agreed.get(int(blocks)) if blocks.isascii() and blocks.isdigit() else None
    return codec is not None and codec.name == "opus" and blocks == str(codec.payload_type)


def _is_constrained_baseline(profile_level_id: str) -> bool:
    """RFC 6184 section 8.1: profile_idc 66 with constraint_set1."""
    if len(profile_level_id) != 6:
        return False
    try:
        value = int(profile_level_id, 16)
    except ValueError:
        return False
    return value >> 16 == 0x42 and bool(value >> 8 & 0x40)


def _repairs(section: Section) -> dict[int, int]:
    repairs: dict[int, int] = {}
    for offered in section.formats.values():
        repaired = offered.parameters.get("apt", "")
        if offered.name == "rtx" and repaired.isascii() and repaired.isdigit():
            repairs.setdefault(int(repaired[:3]), offered.payload_type)
    return repairs


def _formats(section: Section, agreed: dict[int, Codec | None]) -> tuple[int, ...]:
    """The agreed payload types that mean in this section what they mean elsewhere."""
    repairs = _repairs(section)
    formats = []
    for payload_type, codec in agreed.items():
        offered = section.formats.get(payload_type)
        if offered is None or codec is None:
            continue
        if _codec_key(offered, section.media) == codec.key:
            formats.append(payload_type)
            if codec.rtx_payload_type and repairs.get(payload_type) == codec.rtx_payload_type:
                formats.append(codec.rtx_payload_type)
    if section.media == "audio":  # a peer that would rather send RED says so by its order
        formats.sort(key=list(section.formats).index)
    return tuple(formats)


def _track(section: Section, kind: Kind) -> PublishedTrack:
    layers = [rid for rid in section.simulcast_send if rid in section.send_rids][:MAX_LAYERS]
    repairs = dict(section.repair_groups)
    rtx = tuple(repairs[ssrc] for ssrc in section.ssrcs if ssrc in repairs)
    return PublishedTrack(
        mid=section.mid,
        kind=kind,
        rids=tuple(layers) if kind is not Kind.AUDIO else (),
        ssrcs=tuple(ssrc for ssrc in section.ssrcs if ssrc not in rtx),
        rtx_ssrcs=rtx,
    )


def _extension_ids(usable: list[Section]) -> ExtensionIds:
    found: dict[str, int] = {}
    for section in usable:
        for number, uri in section.extensions.items():
            name = EXTENSIONS.get(uri)
            if name and 1 <= number <= 14 and number not in found.values():
                found.setdefault(name, number)
    if "transport_cc" in found or not any(_wants_remb(section) for section in usable):
        found.pop("abs_send_time", None)
    return ExtensionIds(**found)


def _wants_remb(section: Section) -> bool:
    """Whether it sends video and would be told an estimate (draft-alvestrand-rmcat-remb)."""
    formats = section.formats.values()
    is_sent = section.media == "video" and section.direction in ("sendonly", "sendrecv")
    return is_sent and any("goog-remb" in offered.feedback for offered in formats)
