"""The parts of meetings: the rooms, who watches them, what people in them ask, and who sends.

Made together. Which sockets lead to them is `signalling.socket_server`'s.
"""

from signalling.bookings.door_bans import DoorBans
from signalling.bookings.slot_book import SlotBook
from signalling.bookings.slot_pins import SlotPins
from signalling.desk.board import Board
from signalling.engine_news import EngineNews
from signalling.ground import Ground
from signalling.known import Known
from signalling.monitor.terminals import Terminals
from signalling.monitor.whep import PATH as WHEP_PATH
from signalling.monitor.whep import Players
from signalling.pins import PinChecker
from signalling.requests import Requests
from signalling.rooms import Rooms
from signalling.sdp_http import Backend, HolderT, SdpOverHttp
from signalling.whip import PATH as WHIP_PATH
from signalling.whip import Encoders


class Meetings:
    def __init__(self, ground: Ground, slots: SlotBook) -> None:
        self._ground = ground
        self._slots = slots
        self.terminals = Terminals()
        self.board = Board(
            store=ground.store,
            clock=ground.clock,
            repeat_s=ground.numbers.alert_repeat_s,
            slots=slots,
        )
        self.rooms = self._make_rooms()
        self.news = EngineNews(
            rooms=self.rooms, sessions=ground.sessions, taps=self.terminals, clock=ground.clock
        )
        self.known = Known(ground.store, self.rooms)
        self._pins = PinChecker(
            at_once=ground.config.pin_checks_at_once, waiting=ground.config.pin_checks_waiting
        )
        self.slot_pins = SlotPins(
            store=ground.store,
            slots=slots,
            pins=self._pins,
            clock=ground.clock,
            digits=ground.numbers.pin_digits_default,
        )
        turn = ground.config.turn
        self.encoders = Encoders(turn=turn, clock=ground.clock, limit=ground.config.max_encoders)
        self.players = Players(turn=turn, clock=ground.clock)
        self.whip = self._over_http(WHIP_PATH, self.encoders)
        self.whep = self._over_http(WHEP_PATH, self.players)
        self.requests = self._make_requests()

    def _make_rooms(self) -> Rooms:
        ground = self._ground
        return Rooms(
            store=ground.store,
            engine=ground.engine,
            sessions=ground.sessions,
            numbers=ground.numbers,
            clock=ground.clock,
            counters=ground.counters,
            limit=ground.config.max_meetings,
            desk=self.board,
            taps=self.terminals,
            slots=self._slots,
            rights=ground.rights,
            overload=ground.overload,
        )

    def _over_http(self, path: str, backend: Backend[HolderT]) -> SdpOverHttp[HolderT]:
        ground = self._ground
        return SdpOverHttp(
            path=path,
            backend=backend,
            config=ground.config,
            clock=ground.clock,
            refusals=ground.refusals,
        )

    def _make_requests(self) -> Requests:
        ground, store = self._ground, self._ground.store
        return Requests(
            store=store,
            known=self.known,
            rooms=self.rooms,
            pins=self._pins,
            encoders=self.encoders,
            turn=ground.config.turn,
            clock=ground.clock,
            slots=self._slots,
            bans=DoorBans(
                bookings=store.bookings, entitlements=store.entitlements, clock=ground.clock
            ),
            board=self.board,
            rights=ground.rights,
        )

    def sweep(self) -> None:
        """Forget what is over."""
        self.rooms.sweep()
        self.requests.sweep(self._ground.sessions)
        self.whip.sweep()
        self.whep.sweep()
        self.encoders.sweep()

    def close(self) -> None:
        """Beside the meetings themselves, which `rooms.close()` ends."""
        self._pins.close()
