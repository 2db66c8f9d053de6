"""One endpoint's way through the network: its ICE agent, DTLS association and SRTP sessions.

It feeds what it could open to the router's Port, or to a probe's Reflector, and seals what leaves;
it owns no socket and no task, those are the engine's. States: connecting (no keys), open, closed.
Invariant: before `open` and after `close` no packet passes in either direction.
"""

from collections.abc import Hashable
from enum import Enum

from media.dtls import DtlsServer
from media.ice import CONSENT_S, IceAgent
from media.negotiation import Negotiated
from media.port import Port
from media.reflector import Reflector
from media.srtp import Keys, SrtpSession


class State(Enum):
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"


class Transport:
    """The transport of one endpoint."""

    __slots__ = (
        "_heard_at",
        "_srtp",
        "agent",
        "created_at",
        "dtls",
        "endpoint",
        "negotiated",
        "port",
        "queue",
        "remote_ufrag",
        "state",
        "version",
        "was_reached",
    )

    def __init__(
        self,
        endpoint: str,
        negotiated: Negotiated,
        agent: IceAgent,
        port: Port | Reflector,
        now: float,
    ) -> None:
        self.endpoint = endpoint
        self.negotiated = negotiated
        self.remote_ufrag = negotiated.remote_ufrag
        self.version = 1
        self.agent = agent
        self.dtls: DtlsServer | None = None
        self.created_at = now
        self.state = State.CONNECTING
        self.was_reached = False  # a signed check came: the handshake may begin
        self.queue: list[bytes] = []
        self.port = port
        self._srtp: SrtpSession | None = None
        self._heard_at: float | None = None

    @property
    def path(self) -> Hashable | None:
        """Where to send: the selected path."""
        return self.agent.selected

    def open(self, keys: Keys, now: float) -> None:
        """The handshake is done: packets may pass."""
        if self.state is State.CONNECTING:
            self._srtp = SrtpSession(keys)
            self.state = State.OPEN
            self._heard_at = now

    def receive(self, datagram: bytes, now: float) -> bool:
        """Open one SRTP or SRTCP datagram and hand it on; False when it was not to be believed."""
        srtp = self._srtp
        if srtp is None or len(datagram) < 12:
            return False
        if 192 <= datagram[1] <= 223:  # RFC 5761
            plain = srtp.unprotect_rtcp(datagram)
            if plain is None:
                return False
            self._heard_at = now
            self.port.receive_rtcp(plain, now)
        else:
            plain = srtp.unprotect(datagram)
            if plain is None:
                return False
            self._heard_at = now
            self.port.receive_rtp(plain, now)
        return True

    def feed_handshake(self, datagram: bytes) -> bool:
        """Hand on one DTLS datagram; False when too many wait."""
        return self.dtls is not None and self.dtls.feed(datagram)

    def seal(self, packet: bytes, is_rtcp: bool) -> bytes | None:
        """Protect one packet for the peer; None when closed, or when libsrtp refuses."""
        srtp = self._srtp
        if srtp is None:
            return None
        return srtp.protect_rtcp(packet) if is_rtcp else srtp.protect(packet)

    def is_lost(self, now: float, connect_s: float, consent_s: float = CONSENT_S) -> str | None:
        """Why this transport is over, if it is: ice_timeout, handshake_timeout, consent_lost."""
        if self.state is State.CONNECTING:
            if now - self.created_at < connect_s:
                return None
            return "handshake_timeout" if self.was_reached else "ice_timeout"
        self.hear()
        return "consent_lost" if self.agent.is_lost(now, consent_s) else None

    def hear(self) -> None:
        """Tell the agent when the peer last proved itself alive by a packet."""
        if self._heard_at is not None:
            self.agent.hear(self._heard_at)
            self._heard_at = None

    def close(self) -> None:
        """Drop the keys, say goodbye to the peer. May be called twice."""
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            self._srtp = None
            self.queue.clear()
            if self.dtls is not None:
                self.dtls.close()
