"""One officer's desk page: carries to it the newest state of each room that has changed.

A room that changes twice before its news is sent is sent once, so a slow page gets less and is
never behind; one that does not read at all is closed, and begins anew with a whole state.
"""

from collections.abc import Awaitable, Callable

from signalling.carrier import Carrier, Outgoing
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.wire import JsonObject
from vmr.ids import EstablishmentId, RoomId
from vmr.store import SignedIn


class Console(Carrier):
    """A viewer of the board."""

    def __init__(
        self,
        *,
        server: Outgoing,
        sid: str,
        who: SignedIn,
        bucket: TokenBucket,
        clock: Clock,
        open: Callable[["Console"], Awaitable[JsonObject | None]],
    ) -> None:
        """`open` makes the first state, or None when the officer may not see it after all."""
        super().__init__(server=server, sid=sid, bucket=bucket, clock=clock)
        self.who = who
        self.establishment: EstablishmentId = who.member.establishment.id
        self._first = open
        self._changed: dict[RoomId, JsonObject | None] = {}
        self._rings: JsonObject | None = None
        self._last = 0

    @property
    def name(self) -> str:
        return f"officer={self.who.member.id}"

    def start(self) -> None:
        self._begin()

    def show(self, room: RoomId, state: JsonObject | None) -> None:
        self._changed.pop(room, None)
        self._changed[room] = state
        self.wake()

    def ring(self, data: JsonObject) -> None:
        self._rings = data
        self.wake()

    async def _open(self) -> None:
        state = await self._first(self)
        if state is None:
            self._is_leaving = True
        else:
            await self._say("desk.state", state)

    async def _send_news(self) -> None:
        while self._changed and not self._is_full():
            room = next(iter(self._changed))
            state = self._changed.pop(room)
            await self._say("room.updated", {"room": room, "state": state})
        if self._rings is not None and not self._is_leaving:
            rings, self._rings = self._rings, None
            await self._say("alerts.rang", rings)

    async def _say(self, event: str, data: JsonObject) -> None:
        self._last += 1
        await self._emit(event, {"n": self._last, "at": self._clock(), "data": data})
