"""Runs what a Meeting asks of the world, one command after another.

The order is the promise: what narrows is done at once, whatever the disk does; records and
snapshot are then committed in one transaction, or into the journal on this disk while the database
is away; only then comes what widens, and only then is anybody told. When neither takes them, a
command that only restricts stays in force, its records waiting for the next commit; any other is
undone as if it had never been asked. So is one that widens and would have to wait in the journal of
a server without a lease: the room may be another's by then.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lobby import commands, effects
from lobby.alerts import AlertKind
from lobby.commands import Command
from lobby.effects import Effect, Reply
from lobby.errors import MeetingError
from lobby.events import EndCode, Event, SessionEnded
from lobby.meeting import Meeting
from lobby.views import View
from signalling.errors import RequestError
from signalling.media import Checkpoint, RoomMedia
from signalling.metrics.timings import KNOCK
from signalling.overlap import OVERLAP_S, Give, Overlap
from signalling.seams import Desk, Rights, Store
from signalling.sessions import Sessions
from signalling.versions import FOLLOWS
from signalling.wire import Writer
from vmr.ids import SessionId
from vmr.nodes.ownership import Hold
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Overtaken, StoreError

UNWRITTEN_MAX = 1_000
"""Entries kept while database and disk fail; beyond, the meeting is abandoned: nobody stays
unrecorded."""

ROOM_MOVED = "room.moved"
SENT_ON = SessionEnded(code=EndCode.CONNECTION_LOST, can_return=True)

log = logging.getLogger(__name__)

_TAKES = (
    commands.Refuse, commands.SendBack, commands.Remove, commands.MuteOther, commands.BeginCheck,
    commands.Pause, commands.End, commands.StopPresenting, commands.Leave, commands.Unwatch,
)  # fmt: skip
"""Commands that take something from somebody, who may not be here yet after a move."""

_RESTRICTS = (
    commands.Lock, commands.Refuse, commands.SendBack, commands.Remove, commands.MuteOther,
    commands.Pause, commands.End, commands.HandOver, commands.StopPresenting, commands.RaiseHand,
    commands.LowerHand,
    commands.BeginCheck, commands.Leave, commands.SocketLost, commands.SocketBack,
    commands.MediaLost, commands.MediaBack, commands.ChangeRoom, commands.Tick, commands.CallStaff,
    commands.ReadyToLeave, commands.KnockAgain, commands.AllowEncoder,
    commands.StopEncoder, commands.EncoderLost, commands.Unwatch, commands.RaiseConcern,
    commands.NoteQuality, commands.AcknowledgeAlert, commands.TakeOverAlert, commands.CloseAlert,
    commands.ReportPicture,
)  # fmt: skip
"""Commands that give nobody anything new, and reports of what has already happened."""


def restricts(command: Command) -> bool:
    """Whether the command stays in force although it could not be written down yet."""
    match command:
        case commands.EnterPin(is_correct=is_correct):
            return not is_correct
        case commands.SetOwnMedia(microphone=microphone, camera=camera):
            return not microphone and not camera
        case commands.AllowPresenting(is_allowed=is_allowed):
            return not is_allowed
        case commands.ReportWatching(why_not=why_not):
            return why_not is not None
    return isinstance(command, _RESTRICTS)


def _takes(command: Command) -> bool:
    return isinstance(command, _TAKES)


class MeetingRunner:
    """One Meeting with its media, its unwritten records and the sessions it speaks to."""

    def __init__(
        self,
        *,
        meeting: Meeting,
        room: Room,
        media: RoomMedia,
        store: Store,
        sessions: Sessions,
        counters: Counter[str],
        desk: Desk,
        rights: Rights,
        hold: Hold | None,
        committed: Mapping[str, Any] | None = None,
    ) -> None:
        self.meeting = meeting
        self.room = room
        self.media = media
        self._store = store
        self._sessions = sessions
        self._counters = counters
        self._desk = desk
        self._rights = rights
        self._hold = hold
        self._committed = committed
        self._unwritten: list[Happening] = []
        self._deferred: list[Effect] = []
        self._told: set[SessionId] = set()
        self.is_abandoned = False
        self.is_overtaken = False
        """Another server runs the room: nothing is written here any more."""
        self.overlap: Overlap | None = None
        """The meeting was moved there, and is forwarded here until this is over."""

    @property
    def is_behind(self) -> bool:
        """Whether records wait for the disk, or the engine for its orders."""
        return bool(self._unwritten) or self.media.is_behind

    def is_before(self, epoch: int) -> bool:
        """Whether the room has been another server's since."""
        return self._hold is not None and self._hold.epoch < epoch

    @property
    def unwritten(self) -> int:
        """How many entries wait for the disk."""
        return len(self._unwritten)

    async def run(self, command: Command, now: float) -> Reply:
        """One command, whole. Raises RequestError; then nothing has changed."""
        before, media_before = self.meeting.copy(), self.media.checkpoint()
        try:
            asked = self.meeting.handle(command, now, is_leased=self._rights.is_leased)
        except MeetingError as error:
            raise RequestError(error.code) from None
        except Exception:
            self.meeting = before  # our own bug: the meeting goes on from what it was
            raise
        for effect in asked:
            self.media.take(effect)
        self._seal(asked, media_before)
        await self.media.narrow()
        happenings = [one.happening for one in asked if isinstance(one, effects.Record)]
        may_wait = self._rights.is_leased or restricts(command)
        if await self._commit(happenings, may_wait=may_wait):
            await self._grant(now)
        elif restricts(command) and not self.is_overtaken:
            self._unwritten.extend(happenings)
            asked = self._defer(asked)
        else:
            self.meeting = before
            await self.media.go_back(media_before)
            raise RequestError("room_moving" if self.is_overtaken else "record_unavailable")
        reply = self._tell(asked, now)
        if _takes(command) or self.media.has_narrowed(media_before):
            self._rights.narrowed(self.room.id)
        self._time_knock(command, before, now)
        if len(self._unwritten) + len(self._deferred) > UNWRITTEN_MAX:
            await self._abandon(now)
        return reply

    def _time_knock(self, command: Command, before: Meeting, now: float) -> None:
        if isinstance(command, commands.AcknowledgeAlert):
            alert = before.alert(command.alert)
            if alert is not None and alert.kind is AlertKind.KNOCK and alert.owner is None:
                KNOCK.note(self._counters, now - alert.raised_at)

    async def depart(self, give: Give, watched_at: float | None, now: float) -> bool:
        """Let the meeting go on where `give` hands it, when all of it is written: whether it does.
        `watched_at`: see `Taps`.

        Then nothing is done here any more; who would have to knock there is cut off at once, the
        others are forwarded until their pages have followed.
        """
        if self.is_behind or self.is_overtaken or self.meeting.is_over:
            return False
        try:
            url = await give(self.meeting.snapshot_to_move(watched_at))
        except Overtaken:
            self.is_overtaken = True
            return False
        except StoreError as error:
            log.error("meeting not moved meeting=%s code=%s", self.meeting.id, error.code)
            return False
        self.is_overtaken = True
        self.overlap = Overlap(self._point_to(url, now))
        self._desk.show(self.room, None)
        await self.media.keep(self.meeting.may_return)
        return True

    def _point_to(self, url: str, now: float) -> list[SessionId]:
        """Tell pages where to go; those that follow without losing anything."""
        following = []
        for one in list(self._told):
            session = self._sessions.get(one)
            if session is not None and session.is_connected and session.protocol >= FOLLOWS:
                session.notify(ROOM_MOVED, {"server": url, "overlap_s": OVERLAP_S}, now)
                following.append(one)
            else:
                self._send(one, SENT_ON, now, Writer())
                self._disconnect(one, now)
        return following

    async def catch_up(self, now: float) -> None:
        """Write, and give what had to wait for it."""
        if await self._commit([]):
            await self.media.narrow()
            await self._grant(now)

    async def _grant(self, now: float) -> None:
        """All is written: media widens, and those it was kept from are told."""
        await self.media.widen()
        deferred, self._deferred = self._deferred, []
        self._tell(deferred, now)

    def _defer(self, asked: list[Effect]) -> list[Effect]:
        """What may be told before it is written: all but to those who would come in by it."""
        unwritten = self.media.sessions_without_endpoint()
        waits = [one for one in asked if isinstance(one, effects.Send) and one.session in unwritten]
        self._deferred.extend(waits)
        return [one for one in asked if one not in waits]

    async def drop(self, now: float) -> None:
        """The meeting is over or empty: it is live no more, in the engine and in the store. Or it
        goes on elsewhere: then everybody is sent away, and comes to it again."""
        await self.media.close()
        if self.is_overtaken:
            self._send_away(SENT_ON, now)
        elif self._committed is not None:
            await self._write(None, [])

    # -- the record ---------------------------------------------------------------------------

    async def _commit(self, happenings: Sequence[Happening], *, may_wait: bool = True) -> bool:
        snapshot = None if self.meeting.is_over else self.meeting.snapshot()
        unwritten = [*self._unwritten, *happenings]
        if not unwritten and snapshot == self._committed:
            return True
        if not await self._write(snapshot, unwritten, may_wait=may_wait):
            return False
        self._unwritten.clear()
        return True

    async def _write(
        self,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
        *,
        may_wait: bool = True,
    ) -> bool:
        meeting, room = self.meeting.id, self.room.id
        try:
            await self._store.commit(
                meeting, room, snapshot, happenings, self._hold, may_wait=may_wait
            )
        except Overtaken:
            log.warning("meeting goes on at another server meeting=%s", self.meeting.id)
            self.is_overtaken = True
            return False
        except (StoreError, OSError) as error:
            self._counters["commit_failures"] += 1
            log.error(
                "record not written meeting=%s error=%s", self.meeting.id, type(error).__name__
            )
            return False
        self._committed = snapshot
        return True

    async def _abandon(self, now: float) -> None:
        """Nothing can be written down any more: everybody out."""
        log.critical("meeting abandoned, no record possible meeting=%s", self.meeting.id)
        self.is_abandoned = True
        await self.media.close()
        self._send_away(SessionEnded(code=EndCode.MEETING_ENDED, can_return=False), now)

    def _send_away(self, over: SessionEnded, now: float) -> None:
        writer = Writer()
        for session in list(self._told):
            self._send(session, over, now, writer)
            self._disconnect(session, now)

    # -- the people ---------------------------------------------------------------------------

    def _seal(self, asked: Sequence[Effect], before: Checkpoint) -> None:
        """Who is put outside is never sent again what was said inside."""
        for effect in asked:
            if isinstance(effect, effects.CloseMedia) and effect.participant in before.wishes:
                session = self._sessions.get(before.wishes[effect.participant].session)
                if session is not None:
                    session.seal()

    def _tell(self, asked: Sequence[Effect], now: float) -> Reply:
        reply, writer = Reply(session=None), Writer()
        for effect in asked:
            match effect:
                case effects.Send(session=session, message=message):
                    self._send(session, message, now, writer)
                case effects.Disconnect(session=session):
                    self._disconnect(session, now)
                case effects.ShowDesk(view=view):
                    self._desk.show(self.room, view)
                case effects.AlertDesk(kind=kind, participant=participant, count=count):
                    self._counters[f"alert_{kind.value}"] += 1
                    log.info(
                        "desk alert meeting=%s kind=%s participant=%s count=%d",
                        self.meeting.id, kind.value, participant, count,
                    )  # fmt: skip
                case Reply():
                    reply = effect
        return reply

    def _send(self, to: SessionId, message: View | Event, now: float, writer: Writer) -> None:
        session = self._sessions.get(to)
        if session is not None:
            self._told.add(to)
            session.notify_text(*writer.notification(message), now)

    def _disconnect(self, to: SessionId, now: float) -> None:
        self._told.discard(to)
        session = self._sessions.get(to)
        if session is not None:
            log.info("session over session=%s meeting=%s", to, self.meeting.id)
            session.end(now)
