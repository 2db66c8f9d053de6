"""The socket of one monitoring page: the newest state of each thing, each told once.

What changes twice before it is sent is sent once, so a slow page gets less and is never behind;
one that does not read at all is closed, and begins anew.
"""

from collections.abc import Awaitable, Callable

from signalling.carrier import Carrier, Outgoing
from signalling.limits import TokenBucket
from signalling.monitor.summary import summarise
from signalling.seams import Clock
from signalling.wire import JsonObject
from vmr.ids import EstablishmentId, RoomId
from vmr.store import SignedIn


class Screen(Carrier):
    """A viewer of the board (`signalling.desk.board.Viewer`), for rooms as a monitor knows them."""

    def __init__(
        self,
        *,
        server: Outgoing,
        sid: str,
        who: SignedIn,
        bucket: TokenBucket,
        clock: Clock,
        open: Callable[["Screen"], Awaitable[JsonObject | None]],
    ) -> None:
        """`open` makes the first state, or None when the officer may not see it after all."""
        super().__init__(server=server, sid=sid, bucket=bucket, clock=clock)
        self.who = who
        self.establishment: EstablishmentId = who.member.establishment.id
        self._first = open
        self._news: dict[tuple[str, str], JsonObject] = {}
        self._last = 0

    @property
    def name(self) -> str:
        return f"monitor={self.who.member.id}"

    def start(self) -> None:
        self._begin()

    def show(self, room: RoomId, state: JsonObject | None) -> None:
        self.tell("room.updated", room, {"room": room, "state": summarise(state)})

    def ring(self, data: JsonObject) -> None:
        """Ringing is the desk's."""

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
            await self._say("wall.state", state)

    async def _send_news(self) -> None:
        while self._news and not self._is_full():
            event, about = next(iter(self._news))
            await self._say(event, self._news.pop((event, about)))

    async def _say(self, event: str, data: JsonObject) -> None:
        self._last += 1
        await self._emit(event, {"n": self._last, "at": self._clock(), "data": data})
