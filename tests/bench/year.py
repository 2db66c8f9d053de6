"""A year of one large establishment in a database, made the same each time and fast.

Everything goes through the store's own queries, many rows a transaction: the chains verify and
the tables are those of a server that ran for a year. Of last names, as of real ones, the most
common has one person in a hundred.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from vmr.bookings.booking import Booking, BookingState, Expected, IdToBring, Part
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.bookings.outcomes import SHORT_S, Measured, SlotOutcome, propose
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import HOUR_S, Interval
from vmr.ids import BookingId, EstablishmentId, ExpectedId, InviteId, MeetingId, OfficerId, RoomId
from vmr.letters import LetterKind, LetterState
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.record_times import Cause
from vmr.rooms import Establishment, Room
from vmr.staff import StaffMember, StaffRole
from vmr.store import bookings, meetings, outcomes, rooms
from vmr.store.outbox_tables import outbox
from vmr.store.tables import invites

FIRST_DAY = 1_767_600_000.0  # Monday 5 January 2026, 8:00 in London
DAY_S = 24 * HOUR_S
FIRST = (
    "Ada", "Ben", "Cara", "David", "Emma", "Farah", "George", "Hana", "Idris", "Joan", "Kofi",
    "Lena", "Mohammed", "Nia", "Owen", "Priya", "Quentin", "Rosa", "Siân", "Tomasz", "Uma",
    "Victor", "Wei", "Xenia", "Yusuf", "Zoë", "José", "Renée", "Łukasz", "Øystein",
)  # fmt: skip
LAST: tuple[str, ...] = (
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel",
    "Robinson", "Khan", "Wright", "Thompson", "Evans", "Walker", "White", "Roberts", "Green",
    "Hall", "Wood", "Jackson", "Clarke", "Müller", "Núñez", "García", "Ó Súilleabháin", "O'Neil",
    "Żółkowski", "Đorđević", "Çelik", "Петров", "Ковальчук", "Παπαδόπουλος", "محمود", "李", "田中",
    "Nguyễn", "Adeyemi", "Ap Siôn", "St John-Smythe",
)  # fmt: skip
SYLLABLES = ("bar", "cor", "den", "el", "fos", "gran", "hol", "ick", "ley", "mar", "nor", "ton")
LAST += tuple(f"{a}{b}{c}".title() for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES)
PARTS = (Part.LAWYER, Part.INTERPRETER, Part.FAMILY)
RARE = "Wrzeszczykiewicz"
"""The last name of one person in one booking of the whole year."""
COMMON = LAST[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """40,000 slots, 120,000 people and 2,000,000 entries of record as it is."""

    rooms: int = 20
    days: int = 250
    slots_a_day: int = 8
    people: int = 3
    entries: int = 50

    @property
    def slots(self) -> int:
        return self.rooms * self.days * self.slots_a_day


YEAR = Size()
WEEK = Size(rooms=3, days=5, slots_a_day=4, entries=12)
CLERK_ROLES = frozenset({StaffRole.BOOKING, StaffRole.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the year takes place, and who writes it down."""

    establishment: Establishment
    rooms: tuple[Room, ...]
    clerk: StaffMember


def add_place(connection: Connection, size: Size) -> Place:
    prison = Establishment(id=EstablishmentId("bench"), name="HMP Bench", phone="01632 960000")
    rooms.add_establishment(connection, prison)
    made = tuple(
        Room(
            id=RoomId(f"room{n}"),
            establishment=prison,
            address=f"bench-{n:03}",
            name=f"Legal {n + 1}",
            policy=PolicyName.LEGAL,
            pin_hash="x",
        )
        for n in range(size.rooms)
    )
    for room in made:
        rooms.add_room(connection, room)
    clerk = StaffMember(
        id=OfficerId("clerk"), establishment=prison, name="Cleo Clerk", username="clerk",
        roles=CLERK_ROLES,
    )  # fmt: skip
    return Place(establishment=prison, rooms=made, clerk=clerk)


class Year:
    """The rows, in the order of the slots: `add` puts those of one room into the database."""

    def __init__(self, place: Place, size: Size, seed: int = 5) -> None:
        self._place = place
        self._size = size
        self._random = random.Random(seed)
        self._first = list(accumulate(1 / (rank + 2) for rank in range(len(FIRST))))
        self._last = list(accumulate(1 / (rank + 20) for rank in range(len(LAST))))
        self._rare = size.slots // 2

    def add(self, connection: Connection, at: int) -> None:
        """All slots of the `at`th room, with their links, letters, meetings and records."""
        room = self._place.rooms[at]
        made = list(self._bookings(room, at * self._size.slots // self._size.rooms))
        connection.execute(insert(invites), [row for one in made for row in _invites(one)])
        for one in made:
            by = self._place.clerk
            said = booking_happening(BookingEvent.MADE, one, by=by, at=one.made_at)
            bookings.add(connection, one, said)
        connection.execute(insert(outbox), [row for one in made for row in _letters(one)])
        for one in made:
            meeting = MeetingId(f"m-{one.id}")
            meetings.commit(connection, meeting, room.id, None, list(self._happenings(one)))
            outcomes.propose(connection, self._outcome(one), one.version)

    def _bookings(self, room: Room, number: int) -> Iterator[Booking]:
        size = self._size
        for nth in range(size.days * size.slots_a_day):
            weekday, slot = divmod(nth, size.slots_a_day)
            day = weekday + 2 * (weekday // 5)
            starts_at = FIRST_DAY + day * DAY_S + slot * HOUR_S
            yield self._booking(room, number + nth, starts_at)

    def _booking(self, room: Room, number: int, starts_at: float) -> Booking:
        id = f"b{number:06}"
        people = tuple(self._person(f"{id}-{n}", number, n) for n in range(self._size.people))
        return Booking(
            id=BookingId(id),
            reference=f"VMR-{number:06X}",
            establishment=self._place.establishment.id,
            purpose=Purpose.CONSULTATION,
            state=BookingState.CONFIRMED,
            preferred=Interval(starts_at=starts_at, ends_at=starts_at + HOUR_S),
            room=room.id,
            prisoner=f"A{self._random.randrange(10_000):04}{chr(65 + number % 26)}C",
            people=people,
            requester_name=people[0].name,
            requester_email=people[0].email,
            note_for_staff="Needs the hearing loop. " * self._random.randrange(20),
            note_for_guest="Bring the bundle." * (number % 2),
            made_at=starts_at - 7 * DAY_S,
            changed_at=starts_at - 7 * DAY_S,
        )

    def _person(self, id: str, number: int, nth: int) -> Expected:
        first = self._random.choices(FIRST, cum_weights=self._first)[0]
        last = self._random.choices(LAST, cum_weights=self._last)[0]
        if number == self._rare and nth == 0:
            last = RARE
        return Expected(
            id=ExpectedId(id),
            name=f"{first} {last}",
            part=PARTS[nth % len(PARTS)],
            email=f"{first}.{number % 997}@law{number % 89}.example".lower(),
            id_to_bring=IdToBring.PROFESSIONAL_CARD,
            invite=InviteId(f"i-{id}"),
        )

    def _outcome(self, booking: Booking) -> SlotOutcome:
        """Often as planned, at times late or cut off, with an hour of talk and some of it lost."""
        starts_at, ends_at = booking.slot.starts_at, booking.slot.ends_at
        lost_s = self._random.choice((0.0, 0.0, 45.0, 900.0))
        found = Measured(
            opened_at=starts_at + self._random.choice((1.0, 60.0, 700.0)),
            ended_at=ends_at,
            talked_s=ends_at - starts_at - 120 - lost_s,
            lost={Cause.GUEST_CONNECTION: lost_s} if lost_s else {},
            has_guests=self._random.random() < 0.95,
            is_ended_early_by_network=lost_s > SHORT_S,
            knocks_after_lock=self._random.randrange(2),
        )
        return propose(booking.id, booking.slot, found, ends_at)

    def _happenings(self, booking: Booking) -> Iterator[Happening]:
        """Of its meeting: everyone comes and is attested, then much else, then the end."""
        at = booking.slot.starts_at
        yield Happening(at=at, actor="server", what="meeting_started", subject="room")
        yield Happening(at=at + 1, actor="host:p1", what="opened", facts=(("booking", booking.id),))
        for nth, one in enumerate(booking.people, start=2):
            person, came_at = f"p{nth}", at + 10 * nth
            yield Happening(
                at=came_at, actor=f"guest:{person}", what="joined", subject=person,
                facts=(("how", "invited"),), personal=((f"{person}.1", one.name),),
            )  # fmt: skip
            yield Happening(
                at=came_at + 5, actor="host:p1", what="attested", subject=f"{person}.1",
                facts=(("documents", "professional_card"),),
                personal=(("verified_name", one.name),),
            )  # fmt: skip
        for nth in range(self._size.entries - 3 - 2 * len(booking.people)):
            yield Happening(
                at=at + 60 * nth, actor="host:p1", what="locked" if nth % 2 else "unlocked",
                subject="room", reason="A late guest" if nth % 7 == 0 else "",
            )  # fmt: skip
        code = (("code", "slot_over"),)
        yield Happening(at=booking.slot.ends_at, actor="server", what="ended", facts=code)


def _invites(booking: Booking) -> Iterator[dict[str, object]]:
    for one in booking.people:
        yield {
            "id": one.invite,
            "room_id": booking.room,
            "token_hash": f"{one.invite:->64}",
            "label": one.name,
            "opens_at": booking.slot.starts_at - HOUR_S / 2,
            "closes_at": booking.slot.ends_at,
            "is_revoked": False,
        }


def _letters(booking: Booking) -> Iterator[dict[str, object]]:
    for one in booking.people:
        yield {
            "id": f"l-{one.id}",
            "establishment_id": booking.establishment,
            "booking_id": booking.id,
            "expected_id": one.id,
            "kind": LetterKind.INVITATION.value,
            "to": one.email,
            "subject": "",
            "text": "",
            "html": "",
            "calendar": "",
            "state": LetterState.SENT.value,
            "tries": 1,
            "made_at": booking.made_at,
            "next_at": booking.made_at,
            "sent_at": booking.made_at + 2,
            "last_error": "",
        }
