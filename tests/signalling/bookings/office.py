"""A booking office: a real store, a clerk, a clock that a test moves, and the service."""

from dataclasses import replace
from typing import Any

from signalling.bookings.letters import Letters
from signalling.bookings.service import BookingService
from signalling.mail.config import MailConfig
from signalling.render import Renderer
from signalling.texts import FILES
from tests.signalling.fakes.clock import FakeClock
from tests.vmr.bookings.made import NOW, person, slot
from vmr.bookings.booking import Booking, Part
from vmr.bookings.draft import NEW, Draft
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.ids import OfficerId
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Invite, Room
from vmr.staff import StaffMember, StaffRole
from vmr.store import Store
from vmr.store.secrets import hash_token

BASE = "https://meet.example.org"
ENGLISH = Renderer(FILES, "en")
LETTERS = Letters(ENGLISH, early_min=BookingNumbers().link_early_min)
MAIL = MailConfig(host="127.0.0.1", sender="bookings@prison.example")
ADA = person("Ada Law", NEW, email="ada@law.example")
BEN = person("Ben Bar", NEW, email="ben@law.example", part=Part.INTERPRETER, language="Welsh")


class Office:
    """`make` and `ask` are short ways to a booking; `kept` is what the store has of it."""

    def __init__(self, store: Store, prison: Establishment, room: Room, family: Room) -> None:
        self.store = store
        self.prison = prison
        self.room = room
        self.family = family
        self.clock = FakeClock(NOW)
        self.clerk = clerk(prison)
        self.service = self.serve()

    @classmethod
    async def open(cls, store: Store) -> "Office":
        prison = await store.add_establishment(name="HMP Test", phone="01632 960000")
        pin_hash = "$argon2id$one"
        room = await store.add_room(
            prison, name="Legal 1", policy=PolicyName.LEGAL, pin_hash=pin_hash
        )
        family = await store.add_room(
            prison, name="Family", policy=PolicyName.COMPASSIONATE, pin_hash=pin_hash
        )
        return cls(store, prison, room, family)

    def serve(self, **settings: Any) -> BookingService:
        given: dict[str, Any] = {
            "store": self.store,
            "clock": self.clock,
            "numbers": BookingNumbers(),
            "base_url": lambda: BASE,
            "letters": LETTERS,
            "mail": MailConfig(),
        }
        return BookingService(**{**given, **settings})

    def draft(self, **values: Any) -> Draft:
        made = Draft(
            establishment=self.prison.id,
            purpose=Purpose.CONSULTATION,
            preferred=slot(4, 10),
            prisoner="A1234BC",
            people=(ADA, BEN),
        )
        return replace(made, **values)

    async def make(self, **values: Any) -> Booking:
        """Confirmed, in the legal room."""
        return (await self.service.make(self.draft(**values), self.room.id, self.clerk)).booking

    async def ask(self, **values: Any) -> Booking:
        return (await self.service.request(self.draft(**values), "requester")).booking

    async def kept(self, booking: Booking) -> Booking:
        found = await self.store.bookings.booking(booking.id)
        assert found is not None
        return found

    async def invite(self, link: str) -> Invite | None:
        """What the token of this link opens."""
        return await self.store.invite_by_token_hash(hash_token(link.rpartition("#invite=")[2]))

    async def posted(self, booking: Booking) -> list[tuple[str, str, str]]:
        """Kind, address and state of each letter about it, the oldest first."""
        found = await self.store.outbox.of_booking(booking.id)
        return [(one.kind.value, one.to, one.state.value) for one in found]

    async def record(self) -> list[str]:
        return [one.entry.what for one in await self.store.staff.record(self.prison.id)]


def clerk(establishment: Establishment, id: str = "o1") -> StaffMember:
    return StaffMember(
        id=OfficerId(id),
        establishment=establishment,
        name="Cleo Clerk",
        username="cleo",
        roles=frozenset({StaffRole.BOOKING}),
    )
