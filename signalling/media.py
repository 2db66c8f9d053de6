"""One meeting's wishes for the media engine, and what the engine was made to hold.

Effects change the wishes. `narrow` then takes away at once what is no longer wished for;
`widen`, after the record is written, gives what is new. Both compare wishes with holdings, so a
request the engine failed is asked for again the next time, and a wish withdrawn in between is
never granted. A request that failed may have been done all the same: its endpoint is *unsure*,
and is told again what it may hold until the engine has confirmed that.

An endpoint is one admission of one participant: whoever is let in again gets another, so an
answer or an event that was on its way when somebody was removed can never reach their next
transport. An encoder has an endpoint of its own for each time it comes: it sends by the gate of
its participant, who goes on receiving, and presenting, by the endpoint of the page.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lobby import effects
from media import messages
from media.messages import Pictures
from signalling.errors import RequestError
from signalling.holdings import (
    NOTHING,
    Holding,
    TapWish,
    TapWishes,
    Wish,
    Wishes,
    intersection,
    wished,
)
from signalling.seams import Engine
from signalling.wire import JsonObject, to_wire
from vmr.ids import MeetingId, ParticipantId, SessionId

ENGINE_TIMEOUT_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Wishes and holdings at one moment, to go back to."""

    wishes: Wishes
    taps: TapWishes
    held: dict[str, Holding]
    wished: Mapping[str, Holding]


class RoomMedia:
    """The engine's side of one meeting. `narrow`, `widen` and `close` belong to its mailbox."""

    def __init__(self, engine: Engine, meeting: MeetingId, counters: Counter[str]) -> None:
        self._engine = engine
        self._room = str(meeting)
        self._counters = counters
        self._wishes: Wishes = {}
        self._taps: TapWishes = {}
        self._held: dict[str, Holding] = {}
        self._unsure: set[str] = set()
        self._worked_out: tuple[Wishes, TapWishes, Mapping[str, Holding]] = ({}, {}, {})
        """Of these wishes what the engine should hold: asked for many times a command."""
        self._endpoints_made = 0

    # -- wishes -------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        wanted = self._wished()
        return Checkpoint(
            wishes=dict(self._wishes), taps=dict(self._taps), held=dict(self._held), wished=wanted
        )

    def take(self, effect: effects.Effect) -> None:
        """Note what a Meeting wishes; other effects are none of media's business."""
        match effect:
            case effects.OpenMedia(session=session, participant=participant):
                endpoint = self._new_endpoint(participant)
                self._wishes[participant] = Wish(session=session, endpoint=endpoint)
            case effects.CloseMedia(participant=participant):
                self._wishes.pop(participant, None)
                self._taps.pop(participant, None)
            case effects.OpenTap(session=session, participant=participant):
                endpoint = self._new_endpoint(participant)
                self._taps[participant] = TapWish(session=session, endpoint=endpoint)
            case effects.BindTap(participant=participant, pictures=pictures):
                if participant in self._taps:
                    self._taps[participant] = replace(self._taps[participant], pictures=pictures)
            case effects.OpenEncoder(participant=participant) if participant in self._wishes:
                encoder = self._new_endpoint(participant)
                self._wishes[participant] = replace(self._wishes[participant], encoder=encoder)
            case effects.CloseEncoder(participant=participant) if participant in self._wishes:
                self._wishes[participant] = replace(self._wishes[participant], encoder="")
            case effects.Gate(participant=participant) if participant in self._wishes:
                self._wishes[participant] = replace(self._wishes[participant], gate=effect)
            case effects.Bind(participant=participant, sources=sources):
                if participant in self._wishes:
                    self._wishes[participant] = replace(self._wishes[participant], sources=sources)

    def session_of(self, participant: ParticipantId) -> SessionId | None:
        wish = self._wishes.get(participant)
        return None if wish is None else wish.session

    def participant_at(self, endpoint: str) -> ParticipantId | None:
        """Whose page has this endpoint now; None when it has it no more."""
        participant = _participant(endpoint)
        wish = self._wishes.get(participant)
        return participant if wish is not None and wish.endpoint == endpoint else None

    def participant_of_encoder(self, endpoint: str) -> ParticipantId | None:
        """Whose encoder has this endpoint now."""
        participant = _participant(endpoint)
        wish = self._wishes.get(participant)
        return participant if wish is not None and wish.encoder == endpoint else None

    def tap_of(self, session: SessionId) -> str | None:
        """The endpoint of the terminal's tap, while it watches this room."""
        return next((t.endpoint for t in self._taps.values() if t.session == session), None)

    def terminal_at(self, endpoint: str) -> SessionId | None:
        """Whose tap has this endpoint now."""
        tap = self._taps.get(_participant(endpoint))
        return tap.session if tap is not None and tap.endpoint == endpoint else None

    def may_show(self, session: SessionId) -> tuple[ParticipantId, ...]:
        """Whose pictures this terminal may be shown."""
        pictures = (tap.pictures for tap in self._taps.values() if tap.session == session)
        return tuple(picture.participant for one in pictures for picture in one)

    def show(
        self,
        session: SessionId,
        only: ParticipantId | None,
        *,
        is_focused: bool,
        large: frozenset[ParticipantId] = frozenset(),
    ) -> None:
        """Whom a terminal's tile has room for, of those it may be shown; the engine follows."""
        for participant, tap in self._taps.items():
            if tap.session == session:
                self._taps[participant] = replace(
                    tap, only=only, is_focused=is_focused, large=large
                )

    def prefer(self, session: SessionId, first: ParticipantId | None) -> None:
        """Whose picture this page shows large by choice; the engine follows. Who is not received
        is nobody. Raises RequestError not_admitted."""
        for participant, wish in self._wishes.items():
            if wish.session == session:
                self._wishes[participant] = replace(wish, first=first)
                return
        raise RequestError("not_admitted")

    def save(self, session: SessionId, pictures: Pictures) -> None:
        """Which pictures this page asks for, to save data; the engine follows. Raises
        RequestError not_admitted."""
        for participant, wish in self._wishes.items():
            if wish.session == session:
                self._wishes[participant] = replace(wish, pictures=pictures)
                return
        raise RequestError("not_admitted")

    def is_capped(self, session: SessionId, participant: ParticipantId) -> bool:
        """Whether the policy shows this terminal only small pictures of them."""
        pictures = (tap.pictures for tap in self._taps.values() if tap.session == session)
        return any(
            one.max_width > 0 for some in pictures for one in some if one.participant == participant
        )

    def endpoint_of(self, session: SessionId) -> str | None:
        """That of the session's page: its name stands for this one admission."""
        return next((w.endpoint for w in self._wishes.values() if w.session == session), None)

    def encoder_of(self, participant: ParticipantId) -> str | None:
        """The endpoint of the encoder that may offer now."""
        wish = self._wishes.get(participant)
        return None if wish is None else wish.encoder or None

    def sessions_without_endpoint(self) -> frozenset[SessionId]:
        """Those who were let in, and are not yet so in the engine."""
        return frozenset(
            wish.session for wish in self._wishes.values() if wish.endpoint not in self._held
        )

    def _new_endpoint(self, participant: ParticipantId) -> str:
        self._endpoints_made += 1
        return f"{self._room}.{participant}.{self._endpoints_made}"

    # -- the engine follows -------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """Whether the engine holds something other than what is wished for."""
        return bool(self._unsure) or self._held != self._wished()

    async def narrow(self) -> None:
        """Take away at once whatever is not wished for any more."""
        wanted = self._wished()
        gone = [one for one in dict.fromkeys((*self._held, *self._unsure)) if one not in wanted]
        failed = await self._do_all([messages.RemoveEndpoint(endpoint=one) for one in gone])
        self._unsure = self._unsure.difference(gone) | failed
        await self._bring(
            {
                endpoint: intersection(held, wanted[endpoint])
                for endpoint, held in self._held.items()
                if endpoint in wanted and self._differs(endpoint, wanted[endpoint])
            }
        )

    async def widen(self) -> None:
        """Give what is wished for."""
        await self._bring(self._wished())

    async def go_back(self, to: Checkpoint) -> None:
        """Undo what was narrowed since; what had not been given then is not given now."""
        self._wishes, self._taps = to.wishes, to.taps
        wanted = self._wished()
        await self._bring(
            {
                endpoint: intersection(held, wanted[endpoint])
                for endpoint, held in to.held.items()
                if endpoint in wanted
            }
        )

    async def keep(self, participants: Container[ParticipantId]) -> None:
        """Nobody else has media from now on; terminals keep theirs."""
        self._wishes = {who: wish for who, wish in self._wishes.items() if who in participants}
        await self.narrow()

    def has_narrowed(self, since: Checkpoint) -> bool:
        """Whether anybody may send or receive less than they could then."""
        now = self._wished()
        return any(
            endpoint not in now
            or (had != now[endpoint] and intersection(had, now[endpoint]) != had)
            for endpoint, had in since.wished.items()
        )

    async def close(self) -> None:
        """The meeting is over or the server stops: nothing of it stays in the engine."""
        self._wishes, self._taps = {}, {}
        await self.narrow()

    async def negotiate(self, session: SessionId, sdp: str) -> tuple[str, list[JsonObject]]:
        """Answer an offer: the SDP and the slots. Raises RequestError.

        Runs beside the mailbox, so that nobody waits for it; who was removed meanwhile ends
        with no endpoint.
        """
        answer = await self._answer(lambda: self.endpoint_of(session), sdp)
        return answer.sdp, slots(answer.bindings)

    async def negotiate_tap(self, session: SessionId, sdp: str) -> tuple[str, list[JsonObject]]:
        """Answer a terminal's offer, as `negotiate` does. Raises RequestError."""
        answer = await self._answer(lambda: self.tap_of(session), sdp)
        return answer.sdp, slots(answer.bindings)

    async def negotiate_encoder(self, endpoint: str, sdp: str) -> str:
        """Answer an encoder's offer, or its restart, as `negotiate` does. Raises RequestError."""
        is_there = self.participant_of_encoder
        if is_there(endpoint) and endpoint not in self._held:
            raise RequestError("media_full")
        return (await self._answer(lambda: endpoint if is_there(endpoint) else None, sdp)).sdp

    async def _answer(self, find: Callable[[], str | None], sdp: str) -> messages.Answer:
        """`find` gives the endpoint that the offer is for, as long as that may have media."""
        endpoint = find()
        if endpoint is None or endpoint not in self._held:
            raise RequestError("not_admitted")
        reply = await self._ask(messages.Negotiate(endpoint=endpoint, offer=sdp))
        if find() != endpoint:
            await self._do(messages.RemoveEndpoint(endpoint=endpoint))
            raise RequestError("not_admitted")
        match reply:
            case messages.Answer():
                return reply
            case messages.Refused(code=code) if code in _REFUSALS:
                raise RequestError(code)
        log.error(
            "the engine did not answer an offer endpoint=%s reply=%s",
            endpoint,
            type(reply).__name__,
        )
        raise RequestError("internal")

    # -- who may hear what the engine tells ---------------------------------------------------

    def speakers(self, event: messages.SpeakersChanged) -> Iterable[tuple[SessionId, JsonObject]]:
        """To each inside: who speaks among those they can hear, and whether they do."""
        dominant = None if event.dominant is None else self.person_at(event.dominant)
        now = [self.person_at(endpoint) for endpoint in event.speaking]
        for participant, wish in self._wishes.items():
            heard = self._heard_by(participant, wish)
            speaking = [one for one in now if one is not None and one in heard]
            told = dominant if dominant in heard else None
            yield wish.session, {"dominant": told, "speaking": to_wire(speaking)}

    def dominant(self, event: messages.SpeakersChanged) -> ParticipantId | None:
        """Who speaks most, for whom pictures follow and nothing is told."""
        return None if event.dominant is None else self.person_at(event.dominant)

    def _heard_by(self, participant: ParticipantId, wish: Wish) -> set[ParticipantId]:
        """Those whose sound the engine may send them now, and themselves while unmuted."""
        held = self._held.get(wish.endpoint, NOTHING)
        heard = {_participant(source.endpoint) for source in held.sources if source.audio}
        own = [held, self._held.get(wish.encoder, NOTHING)]
        return heard | {participant} if any(one.gate.audio for one in own) else heard

    def person_at(self, endpoint: str) -> ParticipantId | None:
        return self.participant_at(endpoint) or self.participant_of_encoder(endpoint)

    # -- inside -------------------------------------------------------------------------------

    def _wished(self) -> Mapping[str, Holding]:
        wishes, taps, wanted = self._worked_out
        if (wishes, taps) != (self._wishes, self._taps):
            wanted = wished(self._wishes, self._taps)
            self._worked_out = (dict(self._wishes), dict(self._taps), wanted)
        return wanted

    def _differs(self, endpoint: str, wanted: Holding) -> bool:
        """Whether the engine may hold something else of an endpoint that it has."""
        return endpoint in self._unsure or self._held[endpoint] != wanted

    async def _bring(self, to: Mapping[str, Holding]) -> None:
        """Have these endpoints hold this; one that is unsure is told everything anew."""
        added = [
            messages.AddEndpoint(room=self._room, endpoint=endpoint, kind=wanted.kind)
            for endpoint, wanted in to.items()
            if endpoint not in self._held
        ]
        self._unsure |= await self._do_all(added)
        told = [
            endpoint
            for endpoint, wanted in to.items()
            if endpoint in self._held and self._differs(endpoint, wanted)
        ]
        failed = await self._do_all([one for name in told for one in self._orders(name, to[name])])
        self._unsure = self._unsure.difference(told) | failed

    def _orders(self, endpoint: str, wanted: Holding) -> Iterator[messages.EndpointRequest]:
        """What brings an endpoint to this, in order."""
        is_unsure, held = endpoint in self._unsure, self._held[endpoint]
        if is_unsure:
            yield messages.AddEndpoint(room=self._room, endpoint=endpoint, kind=wanted.kind)
        if is_unsure or held.gate != wanted.gate:
            yield messages.SetGate(endpoint=endpoint, gate=wanted.gate)
        if is_unsure or held.sources != wanted.sources:
            yield messages.SetSources(endpoint=endpoint, sources=wanted.sources)

    async def _do_all(self, orders: Sequence[messages.EndpointRequest]) -> set[str]:
        """Have the engine do this, in this order, and note it; the endpoints of what it did not do.

        Each goes out before the one before it is answered: a visit gives a dozen orders, and to
        wait for each would cost both processes a wake-up, and whoever joins the time.
        """
        if not orders:
            return set()
        done = await asyncio.gather(*map(self._do, orders))
        for order, is_done in zip(orders, done, strict=True):
            if is_done:
                self._note(order)
        return {order.endpoint for order, is_done in zip(orders, done, strict=True) if not is_done}

    def _note(self, done: messages.EndpointRequest) -> None:
        """The engine holds this for certain."""
        endpoint = done.endpoint
        match done:
            case messages.RemoveEndpoint():
                self._held.pop(endpoint, None)
            case messages.AddEndpoint(kind=kind):
                self._held.setdefault(endpoint, replace(NOTHING, kind=kind))
            case messages.SetGate(gate=gate):
                self._held[endpoint] = replace(self._held[endpoint], gate=gate)
            case messages.SetSources(sources=sources):
                self._held[endpoint] = replace(self._held[endpoint], sources=sources)

    async def _do(self, request: messages.Request) -> bool:
        """Whether the engine did it; what it did not do is asked for again later."""
        try:
            reply = await self._ask(request)
        except RequestError:
            return False
        if isinstance(reply, messages.Refused):
            log.error("the engine refused request=%s code=%s", type(request).__name__, reply.code)
            self._counters["engine_refusals"] += 1
            return False
        return True

    async def _ask(self, request: messages.Request) -> messages.Reply:
        try:
            async with asyncio.timeout(ENGINE_TIMEOUT_S):
                return await self._engine.request(request)
        except Exception as error:  # the edge: a broken engine must not stop the rules
            names = type(request).__name__, type(error).__name__
            log.error("the engine failed request=%s error=%s", *names)
            self._counters["engine_failures"] += 1
            raise RequestError("internal") from error


_REFUSALS = frozenset(
    {"bad_offer", "offer_without_slots", "unfit_offer", "media_full", "transport_gone"}
)


def slots(bindings: Iterable[messages.SlotBinding]) -> list[JsonObject]:
    """Bindings as a page hears of them: by participant, not by endpoint."""
    return [
        {
            "mid": binding.mid,
            "kind": binding.kind,
            "participant": None if binding.source is None else _participant(binding.source),
        }
        for binding in bindings
    ]


def meeting_of(endpoint: str) -> MeetingId:
    """The meeting whose endpoint this is."""
    return MeetingId(endpoint.split(".")[0])


def _participant(endpoint: str) -> ParticipantId:
    return ParticipantId(endpoint.split(".")[1])
