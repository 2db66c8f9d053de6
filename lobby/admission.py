"""Who gets in: one function. Named decisions (lobby.decisions) go beside it, never around it.

`decide` sees what is asked and how the meeting is; it changes nothing. What it admits by itself:
a guest with a personal link into an open room that was never locked and whose policy says so (a
link of a slot only into the meeting of that slot: anywhere else its holder waits unheard); a
host with the Host PIN into an open room nobody was handed over in; and somebody coming back to
their own seat, proven by the key of their device. Everybody else waits. Without its server's
lease only the last come in: guests wait, and no Host PIN is taken.

Where the establishment says so, a host away from an enrolled terminal is refused before all that,
and so never asked for a PIN.
"""

from dataclasses import dataclass
from enum import Enum

from lobby.errors import (
    AlreadyInside,
    MeetingError,
    MeetingOver,
    NoLease,
    RoleNotOffered,
    RoomClosed,
    TerminalNotEnrolled,
    TooManyPersons,
)
from lobby.knock import Knock
from lobby.pin import PinPrompt
from lobby.state import Seat, State
from vmr.ids import BookingId, DeviceId, InviteId, ParticipantId
from vmr.policies import AdmitMode, Policy
from vmr.roles import Role, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`device` is set only when proven by its key. `is_pin_verified`: the Host PIN was right.

    `is_enrolled_terminal`: the establishment has enrolled this device, and not revoked it.
    `booking`: the personal link is of this booking's slot.
    """

    role: Role
    persons: int
    invite: InviteId | None
    device: DeviceId | None
    booking: BookingId | None = None
    is_enrolled_terminal: bool = False
    is_pin_verified: bool = False
    move: bool = False


class How(Enum):
    """Words of `participant.joined`; MOVED is the same seat in another tab."""

    INVITED = "invited"
    HOST_PIN = "host_pin"
    RETURNED = "returned"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """`seat` is the old seat of somebody who comes back, None for a new one."""

    how: How
    seat: ParticipantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """`is_knocking`: a decision is needed. A host without the PIN waits at the PIN prompt."""

    is_knocking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    error: type[MeetingError]

    @property
    def code(self) -> str:
        return self.error.code


Decision = Admit | Wait | Refuse


def decide(request: Request, meeting: State, policy: Policy, now: float) -> Decision:
    """What becomes of somebody who asks to come in, at this moment, by itself."""
    if meeting.stage is Stage.ENDED:
        return Refuse(error=MeetingOver)
    if _is_host_elsewhere(request, meeting):
        return Refuse(error=TerminalNotEnrolled)
    seat = own_seat(request, meeting)
    if seat is not None and (seat.absent_until is None or now < seat.absent_until):
        return _decide_return(request, seat)
    if meeting.room.is_closed and meeting.stage is Stage.WAITING:
        return Refuse(error=RoomClosed)
    if request.role is Role.HOST:
        return _decide_host(request, meeting)
    if request.role is Role.GUEST:
        return _decide_guest(request, meeting, policy)
    return Refuse(error=RoleNotOffered)


def is_same(request: Request, role: Role, device: DeviceId | None, invite: InviteId | None) -> bool:
    """Whether it is this person again: the proven device, in the same role.

    Another personal link is another person, though the device be the same.
    """
    if request.device is None or request.device != device or request.role is not role:
        return False
    return request.invite is None or invite is None or request.invite == invite


def own_seat(request: Request, meeting: State) -> Seat | None:
    """The seat this device holds, or lost and may come back to."""
    return next(
        (s for s in meeting.seats.values() if is_same(request, s.role, s.device, s.invite)), None
    )


def how_again(seat: Seat) -> How:
    """What it is to take this seat again: its holder was cut off, or has it in another page."""
    is_cut_off = seat.session is None or seat.socket_lost_at is not None
    return How.RETURNED if is_cut_off else How.MOVED


def own_knock(request: Request, meeting: State) -> Knock | None:
    """The knock by which this device waits already."""
    return next(
        (k for k in meeting.knocks.values() if is_same(request, k.role, k.device, k.invite)), None
    )


def own_prompt(request: Request, meeting: State) -> PinPrompt | None:
    """The prompt of this device, as a host, whose page has gone."""
    gone = (one for one in meeting.prompts.values() if one.is_page_gone)
    return next((one for one in gone if is_same(request, Role.HOST, one.device, None)), None)


def _is_host_elsewhere(request: Request, meeting: State) -> bool:
    """Also from a seat of their own: a revoked terminal does not come back to it."""
    if request.role is not Role.HOST or not meeting.room.establishment.hosts_only_at_terminals:
        return False
    return request.device is None or not request.is_enrolled_terminal


def _decide_return(request: Request, seat: Seat) -> Decision:
    how = how_again(seat)
    is_wanted = request.move or how is How.RETURNED
    return Admit(how=how, seat=seat.id) if is_wanted else Refuse(error=AlreadyInside)


def _decide_host(request: Request, meeting: State) -> Decision:
    if not request.is_pin_verified:
        return Wait(is_knocking=False)
    if not meeting.is_leased:
        return Refuse(error=NoLease)
    if meeting.stage is Stage.WAITING:
        return Admit(how=How.HOST_PIN)
    if meeting.stage is Stage.LOCKED or meeting.is_handed_over or meeting.is_paused:
        return Wait(is_knocking=True)
    return Admit(how=How.HOST_PIN) if meeting.has_free_connection else Wait(is_knocking=True)


def _decide_guest(request: Request, meeting: State, policy: Policy) -> Decision:
    if request.persons > meeting.persons_outside_max:
        return Refuse(error=TooManyPersons)
    if not meeting.is_slot_of(request.booking):
        return Wait(is_knocking=False)
    if not _comes_in_when_open(request, meeting, policy):
        return Wait(is_knocking=True)
    if meeting.stage is Stage.WAITING or meeting.is_paused or not meeting.is_leased:
        return Wait(is_knocking=False)
    has_space = meeting.has_free_connection and meeting.has_space_outside(request.persons)
    return Admit(how=How.INVITED) if has_space else Wait(is_knocking=True)


def _comes_in_when_open(request: Request, meeting: State, policy: Policy) -> bool:
    """By a personal link that nobody sits on, before the first lock, and never turned away."""
    if policy.admit is not AdmitMode.WHEN_OPEN or request.invite is None:
        return False
    if meeting.was_locked or meeting.stage is Stage.LOCKED:
        return False
    if meeting.is_voided(request.device, request.invite):
        return False
    return all(seat.invite != request.invite for seat in meeting.seats.values())
