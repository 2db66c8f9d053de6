"""The media engine: the one asyncio edge of the packet core; a media worker is one of these.

It owns the ports, the timer, the handshake tasks and the tables; packets go through
`media.transport` and `media.router` without a coroutine. It knows endpoints, not people.
Invariant: an endpoint has at most one transport; after RemoveEndpoint nothing of it is left, and
nothing a peer sends raises out of the read loop.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import cast

from media.answer import Candidate, Local, build_answer
from media.busy import Busy
from media.config import COUNTERS, Config
from media.description import Role
from media.dtls import Certificate, DtlsServer, HandshakeError
from media.egress import Egress, Output
from media.fresh import fresh_cname, fresh_credentials, fresh_ssrcs
from media.ice import IceAgent
from media.ingress import Ingress
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Negotiate,
    OpenProbe,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    TransportConnected,
    TransportLost,
)
from media.negotiation import Negotiated, negotiate
from media.paths import Batch, Path, Paths, PortError
from media.probes import OVER, Probes, agree
from media.reflector import Reflector
from media.router import Port, Router
from media.sdp import Offer, SdpError, parse_offer
from media.srtp import SrtpError
from media.tap import AudioToTap
from media.tcp import TcpConnection
from media.transit import Transit
from media.transport import State, Transport

__all__ = ["Config", "MediaEngine", "PortError"]

logger = logging.getLogger(__name__)

HOUSEKEEPING_S = 0.25
_ROLES = {role.value: role for role in Role}


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
        self._probes = Probes()
        self._transit = Transit()
        self._busy = Busy()
        self._lost: dict[str, tuple[object, ...]] = {}
        self._counters = dict.fromkeys(COUNTERS, 0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._open_paths: Paths | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._swept_at = 0.0

    # -- life -----------------------------------------------------------------------------------

    async def start(self, config: Config) -> None:
        """Open the ports. Raises PortError (one is taken) or ValueError (a setting)."""
        self._config = config
        self._loop = asyncio.get_running_loop()
        self._certificate = Certificate()
        self._open_paths = paths = Paths(config, self._read_tcp, self._lose_connection)
        self._ingress = Ingress(paths, self._counters)
        self._egress = Egress(paths, self._counters)
        self._loop.add_reader(paths.udp.fileno(), self._read)
        self._run_timer()
        await paths.start()
        granted_kb = paths.udp.receive_buffer_bytes // 1024
        logger.info("media on UDP port=%d receive_buffer_kb=%d", self.port, granted_kb)
        logger.info("media on TCP port=%s", self.tcp_port or "off")

    @property
    def port(self) -> int:
        """The UDP port, once started."""
        return self._paths.udp_port

    @property
    def tcp_port(self) -> int | None:
        """The TCP port, once started; None when there is none."""
        return None if self._paths.tcp is None else self._paths.tcp.port

    async def close(self) -> None:
        """Close every transport, then the ports. May be called twice."""
        if self._open_paths is None:
            return
        for endpoint in list(self._rooms):
            self._remove(endpoint)
        for probe in self._probes.transports:
            self._drop(probe)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._loop.remove_reader(self._paths.udp.fileno())
        await self._paths.close()
        self._open_paths = None

    def counters(self) -> dict[str, int]:
        """What was received, dropped and lost since the start, and what there is now."""
        return {
            **self._router.counters,
            **self._counters,
            **self._probes.counters(),
            **self._transit.counters(),
            "busy_permille": self._busy.permille(),
            "endpoints": len(self._rooms),
            "transports": len(self._transports),
            "handshakes": self._handshakes(),
            "addresses": len(self._ingress.demux.by_path),
            **self._paths.counters(),
        }

    @property
    def _paths(self) -> Paths:
        assert self._open_paths is not None, "the engine was not started"
        return self._open_paths

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
        if isinstance(request, OpenProbe):
            return self._open_probe(request, now)
        if request.endpoint not in self._rooms:
            return Refused(code="unknown_endpoint", message="There is no such endpoint.")
        if isinstance(request, SetGate):
            self._router.set_gate(request.endpoint, request.gate, now)
            return Done()
        if isinstance(request, SetSources):
            return self._set_sources(request, now)
        return self._negotiate(request, now)

    def _set_sources(self, request: SetSources, now: float) -> Reply:
        try:
            self._router.set_sources(request.endpoint, request.sources, now)
        except AudioToTap as error:
            return Refused(code=error.code, message="A monitor never hears anything.")
        return Done()

    def _add(self, request: AddEndpoint) -> Reply:
        role = _ROLES.get(request.kind)
        known = self._rooms.get(request.endpoint)
        if role is None or (known and self._router.role(request.endpoint) is not role):
            return Refused(code="bad_kind", message="There is no such kind of endpoint.")
        if known:
            return Done()
        if len(self._rooms) >= self._config.max_endpoints:
            return Refused(code="media_full", message="The media server is full.")
        self._rooms[request.endpoint] = request.room
        self._router.add_endpoint(request.endpoint, request.room, role)
        return Done()

    def _remove(self, endpoint: str) -> None:
        transport = self._transports.get(endpoint)
        if transport is not None:
            self._drop(transport)
        self._lost.pop(endpoint, None)
        if self._rooms.pop(endpoint, None) is not None:
            self._router.remove_endpoint(endpoint)

    def _negotiate(self, request: Negotiate, now: float) -> Reply:
        current = self._transports.get(request.endpoint)
        ssrcs = fresh_ssrcs()
        try:
            offer = parse_offer(request.offer)
            negotiated = negotiate(
                offer,
                self._config.codecs,
                ssrcs.pop,
                fresh_cname(),
                self._router.role(request.endpoint),
            )
        except SdpError as error:
            return Refused(code=error.code, message="This offer cannot be answered.")
        if current is not None and negotiated.identity == current.negotiated.identity:
            self._restart(current, negotiated.remote_ufrag, now)
            return self._answer(current, offer)
        if negotiated.identity == self._lost.get(request.endpoint):
            return Refused(code="transport_gone", message="That connection is over; make another.")
        if self._handshakes() >= self._config.max_handshakes:
            return Refused(code="media_full", message="Too many people are joining just now.")
        if current is not None:
            self._drop(current)
        description = negotiated.description
        port = self._router.attach(request.endpoint, description, now, is_ready=False)
        transport = self._open_transport(request.endpoint, negotiated, port, now)
        self._transports[request.endpoint] = transport
        self._router.expect(port, now)
        self._flush(now)
        return self._answer(transport, offer)

    def _open_probe(self, request: OpenProbe, now: float) -> Reply:
        over = OVER.get(request.over)
        candidates = tuple(one for one in self._paths.candidates if one.is_tcp is over)
        if not candidates:
            return Refused(code="no_such_way", message="There is no port of that protocol.")
        if len(self._probes) >= self._config.max_probes:
            self._counters["probes_refused"] += 1
            return Refused(code="media_full", message="Too many people test their network now.")
        try:
            codecs, ssrcs = self._config.codecs, fresh_ssrcs()
            offer, negotiated = agree(request.offer, codecs, ssrcs.pop, fresh_cname())
        except SdpError as error:
            return Refused(code=error.code, message="This offer cannot be answered.")
        reflector = Reflector(negotiated.description, now)
        transport = self._open_transport(request.probe, negotiated, reflector, now)
        self._probes.add(transport, reflector)
        self._counters["probes_opened"] += 1
        return Answer(sdp=self._describe(transport, offer, candidates), bindings=())

    def _restart(self, transport: Transport, remote_ufrag: str, now: float) -> None:
        """An ICE restart: new credentials on both sides, the old ones live on for a while."""
        if remote_ufrag == transport.remote_ufrag:
            return  # the same offer again
        credentials = fresh_credentials()
        self._ingress.demux.forget_ufrags(transport.agent.restart(credentials, now))
        self._ingress.demux.add_ufrag(credentials.ufrag, transport)
        transport.remote_ufrag = remote_ufrag
        transport.version += 1
        self._counters["ice_restarts"] += 1

    def _answer(self, transport: Transport, offer: Offer) -> Answer:
        sdp = self._describe(transport, offer, self._paths.candidates)
        return Answer(sdp=sdp, bindings=self._router.bindings(transport.endpoint))

    def _describe(
        self, transport: Transport, offer: Offer, candidates: tuple[Candidate, ...]
    ) -> str:
        local = Local(
            credentials=transport.agent.local,
            fingerprint=self._certificate.fingerprint,
            candidates=candidates,
            session_id=int.from_bytes(transport.negotiated.description.cname.encode()[:7], "big"),
            version=transport.version,
        )
        return build_answer(offer, transport.negotiated, local)

    # -- transports -----------------------------------------------------------------------------

    def _open_transport(
        self, name: str, negotiated: Negotiated, port: Port | Reflector, now: float
    ) -> Transport:
        credentials = fresh_credentials()
        transport = Transport(name, negotiated, IceAgent(credentials, now), port, now)
        transport.dtls = DtlsServer(
            self._certificate,
            negotiated.fingerprints,
            send=lambda data: self._send_plain(transport, data),
            on_closed=lambda: self._lose(transport, "closed_by_peer"),
        )
        port.user = transport
        self._ingress.demux.add_ufrag(credentials.ufrag, transport)
        return transport

    def _handshakes(self) -> int:
        return sum(item.state is State.CONNECTING for item in self._transports.values())

    def _drop(self, transport: Transport) -> None:
        """Close a transport and forget it, at once."""
        transport.close()
        self._ingress.forget(transport, self._loop.time())
        if isinstance(transport.port, Reflector):
            self._probes.remove(transport)
        elif self._transports.get(transport.endpoint) is transport:
            del self._transports[transport.endpoint]
            self._router.detach(transport.endpoint)

    def _lose(self, transport: Transport, reason: str) -> None:
        if transport.state is State.CLOSED:
            return
        self._drop(transport)
        if isinstance(transport.port, Reflector):
            return
        # Its peer connection will not shake hands again, so an ICE restart of it is no way back.
        self._lost[transport.endpoint] = transport.negotiated.identity
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
        except Exception:  # aiortc's fault or ours: this transport is lost, nothing else
            logger.exception("a handshake broke")
            self._lose(transport, "handshake_failed")
            return
        if transport.state is State.OPEN:
            self._use(transport, self._loop.time())
        await dtls.wait_closed()

    def _use(self, transport: Transport, now: float) -> None:
        """The transport is open."""
        if isinstance(transport.port, Reflector):
            self._counters["probes_connected"] += 1
            return
        self._counters["transports_opened"] += 1
        self._emit(TransportConnected(endpoint=transport.endpoint))
        self._router.set_ready(transport.port, now)
        self._flush(now)

    def _emit(self, event: EngineEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # the listener's fault must not stop the packets of everybody
            logger.exception("a listener for media events failed")

    # -- datagrams ------------------------------------------------------------------------------

    def _read(self) -> None:
        """The UDP port has datagrams: take what waits, forward, send. The hot path."""
        self._take(self._paths.udp.receive())

    def _read_tcp(self, connection: TcpConnection, packets: list[bytes]) -> None:
        self._take([(packet, connection) for packet in packets])

    def _take(self, batch: Batch) -> None:
        now = self._loop.time()
        for transport in self._ingress.take(batch, now):
            if transport.dtls is not None:
                if isinstance(transport.port, Port):
                    self._router.expect(transport.port, now)
                self._start(transport, transport.dtls)
        self._flush(now)
        self._transit.note(self._loop.time() - now, len(batch))

    def _lose_connection(self, connection: TcpConnection) -> None:
        self._ingress.lose(connection)

    def _start(self, transport: Transport, dtls: DtlsServer) -> None:
        task = self._loop.create_task(self._shake_hands(transport, dtls))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _flush(self, now: float) -> None:
        """Seal and send what the router has for us, each transport's packets together."""
        output: Output = self._router.poll_output()
        if len(self._probes):
            output = [*output, *self._probes.poll_output()]
        if output:
            self._egress.send(output)
        for event in self._router.poll_events():
            self._emit(event)

    def _send_plain(self, transport: Transport, data: bytes) -> None:
        path = cast(Path | None, transport.path)
        if path is not None and self._open_paths is not None:
            self._open_paths.send(data, path)

    # -- time -----------------------------------------------------------------------------------

    def _run_timer(self) -> None:
        now = self._loop.time()
        deadline = now + HOUSEKEEPING_S
        try:
            deadline = min(deadline, self._router.handle_timeout(now))
            for probe in self._probes.tick(now):
                self._drop(probe)
            if now - self._swept_at >= HOUSEKEEPING_S:
                self._swept_at = now
                self._sweep(now)
            self._flush(now)
        finally:  # whatever went wrong, time goes on
            self._timer = self._loop.call_at(deadline, self._run_timer)

    def _sweep(self, now: float) -> None:
        """Consent, time-outs, and the end of old credentials and connections."""
        self._paths.sweep(now)
        for transport in [*self._transports.values(), *self._probes.transports]:
            reason = transport.is_lost(now, self._config.connect_s, self._config.consent_s)
            if reason is not None:
                self._lose(transport, reason)
            else:
                self._ingress.demux.forget_ufrags(transport.agent.expire(now))
