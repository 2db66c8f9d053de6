"""The engine follows the Meeting's wishes: narrowed at once, widened later, never crossed over."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby import effects
from media.messages import (
    AddEndpoint,
    Gate,
    Negotiate,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    SlotBinding,
    Source,
    SpeakersChanged,
)
from signalling.errors import RequestError
from signalling.media import RoomMedia, meeting_of, slots
from signalling.wire import JsonObject
from tests.signalling.fakes.engine import FakeEngine
from vmr.ids import MeetingId, ParticipantId, SessionId

ANN, BOB, CAT = ParticipantId("ann"), ParticipantId("bob"), ParticipantId("cat")
S1, S2, S3 = SessionId("s1"), SessionId("s2"), SessionId("s3")
OFFER = "v=0\r\na=recvonly"


def gate(who: ParticipantId, *, on: bool = True, screen: bool = False) -> effects.Gate:
    return effects.Gate(participant=who, microphone=on, camera=on, screen=screen)


def bind(
    who: ParticipantId, *sources: ParticipantId, audio: bool = True, camera: bool = True
) -> effects.Bind:
    return effects.Bind(
        participant=who,
        sources=tuple(
            effects.Source(participant=source, audio=audio, camera=camera, screen=False)
            for source in sources
        ),
    )


def opened(who: ParticipantId, session: SessionId) -> effects.OpenMedia:
    return effects.OpenMedia(session=session, participant=who)


def closed(who: ParticipantId) -> effects.CloseMedia:
    return effects.CloseMedia(participant=who)


class Room:
    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.media = RoomMedia(self.engine, MeetingId("m"), Counter())

    def take(self, *asked: effects.Effect) -> None:
        for effect in asked:
            self.media.take(effect)

    async def run(self, *asked: effects.Effect) -> None:
        self.take(*asked)
        await self.media.narrow()
        await self.media.widen()

    def comes_first(self, who: ParticipantId) -> list[bool]:
        """Of each source of theirs, in the engine."""
        held = self.engine.of(who)
        assert held is not None
        return [source.comes_first for source in held.sources]


@pytest.fixture
def room() -> Room:
    return Room()


async def two_inside(room: Room) -> None:
    await room.run(
        opened(ANN, S1), opened(BOB, S2), gate(ANN), gate(BOB), bind(ANN, BOB), bind(BOB, ANN)
    )


async def test_whoever_is_let_in_has_an_endpoint_with_their_gate_and_sources(room: Room) -> None:
    await two_inside(room)
    ann = room.engine.of(ANN)
    assert ann is not None
    assert ann.gate == Gate(audio=True, camera=True)
    assert ann.sources == (Source(endpoint=room.engine.name_of(BOB), audio=True, camera=True),)
    assert ann.room == "m"
    assert not room.media.is_behind


async def test_orders_go_out_together_and_in_order_before_any_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, may_answer = Room(), asyncio.Event()
    handle = room.engine.request

    async def answer_late(request: Request) -> Reply:
        reply = await handle(request)
        await may_answer.wait()
        return reply

    await two_inside(room)
    room.engine.log.clear()
    monkeypatch.setattr(room.engine, "request", answer_late)
    room.take(opened(CAT, S3), gate(CAT), bind(ANN, BOB, CAT), bind(BOB, ANN, CAT), bind(CAT, ANN))
    widening = asyncio.create_task(room.media.widen())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [type(order) for order in room.engine.log] == [AddEndpoint]
    may_answer.set()
    may_answer = asyncio.Event()
    for _ in range(5):
        await asyncio.sleep(0)
    asked = [SetSources, SetSources, SetGate, SetSources]
    assert [type(order) for order in room.engine.log[1:]] == asked
    assert room.media.is_behind, "none of it is confirmed"
    may_answer.set()
    await widening
    assert not room.media.is_behind


async def test_what_narrows_is_done_before_anything_widens(room: Room) -> None:
    await two_inside(room)
    room.engine.log.clear()
    room.take(gate(ANN, on=False, screen=True), bind(BOB, ANN, camera=False), opened(ANN, S1))
    room.take(gate(ANN, on=False, screen=True))
    await room.media.narrow()
    bob = room.engine.of(BOB)
    assert room.engine.of(ANN) is None
    assert bob is not None
    assert bob.sources == ()
    await room.media.widen()
    ann = room.engine.of(ANN)
    assert ann is not None
    assert ann.gate == Gate(screen=True)


async def test_a_gate_that_swaps_is_closed_first(room: Room) -> None:
    await two_inside(room)
    room.engine.log.clear()
    await room.run(gate(ANN, on=False, screen=True))
    name = room.engine.name_of(ANN)
    assert room.engine.log == [
        SetGate(endpoint=name, gate=Gate()),
        SetGate(endpoint=name, gate=Gate(screen=True)),
    ]


async def test_what_came_before_a_change_of_audience_is_forgotten_at_once(room: Room) -> None:
    before = effects.Gate(
        participant=ANN, microphone=True, camera=True, screen=False, audience="open"
    )
    await room.run(opened(ANN, S1), before)
    room.engine.log.clear()
    room.take(replace(before, audience="locked"))
    await room.media.narrow()
    name = room.engine.name_of(ANN)
    assert room.engine.log == [SetGate(endpoint=name, gate=Gate(audio=True, camera=True))]
    await room.media.widen()
    assert room.engine.log[1:] == [
        SetGate(endpoint=name, gate=Gate(audio=True, camera=True, audience="locked"))
    ]


async def test_sources_lose_what_is_taken_before_they_gain(room: Room) -> None:
    await two_inside(room)
    room.engine.log.clear()
    room.take(bind(BOB, ANN, audio=False))
    await room.media.narrow()
    source = Source(endpoint=room.engine.name_of(ANN), camera=True)
    assert room.engine.log == [SetSources(endpoint=room.engine.name_of(BOB), sources=(source,))]


async def test_whom_a_page_prefers_comes_first_for_that_page_alone(room: Room) -> None:
    await two_inside(room)
    room.media.prefer(S2, ANN)
    assert room.media.is_behind
    await room.run()
    assert room.comes_first(BOB) == [True]
    assert room.comes_first(ANN) == [False]
    room.media.prefer(S2, None)
    await room.run()
    assert room.comes_first(BOB) == [False]


async def test_preferring_gives_nothing_that_was_not_given(room: Room) -> None:
    await room.run(opened(ANN, S1), opened(BOB, S2), gate(ANN), bind(BOB, ANN, camera=False))
    before = room.engine.of(BOB)
    assert before is not None
    sources = before.sources
    room.media.prefer(S2, ANN)
    room.media.prefer(S1, BOB)
    await room.run()
    assert before.sources == sources
    assert room.comes_first(ANN) == []
    with pytest.raises(RequestError, match="not_admitted"):
        room.media.prefer(S3, ANN)


async def test_who_is_put_out_has_no_endpoint_and_is_nobodys_source(room: Room) -> None:
    await two_inside(room)
    room.take(closed(ANN), gate(ANN), bind(ANN, BOB))
    await room.media.narrow()
    assert room.engine.of(ANN) is None
    bob = room.engine.of(BOB)
    assert bob is not None
    assert bob.sources == ()


async def test_who_moves_to_another_page_loses_the_old_transport_first(room: Room) -> None:
    await two_inside(room)
    old = room.engine.name_of(ANN)
    room.engine.log.clear()
    await room.run(closed(ANN), opened(ANN, S3), gate(ANN), bind(ANN, BOB))
    assert room.engine.log[0] == RemoveEndpoint(endpoint=old)
    assert room.engine.name_of(ANN) != old
    bob = room.engine.of(BOB)
    assert bob is not None
    assert [source.endpoint for source in bob.sources] == [room.engine.name_of(ANN)]


async def test_an_offer_is_answered_for_the_session_that_has_the_seat(room: Room) -> None:
    await two_inside(room)
    answer, bound = await room.media.negotiate(S1, OFFER)
    assert answer.startswith("v=0")
    assert bound == [{"mid": "3", "kind": "audio", "participant": BOB}]
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S3, OFFER)
    assert refused.value.code == "not_admitted"


async def test_an_offer_before_the_record_is_written_is_refused(room: Room) -> None:
    room.take(opened(ANN, S1))
    await room.media.narrow()
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S1, OFFER)
    assert refused.value.code == "not_admitted"
    assert not room.engine.endpoints


@pytest.mark.parametrize(
    ("offer", "code"), [("hello", "bad_offer"), ("v=0", "offer_without_slots")]
)
async def test_a_bad_offer_is_told_so(room: Room, offer: str, code: str) -> None:
    await two_inside(room)
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S1, offer)
    assert refused.value.code == code


async def test_who_is_removed_while_their_offer_is_answered_ends_with_no_endpoint(
    room: Room,
) -> None:
    await two_inside(room)
    room.engine.may_answer.clear()
    offer = asyncio.create_task(room.media.negotiate(S1, OFFER))
    await room.engine.is_negotiating.wait()
    await room.run(closed(ANN), opened(ANN, S3), gate(ANN))
    room.engine.may_answer.set()
    with pytest.raises(RequestError) as refused:
        await offer
    assert refused.value.code == "not_admitted"
    ann = room.engine.of(ANN)
    assert ann is not None
    assert not ann.has_transport  # the other page's answer never reached the new seat


async def test_who_is_removed_after_the_engine_answered_ends_with_no_endpoint(room: Room) -> None:
    await two_inside(room)
    name = room.engine.name_of(ANN)
    real = room.engine.request

    async def request(asked: object) -> object:
        reply = await real(asked)  # type: ignore[arg-type]
        if type(asked).__name__ == "Negotiate":
            room.take(closed(ANN))
        return reply

    room.engine.request = request  # type: ignore[method-assign,assignment]
    with pytest.raises(RequestError):
        await room.media.negotiate(S1, OFFER)
    assert name not in room.engine.endpoints


async def test_going_back_undoes_what_was_narrowed_and_gives_nothing_new(room: Room) -> None:
    await two_inside(room)
    before = room.media.checkpoint()
    endpoints = {name: (one.gate, one.sources) for name, one in room.engine.endpoints.items()}
    room.take(gate(ANN, on=False), bind(BOB), opened(ParticipantId("eve"), S3))
    await room.media.narrow()
    await room.media.go_back(before)
    after = {name: (one.gate, one.sources) for name, one in room.engine.endpoints.items()}
    assert after == endpoints


async def test_going_back_does_not_give_what_still_waits_for_the_record(room: Room) -> None:
    await two_inside(room)
    room.take(opened(ParticipantId("eve"), S3))
    await room.media.narrow()
    assert room.media.sessions_without_endpoint() == {S3}
    before = room.media.checkpoint()
    room.take(gate(ANN, on=False))
    await room.media.narrow()
    await room.media.go_back(before)
    assert room.engine.of("eve") is None
    await room.media.widen()
    assert room.engine.of("eve") is not None


@pytest.mark.parametrize("broken", [RemoveEndpoint, SetGate, SetSources])
async def test_what_the_engine_failed_is_asked_for_again(room: Room, broken: type) -> None:
    await two_inside(room)
    room.engine.fail.add(broken)
    await room.run(closed(ANN), gate(BOB, on=False), bind(BOB))
    assert room.media.is_behind
    room.engine.fail.clear()
    await room.media.narrow()
    assert not room.media.is_behind
    assert list(room.engine.endpoints) == [room.engine.name_of(BOB)]


async def test_what_was_opened_although_the_reply_was_lost_is_closed_when_the_wish_is_gone(
    room: Room,
) -> None:
    await two_inside(room)
    await room.run(gate(ANN, on=False), bind(BOB))
    room.engine.fail_late = {SetGate, SetSources}
    await room.run(gate(ANN), bind(BOB, ANN))  # both are done, and nobody knows
    assert room.media.is_behind
    room.engine.fail_late.clear()
    room.take(gate(ANN, on=False), bind(BOB))
    await room.media.narrow()
    ann, bob = room.engine.of(ANN), room.engine.of(BOB)
    assert ann is not None
    assert bob is not None
    assert (ann.gate, bob.sources) == (Gate(), ())
    assert not room.media.is_behind


async def test_who_was_added_although_the_reply_was_lost_is_removed_with_the_wish(
    room: Room,
) -> None:
    room.engine.fail_late = {AddEndpoint}
    await room.run(opened(ANN, S1), gate(ANN))
    assert room.engine.of(ANN) is not None
    room.engine.fail_late.clear()
    room.take(closed(ANN))
    await room.media.narrow()
    assert room.engine.of(ANN) is None
    assert not room.media.is_behind


async def test_who_was_removed_although_the_reply_was_lost_is_made_anew_when_that_is_undone(
    room: Room,
) -> None:
    await two_inside(room)
    before = room.media.checkpoint()
    room.engine.fail_late = {RemoveEndpoint}
    room.take(closed(ANN))
    await room.media.narrow()
    assert room.engine.of(ANN) is None
    room.engine.fail_late.clear()
    await room.media.go_back(before)
    ann = room.engine.of(ANN)
    assert ann is not None
    assert ann.gate == Gate(audio=True, camera=True)
    assert not room.media.is_behind


WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([ANN, BOB])),
        st.tuples(st.just("close"), st.sampled_from([ANN, BOB])),
        st.tuples(st.just("gate"), st.sampled_from([ANN, BOB]), st.booleans(), st.booleans()),
        st.tuples(st.just("bind"), st.sampled_from([ANN, BOB]), st.booleans()),
        st.tuples(
            st.just("fault"),
            st.sets(st.sampled_from([AddEndpoint, RemoveEndpoint, SetGate, SetSources])),
            st.booleans(),
        ),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(WISHES)
def test_whatever_fails_and_however_the_engine_ends_within_the_wishes(
    steps: list[tuple[Any, ...]],
) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[Any, ...]]) -> None:
    room = Room()
    for step in steps:
        match step:
            case ("open", who):
                room.take(opened(who, S1 if who is ANN else S2))
            case ("close", who):
                room.take(closed(who))
            case ("gate", who, on, screen):
                room.take(gate(who, on=on, screen=screen))
            case ("bind", who, audio):
                room.take(bind(who, BOB if who is ANN else ANN, audio=audio))
            case ("fault", types, is_late):
                room.engine.fail = set() if is_late else types
                room.engine.fail_late = types if is_late else set()
        await room.media.narrow()
        if not room.engine.fail | room.engine.fail_late:
            _nothing_beyond(room)
        await room.media.widen()
    room.engine.fail = room.engine.fail_late = set()
    await room.media.narrow()
    _nothing_beyond(room)
    await room.media.widen()
    assert not room.media.is_behind
    wished = room.media._wished()
    assert {name: (one.gate, one.sources) for name, one in room.engine.endpoints.items()} == {
        name: (one.gate, one.sources) for name, one in wished.items()
    }


def _nothing_beyond(room: Room) -> None:
    """The engine holds no endpoint, gate or source that is not wished for now."""
    wished = room.media._wished()
    for name, held in room.engine.endpoints.items():
        gate, sources = wished[name].gate, {one.endpoint: one for one in wished[name].sources}
        assert not (held.gate.audio and not gate.audio)
        assert not (held.gate.camera and not gate.camera)
        assert not (held.gate.screen and not gate.screen)
        for source in held.sources:
            assert not (source.audio and not sources[source.endpoint].audio)
            assert not (source.camera and not sources[source.endpoint].camera)


async def test_an_engine_that_has_no_place_is_no_crash(room: Room) -> None:
    real = room.engine.request

    async def request(asked: object) -> object:
        if isinstance(asked, AddEndpoint):
            return Refused(code="media_full", message="")
        return await real(asked)  # type: ignore[arg-type]

    room.engine.request = request  # type: ignore[method-assign,assignment]
    await room.run(opened(ANN, S1), gate(ANN))
    assert room.media.is_behind
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S1, OFFER)
    assert refused.value.code == "not_admitted"


async def test_an_engine_that_fails_an_offer_is_an_internal_error(room: Room) -> None:
    await two_inside(room)
    room.engine.fail.add(Negotiate)
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S1, OFFER)
    assert refused.value.code == "internal"
    room.engine.fail.clear()
    room.engine.endpoints.clear()
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate(S1, OFFER)
    assert refused.value.code == "internal"


async def test_closing_leaves_nothing_in_the_engine(room: Room) -> None:
    await two_inside(room)
    await room.media.close()
    assert not room.engine.endpoints


async def test_speakers_are_told_to_those_who_hear_them(room: Room) -> None:
    eve = ParticipantId("eve")
    await room.run(
        opened(ANN, S1), opened(BOB, S2), opened(eve, S3),
        gate(ANN), gate(BOB), gate(eve, on=False),
        bind(ANN, BOB), bind(BOB, ANN), bind(eve, ANN, audio=False),
    )  # fmt: skip
    ann, bob = room.engine.name_of(ANN), room.engine.name_of(BOB)
    event = SpeakersChanged(room="m", dominant=ann, speaking=(ann, bob, "m.gone.9"))
    assert dict(room.media.speakers(event)) == {
        S1: {"dominant": ANN, "speaking": [ANN, BOB]},
        S2: {"dominant": ANN, "speaking": [ANN, BOB]},
        S3: {"dominant": None, "speaking": []},
    }
    await room.run(
        *(bind(who) for who in (ANN, BOB, eve)), gate(ANN, on=False), gate(BOB, on=False)
    )
    nobody: JsonObject = {"dominant": None, "speaking": []}
    assert dict(room.media.speakers(event)) == {S1: nobody, S2: nobody, S3: nobody}
    silence = SpeakersChanged(room="m", dominant=None, speaking=())
    assert dict(room.media.speakers(silence))[S1] == nobody


async def test_an_endpoint_of_the_past_belongs_to_nobody(room: Room) -> None:
    await two_inside(room)
    old = room.engine.name_of(ANN)
    assert room.media.participant_at(old) == ANN
    assert room.media.session_of(ANN) == S1
    await room.run(closed(ANN), opened(ANN, S3))
    assert room.media.participant_at(old) is None
    await room.run(closed(ANN))
    assert room.media.session_of(ANN) is None
    assert meeting_of(old) == "m"


def encoded(who: ParticipantId, *, screen: bool = False) -> effects.Gate:
    return replace(gate(who, screen=screen), from_encoder=True)


async def with_encoder(room: Room) -> None:
    """Two inside; an encoder of Ann sends."""
    await two_inside(room)
    await room.run(effects.OpenEncoder(participant=ANN))
    await room.run(encoded(ANN))


async def test_an_encoder_has_an_endpoint_of_its_own_with_a_closed_gate(room: Room) -> None:
    await two_inside(room)
    await room.run(effects.OpenEncoder(participant=ANN))
    encoder = room.engine.encoder_of(ANN)
    assert encoder is not None
    assert (encoder.kind, encoder.gate, encoder.sources) == ("encoder", Gate(), ())
    assert room.engine.of(ANN) is not None
    bob = room.engine.of(BOB)
    assert bob is not None
    assert [source.endpoint for source in bob.sources] == [room.engine.name_of(ANN)]


async def test_an_encoder_that_sends_takes_the_place_of_the_page(room: Room) -> None:
    await with_encoder(room)
    page, encoder, bob = (
        room.engine.of(ANN), room.engine.encoder_of(ANN), room.engine.of(BOB),
    )  # fmt: skip
    assert page is not None
    assert encoder is not None
    assert bob is not None
    assert (page.gate, encoder.gate) == (Gate(), Gate(audio=True, camera=True))
    name = room.engine.name_of(ANN, "encoder")
    assert bob.sources == (Source(endpoint=name, audio=True, camera=True),)
    assert page.sources == (Source(endpoint=room.engine.name_of(BOB), audio=True, camera=True),)
    assert not room.media.is_behind


async def test_the_pages_gate_is_closed_before_the_encoders_is_opened(room: Room) -> None:
    await two_inside(room)
    await room.run(effects.OpenEncoder(participant=ANN))
    room.take(encoded(ANN))
    await room.media.narrow()
    page, encoder = room.engine.of(ANN), room.engine.encoder_of(ANN)
    assert page is not None
    assert encoder is not None
    assert (page.gate, encoder.gate) == (Gate(), Gate())


async def test_who_has_an_encoder_presents_from_the_page(room: Room) -> None:
    await with_encoder(room)
    shown = effects.Source(participant=ANN, audio=True, camera=True, screen=True)
    await room.run(encoded(ANN, screen=True), effects.Bind(participant=BOB, sources=(shown,)))
    page, bob = room.engine.of(ANN), room.engine.of(BOB)
    assert page is not None
    assert bob is not None
    assert page.gate == Gate(screen=True)
    assert bob.sources == (
        Source(endpoint=room.engine.name_of(ANN, "encoder"), audio=True, camera=True),
        Source(endpoint=room.engine.name_of(ANN), screen=True),
    )


async def test_when_the_encoder_is_closed_the_page_is_what_the_others_receive(room: Room) -> None:
    await with_encoder(room)
    await room.run(effects.CloseEncoder(participant=ANN), gate(ANN))
    page, bob = room.engine.of(ANN), room.engine.of(BOB)
    assert page is not None
    assert bob is not None
    assert room.engine.encoder_of(ANN) is None
    assert page.gate == Gate(audio=True, camera=True)
    assert [source.endpoint for source in bob.sources] == [room.engine.name_of(ANN)]


async def test_an_encoder_goes_with_its_person(room: Room) -> None:
    await with_encoder(room)
    room.take(closed(ANN))
    await room.media.narrow()
    assert list(room.engine.endpoints) == [room.engine.name_of(BOB)]


async def test_an_encoders_offer_is_answered_while_it_may_come(room: Room) -> None:
    await two_inside(room)
    await room.run(effects.OpenEncoder(participant=ANN))
    name = room.engine.name_of(ANN, "encoder")
    assert room.media.encoder_of(ANN) == name
    assert (await room.media.negotiate_encoder(name, "v=0 a=sendonly")).startswith("v=0")
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate_encoder(name, "v=0 a=recvonly")
    assert refused.value.code == "unfit_offer"
    await room.run(effects.CloseEncoder(participant=ANN), effects.OpenEncoder(participant=ANN))
    assert room.media.participant_of_encoder(name) is None
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate_encoder(name, "v=0 a=sendonly")
    assert refused.value.code == "not_admitted"


async def test_an_encoder_that_is_voided_while_its_offer_is_answered_has_no_endpoint(
    room: Room,
) -> None:
    await two_inside(room)
    await room.run(effects.OpenEncoder(participant=ANN))
    name = room.engine.name_of(ANN, "encoder")
    room.engine.may_answer.clear()
    asked = asyncio.create_task(room.media.negotiate_encoder(name, "v=0 a=sendonly"))
    await room.engine.is_negotiating.wait()
    await room.run(effects.CloseEncoder(participant=ANN))
    room.engine.may_answer.set()
    with pytest.raises(RequestError) as refused:
        await asked
    assert refused.value.code == "not_admitted"
    assert room.engine.encoder_of(ANN) is None


async def test_who_speaks_by_an_encoder_is_told_as_the_person(room: Room) -> None:
    await with_encoder(room)
    name = room.engine.name_of(ANN, "encoder")
    event = SpeakersChanged(room="m", dominant=name, speaking=(name,))
    told: JsonObject = {"dominant": ANN, "speaking": [ANN]}
    assert dict(room.media.speakers(event)) == {S1: told, S2: told}


def test_a_free_slot_has_nobody_in_it() -> None:
    assert slots([SlotBinding(mid="4", kind="camera", source=None)]) == [
        {"mid": "4", "kind": "camera", "participant": None}
    ]


# -- monitoring taps --------------------------------------------------------------------------

EVE, WALL = ParticipantId("eve"), SessionId("wall")


def watched(*whom: ParticipantId, largest: tuple[int, int] = (0, 0)) -> effects.BindTap:
    return effects.BindTap(
        participant=EVE,
        pictures=tuple(
            effects.Picture(
                participant=one,
                camera=True,
                screen=False,
                max_width=largest[0],
                max_height=largest[1],
            )
            for one in whom
        ),
    )


async def watching(room: Room) -> str:
    """Two inside, and a terminal with room for everybody; the name of its endpoint."""
    await two_inside(room)
    room.take(effects.OpenTap(session=WALL, participant=EVE))
    room.media.show(WALL, None, is_focused=True)
    await room.run(watched(ANN, BOB, largest=(320, 180)))
    return room.media.tap_of(WALL) or ""


async def test_a_tap_is_of_its_own_kind_and_is_shown_pictures_alone(room: Room) -> None:
    tap = await watching(room)
    added = [r for r in room.engine.log if isinstance(r, AddEndpoint)]
    assert [one.kind for one in added] == ["person", "person", "tap"]
    sources = room.engine.endpoints[tap].sources
    assert len(sources) == 2
    assert not any(source.audio for source in sources)
    assert {(source.max_width, source.max_height) for source in sources} == {(320, 180)}


async def test_a_tile_of_the_wall_costs_one_picture(room: Room) -> None:
    tap = await watching(room)
    room.media.show(WALL, BOB, is_focused=False)
    assert room.media.is_behind
    await room.run()
    assert [source.endpoint for source in room.engine.endpoints[tap].sources] == [
        room.media.endpoint_of(S2)
    ]
    room.media.show(WALL, ParticipantId("stranger"), is_focused=False)
    await room.run()
    assert room.engine.endpoints[tap].sources == ()


async def test_what_a_monitor_may_see_shrinks_at_once_and_grows_after_the_record(
    room: Room,
) -> None:
    tap = await watching(room)
    room.take(watched(ANN, largest=(160, 90)))
    await room.media.narrow()
    (source,) = room.engine.endpoints[tap].sources
    assert (source.max_width, source.max_height) == (160, 90)
    room.take(watched(ANN, BOB))
    await room.media.narrow()
    (source,) = room.engine.endpoints[tap].sources
    assert (source.max_width, source.max_height) == (160, 90)
    await room.media.widen()
    assert {s.max_width for s in room.engine.endpoints[tap].sources} == {0}


async def test_a_closed_tap_leaves_nothing_and_cannot_offer(room: Room) -> None:
    tap = await watching(room)
    assert room.media.terminal_at(tap) == WALL
    await room.run(closed(EVE))
    assert tap not in room.engine.endpoints
    assert room.media.terminal_at(tap) is None
    with pytest.raises(RequestError) as refused:
        await room.media.negotiate_tap(WALL, OFFER)
    assert refused.value.code == "not_admitted"


async def test_a_terminals_offer_reaches_its_own_tap_and_no_persons(room: Room) -> None:
    tap = await watching(room)
    await room.media.negotiate_tap(WALL, OFFER)
    assert room.engine.endpoints[tap].has_transport
    with pytest.raises(RequestError):
        await room.media.negotiate(WALL, OFFER)
    assert room.media.may_show(WALL) == (ANN, BOB)
    assert room.media.may_show(S1) == ()
