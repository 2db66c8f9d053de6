"""Members of staff for tests: accounts in a real store, and cookies of finished sign-ins."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from argon2 import PasswordHasher

from signalling.running import Running
from tests.peers.sqlite import lay_database
from tests.signalling.fakes.store import PRISON
from vmr.ids import OfficerId, StaffSessionId
from vmr.record import Happening
from vmr.rooms import Establishment
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.staff_sessions import SignInStep, StaffSession
from vmr.store import BookingStore, Office, StaffStore, Store, TerminalStore
from vmr.store.database import Database
from vmr.store.rooms import add_establishment
from vmr.store.secrets import hash_token, make_id, make_token
from vmr.store.signing import KeyFile

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
EVERY_ROLE = frozenset(StaffRole)


class Staffed(Protocol):
    """A server that has staff; a `House`, or one with a real store."""

    clock: Any
    store: Any

    @property
    def running(self) -> Running: ...


@asynccontextmanager
async def staff_store(directory: Path) -> AsyncIterator[StaffStore]:
    """A real one, with the establishment of `FakeStore`: put it into `FakeStore.staff`.

    `terminals_beside` gives the terminals of the same database.
    """
    database = await Database.open(lay_database(directory / "staff.db"))
    await database.write(lambda connection: add_establishment(connection, PRISON))
    try:
        yield StaffStore(database)
    finally:
        await database.close()


def terminals_beside(staff: StaffStore) -> TerminalStore:
    """For `FakeStore.terminals`."""
    return TerminalStore(staff._database)


def bookings_beside(staff: StaffStore) -> BookingStore:
    """For `FakeStore.bookings`."""
    return BookingStore(staff._database)


def store_beside(staff: StaffStore) -> Store:
    """For `FakeStore.real`: all the rest of the same database."""
    return Store(staff._database, KeyFile(staff._database._dialect.key_file))


def office_beside(staff: StaffStore) -> Office:
    """For `FakeStore.office`. Rooms in it are not those of the `FakeStore`."""
    return Office(staff._database)


async def add_prison(staff: StaffStore, added: Establishment) -> None:
    """Another establishment."""
    await staff._database.write(lambda connection: add_establishment(connection, added))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInOfficer:
    member: StaffMember
    session: StaffSession
    headers: dict[str, str]
    """To send with HTTP requests and Socket.IO handshakes."""


async def account(
    house: Staffed,
    username: str = "reed",
    *,
    password: str = "correct horse battery",
    name: str = "Officer Reed",
    roles: Collection[StaffRole] = EVERY_ROLE,
    establishment: Establishment = PRISON,
    totp_secret: str = "",
    expires_at: float | None = None,
) -> StaffMember:
    """A new account that signs in with a password (hashed cheaply, as a test's PIN is)."""
    member = StaffMember(
        id=OfficerId(make_id()),
        establishment=establishment,
        name=name,
        username=username,
        roles=frozenset(roles),
    )
    made = StaffAccount(
        member=member,
        password_hash=CHEAP.hash(password),
        must_change_password=expires_at is not None,
        password_expires_at=expires_at,
        totp_secret=totp_secret,
    )
    added = Happening(at=house.clock(), actor="operator", what="staff_added")
    await house.store.staff.add(made, added)
    return member


async def officer(
    house: Staffed,
    name: str = "Officer Reed",
    roles: Collection[StaffRole] = EVERY_ROLE,
    *,
    establishment: Establishment = PRISON,
    step: SignInStep = SignInStep.SIGNED_IN,
) -> SignedInOfficer:
    """A new account, signed in."""
    return await sign_in_officer(
        house.store.staff,
        house.clock(),
        house.running.cookies.name,
        name,
        roles,
        establishment=establishment,
        step=step,
    )


async def sign_in_officer(
    staff: StaffStore,
    now: float,
    cookie_name: str,
    name: str,
    roles: Collection[StaffRole],
    *,
    establishment: Establishment,
    step: SignInStep = SignInStep.SIGNED_IN,
) -> SignedInOfficer:
    """The same, of any server."""
    member = StaffMember(
        id=OfficerId(make_id()),
        establishment=establishment,
        name=name,
        username=name.lower().replace(" ", "."),
        roles=frozenset(roles),
    )
    await staff.add(
        StaffAccount(member=member), Happening(at=now, actor="operator", what="staff_added")
    )
    token = make_token()
    session = StaffSession(
        id=StaffSessionId(make_id()), officer=member.id, step=step, started_at=now, used_at=now
    )
    signed_in = Happening(at=now, actor=f"officer:{member.id}", what="staff_signed_in")
    await staff.open_session(session, hash_token(token), establishment.id, signed_in)
    cookie = f"{cookie_name}={token}"
    return SignedInOfficer(member=member, session=session, headers={"Cookie": cookie})
