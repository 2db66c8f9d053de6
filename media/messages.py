"""The seam between signalling and the media engine: plain, serialisable messages.

Every field is str, int, float, bool, None or a tuple of such or of further messages here, so a
message survives JSON both ways (`to_json`/`from_json`); an engine may live in another process.
An *endpoint* is one participant's place in the media plane, named by an opaque string; a *room*
is an opaque string too. An endpoint exists only between AddEndpoint and RemoveEndpoint: before
and after, the engine holds nothing of that person.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is accepted from an endpoint; anything else is dropped on arrival and counted."""

    audio: bool = False
    camera: bool = False
    screen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a subscriber receives of another endpoint of the same room."""

    endpoint: str
    audio: bool = False
    camera: bool = False
    screen: bool = False


# -- requests (signalling -> engine) ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """A new endpoint: closed gate, no sources, no transport. Answered by Done."""

    room: str
    endpoint: str


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
    """Replaces all sources of a subscriber. Unknown endpoints are kept and take effect later."""

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


Request = AddEndpoint | RemoveEndpoint | SetGate | SetSources | Negotiate


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
    """`code`: bad_offer, offer_without_slots, unknown_endpoint, media_full."""

    code: str
    message: str


Reply = Done | Answer | Refused


# -- events (engine -> signalling) ------------------------------------------------------------


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
    """ICE consent ended, or the handshake failed or timed out. The transport is closed."""

    endpoint: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakersChanged:
    """The dominant speaker of a room (None: nobody yet) and all who speak now."""

    room: str
    dominant: str | None
    speaking: tuple[str, ...]


EngineEvent = SlotsBound | TransportConnected | TransportLost | SpeakersChanged
