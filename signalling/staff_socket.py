"""The socket of one staff page: first the whole state, then what is new, numbered.

What changes twice before it is sent is sent once, so a slow page gets less and is never behind;
one that does not read at all is closed, and begins anew.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar

from signalling.carrier import Carrier, Outgoing
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.wire import JsonObject, to_text
from vmr.ids import EstablishmentId, RoomId
from vmr.store import SignedIn


class StaffSocket(Carrier):
    """A viewer of the board (`signalling.desk.board.Viewer`)."""

    STATE: ClassVar[str]
    """The notification that carries the first state."""

    def __init__(
        self,
        *,
        server: Outgoing,
        sid: str,
        who: SignedIn,
        bucket: TokenBucket,
        clock: Clock,
        open: Callable[["StaffSocket"], Awaitable[JsonObject | None]],
    ) -> None:
        """`open` makes the first state, or None when the officer may not see it after all."""
        super().__init__(server=server, sid=sid, bucket=bucket, clock=clock)
        self.who = who
        self.establishment: EstablishmentId = who.member.establishment.id
        self._first = open
        self._news: dict[tuple[str, str], JsonObject] = {}
        self._last = 0

    @property
    def id(self) -> str:
        return self.who.member.id

    def start(self) -> None:
        self._begin()

    @abstractmethod
    def show(self, room: RoomId, state: JsonObject | None) -> None:
        """The room's state now; None: there is no such room any more. Never waits."""

    @abstractmethod
    def ring(self, data: JsonObject) -> None:
        """Alerts nobody has acknowledged ring again. Never waits."""

    def tell(self, event: str, about: str, data: JsonObject) -> None:
        """In place of what was said about the same and is not sent yet."""
        self._news.pop((event, about), None)
        self._news[event, about] = data
        self.wake()

    async def _open(self) -> None:
        state = await self._first(self)
        if state is None:
            self._is_leaving = True
        else:
            await self._say(self.STATE, state)

    async def _send_news(self) -> None:
        while self._news and not self._is_full():
            event, about = next(iter(self._news))
            await self._say(event, self._news.pop((event, about)))

    async def _say(self, event: str, data: JsonObject) -> None:
        self._last += 1
        await self._emit(event, to_text({"n": self._last, "at": self._clock(), "data": data}))
