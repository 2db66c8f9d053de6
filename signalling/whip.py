"""Encoders of people who are inside: a bearer token for each admission, and what it opens.

A token is made for a page that was let in by the lobby, and stands for that one admission (the
endpoint of the page in the engine): whoever is removed, sent back, moved or let in again has
another, and a meeting that is over has none. Only its SHA-256 is kept. Whether an encoder may
come now is the Meeting's.
"""

import logging
import secrets
from dataclasses import dataclass

from lobby.commands import EncoderLost, OfferEncoder
from signalling.errors import RequestError
from signalling.mailbox import Mailbox, MailboxClosed
from signalling.media import RoomMedia
from signalling.seams import Clock
from signalling.turn import Turn
from vmr.ids import ParticipantId, SessionId
from vmr.store.secrets import hash_token

PATH = "/whip"
TOKEN_BYTES = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Whom a token stands for: the admission that has this page in this meeting."""

    digest: str
    mailbox: Mailbox
    participant: ParticipantId
    page: str

    @property
    def media(self) -> RoomMedia:
        return self.mailbox.runner.media

    @property
    def is_admitted(self) -> bool:
        return self.media.participant_at(self.page) is not None

    @property
    def is_over(self) -> bool:
        return self.mailbox.is_closed or self.mailbox.runner.meeting.is_over


class Encoders:
    """The tokens of this process, one for an admission at most; a `Backend` of `sdp_http`."""

    def __init__(self, *, turn: Turn, clock: Clock, limit: int) -> None:
        self._turn = turn
        self._clock = clock
        self._limit = limit
        self._places: dict[str, Place] = {}
        self._by_page: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def issue(self, mailbox: Mailbox, session: SessionId) -> str:
        """A token for this page's admission; the one before is void. Raises RequestError."""
        page = mailbox.runner.media.endpoint_of(session)
        participant = mailbox.runner.meeting.participant(session)
        if page is None or participant is None:
            raise RequestError("not_admitted")
        before = self._by_page.pop(page, None)
        if before is not None:
            del self._places[before.digest]
        if len(self._places) >= self._limit:
            raise RequestError("busy")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        place = Place(digest=hash_token(token), mailbox=mailbox, participant=participant, page=page)
        self._places[place.digest] = self._by_page[page] = place
        return token

    def sweep(self) -> None:
        """Forget the tokens of meetings that are over."""
        for place in [one for one in self._places.values() if one.is_over]:
            del self._places[place.digest], self._by_page[place.page]

    # -- what a token opens -------------------------------------------------------------------

    def find(self, token: str) -> Place | None:
        place = self._places.get(hash_token(token))
        return None if place is None or place.is_over else place

    async def open(self, holder: Place, offer: str) -> tuple[str, str]:
        self._check(holder)
        await self._ask(holder, OfferEncoder(participant=holder.participant))
        endpoint = holder.media.encoder_of(holder.participant)
        try:
            if endpoint is None:
                raise RequestError("not_admitted")
            answer = await holder.media.negotiate_encoder(endpoint, offer)
            self._check(holder)
        except RequestError:
            if endpoint is not None and self.has(holder, endpoint):
                holder.mailbox.post(EncoderLost(participant=holder.participant))
            raise
        self._note("offered", holder)
        return endpoint, answer

    def has(self, holder: Place, endpoint: str) -> bool:
        is_open = not holder.mailbox.is_closed
        return is_open and holder.media.participant_of_encoder(endpoint) is not None

    async def restart(self, holder: Place, endpoint: str, offer: str) -> str:
        self._check(holder)
        return await holder.media.negotiate_encoder(endpoint, offer)

    async def close(self, holder: Place, endpoint: str) -> None:
        if self.has(holder, endpoint):
            await self._ask(holder, EncoderLost(participant=holder.participant))
        self._note("ended", holder)

    def ice_links(self) -> list[str]:
        """Credentials of their own: an encoder's name there is nobody's session."""
        return self._turn.links(secrets.token_urlsafe(12), self._clock())

    def _check(self, place: Place) -> None:
        """Who was put out meanwhile, or has asked for another token, is not let in by this one."""
        if self._places.get(place.digest) is not place or not place.is_admitted:
            raise RequestError("not_admitted")

    async def _ask(self, place: Place, command: OfferEncoder | EncoderLost) -> None:
        try:
            await place.mailbox.ask(command)
        except MailboxClosed:
            raise RequestError("not_admitted") from None

    def _note(self, what: str, place: Place) -> None:
        meeting = place.mailbox.runner.meeting.id
        log.info("encoder did=%s meeting=%s participant=%s", what, meeting, place.participant)
