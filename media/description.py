"""What an offer and its answer agreed on: the values between `media.sdp` and `media.router`.

Pure and frozen; payload types and extension ids are those of this transport's own offer.
"""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    AUDIO = "audio"
    CAMERA = "camera"
    SCREEN = "screen"


class Role(Enum):
    """What an endpoint is: somebody in the room, a monitoring tap (`media.tap`), or an encoder.

    An encoder sends one sound and one picture, and has nowhere to receive.
    """

    PERSON = "person"
    TAP = "tap"
    ENCODER = "encoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One accepted payload type. `rtx_payload_type` repairs it (RFC 4588), None: plain resend.

    `name` is lower case: opus, red, vp8, h264. `key` identifies compatible formats
    across transports ("vp8", "opus", "h264/1/42e0": packetisation mode and profile).
    """

    name: str
    key: str
    payload_type: int
    clock_rate: int
    rtx_payload_type: int | None
    nack: bool
    pli: bool
    transport_cc: bool
    carries: int | None = None
    """The payload type of all blocks of a RED format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTrack:
    """A section the endpoint sends: microphone, camera or screen.

    `rids` are the simulcast layers, lowest first where the order of the offer says so; empty
    without simulcast. `ssrcs`/`rtx_ssrcs` are those announced in the offer (may be empty: then
    sources are learned from MID, RID and repaired-RID header extensions).
    """

    mid: str
    kind: Kind
    rids: tuple[str, ...]
    ssrcs: tuple[int, ...]
    rtx_ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A section the endpoint receives: its fixed SSRC of ours, and of its repair stream."""

    mid: str
    kind: Kind
    ssrc: int
    rtx_ssrc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionIds:
    """RFC 8285 one-byte ids agreed on this transport; None: not agreed."""

    mid: int | None = None
    rid: int | None = None
    repaired_rid: int | None = None
    audio_level: int | None = None
    transport_cc: int | None = None
    abs_send_time: int | None = None
    """Agreed for REMB alone: where the peer has it and no transport-cc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Everything the router must know of one negotiated transport."""

    tracks: tuple[PublishedTrack, ...]
    slots: tuple[Slot, ...]
    codecs: tuple[Codec, ...]
    extensions: ExtensionIds
    cname: str
