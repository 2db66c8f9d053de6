"""The probes of one engine: transports for people who test their way to here.

A probe is known to no router. Its transport ends `LIFE_S` after its offer, whatever comes; what is
agreed on is one picture each way, without repairs (`media.reflector` says why).
"""

from collections.abc import Callable
from dataclasses import replace

from media.description import Kind
from media.negotiation import Negotiated, UnfitOffer, negotiate
from media.reflector import Reflector
from media.sdp import Format, Offer, Section, parse_offer
from media.transport import Transport

LIFE_S = 60.0
OVER = {"udp": False, "tcp": True}
"""Whether it is by TCP."""


def agree(
    text: str, codecs: tuple[str, ...], new_ssrc: Callable[[], int], cname: str
) -> tuple[Offer, Negotiated]:
    """What is accepted of a probe's offer; raises `SdpError` (`UnfitOffer`)."""
    offer = parse_offer(text)
    offer = replace(offer, sections=[_without_repairs(one) for one in offer.sections])
    negotiated = negotiate(offer, codecs, new_ssrc, cname)
    found = negotiated.description
    slots = [slot.kind for slot in found.slots]
    tracks = [track.kind for track in found.tracks if not track.rids]
    if [slots, tracks] != [[Kind.CAMERA]] * 2 or len(offer.sections) > len(negotiated.accepted):
        raise UnfitOffer("a probe sends one picture and receives one")
    return offer, negotiated


class Probes:
    """Their transports by name. `reflected` and `over_rate` are of those that are over too."""

    def __init__(self) -> None:
        self._transports: dict[str, tuple[Transport, Reflector]] = {}
        self._reflected = 0
        self._over_rate = 0

    def __len__(self) -> int:
        return len(self._transports)

    def __contains__(self, probe: str) -> bool:
        return probe in self._transports

    @property
    def transports(self) -> list[Transport]:
        return [transport for transport, _ in self._transports.values()]

    def add(self, transport: Transport, reflector: Reflector) -> None:
        self._transports[transport.endpoint] = transport, reflector

    def remove(self, transport: Transport) -> None:
        _, reflector = self._transports.pop(transport.endpoint)
        self._reflected += reflector.reflected
        self._over_rate += reflector.over_rate

    def tick(self, now: float) -> list[Transport]:
        """Do what is due; return those whose time is over."""
        for _, reflector in self._transports.values():
            reflector.tick(now)
        return [one for one in self.transports if now - one.created_at >= LIFE_S]

    def poll_output(self) -> list[tuple[Reflector, bytes, bool]]:
        """Hand over what each has for its own peer."""
        return [
            (reflector, packet, is_rtcp)
            for _, reflector in self._transports.values()
            for packet, is_rtcp in reflector.take_output()
        ]

    def counters(self) -> dict[str, int]:
        living = [reflector for _, reflector in self._transports.values()]
        return {
            "probes": len(living),
            "probe_packets": self._reflected + sum(one.reflected for one in living),
            "probe_over_rate": self._over_rate + sum(one.over_rate for one in living),
        }


def _without_repairs(section: Section) -> Section:
    formats = {number: _plain(one) for number, one in section.formats.items()}
    return replace(section, formats=formats)


def _plain(one: Format) -> Format:
    return replace(one, feedback=[name for name in one.feedback if not name.startswith("nack")])
