"""One meeting's wishes for the media engine, and what the engine was made to hold.

Effects change the wishes. `narrow` then takes away at once what is no longer wished for;
`widen`, after the record is written, gives what is new. Both compare wishes with holdings, so a
request the engine failed is asked for again the next time, and a wish withdrawn in between is
never granted.

An endpoint is one admission of one participant: whoever is let in again gets another, so an
answer or an event that was on its way when somebody was removed can never reach their next
transport.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lobby import effects
from media import messages
from signalling.errors import RequestError
from signalling.seams import Engine
from signalling.wire import JsonObject, to_wire
from vmr.ids import MeetingId, ParticipantId, SessionId

ENGINE_TIMEOUT_S = 5.0

log = logging.getLogger(__name__)

_CLOSED = effects.Gate(
    participant=ParticipantId(""), microphone=False, camera=False, screen=False
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one participant who is let in should have."""

    session: SessionId
    endpoint: str
    gate: effects.Gate = _CLOSED
    sources: tuple[effects.Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the engine holds of one endpoint."""

    gate: messages.Gate
    sources: tuple[messages.Source, ...] = ()


_NOTHING = Holding(gate=messages.Gate())

Wishes = dict[ParticipantId, Wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Wishes and holdings at one moment, to go back to."""

    wishes: Wishes
    held: dict[str, Holding]


class RoomMedia:
    """The engine's side of one meeting. `narrow`, `widen` and `close` belong to its mailbox."""

    def __init__(self, engine: Engine, meeting: MeetingId, counters: Counter[str]) -> None:
        self._engine = engine
        self._room = str(meeting)
        self._counters = counters
        self._wishes: Wishes = {}
        self._held: dict[str, Holding] = {}
        self._endpoints_made = 0

    # -- wishes -------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(wishes=dict(self._wishes), held=dict(self._held))

    def take(self, effect: effects.Effect) -> None:
        """Note what a Meeting wishes; other effects are none of media's business."""
        match effect:
            case effects.OpenMedia(session=session, participant=participant):
                self._endpoints_made += 1
                endpoint = f"{self._room}.{participant}.{self._endpoints_made}"
                self._wishes[participant] = Wish(session=session, endpoint=endpoint)
            case effects.CloseMedia(participant=participant):
                self._wishes.pop(participant, None)
            case effects.Gate(participant=participant) if participant in self._wishes:
                self._wishes[participant] = replace(self._wishes[participant], gate=effect)
            case effects.Bind(participant=participant, sources=sources):
                if participant in self._wishes:
                    self._wishes[participant] = replace(self._wishes[participant], sources=sources)

    def session_of(self, participant: ParticipantId) -> SessionId | None:
        wish = self._wishes.get(participant)
        return None if wish is None else wish.session

    def participant_at(self, endpoint: str) -> ParticipantId | None:
        """Who has this endpoint now; None when they have it no more."""
        participant = _participant(endpoint)
        wish = self._wishes.get(participant)
        return participant if wish is not None and wish.endpoint == endpoint else None

    def sessions_without_endpoint(self) -> frozenset[SessionId]:
        """Those who were let in, and are not yet so in the engine."""
        return frozenset(
            wish.session for wish in self._wishes.values() if wish.endpoint not in self._held
        )

    # -- the engine follows -------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """Whether the engine holds something other than what is wished for."""
        return self._held != self._wished()

    async def narrow(self) -> None:
        """Take away at once whatever is not wished for any more."""
        wished = self._wished()
        for endpoint in [one for one in self._held if one not in wished]:
            if await self._do(messages.RemoveEndpoint(endpoint=endpoint)):
                del self._held[endpoint]
        for endpoint, held in list(self._held.items()):
            if endpoint in wished:
                await self._set(endpoint, _intersection(held, wished[endpoint]))

    async def widen(self) -> None:
        """Give what is wished for."""
        wished = self._wished()
        added = [endpoint for endpoint in wished if await self._add(endpoint)]
        for endpoint in added:
            await self._set(endpoint, wished[endpoint])

    async def go_back(self, to: Checkpoint) -> None:
        """Undo what was narrowed since; what had not been given then is not given now."""
        self._wishes = to.wishes
        wished = self._wished()
        for endpoint, held in to.held.items():
            if endpoint in wished and await self._add(endpoint):
                await self._set(endpoint, _intersection(held, wished[endpoint]))

    async def close(self) -> None:
        """The meeting is over or the server stops: nothing of it stays in the engine."""
        self._wishes = {}
        await self.narrow()

    async def negotiate(self, session: SessionId, sdp: str) -> tuple[str, list[JsonObject]]:
        """Answer an offer: the SDP and the slots. Raises RequestError.

        Runs beside the mailbox, so that nobody waits for it; who was removed meanwhile ends
        with no endpoint.
        """
        endpoint = self._endpoint_of(session)
        if endpoint is None or endpoint not in self._held:
            raise RequestError("not_admitted")
        reply = await self._ask(messages.Negotiate(endpoint=endpoint, offer=sdp))
        if self._endpoint_of(session) != endpoint:
            await self._do(messages.RemoveEndpoint(endpoint=endpoint))
            raise RequestError("not_admitted")
        match reply:
            case messages.Answer(sdp=answer, bindings=bindings):
                return answer, slots(bindings)
            case messages.Refused(code=code) if code in _REFUSALS:
                raise RequestError(code)
        log.error("the engine did not answer an offer endpoint=%s reply=%s", endpoint, reply)
        raise RequestError("internal")

    # -- who may hear what the engine tells ---------------------------------------------------

    def speakers(self, event: messages.SpeakersChanged) -> Iterable[tuple[SessionId, JsonObject]]:
        """To each inside: who speaks among those they can hear, and whether they do."""
        dominant = None if event.dominant is None else self.participant_at(event.dominant)
        now = [self.participant_at(endpoint) for endpoint in event.speaking]
        for participant, wish in self._wishes.items():
            heard = self._heard_by(participant, wish)
            speaking = [one for one in now if one is not None and one in heard]
            told = dominant if dominant in heard else None
            yield wish.session, {"dominant": told, "speaking": to_wire(speaking)}

    def _heard_by(self, participant: ParticipantId, wish: Wish) -> set[ParticipantId]:
        """Those whose sound the engine may send them now, and themselves while unmuted."""
        held = self._held.get(wish.endpoint, _NOTHING)
        heard = {_participant(source.endpoint) for source in held.sources if source.audio}
        return heard | {participant} if held.gate.audio else heard

    # -- inside -------------------------------------------------------------------------------

    def _endpoint_of(self, session: SessionId) -> str | None:
        for wish in self._wishes.values():
            if wish.session == session:
                return wish.endpoint
        return None

    def _wished(self) -> dict[str, Holding]:
        return {
            wish.endpoint: Holding(
                gate=messages.Gate(
                    audio=wish.gate.microphone,
                    camera=wish.gate.camera,
                    screen=wish.gate.screen,
                    audience=wish.gate.audience,
                ),
                sources=tuple(
                    messages.Source(
                        endpoint=self._wishes[source.participant].endpoint,
                        audio=source.audio,
                        camera=source.camera,
                        screen=source.screen,
                    )
                    for source in wish.sources
                    if source.participant in self._wishes
                ),
            )
            for wish in self._wishes.values()
        }

    async def _add(self, endpoint: str) -> bool:
        """Whether the engine has it now."""
        if endpoint not in self._held:
            add = messages.AddEndpoint(room=self._room, endpoint=endpoint)
            if not await self._do(add):
                return False
            self._held[endpoint] = _NOTHING
        return True

    async def _set(self, endpoint: str, wanted: Holding) -> None:
        held = self._held[endpoint]
        if held.gate != wanted.gate and await self._do(
            messages.SetGate(endpoint=endpoint, gate=wanted.gate)
        ):
            held = self._held[endpoint] = replace(held, gate=wanted.gate)
        if held.sources != wanted.sources and await self._do(
            messages.SetSources(endpoint=endpoint, sources=wanted.sources)
        ):
            self._held[endpoint] = replace(held, sources=wanted.sources)

    async def _do(self, request: messages.Request) -> bool:
        """Whether the engine did it; what it did not do is asked for again later."""
        try:
            reply = await self._ask(request)
        except RequestError:
            return False
        if isinstance(reply, messages.Refused):
            log.error("the engine refused %s code=%s", type(request).__name__, reply.code)
            self._counters["engine_refusals"] += 1
            return False
        return True

    async def _ask(self, request: messages.Request) -> messages.Reply:
        try:
            async with asyncio.timeout(ENGINE_TIMEOUT_S):
                return await self._engine.request(request)
        except Exception as error:  # the edge: a broken engine must not stop the rules
            log.error("the engine failed %s: %s", type(request).__name__, type(error).__name__)
            self._counters["engine_failures"] += 1
            raise RequestError("internal") from error


_REFUSALS = frozenset({"bad_offer", "offer_without_slots", "media_full", "transport_gone"})


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


def _intersection(one: Holding, other: Holding) -> Holding:
    wanted = {source.endpoint: source for source in other.sources}
    sources = (
        _both(source, wanted[source.endpoint])
        for source in one.sources
        if source.endpoint in wanted
    )
    return Holding(
        gate=messages.Gate(
            audio=one.gate.audio and other.gate.audio,
            camera=one.gate.camera and other.gate.camera,
            screen=one.gate.screen and other.gate.screen,
            audience=one.gate.audience if one.gate.audience == other.gate.audience else "",
        ),
        sources=tuple(
            source for source in sources if source.audio or source.camera or source.screen
        ),
    )


def _both(one: messages.Source, other: messages.Source) -> messages.Source:
    return messages.Source(
        endpoint=one.endpoint,
        audio=one.audio and other.audio,
        camera=one.camera and other.camera,
        screen=one.screen and other.screen,
    )
