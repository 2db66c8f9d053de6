"""What one session may know of the meeting, whole, at one moment.

Sent as `meeting.updated` whenever it differs from what that session was last sent. There are
three kinds, by where the person is; who waits gets nothing of what goes on inside.
Times are seconds since the epoch by the server's clock; the envelope of every notification
carries that clock (`at`), so a page can correct its own.
"""

from dataclasses import dataclass

from vmr.ids import ParticipantId, PersonId
from vmr.self_test import SelfTest


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """`recording` is the sentence key to show: `none`, or `unrecorded_demonstration`."""

    name: str
    establishment: str
    policy: str
    phone: str
    safer_custody: str
    recording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PinView:
    """A joining host is asked for the Host PIN."""

    place: str = "pin"
    room: RoomView
    attempts_left: int
    deadline: float
    confirmations: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """`knocking` is true when a decision is needed, false when the host's arrival is enough.

    `slot_starts_at` is when the slot of a personal link begins. Of the people that slot expects
    `arrived` are here; no names: who waits is told of nobody. Both 0 for who came by no such link.
    """

    place: str = "waiting"
    room: RoomView
    you: ParticipantId
    name: str
    host_arrived: bool
    knocking: bool
    host_pin_verified: bool
    since: float
    deadline: float | None
    knock_count: int
    may_knock_at: float
    slot_starts_at: float | None
    expected: int
    arrived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    id: PersonId
    name: str
    is_attested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantView:
    """`is_connected` is false while a seat is kept for somebody who lost the network.

    `has_encoder`: picture and sound come from an encoder, and not from their page.
    """

    id: ParticipantId
    name: str
    role: str
    persons: tuple[PersonView, ...]
    microphone: bool
    camera: bool
    is_presenting: bool
    is_connected: bool
    is_checking: bool
    is_handed_over: bool
    has_encoder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockView:
    """Somebody at the door, as a person who may decide sees them.

    `like` are the names of expected people that theirs is like, when they came by no personal link.
    `is_like_banned`: a name they gave is like that of a banned person; whose, is not said.
    """

    id: ParticipantId
    name: str
    role: str
    persons: tuple[PersonView, ...]
    since: float
    count: int
    is_expected: bool
    host_pin_verified: bool
    page_gone: bool
    like: tuple[str, ...]
    is_like_banned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedView:
    """Somebody the slot expects, as staff see them. `part` is a value of `bookings.Part`.

    `arrived_as` is whose connection is theirs: by their personal link, else by a name like theirs
    (`is_sure` is false then). `is_attested`: the ID of everybody behind it was checked. `self_test`
    is the last one by their personal link, and shown to the duty desk alone.
    """

    name: str
    part: str
    is_under_18: bool
    arrived_as: ParticipantId | None
    is_inside: bool
    is_sure: bool
    is_attested: bool
    self_test: SelfTest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceView:
    """Who can see me, who can hear me, is anything recorded: computed from what is bound."""

    seen_by: tuple[ParticipantId, ...]
    heard_by: tuple[ParticipantId, ...]
    monitors: int
    is_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideView:
    """`may` are the permissions this seat has now (values of `vmr.roles.Permission`).

    `encoder` is that of this seat, a value of `lobby.encoder.Encoder`. `raised_hands`: the first
    one raised is the first.
    """

    place: str = "inside"
    room: RoomView
    you: ParticipantId
    may: tuple[str, ...]
    stage: str
    was_locked: bool
    paused: str | None
    is_unwatched: bool
    is_handed_over: bool
    stepped_up_until: float | None
    step_up_closed: bool
    step_up_attempts_left: int
    participants: tuple[ParticipantView, ...]
    at_door: int
    knocks: tuple[KnockView, ...]
    expected: tuple[ExpectedView, ...]
    unattested: tuple[PersonId, ...]
    presenter: ParticipantId | None
    guests_may_present: bool
    raised_hands: tuple[ParticipantId, ...]
    encoder: str
    presence: PresenceView
    opened_at: float
    ends_at: float | None


View = PinView | WaitingView | InsideView
