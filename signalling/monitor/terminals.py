"""The monitoring pages that are open, each judged by the server alone.

A page's judgement is looked at whenever the page or the engine says something, and every JUDGE_S.
It defeats neglect, not malice: a person who wants to look away can.
"""

import asyncio
import logging
import secrets

from lobby.commands import Officer, PictureProblem, Unwatch, Watch
from lobby.terminal import Question, Terminal
from media.messages import (
    EngineEvent,
    PictureWithheld,
    SlotsBound,
    SlotsPaused,
    TapReported,
    TransportConnected,
    TransportLost,
)
from signalling.ending import end
from signalling.errors import RequestError
from signalling.media import slots
from signalling.monitor.messages import WALL_MAX, TerminalBeat
from signalling.monitor.screen import Screen
from signalling.monitor.tile import WatchedTile
from signalling.monitor.whep import PATH as WHEP_PATH
from signalling.monitor.whep import Players
from signalling.rooms import Rooms
from signalling.seams import Clock, Rights
from signalling.turn import Turn
from signalling.wire import JsonObject, to_wire
from vmr.ids import ParticipantId, RoomId, SessionId
from vmr.numbers import Numbers
from vmr.rooms import Room
from vmr.store import SignedIn, StoreError

JUDGE_S = 0.25
RETRY_S = 1.0
"""A room whose meeting could not be watched is tried again after this long."""

_CHANCES = 1_000_000

log = logging.getLogger(__name__)


class Terminals:
    """All pages, by the session that meetings know them by."""

    def __init__(self) -> None:
        self._pages: dict[SessionId, MonitorPage] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def add(self, page: "MonitorPage") -> None:
        self._pages[page.session] = page

    def remove(self, page: "MonitorPage") -> None:
        self._pages.pop(page.session, None)

    def tapped(self, session: SessionId, room: RoomId, event: EngineEvent) -> None:
        """The engine tells something of a page's tap of this room."""
        page = self._pages.get(session)
        if page is not None:
            page.process(room, event)

    def spoke(self, room: RoomId, participant: ParticipantId | None) -> None:
        """Somebody else is the one who speaks in this room."""
        for page in self._pages.values():
            page.spoke(room, participant)

    def watched_at(self, room: RoomId) -> float | None:
        """See `signalling.seams.Taps`."""
        found = (page.watched_at(room) for page in self._pages.values())
        return max((at for at in found if at is not None), default=None)

    def judge(self) -> None:
        """To be called every JUDGE_S."""
        for page in list(self._pages.values()):
            page.judge()


class MonitorPage:
    """One officer's page: its tiles and its judgement. Nothing of it outlives its socket."""

    def __init__(
        self,
        *,
        screen: Screen,
        officer: Officer,
        rooms: Rooms,
        numbers: Numbers,
        clock: Clock,
        turn: Turn,
        players: Players,
        rights: Rights,
    ) -> None:
        self.session = SessionId(f"monitor-{secrets.token_hex(8)}")
        self.officer = officer
        self._screen = screen
        self._rooms = rooms
        self._clock = clock
        self._turn = turn
        self._players = players
        self._rights = rights
        self._servers = tuple(rights.others)
        self._terminal = Terminal(numbers, now=clock(), token=secrets.token_urlsafe(16))
        self._tiles: dict[RoomId, WatchedTile] = {}
        self._told: dict[RoomId, JsonObject] = {}
        self._asked: Question | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = False

    @property
    def signed_in(self) -> SignedIn:
        return self._screen.who

    # -- what the page asks -------------------------------------------------------------------

    async def watch(self, room: Room) -> None:
        """Put a room on the wall; its meeting is made where there is none. Raises RequestError."""
        if room.id in self._tiles:
            return
        if len(self._tiles) >= WALL_MAX:
            raise RequestError("wall_full")
        tile = self._tiles[room.id] = WatchedTile(room, self.session)
        self._terminal.add(room.id)
        try:
            await self._open(tile)
        except RequestError:
            if self._tiles.get(room.id) is tile:
                self._drop(tile)
            raise
        self.judge()

    def unwatch(self, room: RoomId, reason: str = "closed") -> None:
        """Idempotent."""
        tile = self._tiles.get(room)
        if tile is not None:
            self._drop(tile)
            self._leave(tile, reason)

    async def offer(self, room: RoomId, sdp: str) -> JsonObject:
        """Answer the offer of a tile. Raises RequestError."""
        mailbox = self._tile(room).mailbox
        if mailbox is None:
            raise RequestError("not_admitted")
        answer, bound = await mailbox.runner.media.negotiate_tap(self.session, sdp)
        servers = self._turn.ice_servers(self.session, self._clock())
        return {"answer": answer, "slots": [*bound], "ice_servers": [*servers]}

    def player(self, room: RoomId) -> JsonObject:
        """Where the officer's own player may come, at this server, and its token."""
        token = self._players.issue(self._tile(room), self.officer)
        return {"url": f"{self._rights.url}{WHEP_PATH}", "token": token}

    def focus(self, room: RoomId | None) -> None:
        """One tile, large; the others stay on screen. Raises RequestError."""
        focused = None if room is None else self._tile(room)
        for tile in self._tiles.values():
            tile.focus(tile is focused)
        self.judge()

    def beat(self, request: TerminalBeat) -> None:
        self._terminal.beat(
            is_visible=request.visible,
            frames=request.frames,
            token=secrets.token_urlsafe(16),
            chance=secrets.randbelow(_CHANCES) / _CHANCES,
            now=self._clock(),
        )
        self.judge()

    def ask_now(self) -> str:
        """The token of the question that is open from now on."""
        asked = self._terminal.ask_now(secrets.token_urlsafe(16), self._clock())
        self.judge()
        return asked.token

    def answer(self, token: str) -> None:
        """Raises RequestError: each question is answered once, by this page."""
        if not self._terminal.answer(token, self._clock()):
            raise RequestError("not_asked")
        self.judge()

    def find(self, room: RoomId, participant: ParticipantId, problem: str | None) -> None:
        """The page's word on a picture that it shows. Raises RequestError."""
        found = None if problem is None else PictureProblem(problem)
        if not self._tile(room).find(participant, found):
            raise RequestError("no_such_participant")

    def close(self, reason: str) -> None:
        """The socket or the officer's session is over: every tap closes at once. Idempotent."""
        self._is_over = True
        for room in list(self._tiles):
            self.unwatch(room, reason)

    async def stop(self) -> None:
        """After `close`: let what was begun end."""
        await end(self._tasks)

    # -- what the engine tells ----------------------------------------------------------------

    def process(self, room: RoomId, event: EngineEvent) -> None:
        tile = self._tiles.get(room)
        if tile is None or tile.mailbox is None:
            return
        now = self._clock()
        match event:
            case TransportConnected() | TransportLost():
                is_connected = isinstance(event, TransportConnected)
                self._terminal.connect(room, is_connected=is_connected)
                tile.connect(is_connected=is_connected, now=now)
                if not is_connected:
                    self._screen.tell("tile.lost", room, {"room": room})
            case TapReported(sent=sent, reported=reported):
                self._terminal.feed(room, sent=sent, reported=reported, now=now)
                tile.feed(sent, now)
            case SlotsBound(bindings=bindings):
                bound = {"room": room, "slots": to_wire(slots(bindings))}
                self._screen.tell("tile.slots", room, bound)
            case PictureWithheld():
                tile.withhold(event)
            case SlotsPaused():
                tile.starve(event)
        self.judge()

    def spoke(self, room: RoomId, participant: ParticipantId | None) -> None:
        tile = self._tiles.get(room)
        if tile is not None:
            tile.speaker = participant
            self.judge()

    # -- the judgement ------------------------------------------------------------------------

    def watched_at(self, room: RoomId) -> float | None:
        """When the officer was last known to watch this room; None: they do not now."""
        tile = self._tiles.get(room)
        if tile is None or not tile.counts:
            return None
        return self._terminal.watched_at(room, self._clock())

    def judge(self) -> None:
        """Each tile by itself: its meeting is told, its page is told."""
        if self._is_over:
            return
        now = self._clock()
        for room, tile in self._tiles.items():
            if tile.is_watched:
                told = tile.follow(self._terminal.why_not(room, now), now)
            else:
                told = tile.nothing()
                if not tile.is_opening and now >= tile.open_at:
                    self._open_again(tile)
            if told != self._told.get(room):
                self._told[room] = told
                self._screen.tell("tile.updated", room, told)
        self._ask()
        servers = tuple(self._rights.others)
        if servers != self._servers:
            self._servers = servers
            self._screen.tell("wall.servers", "", {"servers": [*servers]})

    def _ask(self) -> None:
        question = self._terminal.question
        if question is self._asked:
            return
        self._asked = question
        data: JsonObject = {"token": None, "deadline": None}
        if question is not None:
            data = {"token": question.token, "deadline": question.deadline}
        self._screen.tell("terminal.asked", "", data)

    # -- meetings come and go -----------------------------------------------------------------

    def _open_again(self, tile: WatchedTile) -> None:
        """The meeting has ended: the terminal goes on with the room's next one."""
        tile.is_opening = True
        tile.mailbox = None
        self._terminal.connect(tile.room.id, is_connected=False)
        task = asyncio.create_task(self._keep_opening(tile), name="watch again")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_opening(self, tile: WatchedTile) -> None:
        try:
            await self._open(tile)
        except RequestError as error:
            if error.server and self._tiles.get(tile.room.id) is tile:
                self._drop(tile)
                self._leave(tile, "closed")
                moved: JsonObject = {"room": tile.room.id, "server": error.server}
                return self._screen.tell("tile.moved", tile.room.id, moved)
            tile.open_at = self._clock() + RETRY_S
            log.info("not watched again room=%s code=%s", tile.room.id, error.code)

    async def _open(self, tile: WatchedTile) -> None:
        """Become a watcher of the room's meeting. Raises RequestError, with the address of the
        server that runs the room where it is another."""
        tile.is_opening = True
        command = Watch(
            session=self.session,
            participant=ParticipantId(secrets.token_hex(8)),
            officer=self.officer,
        )
        try:
            mailbox = self._rooms.mailbox(tile.room.id)
            if mailbox is None or mailbox.is_closed:  # as while it is forwarded after a move
                await self._settle(tile.room)
            mailbox, _ = await self._rooms.join(tile.room, command)
        finally:
            tile.is_opening = False
        tile.begin(mailbox)
        if self._tiles.get(tile.room.id) is not tile:  # closed meanwhile
            self._leave(tile, "closed")
            return
        opened: JsonObject = {"room": tile.room.id, "meeting": mailbox.runner.meeting.id}
        self._screen.tell("tile.opened", tile.room.id, opened)

    async def _settle(self, room: Room) -> None:
        """One that is shut has no meeting here, and maybe one elsewhere."""
        try:
            if self._rooms.is_shut(room) and not await self._rights.is_elsewhere(room.id):
                raise RequestError("unknown_room")
            await self._rights.settle(room.id)
        except StoreError:
            raise RequestError("busy") from None

    def _leave(self, tile: WatchedTile, reason: str) -> None:
        """After any Watch that is on its way: letters are read in order."""
        self._players.revoke(tile)
        mailbox = tile.mailbox or self._rooms.mailbox(tile.room.id)
        if mailbox is not None:
            mailbox.post(Unwatch(session=self.session, reason=reason))

    def _drop(self, tile: WatchedTile) -> None:
        self._tiles.pop(tile.room.id, None)
        self._told.pop(tile.room.id, None)
        self._terminal.remove(tile.room.id)

    def _tile(self, room: RoomId) -> WatchedTile:
        tile = self._tiles.get(room)
        if tile is None:
            raise RequestError("not_watched")
        return tile
