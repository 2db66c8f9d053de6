"""The grammar of SDP, as far as an offer of a browser uses it (RFC 8866, RFC 8829, RFC 8853).

Pure: text to values. What an offer means, and what is answered, is `media.negotiation`.
Invariant: `parse_offer` returns a whole `Offer` or raises `SdpError`, in time linear in the
text; candidates are ignored, an ICE-lite agent learns them from the checks.
"""

import re
from dataclasses import dataclass, field

# Chromium 156 offers 63 kB for the 20 sections of the protocol when no codec is left out.
MAX_BYTES = 128 * 1024
MAX_SECTIONS = 48
MAX_FORMATS = 128
MAX_SSRCS = 32
MAX_TOKEN = 64
_TOKEN = re.compile(rf"[!#-'*+\-./0-9A-Z^_`a-z{{|}}~]{{1,{MAX_TOKEN}}}")


class SdpError(Exception):
    """The text is no offer we can read. `code` goes to the wire."""

    code = "bad_offer"


@dataclass(slots=True, kw_only=True)
class Format:
    """One payload type of a section: a=rtpmap, a=fmtp and the a=rtcp-fb of it."""

    payload_type: int
    name: str = ""
    clock_rate: int = 0
    channels: int = 1
    parameters: dict[str, str] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Section:
    """One m= section."""

    media: str
    protocol: str
    port: int
    format_text: str
    mid: str = ""
    direction: str = "sendrecv"
    has_rtcp_mux: bool = False
    is_bundle_only: bool = False
    formats: dict[int, Format] = field(default_factory=dict)
    extensions: dict[int, str] = field(default_factory=dict)
    sendonly_extensions: set[int] = field(default_factory=set)
    send_rids: list[str] = field(default_factory=list)
    simulcast_send: list[str] = field(default_factory=list)
    ssrcs: list[int] = field(default_factory=list)
    repair_groups: list[tuple[int, int]] = field(default_factory=list)
    cname: str = ""
    ice_ufrag: str = ""
    ice_pwd: str = ""
    setup: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Offer:
    """A whole offer; what a section leaves out of ICE and DTLS it has from the session level."""

    sections: list[Section]
    bundle: tuple[str, ...]


def parse_offer(text: str) -> Offer:
    """Read an offer; raises `SdpError`."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise SdpError("the offer is too long")
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "v=0":
        raise SdpError("the offer is not SDP")
    session = Section(media="", protocol="", port=0, format_text="")
    bundle: tuple[str, ...] = ()
    sections: list[Section] = []
    current = session
    for line in lines:
        if line.startswith("m="):
            if len(sections) == MAX_SECTIONS:
                raise SdpError("the offer has too many sections")
            current = _parse_media(line[2:])
            sections.append(current)
        elif line.startswith("a=group:BUNDLE") and current is session:
            bundle = tuple(line.split()[1:])
        elif line.startswith("a="):
            _parse_attribute(current, line[2:])
    _inherit(session, sections)
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids) or "" in mids:
        raise SdpError("every section needs a mid of its own")
    return Offer(sections=sections, bundle=bundle)


def _parse_media(value: str) -> Section:
    parts = value.split()
    if len(parts) < 4 or len(parts) > MAX_FORMATS + 3:
        raise SdpError("a media line is broken")
    media, port, protocol, *formats = parts
    section = Section(
        media=_token(media),
        protocol=_token(protocol),
        port=_number(port.partition("/")[0], 65535),
        format_text=" ".join(_token(item) for item in formats),
    )
    if media in ("audio", "video"):
        for item in formats:
            payload_type = _number(item, 127)
            section.formats[payload_type] = Format(payload_type=payload_type)
    return section


def _inherit(session: Section, sections: list[Section]) -> None:
    for section in sections:
        section.ice_ufrag = section.ice_ufrag or session.ice_ufrag
        section.ice_pwd = section.ice_pwd or session.ice_pwd
        section.setup = section.setup or session.setup
        section.fingerprints = section.fingerprints or session.fingerprints
        for number, uri in session.extensions.items():
            section.extensions.setdefault(number, uri)


def _parse_attribute(section: Section, text: str) -> None:
    name, _, value = text.strip().partition(":")
    if name in _DIRECTIONS:
        section.direction = name
    elif name == "rtcp-mux":
        section.has_rtcp_mux = True
    elif name == "bundle-only":
        section.is_bundle_only = True
    elif parse := _ATTRIBUTES.get(name):
        parse(section, value)


def _parse_mid(section: Section, value: str) -> None:
    section.mid = _token(value)
    if len(section.mid) > 16:
        raise SdpError("a mid is too long")


def _parse_rtpmap(section: Section, value: str) -> None:
    payload_type, _, encoding = value.partition(" ")
    known = section.formats.get(_number(payload_type, 127))
    parts = encoding.strip().split("/")
    if known is None or len(parts) < 2:
        return
    known.name = parts[0].lower()
    known.clock_rate = _number(parts[1], 1_000_000)
    known.channels = _number(parts[2], 255) if len(parts) > 2 else 1


def _parse_fmtp(section: Section, value: str) -> None:
    payload_type, _, parameters = value.partition(" ")
    known = section.formats.get(_number(payload_type, 127))
    if known is None:
        return
    for parameter in parameters.split(";"):
        key, _, setting = parameter.strip().partition("=")
        if key:
            known.parameters[key.lower()] = setting


def _parse_feedback(section: Section, value: str) -> None:
    payload_type, _, feedback = value.partition(" ")
    if payload_type == "*":
        targets = list(section.formats.values())
    else:
        known = section.formats.get(_number(payload_type, 127))
        targets = [known] if known else []
    for target in targets:
        target.feedback.append(feedback.strip())


def _parse_extension(section: Section, value: str) -> None:
    first, _, uri = value.partition(" ")
    number, _, direction = first.partition("/")
    identifier = _number(number, 255)
    section.extensions.setdefault(identifier, uri.strip().partition(" ")[0])
    if direction == "sendonly":
        section.sendonly_extensions.add(identifier)


def _parse_rid(section: Section, value: str) -> None:
    parts = value.split()
    if len(parts) >= 2 and parts[1] == "send":
        section.send_rids.append(_token(parts[0]))


def _parse_simulcast(section: Section, value: str) -> None:
    parts = value.split()
    for direction, streams in zip(parts[::2], parts[1::2], strict=False):
        if direction == "send":
            # Alternatives ("a,b") are one layer: the first is taken; "~" marks a paused one.
            layers = (stream.split(",")[0].lstrip("~") for stream in streams.split(";"))
            section.simulcast_send = [_token(layer) for layer in layers]


def _parse_ssrc(section: Section, value: str) -> None:
    number, _, attribute = value.partition(" ")
    ssrc = _number(number, 0xFFFFFFFF)
    if ssrc not in section.ssrcs:
        if len(section.ssrcs) == MAX_SSRCS:
            raise SdpError("a section names too many sources")
        section.ssrcs.append(ssrc)
    if attribute.startswith("cname:"):
        section.cname = attribute[6:]


def _parse_ssrc_group(section: Section, value: str) -> None:
    semantics, *numbers = value.split()[:8] or [""]
    if semantics == "FID" and len(numbers) == 2:
        first, second = (_number(number, 0xFFFFFFFF) for number in numbers)
        section.repair_groups.append((first, second))


def _parse_ufrag(section: Section, value: str) -> None:
    section.ice_ufrag = value.strip()


def _parse_pwd(section: Section, value: str) -> None:
    section.ice_pwd = value.strip()


def _parse_setup(section: Section, value: str) -> None:
    section.setup = value.strip()


def _parse_fingerprint(section: Section, value: str) -> None:
    algorithm, _, digest = value.strip().partition(" ")
    section.fingerprints.append((algorithm.lower(), digest.strip().upper()))


def _number(text: str, largest: int) -> int:
    if len(text) <= 10 and text.isascii() and text.isdigit():
        number = int(text)
        if number <= largest:
            return number
    raise SdpError("a number is out of range")


def _token(text: str) -> str:
    if _TOKEN.fullmatch(text) is None:
        raise SdpError("a name is broken")
    return text


_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})

_ATTRIBUTES = {
    "mid": _parse_mid,
    "rtpmap": _parse_rtpmap,
    "fmtp": _parse_fmtp,
    "rtcp-fb": _parse_feedback,
    "extmap": _parse_extension,
    "rid": _parse_rid,
    "simulcast": _parse_simulcast,
    "ssrc": _parse_ssrc,
    "ssrc-group": _parse_ssrc_group,
    "ice-ufrag": _parse_ufrag,
    "ice-pwd": _parse_pwd,
    "setup": _parse_setup,
    "fingerprint": _parse_fingerprint,
}
