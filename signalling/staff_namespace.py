"""The namespaces of signed-in officers, /desk and /monitor: what the two have alike.

An officer is who the transport's first HTTP request said, by the cookie of their session; the
session is looked at again before anything is shown, and when it ends the socket is closed.
"""

import logging
from abc import abstractmethod
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from signalling.config import SignallingConfig
from signalling.desk.board import Board
from signalling.errors import RequestError
from signalling.namespace import Namespace
from signalling.rooms import Rooms
from signalling.seams import Clock
from signalling.staff.sessions import Attendance, StaffSessions, handshake
from signalling.staff_socket import StaffSocket
from signalling.versions import PROTOCOLS
from signalling.wire import JsonObject
from vmr.numbers import Numbers
from vmr.staff import StaffPermission
from vmr.store import SignedIn, StoreError

S = TypeVar("S", bound=StaffSocket)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRoom:
    """What every one of these namespaces is given."""

    board: Board
    rooms: Rooms
    staff: StaffSessions
    numbers: Numbers
    config: SignallingConfig
    clock: Clock
    counters: Counter[str]


class StaffNamespace(Namespace[S], Generic[S]):
    PATH: ClassVar[str]
    PERMISSION: ClassVar[StaffPermission]
    REQUESTS: ClassVar[Container[str]]

    def __init__(self, given: StaffRoom, kind: type[S]) -> None:
        """`kind` makes the sockets."""
        super().__init__(
            self.PATH,
            requests=self.REQUESTS,
            config=given.config,
            clock=given.clock,
            counters=given.counters,
        )
        self._kind = kind
        self._board = given.board
        self._rooms = given.rooms
        self._staff = given.staff
        self._numbers = given.numbers
        self._attended: dict[S, Attendance] = {}

    @abstractmethod
    def _state(self, rooms: list[JsonObject]) -> JsonObject:
        """What the page is told first, beside who its officer is."""

    @abstractmethod
    async def _handle(self, socket: S, event: str, payload: object) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""

    def _sign_out(self, socket: S) -> None:
        """The officer's session is over."""
        socket.leave()

    def _enter(self, sid: str, environ: dict[str, Any], auth: object) -> S:
        who = self._admit(environ, auth)
        socket = self._kind(
            server=self.server.at(self.PATH),
            sid=sid,
            who=who,
            bucket=self._bucket(),
            clock=self._clock,
            open=self._first,
        )

        def sign_out() -> None:
            self._sign_out(socket)

        self._attended[socket] = self._staff.attend(who.session, sign_out, keeps_alive=True)
        socket.start()
        return socket

    def _who(self, environ: dict[str, Any]) -> SignedIn | None:
        """Whose session the socket comes with; None: nobody's."""
        return handshake(environ)

    def _admit(self, environ: dict[str, Any], auth: object) -> SignedIn:
        """Who this is. Raises RequestError, which says why they get nothing."""
        if not isinstance(auth, dict) or auth.get("protocol") not in PROTOCOLS:
            raise RequestError("protocol_version")
        who = self._who(environ)
        if who is None:
            raise RequestError("signed_out")
        if not who.member.may(self.PERMISSION):
            raise RequestError("not_permitted")
        return who

    async def _first(self, socket: StaffSocket) -> JsonObject | None:
        """Every room now; None when the session has ended since the handshake."""
        await self._staff.check()
        if socket.is_leaving:
            return None
        try:
            await self._board.refresh(socket.establishment)
        except StoreError:
            log.error("a page of staff cannot list its rooms now namespace=%s", self.PATH)
            return None
        member = socket.who.member
        return {
            "officer": {"id": member.id, "name": member.name},
            "establishment": member.establishment.name,
            **self._state(self._board.watch(socket)),
        }

    async def _leave(self, socket: S) -> None:
        self._attended.pop(socket).close()
        self._board.leave(socket)
        await socket.stop()

    async def _answer(self, socket: S, event: str, payload: object) -> JsonObject:
        if socket.is_leaving or socket.is_disconnected:
            raise RequestError("signed_out")
        return await self._handle(socket, event, payload)
