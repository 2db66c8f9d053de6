"""The meetings of this process: made at the first join, dropped when over or empty.

Owns every mailbox and its task. Wrong PINs of a meeting are handed to the room's next one.
"""

import asyncio
import logging
import secrets
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from lobby.commands import (
    Admit,
    ChangeRoom,
    Command,
    Join,
    Tick,
)
from lobby.effects import Reply
from lobby.meeting import Meeting
from lobby.pin import PinAttempts
from lobby.snapshot import NewerSnapshot
from signalling.bookings.slot_book import SlotBook
from signalling.broken_off import BrokenOff
from signalling.ending import end
from signalling.errors import RequestError
from signalling.mailbox import Mailbox, MailboxClosed
from signalling.media import RoomMedia
from signalling.overlap import Give
from signalling.overload import Overload
from signalling.runner import MeetingRunner
from signalling.seams import Clock, Desk, Engine, Rights, Store, Taps
from signalling.sessions import Sessions
from vmr.ids import MeetingId, RoomId
from vmr.nodes.ownership import Hold
from vmr.numbers import Numbers
from vmr.roles import Stage
from vmr.rooms import Room
from vmr.store import LiveMeeting

PINS_MAX = 10_000
STOP_S = 5.0

log = logging.getLogger(__name__)


class Rooms:
    """Every live meeting of this process, by room."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        sessions: Sessions,
        numbers: Numbers,
        clock: Clock,
        counters: Counter[str],
        limit: int,
        desk: Desk,
        taps: Taps,
        slots: SlotBook,
        rights: Rights,
        overload: Overload,
    ) -> None:
        self._store = store
        self._engine = engine
        self._sessions = sessions
        self._numbers = numbers
        self._clock = clock
        self._counters = counters
        self._limit = limit
        self._desk = desk
        self._taps = taps
        self._slots = slots
        self._rights = rights
        self._overload = overload
        self._mailboxes: dict[RoomId, Mailbox] = {}
        self._by_meeting: dict[MeetingId, Mailbox] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stuck: dict[RoomId, str] = {}
        """Rooms of meetings that this server could not go on with, and why."""
        self._pins: OrderedDict[RoomId, PinAttempts] = OrderedDict()
        self._broken_off = BrokenOff()

    def __len__(self) -> int:
        return len(self._by_meeting)

    def of_meeting(self, meeting: MeetingId) -> Mailbox | None:
        return self._by_meeting.get(meeting)

    @property
    def people(self) -> int:
        """Those inside, of all roles."""
        return sum(len(tuple(one.runner.meeting.roles())) for one in self._by_meeting.values())

    async def restore(self) -> None:
        """Take up the meetings that were running when the server stopped."""
        for live in await self._store.live_meetings():
            try:
                await self.take_up(live)
            except RequestError as error:
                self._stuck[live.room] = error.code

    async def take_up(self, live: LiveMeeting) -> None:
        """Go on with a meeting from where another process left it. Raises StoreError, and
        RequestError where that cannot be done: the room must not be opened anew then, for it may
        have been locked."""
        await self.give_up(live.room)
        room = await self._store.room(live.room)
        if room is None:
            log.error("meeting of no room meeting=%s", live.meeting)
            return
        try:
            meeting = Meeting.restore(live.snapshot, room, self._numbers, self._clock())
        except NewerSnapshot:
            log.error("left by a newer server meeting=%s", live.meeting)
            raise RequestError("newer_meeting") from None
        except Exception as error:  # a snapshot that is broken must not stop the rest
            log.error("not restored meeting=%s error=%s", live.meeting, type(error).__name__)
            raise RequestError("internal") from None
        mailbox = self._start(room, meeting, self._rights.hold(room.id), live.snapshot)
        mailbox.post(Tick())  # the restart is written down now, not when somebody comes

    async def break_off(self, live: LiveMeeting) -> None:
        """The meeting was ended when its room was taken. Wrong PINs of it count on."""
        await self.give_up(live.room)
        self._broken_off.note(live, self._clock())
        with suppress(KeyError, TypeError, ValueError):  # of another version
            self.keep_pins(live.room, PinAttempts.from_json(live.snapshot["pins"]))

    async def give_up(self, room: RoomId) -> None:
        """Another server runs it: nothing of it is written here, and everybody is sent there."""
        self._pins.pop(room, None)
        mailbox = self._mailboxes.get(room)
        if mailbox is not None:
            mailbox.give_up()
            await mailbox.wait_ended()

    async def move(self, room: RoomId, give: Give) -> bool:
        """Have its meeting go on where `give` hands it: whether it does."""
        mailbox = self._mailboxes.get(room)
        return mailbox is not None and await mailbox.depart(give, self._taps.watched_at(room))

    async def moved(self) -> None:
        """Until everybody has gone to where their meetings were moved."""
        leaving = [one for one in self._by_meeting.values() if one.is_overlapping]
        await asyncio.gather(*(one.wait_ended() for one in leaving))

    def end_overlap(self, room: RoomId, epoch: int) -> None:
        """Its server under this epoch has taken something from somebody: forward no longer."""
        mailbox = self._mailboxes.get(room)
        if mailbox is not None and mailbox.is_overlapping and mailbox.runner.is_before(epoch):
            mailbox.end_overlap()

    def needs(self, room: RoomId) -> bool:
        """Whether there is a meeting of it here, or wrong PINs that count."""
        pins = self._pins.get(room)
        return room in self._mailboxes or (pins is not None and self._count(pins))

    def look_around(self) -> None:
        """Meetings ask themselves again who may come in."""
        for mailbox in self._mailboxes.values():
            mailbox.post(Tick())

    async def join(self, room: Room, command: Command) -> "tuple[Mailbox, Reply]":
        """Ask the room's meeting, or a new one. Raises RequestError."""
        if isinstance(command, Join):
            self._broken_off.check(room.id, command.device, self._clock())
        while True:
            mailbox = self._mailboxes.get(room.id)
            if mailbox is None or mailbox.is_closed:
                mailbox = self._open(room)
            try:
                return mailbox, await mailbox.ask(command)
            except MailboxClosed:
                continue

    async def ask(self, room: RoomId, meeting: str, command: Command) -> Reply:
        """Ask this meeting of the room, and no later one. Raises RequestError, MailboxClosed."""
        mailbox = self._mailboxes.get(room)
        if mailbox is None or mailbox.runner.meeting.id != meeting:
            raise RequestError("meeting_over")
        if isinstance(command, Admit):  # of a host who waits: it opens the room
            self.check_may_begin(room)
        return await mailbox.ask(command)

    def mailbox(self, room: RoomId) -> Mailbox | None:
        """That of the room's meeting now."""
        return self._mailboxes.get(room)

    def refresh(self, room: Room) -> None:
        """A meeting that waits to be opened follows what the office has changed."""
        mailbox = self._mailboxes.get(room.id)
        if mailbox is None or mailbox.is_closed or mailbox.runner.room == room:
            return
        mailbox.runner.room = room
        mailbox.post(ChangeRoom(room=room))

    async def refresh_all(self) -> None:
        """Look at the rooms of all meetings that wait. Raises StoreError."""
        for mailbox in list(self._mailboxes.values()):
            if mailbox.runner.meeting.stage is Stage.WAITING:
                room = await self._store.room(mailbox.runner.room.id)
                if room is not None:
                    self.refresh(await self._slots.fill(room))

    def room_at(self, address: str) -> Room | None:
        """That with this address whose meeting is here, as it was last read."""
        runners = (mailbox.runner for mailbox in self._mailboxes.values() if not mailbox.is_closed)
        return next((one.room for one in runners if one.room.address == address), None)

    def runners(self) -> Iterator[MeetingRunner]:
        """Of every meeting here."""
        yield from (mailbox.runner for mailbox in self._by_meeting.values())

    def check_may_begin(self, room: RoomId) -> None:
        """What has begun goes on, however full the server is. Raises RequestError server_full."""
        is_full = self._overload.is_full
        if room not in self._mailboxes:
            is_full = is_full or len(self._mailboxes) >= self._limit
        if is_full and not self.is_running(room):
            self._counters["overload_refused_meetings"] += 1
            raise RequestError("server_full")

    def is_shut(self, room: Room) -> bool:
        """Whether nobody may come to it: closed, and no meeting of it has begun."""
        return room.is_closed and not self.is_running(room.id)

    def is_running(self, room: RoomId) -> bool:
        """Whether a meeting of it has begun, and not ended."""
        mailbox = self._mailboxes.get(room)
        if mailbox is None or mailbox.is_closed:
            return False
        return mailbox.runner.meeting.stage not in (Stage.WAITING, Stage.ENDED)

    async def close(self) -> None:
        """Finish the commands at hand. The meetings stay live in the store. Idempotent."""
        for mailbox in self._mailboxes.values():
            mailbox.stop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_S)
            await end(late)

    # -- meetings come and go -----------------------------------------------------------------

    def _open(self, room: Room) -> Mailbox:
        if room.id in self._stuck:
            raise RequestError(self._stuck[room.id])
        self.check_may_begin(room.id)
        hold = self._rights.hold(room.id)
        last = self._mailboxes.get(room.id)
        pins = self._pins.pop(room.id, None) if last is None else last.runner.meeting.pins
        meeting = Meeting(
            MeetingId(secrets.token_hex(16)), room, self._numbers, now=self._clock(), pins=pins
        )
        return self._start(room, meeting, hold, None)

    def _start(
        self, room: Room, meeting: Meeting, hold: Hold | None, committed: Mapping[str, Any] | None
    ) -> Mailbox:
        runner = MeetingRunner(
            meeting=meeting,
            room=room,
            media=RoomMedia(self._engine, meeting.id, self._counters),
            store=self._store,
            sessions=self._sessions,
            counters=self._counters,
            desk=self._desk,
            rights=self._rights,
            hold=hold,
            committed=committed,
        )
        mailbox = Mailbox(runner, self._clock, self._counters)
        self._mailboxes[room.id] = mailbox
        self._by_meeting[meeting.id] = mailbox
        self._desk.show(room, meeting.desk_view())
        task = asyncio.create_task(self._own(room.id, mailbox), name=f"meeting {meeting.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return mailbox

    async def _own(self, room: RoomId, mailbox: Mailbox) -> None:
        """The life of one meeting."""
        try:
            await mailbox.run()
        finally:
            self._forget(room, mailbox)
            mailbox.ended()

    def _forget(self, room: RoomId, mailbox: Mailbox) -> None:
        if self._by_meeting.get(mailbox.runner.meeting.id) is mailbox:
            del self._by_meeting[mailbox.runner.meeting.id]
            self._store.let_go(mailbox.runner.meeting.id)
        if self._mailboxes.get(room) is mailbox:
            del self._mailboxes[room]
            self._desk.show(mailbox.runner.room, None)
            if not mailbox.runner.is_overtaken:
                self.keep_pins(room, mailbox.runner.meeting.pins)

    def keep_pins(self, room: RoomId, pins: PinAttempts) -> None:
        """For the room's next meeting; the oldest go first when there are too many."""
        if not pins.is_clear:
            self._pins[room] = pins
        while len(self._pins) > PINS_MAX:
            self._pins.popitem(last=False)

    def sweep(self) -> None:
        """Forget wrong PINs that count no more."""
        self._pins = OrderedDict(
            (room, pins) for room, pins in self._pins.items() if self._count(pins)
        )

    def _count(self, pins: PinAttempts) -> bool:
        """Still."""
        return not pins.forget_old(self._clock(), self._numbers).is_clear

    @property
    def pins_kept(self) -> int:
        """How many rooms have wrong PINs that still count, and no meeting."""
        return len(self._pins)
