"""A server with a real store behind it, two establishments with rooms, and browsers for staff."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from signalling.config import SignallingConfig
from signalling.mail.config import MailConfig, Tls
from signalling.staff.config import StaffConfig
from tests.peers.sqlite import new_store
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import PIN_HASH, Server
from tests.signalling.officers import officer
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings import made
from tests.vmr.bookings.made import NOW, person
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.ids import BookingId, ExpectedId
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Room
from vmr.staff import StaffRole
from vmr.store import Store
from vmr.store.secrets import make_id

CLERK = (StaffRole.BOOKING,)
CALENDAR = "/staff/bookings"
MAIL = MailConfig(host="127.0.0.1", port=9, tls=Tls.OFF, sender="bookings@prison.example")
"""Nobody listens there: letters stay in the outbox."""


class OfficeServer(Server):
    """`prison` has two legal rooms and one of each other policy, `other` one legal room."""

    def __init__(self, store: Store, clock: FakeClock, **settings: Any) -> None:
        config = SignallingConfig(staff=StaffConfig(is_secure=False), mail=MAIL)
        super().__init__(store=store, engine=FakeEngine(), clock=clock, config=config, **settings)
        self.store = store
        self.clock = clock
        self.prison: Establishment
        self.other: Establishment
        self.rooms: dict[str, Room] = {}

    async def set_up(self) -> None:
        self.prison = await self.store.add_establishment(name="HMP Test", phone="01632 960000")
        self.other = await self.store.add_establishment(name="HMP Other", phone="01632 960009")
        names = {
            "Legal 1": PolicyName.LEGAL, "Legal 2": PolicyName.LEGAL, "Social": PolicyName.SOCIAL,
            "Family": PolicyName.COMPASSIONATE, "Court link": PolicyName.HEARING,
        }  # fmt: skip
        for name, policy in names.items():
            await self.add_room(name, policy)
        await self.add_room("Elsewhere", PolicyName.LEGAL, self.other)

    async def add_room(
        self, name: str, policy: PolicyName, establishment: Establishment | None = None
    ) -> Room:
        self.rooms[name] = await self.store.add_room(
            establishment or self.prison, name=name, policy=policy, pin_hash=PIN_HASH
        )
        return self.rooms[name]

    async def booked(self, reference: str = "ABCD-2345", **values: Any) -> Booking:
        """A confirmed booking in Legal 1, on Thursday 4 March 2027 from 10:00."""
        room = values.pop("in_room", self.rooms["Legal 1"])
        given = {
            "id": BookingId(make_id()), "reference": reference, "room": room.id,
            "establishment": room.establishment.id, "state": BookingState.CONFIRMED,
            "people": (person(id=ExpectedId(make_id())),), **values,
        }  # fmt: skip
        booking = made.booking(**given)
        event = BookingEvent.MADE
        if booking.state is BookingState.REQUESTED:
            booking, event = replace(booking, room=None), BookingEvent.REQUESTED
        done = booking_happening(event, booking, by="requester", at=self.clock())
        await self.store.bookings.add(booking, done)
        return booking


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[OfficeServer]:
    """On Monday 1 March 2027, 08:00 in London."""
    store = await new_store(tmp_path / "vmr.db")
    try:
        async with OfficeServer(store, FakeClock(NOW)) as running:
            await running.set_up()
            yield running
    finally:
        await store.close()


SignIn = Callable[..., Awaitable[Browser]]


@pytest_asyncio.fixture
async def sign_in(office: OfficeServer) -> AsyncIterator[SignIn]:
    """`await sign_in("Cora Clerk", roles)`: a browser of a member of staff."""
    async with AsyncExitStack() as stack:

        async def signed_in(
            name: str = "Cora Clerk",
            roles: Collection[StaffRole] = CLERK,
            establishment: Establishment | None = None,
        ) -> Browser:
            member = await officer(
                office, name, roles, establishment=establishment or office.prison
            )
            browser = await stack.enter_async_context(Browser(office.url))
            browser.cookie = member.headers["Cookie"].partition("=")[2]
            return browser

        yield signed_in


@pytest_asyncio.fixture
async def clerk(sign_in: SignIn) -> Browser:
    return await sign_in()
