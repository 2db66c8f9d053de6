"""What others hold of the REST API in the database: `ApiStore`, as `Store.api`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the establishment's
record, in the same transaction.
"""

from vmr.api_tokens import ApiToken
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.times import Interval
from vmr.ids import ApiTokenId, EstablishmentId, MeetingId, RoomId
from vmr.record import Happening
from vmr.store import api_answers, api_pages, api_tokens, secrets
from vmr.store.api_answers import AnswerKey, KeptAnswer
from vmr.store.api_pages import Place
from vmr.store.chains import KeptEntry
from vmr.store.database import Database
from vmr.store.meetings import MeetingSummary


class ApiStore:
    """Tokens, answers that may be asked for again, and what programs read page by page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- tokens ---------------------------------------------------------------------------------

    async def add_token(self, token: ApiToken, secret: str, happening: Happening) -> None:
        """`secret` is what its program sends; only its SHA-256 is kept."""
        token_hash = secrets.hash_token(secret)
        await self._database.write(lambda one: api_tokens.add(one, token, token_hash, happening))

    async def revoke_token(self, token: ApiToken, happening: Happening) -> None:
        """At the time of the happening. Raises NotFound when it was revoked before."""
        await self._database.write(lambda one: api_tokens.revoke(one, token, happening))

    async def note_used(self, token: ApiTokenId, at: float) -> None:
        await self._database.write(lambda one: api_tokens.note_used(one, token, at))

    async def token_by_hash(self, token_hash: str) -> ApiToken | None:
        """Revoked and expired ones too: the caller asks `is_good`."""
        return await self._database.read(lambda one: api_tokens.by_hash(one, token_hash))

    async def token(self, token: ApiTokenId) -> ApiToken | None:
        """Of any establishment, revoked ones too."""
        return await self._database.read(lambda one: api_tokens.by_id(one, token))

    async def tokens(self, establishment: EstablishmentId) -> tuple[ApiToken, ...]:
        """By name, revoked ones last."""
        return await self._database.read(
            lambda one: api_tokens.of_establishment(one, establishment)
        )

    # -- answers --------------------------------------------------------------------------------

    async def claim_answer(
        self, key: AnswerKey, digest: str, new_id: str, now: float
    ) -> KeptAnswer:
        """A claim on this key's answer, or what there is of it already."""
        return await self._database.write(
            lambda one: api_answers.claim(one, key, digest, new_id, now)
        )

    async def keep_answer(self, key: AnswerKey, sealed: bytes) -> None:
        await self._database.write(lambda one: api_answers.keep(one, key, sealed))

    async def release_answer(self, key: AnswerKey) -> None:
        await self._database.write(lambda one: api_answers.release(one, key))

    async def forget_answers(self, now: float) -> None:
        await self._database.write(lambda one: api_answers.forget(one, now))

    # -- pages ----------------------------------------------------------------------------------

    async def bookings(
        self,
        establishment: EstablishmentId,
        *,
        span: Interval | None = None,
        room: RoomId | None = None,
        state: BookingState | None = None,
        text: str = "",
        after: Place | None = None,
        limit: int,
    ) -> tuple[Booking, ...]:
        """The earliest slot first, from just behind `after` on."""
        return await self._database.read(
            lambda one: api_pages.bookings_of(
                one, establishment, span=span, room=room, state=state, text=text, after=after,
                limit=limit,
            )
        )  # fmt: skip

    async def meetings(
        self,
        establishment: EstablishmentId,
        *,
        room: RoomId | None = None,
        span: Interval | None = None,
        after: Place | None = None,
        limit: int,
    ) -> tuple[MeetingSummary, ...]:
        """Those that began in the span, the latest first, from just behind `after` on."""
        return await self._database.read(
            lambda one: api_pages.meetings_of(
                one, establishment, room=room, span=span, after=after, limit=limit
            )
        )

    async def meeting(
        self, establishment: EstablishmentId, meeting: MeetingId
    ) -> MeetingSummary | None:
        """None also where it is another establishment's."""
        return await self._database.read(
            lambda one: api_pages.meeting_of(one, establishment, meeting)
        )

    async def look_at_record(
        self,
        token: ApiToken,
        meeting: MeetingId,
        *,
        first: int,
        limit: int,
        with_names: bool,
        at: float,
    ) -> tuple[KeptEntry, ...]:
        """Entries from sequence number `first` on. The look is in the record of the establishment
        before anybody sees them. Raises NotFound, also for another establishment's meeting."""
        return await self._database.write(
            lambda one: api_pages.look(
                one, token, meeting, first=first, limit=limit, with_names=with_names, at=at
            )
        )
