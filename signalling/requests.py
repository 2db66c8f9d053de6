"""What becomes of a request: form is checked, facts are looked up, the Meeting is asked.

Nothing is decided here. Joining needs the store (room, personal link) and the device key, a PIN
needs argon2, an offer needs the engine; every other request is one command.
"""

import logging
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from lobby.commands import AllowEncoder, EnterPin, Join, SocketBack, SocketLost
from lobby.effects import Reply
from lobby.errors import TerminalNotEnrolled
from lobby.views import InsideView, PinView
from media.messages import Pictures
from signalling.bookings.door_bans import DoorBans
from signalling.bookings.slot_book import SlotBook
from signalling.bookings.slot_pins import pin_hash_of
from signalling.desk.board import Board
from signalling.device import BadDevice, prove
from signalling.errors import RequestError, error_ack
from signalling.fields import Request
from signalling.known import Known
from signalling.mailbox import Mailbox, MailboxClosed
from signalling.messages import (
    CommandRequest,
    EncoderStart,
    HostEnterPin,
    MediaOffer,
    MediaPrefer,
    MediaSave,
    RoomFind,
    RoomFinishMove,
    RoomJoin,
    parse_request,
)
from signalling.pins import PinChecker
from signalling.rooms import Rooms
from signalling.seams import Clock, Rights, Store
from signalling.sessions import Session, Sessions
from signalling.turn import Turn
from signalling.whip import PATH as WHIP_PATH
from signalling.whip import Encoders
from signalling.wire import JsonObject
from vmr.ids import BookingId, DeviceId, ParticipantId, SessionId
from vmr.roles import Role
from vmr.rooms import Invite, Room
from vmr.store import Arrival, StoreError

ADDRESS = re.compile(r"[a-z2-7]{12}")

log = logging.getLogger(__name__)


class Requests:
    """Turns the requests of joined and joining sessions into commands."""

    def __init__(
        self,
        *,
        store: Store,
        rooms: Rooms,
        pins: PinChecker,
        encoders: Encoders,
        turn: Turn,
        clock: Clock,
        slots: SlotBook,
        bans: DoorBans,
        board: Board,
        rights: Rights,
        known: Known,
    ) -> None:
        self._known = known
        self._store = store
        self._rooms = rooms
        self._pins = pins
        self._encoders = encoders
        self._turn = turn
        self._clock = clock
        self._slots = slots
        self._bans = bans
        self._board = board
        self._rights = rights
        self._joined: dict[SessionId, Mailbox] = {}

    async def handle(self, session: Session, event: str, payload: object) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""
        request = parse_request(event, payload)
        if session.is_over:
            raise RequestError("not_joined")
        try:
            return await self._answer(session, request)
        except MailboxClosed:
            raise RequestError("not_joined") from None
        except StoreError:
            raise RequestError("database_away") from None

    def lost(self, session: Session) -> None:
        """The session's socket is gone."""
        mailbox = self._joined.get(session.id)
        if mailbox is not None:
            mailbox.post(SocketLost(session=session.id))
            mailbox.finish_move(session.id)

    def back(self, session: Session) -> None:
        """The session was resumed on another socket."""
        mailbox = self._joined.get(session.id)
        if mailbox is not None:
            mailbox.post(SocketBack(session=session.id))

    def sweep(self, sessions: Sessions) -> None:
        """Forget sessions that are no more, and let go those whose meeting is no more."""
        self._known.sweep()
        for one, mailbox in list(self._joined.items()):
            session = sessions.get(one)
            is_over = mailbox.is_closed and not mailbox.is_overlapping
            if session is not None and is_over:
                session.is_joined = False
            if session is None or is_over:
                del self._joined[one]

    async def _answer(self, session: Session, request: Request) -> JsonObject:
        match request:
            case RoomJoin():
                return await self._join(session, request)
            case RoomFind():
                await self._find(request)
            case RoomFinishMove():
                self._finish_move(session)
            case HostEnterPin():
                await self._enter_pin(session, request)
            case MediaOffer(sdp=sdp):
                return await self._negotiate(session, sdp)
            case MediaPrefer(participant=participant):
                self._prefer(session, participant)
            case MediaSave(pictures=pictures):
                self._save(session, pictures)
            case EncoderStart():
                return await self._start_encoder(session)
            case CommandRequest():
                _done(await self._mailbox(session).ask(request.command(session.id)))
        return {}

    def _finish_move(self, session: Session) -> None:
        """The page has all it needs from the server that runs its room now."""
        mailbox = self._joined.get(session.id)
        if mailbox is not None:
            mailbox.finish_move(session.id)

    def _mailbox(self, session: Session) -> Mailbox:
        mailbox = self._joined.get(session.id)
        if mailbox is not None and mailbox.is_overlapping:
            raise RequestError("room_moving")
        if mailbox is None or mailbox.is_closed or not session.is_joined:
            raise RequestError("not_joined")
        return mailbox

    # -- joining ------------------------------------------------------------------------------

    async def _join(self, session: Session, request: RoomJoin) -> JsonObject:
        if session.is_joined:
            raise RequestError("already_joined")
        nonce = session.nonce
        fresh = session.renew_nonce()
        try:
            reply = await self._ask_to_join(session, request, nonce)
        except RequestError as error:
            raise RequestError(_public(error.code), fresh, server=error.server) from None
        data: JsonObject = {"participant": _participant(reply), "nonce": fresh}
        if request.offer is not None:
            data |= await self._negotiate_at_once(session, request.offer)
        return data

    async def _ask_to_join(self, session: Session, request: RoomJoin, nonce: str) -> Reply:
        found = await self._arrival(request)
        room, invite = found.room, found.invite
        assert room is not None, "nobody comes to no room"
        link = None if invite is None else invite.id
        device, role = _device(request, nonce), Role(request.role)
        is_terminal = role is Role.HOST and await self._is_terminal(room, device)
        booking = None if invite is None else invite.booking
        await self._rights.settle(room.id, found.owner)
        with self._noting_refused_hosts(room):
            mailbox, reply = await self._rooms.join(
                room,
                Join(
                    session=session.id,
                    participant=ParticipantId(secrets.token_hex(8)),
                    role=role,
                    persons=tuple(request.names),
                    declaration=request.declaration,
                    invite=link,
                    booking=booking,
                    slot_starts_at=None if invite is None else invite.slot_starts_at,
                    device=device,
                    device_proven=device is not None,
                    is_enrolled_terminal=is_terminal,
                    is_like_banned=role is Role.GUEST
                    and await self._is_like_banned(room, booking, request.names),
                    move=request.move,
                ),
            )
        _done(reply)
        self._joined[session.id] = mailbox
        session.is_joined = not session.is_over
        if is_terminal and device is not None:
            with suppress(StoreError):  # a list in the office is no reason to turn a host away
                await self._store.terminals.note_use(room.establishment.id, device, self._clock())
        if not session.is_connected:  # lost while it was joining
            self.lost(session)
        return reply

    async def _is_like_banned(
        self, room: Room, booking: BookingId | None, names: Sequence[str]
    ) -> bool:
        try:
            return await self._bans.has_like(room, booking, names)
        except StoreError:  # a hint is no reason to keep somebody out who was in
            if not self._rooms.is_running(room.id):
                raise
            return False

    async def _find(self, request: RoomFind) -> None:
        """A page that lost its server asks whether this one has its room."""
        await self._rights.settle((await self._room(request.room)).id)

    async def _room(self, address: str) -> Room:
        room = None
        if ADDRESS.fullmatch(address):
            room = await self._known.room(address)
        if room is not None and room.is_closed and await self._rights.is_elsewhere(room.id):
            await self._rights.settle(room.id)  # a meeting of it may be running there
        if room is not None:
            room = await self._filled(room)
        if room is None or self._rooms.is_shut(room):
            raise RequestError("no_such_room")
        return room

    async def _filled(self, room: Room) -> Room:
        """With the slot that runs; one whose meeting has begun goes on with its own."""
        try:
            room = await self._slots.fill(room)
        except StoreError:
            if not self._rooms.is_running(room.id):
                raise
        else:
            self._rooms.refresh(room)
        return room

    async def _arrival(self, request: RoomJoin) -> Arrival:
        """With the room, and the personal link where there is one: one that is wrong, over or of
        another room looks like no room at all."""
        found, now = Arrival(room=None), self._clock()
        if ADDRESS.fullmatch(request.room):
            given = request.room, request.invite
            found = await self._known.arrival(*given, now, self._slots.early_s)
        room, invite = found.room, found.invite
        if room is None:
            raise RequestError("no_such_room")
        if room.is_closed and await self._rights.is_elsewhere(room.id):
            await self._rights.settle(room.id)  # a meeting of it may be running there
        self._rooms.refresh(room)
        if self._rooms.is_shut(room):
            raise RequestError("no_such_room")
        if request.invite is not None and not _is_of(invite, room, now):
            raise RequestError("no_such_room")
        return found

    # -- the Host PIN -------------------------------------------------------------------------

    async def _enter_pin(self, session: Session, request: HostEnterPin) -> None:
        mailbox = self._mailbox(session)
        is_correct = False
        if may_try_pin(mailbox, session.id):
            self._rooms.check_may_begin(mailbox.runner.room.id)
            room = await self._known.again(mailbox.runner.room)
            pin_hash = None
            if room is not None:
                room = await self._filled(room)
                if not self._rooms.is_shut(room):
                    pin_hash = await pin_hash_of(self._store, room)
            is_correct = await self._pins.check(pin_hash, request.pin)
        device = mailbox.runner.meeting.device_at_prompt(session.id)
        command = EnterPin(
            session=session.id,
            is_correct=is_correct,
            is_enrolled_terminal=await self._is_terminal(mailbox.runner.room, device),
            confirmed=frozenset(request.confirmed),
        )
        with self._noting_refused_hosts(mailbox.runner.room):
            _done(await mailbox.ask(command))

    @contextmanager
    def _noting_refused_hosts(self, room: Room) -> Iterator[None]:
        """The desk learns of a host who is at no enrolled terminal."""
        try:
            yield
        except RequestError as error:
            if error.code == TerminalNotEnrolled.code:
                self._board.refuse_host(room)
            raise

    async def _is_terminal(self, room: Room, device: DeviceId | None) -> bool:
        """Whether it is enrolled at this moment: it may have been revoked a moment ago."""
        if device is None:
            return False
        try:
            return await self._store.terminals.is_enrolled(room.establishment.id, device)
        except StoreError:
            if not self._rooms.is_running(room.id):
                raise
            return False

    # -- media --------------------------------------------------------------------------------

    async def _negotiate(self, session: Session, sdp: str) -> JsonObject:
        """Whoever is answered is inside, so they alone learn how to reach the TURN servers."""
        answer, slots = await self._mailbox(session).runner.media.negotiate(session.id, sdp)
        servers = self._turn.ice_servers(session.id, self._clock())
        return {"answer": answer, "slots": [*slots], "ice_servers": [*servers]}

    def _prefer(self, session: Session, participant: str | None) -> None:
        """Whose picture comes first for this page: no rule of the meeting, and no record of it."""
        mailbox = self._mailbox(session)
        first = None if participant is None else ParticipantId(participant)
        mailbox.runner.media.prefer(session.id, first)
        mailbox.wake()

    def _save(self, session: Session, pictures: Pictures) -> None:
        """Which pictures this page asks for: no rule of the meeting either."""
        mailbox = self._mailbox(session)
        mailbox.runner.media.save(session.id, pictures)
        mailbox.wake()

    async def _start_encoder(self, session: Session) -> JsonObject:
        """Where an encoder of this person may come, on this origin, and its token."""
        mailbox = self._mailbox(session)
        _done(await mailbox.ask(AllowEncoder(session=session.id)))
        return {"url": WHIP_PATH, "token": self._encoders.issue(mailbox, session.id)}

    async def _negotiate_at_once(self, session: Session, sdp: str) -> JsonObject:
        """The offer of a join: who waits gets no answer, who is inside never loses the seat."""
        try:
            return await self._negotiate(session, sdp)
        except RequestError as error:
            if error.code in ("not_admitted", "not_joined"):
                return {}
            return {"offer_error": error_ack(error.code)["error"]}


def may_try_pin(mailbox: Mailbox, session: SessionId) -> bool:
    """Whether a PIN of this session could count now: others are not worth an argon2."""
    view = mailbox.runner.meeting.view(session)
    match view:
        case PinView():
            return not view.is_closed and view.attempts_left > 0
        case InsideView():
            return view.is_handed_over and not view.step_up_closed
    return False


def _done(reply: Reply) -> None:
    if reply.error is not None:
        raise RequestError(reply.error)


def _participant(reply: Reply) -> str:
    return str(dict(reply.facts)["participant"])


def _device(request: RoomJoin, nonce: str) -> DeviceId | None:
    device = request.device
    if device is None:
        return None
    try:
        return prove(
            x=device.jwk.x, y=device.jwk.y, signature=device.signature,
            room=request.room, nonce=nonce,
        )  # fmt: skip
    except BadDevice as error:
        raise RequestError("bad_device") from error


def _is_of(invite: Invite | None, room: Room, now: float) -> bool:
    """Whether it lets somebody into this room now."""
    if invite is None or invite.room != room.id or invite.is_revoked:
        return False
    has_begun = invite.opens_at is None or invite.opens_at <= now
    return has_begun and (invite.closes_at is None or invite.closes_at > now)


def _public(code: str) -> str:
    """A closed room looks like none."""
    return "no_such_room" if code == "room_closed" else code
