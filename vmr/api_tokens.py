"""Bearer tokens of the REST API: what a program of an establishment may do. Pure.

A token is a program's, not a person's: it has a name, scopes and perhaps an end. What it does
stands in the establishment's record under `api:` and its id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from vmr.establishment_record import Head, RecordEvent, meeting_happening
from vmr.ids import ApiTokenId, MeetingId
from vmr.record import Fact, Happening
from vmr.rooms import Establishment
from vmr.staff import StaffMember

PREFIX = "vmr_"
"""What every token begins with, so that one that is lost in a file can be found."""


class ApiScope(Enum):
    ROOMS_READ = "rooms.read"
    BOOKINGS_READ = "bookings.read"
    BOOKINGS_WRITE = "bookings.write"
    OUTCOMES_READ = "outcomes.read"  # without names: those are with bookings.read
    OUTCOMES_WRITE = "outcomes.write"
    RECORDS_READ = "records.read"  # what happened, without names
    RECORDS_PERSONAL = "records.personal"  # the names, beside records.read
    WEBHOOKS_WRITE = "webhooks.write"


class ApiTokenEvent(Enum):
    ADDED = "api_token_added"
    REVOKED = "api_token_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """Only the SHA-256 of its secret is kept. Times are seconds since the epoch.

    `expires_at` None: it has no end. `used_at` is when it was last used, to the minute.
    """

    id: ApiTokenId
    establishment: Establishment
    name: str
    scopes: frozenset[ApiScope]
    made_at: float
    expires_at: float | None = None
    used_at: float | None = None
    revoked_at: float | None = None

    def is_good(self, now: float) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def may(self, scope: ApiScope) -> bool:
        return scope in self.scopes


def scope_names(scopes: Iterable[ApiScope]) -> tuple[str, ...]:
    """Their words, in the order of the Enum."""
    held = frozenset(scopes)
    return tuple(one.value for one in ApiScope if one in held)


def actor_of(token: ApiToken) -> str:
    """Who did it, as a record says it."""
    return f"api:{token.id}"


def program_facts(token: ApiToken) -> tuple[Fact, ...]:
    """Which program did it, beside `actor_of`, in the record of the establishment."""
    return (("program", token.name),)


def is_program(actor: str) -> bool:
    """Whether it is the actor of a token."""
    return actor.startswith("api:")


def token_happening(
    event: ApiTokenEvent, token: ApiToken, *, by: StaffMember | str, at: float
) -> Happening:
    """`by` is a member of staff or `vmr.staff_record.OPERATOR`. A program's name is nobody's."""
    end: tuple[Fact, ...] = ()
    if token.expires_at is not None:
        end = (("expires_at", token.expires_at),)
    return Happening(
        at=at,
        actor=by if isinstance(by, str) else f"officer:{by.id}",
        what=event.value,
        subject=actor_of(token),
        facts=(("name", token.name), ("scopes", ",".join(scope_names(token.scopes))), *end),
        personal=() if isinstance(by, str) else (("officer", by.name),),
    )


def look_happening(
    token: ApiToken, meeting: MeetingId, head: Head, *, first: int, with_names: bool, at: float
) -> Happening:
    """A program reads a page of a meeting's record, from entry `first` on."""
    return meeting_happening(
        RecordEvent.SEEN,
        meeting,
        head,
        at=at,
        by=actor_of(token),
        facts=(*program_facts(token), ("first", first), ("with_names", with_names)),
    )
