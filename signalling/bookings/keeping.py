"""What is kept with a change of a booking, in one transaction: the personal links it makes, moves
and revokes, the letters to its people, and what the establishment's record says of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from signalling.bookings.changed import BookingProblems, By, Changed, Prepared, Store, room_of
from signalling.bookings.letters import Letters
from signalling.bookings.post import Post
from signalling.mail.config import MailConfig
from vmr.bookings.booking import Booking, Expected
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.personal_links import LinkChanges, linked
from vmr.bookings.rules import Problem
from vmr.ids import ExpectedId, InviteId
from vmr.letters import Letter, LetterKind
from vmr.links import personal_link
from vmr.record import Happening
from vmr.store import Judge, NotEntitled, NotFound, SlotTaken, secrets


class Keeping:
    """What may be is judged before. As `BookingService`."""

    def __init__(
        self,
        *,
        store: Store,
        numbers: BookingNumbers,
        base_url: Callable[[], str],
        letters: Letters,
        mail: MailConfig,
        on_letters: Callable[[], None],
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._base_url = base_url
        self._letters = letters
        self._mail = mail
        self._on_letters = on_letters

    async def prepare(
        self,
        event: BookingEvent,
        booking: Booking,
        by: By,
        waiver: str,
        judge: Judge | None = None,
    ) -> Prepared:
        """What adding it would keep; nothing is kept yet."""
        booking, changes = self._linked(None, booking)
        happening = booking_happening(event, booking, by=by, at=booking.made_at, waiver=waiver)
        links = await self._links(booking, changes)
        return Prepared(
            booking=booking,
            happening=happening,
            changes=changes,
            letters=await self._written(event, None, booking, links),
            links=links,
            judge=judge,
        )

    async def add_all(self, prepared: Sequence[Prepared]) -> tuple[Changed, ...]:
        """All of them in one transaction, or none."""
        with _refusals_are_problems():
            await self._store.bookings.add_all(
                [
                    (one.booking, one.happening, one.changes, one.letters, one.judge)
                    for one in prepared
                ]
            )
        return tuple(self._done(one.booking, one.links, one.letters) for one in prepared)

    async def change(
        self,
        event: BookingEvent,
        before: Booking,
        after: Booking,
        by: By,
        *,
        waiver: str = "",
        judge: Judge | None = None,
    ) -> Changed:
        """`after` in place of `before`, with the links and letters that this makes."""
        unsent: Collection[ExpectedId] = ()
        if self._mail.is_set_up:
            unsent = await self._store.outbox.unsent_invitations(before.id)
        after, changes = self._linked(before, after, unsent)
        happening = booking_happening(event, after, by=by, at=after.changed_at, waiver=waiver)
        links = await self._links(after, changes)
        letters = await self._written(event, before, after, links)
        with _refusals_are_problems():
            await self._store.bookings.change(after, happening, changes, letters, judge)
        return self._done(after, links, letters)

    async def renew_link(
        self, booking: Booking, person: Expected, invite: InviteId, happening: Happening
    ) -> Changed:
        """In place of this one, with a letter where they have an address."""
        room, token = await room_of(self._store, booking), secrets.make_token()
        link = personal_link(self._base_url(), room, token)
        letters: tuple[Letter, ...] = ()
        if person.email:
            letters = (
                self._letters.invitation(
                    booking, person, room.establishment, happening.at, link=link
                ),
            )
        await self._store.bookings.renew_link(booking, invite, token, happening, letters)
        return self._done(booking, {person.id: link}, letters)

    def _linked(
        self, before: Booking | None, after: Booking, unsent: Collection[ExpectedId] = ()
    ) -> tuple[Booking, LinkChanges]:
        return linked(
            before,
            after,
            early_min=self._numbers.link_early_min,
            make_id=lambda: InviteId(secrets.make_id()),
            make_token=secrets.make_token,
            unsent=unsent,
        )

    async def _links(self, booking: Booking, changes: LinkChanges) -> dict[ExpectedId, str]:
        if not changes.made:
            return {}
        room = await room_of(self._store, booking)
        return {
            one.person: personal_link(self._base_url(), room, one.token) for one in changes.made
        }

    async def _written(
        self,
        event: BookingEvent,
        before: Booking | None,
        after: Booking,
        links: Mapping[ExpectedId, str],
    ) -> tuple[Letter, ...]:
        establishments = await self._store.establishments()
        at = next((one for one in establishments if one.id == after.establishment), None)
        if at is None:
            raise NotFound("no such establishment")
        return Post(self._letters, at, after.changed_at).of_change(event, before, after, links)

    def _done(
        self, booking: Booking, links: Mapping[ExpectedId, str], letters: Sequence[Letter]
    ) -> Changed:
        if letters:
            self._on_letters()
        carried = {one.expected for one in letters if one.kind is LetterKind.INVITATION}
        shown = {
            person: link
            for person, link in links.items()
            if not self._mail.is_set_up or person not in carried
        }
        return Changed(booking=booking, links=shown)


@contextmanager
def _refusals_are_problems() -> Iterator[None]:
    """Two clerks in the same second: the second hears what they would have a moment later."""
    try:
        yield
    except SlotTaken as error:
        raise BookingProblems(Problem.ROOM_TAKEN) from error
    except NotEntitled as error:
        raise BookingProblems(*error.problems) from error
