"""The seam between signalling and the media engine: plain, serialisable messages.

Every field is str, int, float, bool, None or a tuple of such or of further messages here, so a
message survives JSON both ways (`media.serial`): engines live in processes of their own.
An *endpoint* is one participant's place in the media plane, named by an opaque string; a *room*
is an opaque string too. An endpoint exists only between AddEndpoint and RemoveEndpoint: before
and after, the engine holds nothing of that person.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is accepted from an endpoint; anything else is dropped on arrival and counted.

    `audience` names, opaquely, those who may see this endpoint now. While it stays the same, who
    joins them is shown the last key frame of up to a second ago; when it changes, what came
    before is shown to nobody new. Empty: nothing is kept for anybody new.
    """

    audio: bool = False
    camera: bool = False
    screen: bool = False
    audience: str = ""


Pictures = Literal["all", "speaker", "none"]
"""All; the presentation, and of cameras the speaker's alone, in its lowest layer; sound alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a subscriber receives of another endpoint of the same room.

    A picture larger than `max_width` by `max_height`, by its key frame, is not shown, and
    `PictureWithheld` says so; 0 and 0: any size is. `comes_first`: its pictures are given their
    best layer before anybody else's, where there is not enough for all. `pictures` is what the
    subscriber asks to be spared, whatever its path carries; it is the same in all its sources.
    """

    endpoint: str
    audio: bool = False
    camera: bool = False
    screen: bool = False
    max_width: int = 0
    max_height: int = 0
    comes_first: bool = False
    pictures: Pictures = "all"


# -- requests (signalling -> engine) ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """A new endpoint: closed gate, no sources, no transport. Answered by Done or Refused.

    `kind` is person, tap or encoder. A tap watches: its transport sends nothing and has no audio
    section, and it can be given no source with audio. An encoder sends one sound and one picture at
    most, receives nothing, and its offer is accepted whole or not at all. What an endpoint is never
    changes.
    """

    room: str
    endpoint: str
    kind: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveEndpoint:
    """Close the transport, forget keys, caches and bindings. Idempotent. Answered by Done."""

    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGate:
    endpoint: str
    gate: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSources:
    """Replaces all sources of a subscriber. Unknown endpoints are kept and take effect later.

    Refused whole, with audio_to_tap, when a tap would be given audio.
    """

    endpoint: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiate:
    """An SDP offer. Answered by Answer or Refused.

    The same DTLS fingerprint and m-lines with new ICE credentials on a live transport is an ICE
    restart; any other offer replaces the transport (the old one is closed first). Gate, sources
    and slot bindings belong to the endpoint and outlive its transports.
    """

    endpoint: str
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProbe:
    """Somebody tests the way to here. Answered by Answer, without bindings, or Refused.

    A probe is no endpoint and in no room: it gets its own pictures back and nothing else, for a
    minute, and ends by itself (`media.probes`). `probe` is a name that was never used. `offer`
    sends one picture and receives one; the answer names the ports of `over` ("udp", "tcp") alone.
    """

    probe: str
    over: str
    offer: str


EndpointRequest = AddEndpoint | RemoveEndpoint | SetGate | SetSources | Negotiate
Request = EndpointRequest | OpenProbe


# -- replies ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    sdp: str
    bindings: tuple["SlotBinding", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`code`: bad_offer, offer_without_slots, unknown_endpoint, media_full, transport_gone,
    audio_to_tap, bad_kind (no such kind, or not what the endpoint is), unfit_offer, no_such_way
    (the engine has no port of that protocol).

    unfit_offer: an encoder's or a probe's offer that could be accepted in part only.
    transport_gone: an ICE restart of a transport that was lost; only another peer connection helps.
    """

    code: str
    message: str


Reply = Done | Answer | Refused


# -- events (engine -> signalling) ------------------------------------------------------------

WORKER_LOST = "worker_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotBinding:
    """`mid` of the subscriber's receive section now carries `source`'s `kind`; None: free.

    `kind` is audio, camera or screen.
    """

    mid: str
    kind: str
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsBound:
    """All bindings of this subscriber, whole."""

    endpoint: str
    bindings: tuple[SlotBinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportConnected:
    """DTLS is up and SRTP flows may begin."""

    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportLost:
    """ICE consent ended, or the handshake failed or timed out. The transport is closed.

    `reason` WORKER_LOST: its media worker ended, by no fault of the peer or its network.
    """

    endpoint: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakersChanged:
    """The dominant speaker of a room (None: nobody yet) and all who speak now."""

    room: str
    dominant: str | None
    speaking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWithheld:
    """A source whose picture a subscriber is bound to and not shown.

    `reason`: too_large (no layer is within the size allowed), size_unknown; None: no more so.
    """

    endpoint: str
    source: str
    kind: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapReported:
    """About once a second for each tap that has a transport: running totals of this transport.

    `sent` are the packets of pictures that left for it, `reported` how far its own receiver
    reports say they have come; never more than was sent.
    """

    endpoint: str
    sent: int
    reported: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityChanged:
    """How good an endpoint's own connection is, at most every 2 s.

    `quality` is good, fair, poor or bad by the loss over 20 s, the worse of both directions;
    `rtt_ms` None: not known yet.
    """

    endpoint: str
    quality: str
    loss_permille: int
    rtt_ms: int | None
    jitter_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsPaused:
    """The receive sections of this subscriber that carry nothing to save bandwidth, whole."""

    endpoint: str
    mids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersWanted:
    """The simulcast layers of its camera an endpoint need send now; nobody takes the others.

    Told anew for each transport. Nothing depends on it being followed.
    """

    endpoint: str
    rids: tuple[str, ...]


EngineEvent = (
    SlotsBound
    | TransportConnected
    | TransportLost
    | SpeakersChanged
    | PictureWithheld
    | TapReported
    | QualityChanged
    | SlotsPaused
    | LayersWanted
)


Message = Request | Reply | EngineEvent

TYPES: dict[str, type[Any]] = {message.__name__: message for message in get_args(Message)}
"""Every message by the name it has in JSON."""
