"""The Socket.IO server and its three namespaces: people, the duty desk, monitoring terminals."""

from signalling.addresses import network_of
from signalling.bookings.slot_book import SlotBook
from signalling.desk.requests import DeskRequests
from signalling.desk.sockets import DeskSockets
from signalling.errors import error_ack
from signalling.ground import Ground
from signalling.guarded import GuardedServer
from signalling.meetings import Meetings
from signalling.monitor.sockets import MonitorSockets
from signalling.sockets import Sockets
from signalling.staff.sessions import StaffSessions
from signalling.staff.tickets import Tickets
from signalling.staff_namespace import StaffRoom


class SocketServer:
    def __init__(
        self, ground: Ground, *, meetings: Meetings, slots: SlotBook, staff: StaffSessions
    ) -> None:
        config, estate = ground.config, ground.estate
        self.people = Sockets(
            sessions=ground.sessions,
            requests=meetings.requests,
            config=config,
            clock=ground.clock,
            counters=ground.counters,
            staff=staff,
            refusals=ground.refusals,
        )
        self.server = GuardedServer(
            counters=ground.counters,
            binary_ack=error_ack("bad_message"),
            client_of=lambda request: network_of(request, config.proxies),
            origins=config.origins,
            urls=tuple if estate is None else lambda: estate.keeper.urls,
        )
        self.desk_requests = DeskRequests(
            board=meetings.board,
            rooms=meetings.rooms,
            slots=slots,
            staff=ground.store.staff,
            elsewhere=None if estate is None else estate.desk(meetings.board, ground.tallies),
        )
        self.server.register_namespace(self.people)
        self._add_consoles(ground, meetings, staff)

    def _add_consoles(self, ground: Ground, meetings: Meetings, staff: StaffSessions) -> None:
        room = StaffRoom(
            board=meetings.board,
            rooms=meetings.rooms,
            staff=staff,
            numbers=ground.numbers,
            config=ground.config,
            clock=ground.clock,
            counters=ground.counters,
        )
        tickets = Tickets(
            store=ground.store.staff,
            clock=ground.clock,
            limits=ground.config.staff.limits,
            purpose="monitor",
            server=ground.rights.url,
        )
        self.server.register_namespace(DeskSockets(room, requests=self.desk_requests))
        self.server.register_namespace(
            MonitorSockets(
                room,
                terminals=meetings.terminals,
                players=meetings.players,
                rights=ground.rights,
                tickets=tickets,
            )
        )

    @property
    def transports(self) -> int:
        """Sockets that are open."""
        return self.server.transports

    async def close(self) -> None:
        """Every socket; those that ask now are still answered."""
        await self.server.close_all()

    async def end(self) -> None:
        """And the server's own tasks."""
        await self.server.shutdown()
