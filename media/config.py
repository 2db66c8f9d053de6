"""The settings of an engine and the names of what it counts."""

from dataclasses import dataclass

from media.ice import CONSENT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of an engine. `host` "" is every address of IPv4 and IPv6; `port` 0 is any.

    `announced` are the addresses browsers are told ("host" or "host:port", IP addresses); empty:
    those of this machine. `tcp_port` is the port of ICE over TCP: 0 any, None off. `codecs` are the
    video codecs accepted, in order of preference.
    """

    host: str = ""
    port: int = 0
    tcp_port: int | None = None
    announced: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ("vp8", "h264")
    consent_s: float = CONSENT_S
    connect_s: float = 15.0
    max_endpoints: int = 4000
    max_handshakes: int = 256
    max_tcp_connections: int = 4000
    max_probes: int = 64


COUNTERS = (
    "noise",  # datagrams that are no protocol of ours
    "unknown_peer",  # DTLS or SRTP from an address no signed check came from
    "stun_broken",
    "stun_unknown",  # checks for a ufrag nobody has
    "stun_refused",  # checks with a wrong signature
    "dtls_overflow",  # handshake datagrams that came faster than they were worked on
    "srtp_refused",  # forged, replayed, too old, of too many sources, or before the keys
    "faults",  # datagrams that met a bug of ours; the log has it
    "not_open",  # packets for a transport whose handshake is under way
    "no_path",  # packets for a transport whose last TCP connection has closed
    "not_sealed",  # packets libsrtp refused to protect
    "ice_restarts",
    "transports_opened",
    "probes_opened",  # tests of the way to here whose offer was answered
    "probes_connected",  # those that came through
    "probes_refused",  # more of them than there may be
    "lost_closed_by_peer",
    "lost_consent_lost",
    "lost_ice_timeout",
    "lost_handshake_timeout",
    "lost_handshake_failed",
    "lost_bad_keys",
)
