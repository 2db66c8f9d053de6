"""The duty desk over several servers: each tells the others what desks see of its meetings, and
asks the one that runs a room for what its officers do there. Beside that they tell each other what
they count together (`signalling.tallies`).

A request carries the epoch under which the room is run: a server that lost the room meanwhile, or
has not lost it yet but soon will, does not do it.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from signalling.desk.board import Board
from signalling.desk.refusals import RefusedHosts
from signalling.ending import end
from signalling.errors import SENTENCES, RequestError
from signalling.nodes.far_messages import (
    Answered,
    Asked,
    Began,
    Counted,
    Narrowed,
    RefusedThere,
    Said,
    Shown,
    own_beginnings,
    parse_saying,
)
from signalling.nodes.registry import RegistryAway
from signalling.nodes.wire import Wire
from signalling.seams import Rights
from signalling.tallies import Done, Tallies
from signalling.wire import JsonObject
from vmr.ids import OfficerId, RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Ownership
from vmr.store import StoreError

TELL_AGAIN_S = 5.0
FORGET_S = 15.0
"""A meeting that its server says nothing of for so long is none: that server is dead, or slow."""
ANSWER_S = 6.0
ASKED_AT_ONCE = 64
TOGETHER = 64
"""States of rooms that go out for one wait: it costs as much as what is told."""
GATHER_S = 0.05
"""Between two such, so that there is more than one to tell where much happens."""
TOLD_AT_ONCE = 256
"""Counts beyond that are each server's own: somebody tries very often."""

OwnerOf = Callable[[RoomId], Awaitable[Ownership]]
Do = Callable[[RoomId, OfficerId, str, JsonObject], Awaitable[None]]
"""What an officer asks of a room here. Raises RequestError, StoreError."""

log = logging.getLogger(__name__)


class FarDesk:
    def __init__(
        self,
        *,
        me: NodeId,
        wire: Wire,
        rights: Rights,
        owner_of: OwnerOf,
        board: Board,
        tallies: Tallies,
        now: Callable[[], float],
        narrowed: Callable[[Narrowed], None] = lambda _: None,
    ) -> None:
        """`narrowed` hears what is said of rooms that were moved: this is who listens."""
        self._narrowed = narrowed
        self._me = me
        self._own = own_beginnings(me)
        self._wire = wire
        self._rights = rights
        self._owner_of = owner_of
        self._board = board
        self._now = now
        self._do: Do | None = None
        self._epochs: dict[RoomId, int] = {}
        self._untold: dict[tuple[str, str], Said] = {}
        self._has_news = asyncio.Event()
        self._heard: dict[RoomId, tuple[Shown, float]] = {}
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._doing: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._tallies = tallies
        board.publish(self)
        tallies.publish(self._counted)

    async def ask(self, room: RoomId, event: str, payload: JsonObject, by: OfficerId) -> bool:
        """Have it done where the room is run; False: that is here, by now. Raises RequestError,
        StoreError.

        Without an answer it may have been done: what the desk is shown says so.
        """
        row = await self._owner_of(room)
        if row.owner is None:
            raise RequestError("meeting_over")
        if row.owner == self._me:
            await self._rights.settle(room)  # where it was just taken, its meeting is here then
            return False
        if len(self._waiting) >= ASKED_AT_ONCE:
            raise RequestError("busy")
        number = secrets.token_hex(8)
        asked = Asked(
            node=self._me, number=number, room=room, epoch=row.epoch, officer=by, event=event,
            payload=dict(payload),
        )  # fmt: skip
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            if not await self._wire.tell(asked.model_dump_json(), row.owner):
                raise RequestError("room_moving")
            async with asyncio.timeout(ANSWER_S):
                code = await answer
        except (RegistryAway, TimeoutError):
            raise RequestError("room_moving") from None
        finally:
            del self._waiting[number]
        if code:
            raise RequestError(code if code in SENTENCES else "internal")
        return True

    def start(self, do: Do) -> None:
        self._do = do
        self._tasks = [
            asyncio.create_task(self._wire.listen(self._hear, self._begin), name="far desk"),
            asyncio.create_task(self._keep_telling(), name="far desk, telling"),
            asyncio.create_task(self._keep_all_known(), name="far desk, again"),
        ]

    async def stop(self) -> None:
        """Idempotent."""
        await end([*self._tasks, *self._doing])
        await self._wire.close()

    # -- telling ------------------------------------------------------------------------------

    def meeting(self, room: RoomId, meeting: JsonObject | None) -> None:
        """The newest state of a room goes out, however often it changed."""
        if meeting is not None:
            with suppress(RequestError):
                hold = self._rights.hold(room)
                self._epochs[room] = 0 if hold is None else hold.epoch
        epoch = self._epochs.get(room)
        if epoch is None:
            return
        if meeting is None:
            del self._epochs[room]
        said = Shown(
            node=self._me, room=room, epoch=epoch, meeting=meeting, server=self._rights.url
        )
        self._tell_soon("meeting", room, said)

    def refused(self, room: RoomId, counted: RefusedHosts) -> None:
        said = RefusedThere(node=self._me, room=room, count=counted.count, last_at=counted.last_at)
        self._tell_soon("refused", room, said)

    def _counted(self, what: str, key: str, done: Done) -> None:
        """Each one, and at once: the others are to know before somebody tries there."""
        said = Counted(node=self._me, what=what, key=key, done=done)
        if len(self._doing) < TOLD_AT_ONCE:
            self._spawn(self._tell(said))

    async def _tell(self, said: Said) -> None:
        with suppress(RegistryAway):
            await self._wire.tell(said.model_dump_json())

    def _tell_soon(self, what: str, room: RoomId, said: Said) -> None:
        """In place of what was said of the same and is not told yet."""
        self._untold[what, room] = said
        self._has_news.set()

    async def _keep_telling(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while untold := list(self._untold.items())[:TOGETHER]:
                for about, _ in untold:
                    del self._untold[about]
                with suppress(RegistryAway):  # where that fails, it is told again
                    await self._wire.tell_all([said.model_dump_json() for _, said in untold])
                await asyncio.sleep(GATHER_S)

    async def _keep_all_known(self) -> None:
        while True:
            await asyncio.sleep(TELL_AGAIN_S)
            self._board.republish()
            now = self._now()
            for room, (_, at) in list(self._heard.items()):
                if now >= at + FORGET_S:
                    del self._heard[room]
                    self._board.show_far(room, None)

    def _begin(self) -> None:
        self._spawn(self._tell(Began(node=self._me)))

    # -- hearing ------------------------------------------------------------------------------

    def _hear(self, text: bytes) -> None:
        if text.startswith(self._own):
            return  # most of what a busy server hears, and nothing to be read
        said = parse_saying(text)
        match said:
            case Shown(node=node) if node != self._me:
                self._see(said)
            case RefusedThere(node=node, room=room, count=count, last_at=last_at):
                if node != self._me:
                    counted = RefusedHosts(count=count, last_at=last_at)
                    self._board.refuse_far(node, RoomId(room), counted)
            case Counted(node=node, what=what, key=key, done=done):
                if node != self._me:
                    self._tallies.hear(what, key, done)
            case Began(node=node) if node != self._me:
                self._board.republish()
            case Narrowed():
                self._narrowed(said)
            case Asked():
                self._spawn(self._answer(said))
            case Answered(number=number, code=code):
                waiting = self._waiting.get(number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(code)

    def _see(self, shown: Shown) -> None:
        """What an earlier owner says of a room counts no more."""
        room = RoomId(shown.room)
        known = self._heard.get(room)
        if known is not None and shown.epoch < known[0].epoch:
            return
        self._heard[room] = (shown, self._now())
        if known is None or known[0] != shown:
            self._board.show_far(room, shown.meeting, shown.server)

    async def _answer(self, asked: Asked) -> None:
        code = ""
        try:
            await self._done(asked)
        except RequestError as error:
            code = error.code
        except StoreError:
            code = "busy"
        except Exception as error:  # the edge: another server's request must not end the listening
            log.error("an officer's request from elsewhere broke error=%s", type(error).__name__)
            code = "internal"
        with suppress(RegistryAway):
            answered = Answered(number=asked.number, code=code)
            await self._wire.tell(answered.model_dump_json(), NodeId(asked.node))

    async def _done(self, asked: Asked) -> None:
        room = RoomId(asked.room)
        hold = self._rights.hold(room)
        if self._do is None or hold is None or hold.epoch != asked.epoch:
            raise RequestError("room_moving")
        await self._do(room, OfficerId(asked.officer), asked.event, asked.payload)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
