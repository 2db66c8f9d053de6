"""The media engine: the one asyncio edge of the media plane, and all that signalling may see.

It owns the socket, the timer, the handshake tasks and the tables; packets go through
`media.transport` and `media.router` without a coroutine. It knows endpoints, not people.
Invariant: an endpoint has at most one transport; after RemoveEndpoint nothing of it is left, and
nothing a peer sends raises out of the read loop.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from media import stun
from media.addresses import local_candidates, parse_announced
from media.answer import Candidate, Local, build_answer
from media.demux import Demux, Sort, sort_of
from media.dtls import Certificate, DtlsServer, HandshakeError
from media.ice import CONSENT_S, Accepted, Credentials, IceAgent
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Negotiate,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    TransportConnected,
    TransportLost,
)
from media.negotiation import Negotiated, identity, negotiate
from media.router import Router
from media.sdp import MAX_SECTIONS, Offer, SdpError, parse_offer
from media.srtp import SrtpError
from media.transport import State, Transport
from media.udp import Peer, UdpSocket, host_and_port

logger = logging.getLogger(__name__)

HOUSEKEEPING_S = 0.25

COUNTERS = (
    "noise",  # datagrams that are no protocol of ours
    "unknown_peer",  # DTLS or SRTP from an address no signed check came from
    "stun_broken",
    "stun_unknown",  # checks for a ufrag nobody has
    "stun_refused",  # checks with a wrong signature
    "dtls_overflow",  # handshake datagrams that came faster than they were worked on
    "srtp_refused",  # forged, replayed, too old, of too many sources, or before the keys
    "not_open",  # packets for a transport whose handshake is under way
    "not_sealed",  # packets libsrtp refused to protect
    "ice_restarts",
    "transports_opened",
    "lost_closed_by_peer",
    "lost_consent_lost",
    "lost_ice_timeout",
    "lost_handshake_timeout",
    "lost_handshake_failed",
    "lost_bad_keys",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of an engine. `host` "" is every address of IPv4 and IPv6; `port` 0 is any.

    `announced` are the addresses browsers are told ("host" or "host:port", IP addresses); empty:
    those of this machine. `codecs` are the video codecs accepted, in order of preference.
    """

    host: str = ""
    port: int = 0
    announced: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ("vp8", "h264")
    consent_s: float = CONSENT_S
    connect_s: float = 15.0
    max_endpoints: int = 2000
    max_handshakes: int = 256


class MediaEngine:
    """`request` each message of `media.messages`; events come through `on_event`.

    `on_event` is called from the event loop, must return at once and must not raise.
    """

    def __init__(
        self, on_event: Callable[[EngineEvent], None], router: Router | None = None
    ) -> None:
        self._on_event = on_event
        self._router = router or Router(wall_offset_s=time.time() - time.monotonic())
        self._rooms: dict[str, str] = {}
        self._transports: dict[str, Transport] = {}
        self._demux: Demux[Transport] = Demux()
        self._counters = dict.fromkeys(COUNTERS, 0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._udp: UdpSocket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._swept_at = 0.0

    # -- life -----------------------------------------------------------------------------------

    async def start(self, config: Config) -> None:
        """Open the port. Raises OSError (port taken) or ValueError (a setting)."""
        self._config = config
        self._loop = asyncio.get_running_loop()
        self._certificate = Certificate()
        self._udp = UdpSocket(config.host, config.port)
        port = self._udp.port
        self._candidates: tuple[Candidate, ...] = tuple(
            parse_announced(text, port) for text in config.announced
        ) or local_candidates(config.host, self._udp.takes_ipv6, port)
        self._loop.add_reader(self._udp.fileno(), self._read)
        self._run_timer()
        logger.info(
            "media on UDP port %d, receive buffer %d kB",
            port,
            self._udp.receive_buffer_bytes // 1024,
        )

    @property
    def port(self) -> int:
        """The UDP port, once started."""
        return self._socket.port

    async def close(self) -> None:
        """Close every transport, then the port. May be called twice."""
        if self._udp is None:
            return
        for endpoint in list(self._rooms):
            self._remove(endpoint)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._loop.remove_reader(self._udp.fileno())
        self._udp.close()
        self._udp = None

    def counters(self) -> dict[str, int]:
        """What was received, dropped and lost since the start, and what there is now."""
        udp = self._socket
        return {
            **self._router.counters,
            **self._counters,
            "endpoints": len(self._rooms),
            "transports": len(self._transports),
            "handshakes": self._handshakes(),
            "addresses": len(self._demux.by_peer),
            "kernel_drops": udp.kernel_drops(),
            "send_drops": udp.send_drops,
            "send_errors": udp.send_errors,
            "receive_buffer_bytes": udp.receive_buffer_bytes,
        }

    @property
    def _socket(self) -> UdpSocket:
        assert self._udp is not None, "the engine was not started"
        return self._udp

    # -- requests -------------------------------------------------------------------------------

    async def request(self, request: Request) -> Reply:
        """Do what signalling asks; the reply's type is in the request's docstring."""
        now = self._loop.time()
        reply = self._handle(request, now)
        self._flush(now)
        return reply

    def _handle(self, request: Request, now: float) -> Reply:
        if isinstance(request, AddEndpoint):
            return self._add(request)
        if isinstance(request, RemoveEndpoint):
            self._remove(request.endpoint)
            return Done()
        if request.endpoint not in self._rooms:
            return Refused(code="unknown_endpoint", message="There is no such endpoint.")
        if isinstance(request, SetGate):
            self._router.set_gate(request.endpoint, request.gate, now)
            return Done()
        if isinstance(request, SetSources):
            self._router.set_sources(request.endpoint, request.sources, now)
            return Done()
        return self._negotiate(request, now)

    def _add(self, request: AddEndpoint) -> Reply:
        if request.endpoint in self._rooms:
            return Done()
        if len(self._rooms) >= self._config.max_endpoints:
            return Refused(code="media_full", message="The media server is full.")
        self._rooms[request.endpoint] = request.room
        self._router.add_endpoint(request.endpoint, request.room)
        return Done()

    def _remove(self, endpoint: str) -> None:
        transport = self._transports.get(endpoint)
        if transport is not None:
            self._drop(transport)
        if self._rooms.pop(endpoint, None) is not None:
            self._router.remove_endpoint(endpoint)

    def _negotiate(self, request: Negotiate, now: float) -> Reply:
        current = self._transports.get(request.endpoint)
        try:
            offer = parse_offer(request.offer)
            if current is not None and identity(offer) == current.negotiated.identity:
                return self._restart(current, offer, now)
            ssrcs = _fresh_ssrcs()
            negotiated = negotiate(offer, self._config.codecs, ssrcs.pop, secrets.token_hex(8))
        except SdpError as error:
            return Refused(code=error.code, message="This offer cannot be answered.")
        if self._handshakes() >= self._config.max_handshakes:
            return Refused(code="media_full", message="Too many people are joining just now.")
        if current is not None:
            self._drop(current)
        transport = self._open_transport(request.endpoint, negotiated, now)
        return self._answer(transport, offer)

    def _restart(self, transport: Transport, offer: Offer, now: float) -> Reply:
        """An ICE restart: new credentials on both sides, the old ones live on for a while."""
        ufrag = next(section.ice_ufrag for section in offer.sections if section.ice_ufrag)
        if ufrag != transport.remote_ufrag:
            credentials = _fresh_credentials()
            self._demux.forget_ufrags(transport.agent.restart(credentials, now))
            self._demux.add_ufrag(credentials.ufrag, transport)
            transport.remote_ufrag = ufrag
            transport.version += 1
            self._counters["ice_restarts"] += 1
        return self._answer(transport, offer)

    def _answer(self, transport: Transport, offer: Offer) -> Answer:
        local = Local(
            credentials=transport.agent.local,
            fingerprint=self._certificate.fingerprint,
            candidates=self._candidates,
            session_id=int.from_bytes(transport.negotiated.description.cname.encode()[:7], "big"),
            version=transport.version,
        )
        sdp = build_answer(offer, transport.negotiated, local)
        return Answer(sdp=sdp, bindings=self._router.bindings(transport.endpoint))

    # -- transports -----------------------------------------------------------------------------

    def _open_transport(self, endpoint: str, negotiated: Negotiated, now: float) -> Transport:
        credentials = _fresh_credentials()
        port = self._router.attach(endpoint, negotiated.description, now, is_ready=False)
        transport = Transport(endpoint, negotiated, IceAgent(credentials, now), port, now)
        transport.dtls = DtlsServer(
            self._certificate,
            negotiated.fingerprints,
            send=lambda data: self._send_plain(transport, data),
            on_closed=lambda: self._lose(transport, "closed_by_peer"),
        )
        port.user = transport
        self._transports[endpoint] = transport
        self._demux.add_ufrag(credentials.ufrag, transport)
        return transport

    def _handshakes(self) -> int:
        return sum(item.state is State.CONNECTING for item in self._transports.values())

    def _drop(self, transport: Transport) -> None:
        """Close a transport and forget it, at once."""
        transport.close()
        agent = transport.agent
        self._demux.forget_ufrags(agent.ufrags)
        for peer in agent.addresses:
            self._demux.release(cast(Peer, peer), transport)
        if self._transports.get(transport.endpoint) is transport:
            del self._transports[transport.endpoint]
            self._router.detach(transport.endpoint)

    def _lose(self, transport: Transport, reason: str) -> None:
        if transport.state is State.CLOSED:
            return
        self._drop(transport)
        self._counters[f"lost_{reason}"] += 1
        self._emit(TransportLost(endpoint=transport.endpoint, reason=reason))

    async def _shake_hands(self, transport: Transport, dtls: DtlsServer) -> None:
        """The handshake of one transport, then its association until it ends."""
        try:
            keys = await dtls.run(self._config.connect_s)
            transport.open(keys, self._loop.time())
        except (HandshakeError, SrtpError) as error:
            self._lose(transport, error.code)
            return
        if transport.state is State.OPEN:
            now = self._loop.time()
            self._counters["transports_opened"] += 1
            self._emit(TransportConnected(endpoint=transport.endpoint))
            self._router.set_ready(transport.port, now)
            self._flush(now)
        await dtls.wait_closed()

    def _emit(self, event: EngineEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # the listener's fault must not stop the packets of everybody
            logger.exception("a listener for media events failed")

    # -- datagrams in ---------------------------------------------------------------------------

    def _read(self) -> None:
        """The socket has datagrams: take what waits, forward, send. The hot path."""
        now = self._loop.time()
        by_peer = self._demux.by_peer
        counters = self._counters
        for datagram, peer in self._socket.receive():
            if datagram and 128 <= datagram[0] < 192:
                transport = by_peer.get(peer)
                if transport is None:
                    counters["unknown_peer"] += 1
                elif not transport.receive(datagram, now):
                    counters["srtp_refused"] += 1
            else:
                self._read_other(datagram, peer, now)
        self._flush(now)

    def _read_other(self, datagram: bytes, peer: Peer, now: float) -> None:
        sort = sort_of(datagram)
        if sort is Sort.STUN:
            self._read_stun(datagram, peer, now)
        elif sort is Sort.DTLS:
            transport = self._demux.by_peer.get(peer)
            if transport is None:
                self._counters["unknown_peer"] += 1
            elif transport.dtls is None or not transport.dtls.feed(datagram):
                self._counters["dtls_overflow"] += 1
        else:
            self._counters["noise"] += 1

    def _read_stun(self, datagram: bytes, peer: Peer, now: float) -> None:
        try:
            message = stun.parse(datagram)
        except stun.StunError:
            self._counters["stun_broken"] += 1
            return
        transport = self._demux.by_ufrag.get(message.username.partition(":")[0])
        if transport is None:
            self._counters["stun_unknown"] += 1
            return
        transport.hear()
        verdict = transport.agent.handle(message, peer, host_and_port(peer), now)
        if verdict is None:
            self._counters["stun_refused"] += 1
            return
        self._socket.send(verdict.reply, peer)
        if isinstance(verdict, Accepted):
            self._demux.claim(peer, transport)
            if verdict.forgotten is not None:
                self._demux.release(cast(Peer, verdict.forgotten), transport)
            if not transport.handshake_began and transport.dtls is not None:
                transport.handshake_began = True
                self._start(transport, transport.dtls)

    def _start(self, transport: Transport, dtls: DtlsServer) -> None:
        task = self._loop.create_task(self._shake_hands(transport, dtls))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- datagrams out --------------------------------------------------------------------------

    def _flush(self, now: float) -> None:
        """Seal and send what the router has for us, each transport's packets together."""
        output = self._router.poll_output()
        if output:
            waiting: list[Transport] = []
            for port, packet, is_rtcp in output:
                transport = cast(Transport, port.user)
                sealed = transport.seal(packet, is_rtcp)
                if sealed is None:
                    is_open = transport.state is State.OPEN
                    self._counters["not_sealed" if is_open else "not_open"] += 1
                    continue
                queue = transport.queue
                if not queue:
                    waiting.append(transport)
                queue.append(sealed)
            for transport in waiting:
                self._socket.send_all(transport.queue, cast(Peer, transport.peer))
                transport.queue.clear()
        for event in self._router.poll_events():
            self._emit(event)

    def _send_plain(self, transport: Transport, data: bytes) -> None:
        peer = transport.peer
        if peer is not None and self._udp is not None:
            self._udp.send(data, cast(Peer, peer))

    # -- time -----------------------------------------------------------------------------------

    def _run_timer(self) -> None:
        now = self._loop.time()
        deadline = self._router.handle_timeout(now)
        if now - self._swept_at >= HOUSEKEEPING_S:
            self._swept_at = now
            self._sweep(now)
        self._flush(now)
        self._timer = self._loop.call_at(min(deadline, now + HOUSEKEEPING_S), self._run_timer)

    def _sweep(self, now: float) -> None:
        """Consent, time-outs, and the end of old credentials."""
        for transport in list(self._transports.values()):
            reason = transport.is_lost(now, self._config.connect_s, self._config.consent_s)
            if reason is not None:
                self._lose(transport, reason)
            else:
                self._demux.forget_ufrags(transport.agent.expire(now))


def _fresh_credentials() -> Credentials:
    return Credentials(ufrag=secrets.token_hex(4), password=secrets.token_hex(16))


def _fresh_ssrcs() -> list[int]:
    """More distinct SSRCs than any offer within bounds can use."""
    ssrcs: set[int] = set()
    while len(ssrcs) < 2 * MAX_SECTIONS:
        ssrcs.add(secrets.randbelow(0xFFFFFFFF) + 1)
    return list(ssrcs)
