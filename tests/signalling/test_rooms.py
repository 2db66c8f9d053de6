"""Meetings come, go, and survive a restart; wrong PINs outlive the meeting they were typed in."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from lobby import commands as c
from lobby.pin import PinAttempts
from lobby.snapshot import VERSION
from media.messages import (
    WORKER_LOST,
    LayersWanted,
    QualityChanged,
    SlotBinding,
    SlotsBound,
    SlotsPaused,
    SpeakersChanged,
    TransportConnected,
    TransportLost,
)
from signalling.bookings.slot_book import SlotBook
from signalling.config import SignallingConfig
from signalling.engine_news import EngineNews
from signalling.errors import RequestError
from signalling.monitor.terminals import Terminals
from signalling.nodes.alone import Alone
from signalling.overload import Overload
from signalling.rooms import Rooms
from signalling.sessions import Sessions
from tests.signalling.bookings.office import LETTERS
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.desk import FakeDesk
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import OFFER, PIN, House
from vmr.bookings.numbers import BookingNumbers
from vmr.ids import MeetingId, ParticipantId, RoomId
from vmr.numbers import Numbers
from vmr.roles import Role
from vmr.store import LiveMeeting


def rooms_of(
    store: FakeStore, sessions: Sessions, limit: int = 10, clock: FakeClock | None = None
) -> Rooms:
    return Rooms(
        store=store,
        engine=FakeEngine(),
        sessions=sessions,
        numbers=Numbers(),
        clock=clock or FakeClock(),
        counters=Counter(),
        limit=limit,
        desk=FakeDesk(),
        taps=Terminals(),
        slots=SlotBook(
            bookings=store.bookings,
            self_tests=store.self_tests,
            clock=FakeClock(),
            numbers=BookingNumbers(),
            letters=LETTERS,
        ),
        rights=Alone(),
        overload=Overload(),
    )


def join(sessions: Sessions) -> c.Join:
    return c.Join(
        session=sessions.open(0.0).id,
        participant=ParticipantId("p1"),
        role=Role.GUEST,
        persons=("Ann",),
        declaration="legal-1",
    )


async def test_only_so_many_meetings_run_at_once() -> None:
    store, sessions = FakeStore(), Sessions(limit=9)
    rooms = rooms_of(store, sessions, limit=1)
    await rooms.join(store.add_room(), join(sessions))
    with pytest.raises(RequestError) as refused:
        await rooms.join(store.add_room(), join(sessions))
    assert refused.value.code == "server_full"
    await rooms.close()
    await rooms.close()


async def test_a_refused_join_leaves_no_meeting_behind() -> None:
    store, sessions = FakeStore(), Sessions(limit=9)
    rooms, room = rooms_of(store, sessions), store.add_room()
    command = join(sessions)
    with pytest.raises(RequestError):
        await rooms.join(room, replace(command, declaration="old"))
    for _ in range(10):
        await asyncio.sleep(0)  # the owner finds the meeting empty
    assert len(rooms) == 0
    assert not store.live
    await rooms.close()


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [({"of": "2031"}, "internal"), ({"version": VERSION + 1}, "newer_meeting")],
)
async def test_a_snapshot_that_cannot_be_read_stops_no_start_and_opens_no_room(
    snapshot: dict[str, object], code: str
) -> None:
    store, sessions = FakeStore(), Sessions(limit=9)
    rooms, room, other = rooms_of(store, sessions), store.add_room(), store.add_room()
    store.live[MeetingId("bad")] = LiveMeeting(MeetingId("bad"), room.id, snapshot)
    store.live[MeetingId("orphan")] = LiveMeeting(MeetingId("orphan"), RoomId("gone"), {})
    await rooms.restore()
    assert len(rooms) == 0
    with pytest.raises(RequestError) as refused:
        await rooms.join(room, join(sessions))
    assert refused.value.code == code, "it may have been locked"
    await rooms.join(other, join(sessions))
    assert len(rooms) == 1
    await rooms.close()


async def test_events_of_no_meeting_are_nobodys() -> None:
    sessions, taps = Sessions(limit=9), Terminals()
    news = EngineNews(
        rooms=rooms_of(FakeStore(), sessions), sessions=sessions, taps=taps, clock=FakeClock()
    )
    for event in (
        TransportConnected(endpoint="m.p.1"),
        TransportLost(endpoint="m.p.1", reason="x"),
        SlotsBound(endpoint="m.p.1", bindings=()),
        SlotsPaused(endpoint="m.p.1", mids=()),
        LayersWanted(endpoint="m.p.1", rids=()),
        SpeakersChanged(room="m", dominant=None, speaking=()),
    ):
        news.process(event)


# -- with sockets -----------------------------------------------------------------------------


async def wrong_pins(house: House, tries: int) -> None:
    left = tries
    while left:
        client = await house.client()
        await client.join(house.room.address, "Officer", role="host")
        for _ in range(min(3, left)):
            with pytest.raises(Refused):
                await client.request("host.enter_pin", pin="000000")
            left -= 1
        await client.close()


async def test_wrong_pins_are_counted_on_from_one_meeting_to_the_next(house: House) -> None:
    host = await house.host()
    await wrong_pins(house, 15)
    await host.request("room.end", reason="")
    await wrong_pins(house, 6)
    client = await house.client()
    await client.join(house.room.address, "Officer", role="host")
    assert client.view["is_closed"] is True
    with pytest.raises(Refused) as refused:
        await client.request("host.enter_pin", pin=PIN)
    assert refused.value.code == "pin_closed"


async def test_a_pin_that_cannot_count_is_not_even_computed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def verify(pin_hash: str | None, pin: str) -> bool:
        checked.append(pin)
        return False

    monkeypatch.setattr("signalling.pins.verify_pin", verify)
    guest = await house.guest()
    with pytest.raises(Refused) as refused:
        await guest.request("host.enter_pin", pin=PIN)
    assert refused.value.code == "no_pin_asked"
    assert checked == []
    monkeypatch.undo()
    host = await house.host()
    monkeypatch.setattr("signalling.pins.verify_pin", verify)
    with pytest.raises(Refused) as refused:
        await host.request("host.enter_pin", pin=PIN)
    assert refused.value.code == "not_permitted"
    assert checked == []


async def test_a_locked_meeting_is_locked_after_a_restart_and_attested_people_return() -> None:
    key, host_key, store, clock = DeviceKey(), DeviceKey(), FakeStore(), FakeClock()
    async with House(store=store, clock=clock) as house:
        host = await house.host(host_key)
        guest = await house.admitted(host, key=key)
        await house.attest(host, guest)
        await host.request("room.lock")
        participant = guest.participant
    async with House(store=store, clock=clock) as house:
        stranger = await house.guest("Stranger")
        assert stranger.view["knocking"] is True
        back = await house.guest("Ann", key=key)
        assert back.participant == participant
        assert back.view["stage"] == "locked"
        again = await house.client()
        await again.join(house.room.address, "Officer", role="host", key=host_key)
        assert again.place == "inside"
        assert house.engine.of(participant) is not None
        assert house.engine.of(stranger.participant) is None


async def test_a_restart_is_written_down_before_anybody_comes_back() -> None:
    async with House() as before:
        host = await before.host(DeviceKey())
        await host.request("room.lock")
        store = before.store
    written = len(store.written())
    async with House(store=store):
        async with asyncio.timeout(5):
            while len(store.written()) == written:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert store.written()[written:] == ["server_restarted"]


async def test_a_pin_changed_during_a_meeting_counts_at_once(house: House) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    client = await house.client()
    await client.join(house.room.address, "Officer", role="host")
    house.change_room(pin_hash=hasher.hash("1234"))
    with pytest.raises(Refused) as refused:
        await client.request("host.enter_pin", pin=PIN)
    assert refused.value.code == "wrong_pin"
    await client.request("host.enter_pin", pin="1234")
    assert client.place == "inside"


async def test_a_room_closed_during_its_meeting_lets_nobody_start_another(house: House) -> None:
    host = await house.host()
    house.change_room(is_closed=True)
    guest = await house.guest()
    assert guest.place == "waiting"
    await host.request("room.end", reason="")
    client = await house.client()
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address)
    assert refused.value.code == "no_such_room"


async def test_a_room_closed_while_people_wait_cannot_be_opened(house: House) -> None:
    host = await house.client()
    await host.join(house.room.address, "Officer", role="host")
    house.change_room(is_closed=True)
    with pytest.raises(Refused) as refused:
        await host.request("host.enter_pin", pin=PIN)
    assert refused.value.code in ("meeting_over", "not_joined")
    await host.wait_for(lambda: host.events("session.ended"), "the room is closed")
    client = await house.client()
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address)
    assert refused.value.code == "no_such_room"


async def test_those_who_wait_are_told_when_their_room_is_closed(house: House) -> None:
    guest = await house.guest()
    assert guest.place == "waiting"
    house.change_room(is_closed=True)
    await house.running.meetings.rooms.refresh_all()
    await guest.wait_for(lambda: guest.events("session.ended"), "the room is closed")
    assert not guest.events("session.ended")[0]["can_return"]


async def test_an_end_set_while_people_wait_counts_when_the_room_opens(house: House) -> None:
    await house.guest()
    house.change_room(ends_at=house.clock() + 600)
    host = await house.host()
    assert host.view["ends_at"] == pytest.approx(house.clock() + 600, abs=60)


async def test_many_first_joiners_meet_in_one_meeting(house: House) -> None:
    clients = [await house.client() for _ in range(5)]
    await asyncio.gather(*(client.join(house.room.address) for client in clients))
    assert len(house.store.live) == 1


# -- what the engine tells --------------------------------------------------------------------


async def test_slots_are_told_to_their_own_session_by_participant(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    binding = SlotBinding(mid="3", kind="audio", source=house.engine.name_of(host.participant))
    house.engine.on_event(
        SlotsBound(endpoint=house.engine.name_of(guest.participant), bindings=(binding,))
    )
    told = await guest.wait_event("slot.bound")
    assert told == {"slots": [{"mid": "3", "kind": "audio", "participant": host.participant}]}
    assert host.events("slot.bound") == []


async def test_quality_is_told_to_the_person_concerned_alone(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    late = await house.guest("Late")
    event = QualityChanged(
        endpoint=house.engine.name_of(guest.participant),
        quality="fair",
        loss_permille=14,
        rtt_ms=None,
        jitter_ms=5,
    )
    house.engine.on_event(event)
    told = await guest.wait_event("quality.changed")
    assert told == {"quality": "fair", "loss": 0.014, "rtt_ms": None, "jitter_ms": 5}
    house.engine.on_event(replace(event, endpoint=event.endpoint + "9"))
    house.engine.on_event(replace(event, endpoint="nobody.p.1"))
    await host.request("room.pause", reason="")
    assert len(guest.events("quality.changed")) == 1
    assert host.events("quality.changed") == late.events("quality.changed") == []


async def test_what_is_paused_and_wanted_is_told_to_its_own_session(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    name = house.engine.name_of(guest.participant)
    house.engine.on_event(SlotsPaused(endpoint=name, mids=("11",)))
    house.engine.on_event(LayersWanted(endpoint=name, rids=("l",)))
    assert await guest.wait_event("slot.paused") == {"mids": ["11"]}
    assert await guest.wait_event("layers.wanted") == {"rids": ["l"]}
    assert host.events("slot.paused") == host.events("layers.wanted") == []


async def test_speakers_are_told_inside_and_never_outside_or_while_paused(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    late = await house.guest("Late")
    name = house.engine.name_of(guest.participant)
    event = SpeakersChanged(room=name.split(".")[0], dominant=name, speaking=(name,))
    house.engine.on_event(event)
    house.engine.on_event(event)
    told = await host.wait_event("speaker.changed")
    assert told == {"dominant": guest.participant, "speaking": [guest.participant]}
    await host.request("room.pause", reason="")
    count = len(host.events("speaker.changed"))
    house.engine.on_event(SpeakersChanged(room=event.room, dominant=None, speaking=()))
    house.engine.on_event(event)
    await host.request("room.resume")
    told_while_paused = host.events("speaker.changed")[count:]
    assert all(one == {"dominant": None, "speaking": []} for one in told_while_paused)
    assert count == 1
    assert late.events("speaker.changed") == []


async def test_a_lost_transport_is_seen_and_so_is_its_return(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    name = house.engine.name_of(guest.participant)

    def is_connected(client: Client) -> bool:
        return all(one["is_connected"] for one in client.view["participants"])

    house.engine.on_event(TransportLost(endpoint=name, reason="consent"))
    await host.wait_for(lambda: not is_connected(host), "the loss")
    house.engine.on_event(TransportLost(endpoint=f"{name}9", reason="an old one"))
    house.engine.on_event(TransportConnected(endpoint=name))
    await host.wait_for(lambda: is_connected(host), "the return")


async def test_a_page_whose_media_the_server_lost_is_told_so_and_keeps_its_seat(
    house: House,
) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    name = house.engine.name_of(guest.participant)
    house.engine.on_event(TransportLost(endpoint=name, reason="consent_lost"))
    house.engine.on_event(TransportLost(endpoint=name, reason=WORKER_LOST))
    assert await guest.wait_event("media.lost") == {}
    assert len(guest.events("media.lost")) == 1  # what the network lost the page sees itself
    assert host.events("media.lost") == host.events("participant.left") == []
    await guest.request("media.offer", sdp=OFFER)
    house.engine.on_event(TransportConnected(endpoint=name))
    await host.wait_for(
        lambda: all(one["is_connected"] for one in host.view["participants"]), "the return"
    )


async def test_who_is_removed_while_an_offer_is_answered_ends_with_no_endpoint(
    house: House,
) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    house.engine.may_answer.clear()
    offer = asyncio.create_task(guest.request("media.offer", sdp=OFFER))
    await house.engine.is_negotiating.wait()
    await host.request("participant.remove", participant=guest.participant, reason="")
    assert house.engine.of(guest.participant) is None
    house.engine.may_answer.set()
    with pytest.raises(Refused) as refused:
        await offer
    assert refused.value.code == "not_admitted"
    assert house.engine.of(guest.participant) is None


def test_wrong_pins_of_many_rooms_are_remembered_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signalling.rooms.PINS_MAX", 2)
    rooms = rooms_of(FakeStore(), Sessions(limit=1))
    for number in range(5):
        rooms.keep_pins(RoomId(str(number)), PinAttempts(wrong_at=(1.0,)))
    rooms.keep_pins(RoomId("clear"), PinAttempts())
    assert rooms.pins_kept == 2


def test_wrong_pins_are_forgotten_when_they_count_no_more() -> None:
    clock = FakeClock()
    rooms = rooms_of(FakeStore(), Sessions(limit=1), clock=clock)
    rooms.keep_pins(RoomId("early"), PinAttempts(wrong_at=(clock.now,)))
    clock.advance(Numbers().room_pin_window_s - 1.0)
    rooms.keep_pins(RoomId("late"), PinAttempts(wrong_at=(clock.now,)))
    rooms.sweep()
    assert rooms.pins_kept == 2
    clock.advance(1.0)
    rooms.sweep()
    assert rooms.pins_kept == 1
    assert rooms.needs(RoomId("late"))
    assert not rooms.needs(RoomId("early"))


async def test_more_sockets_than_sessions_can_join_is_no_matter() -> None:
    async with House(config=SignallingConfig(max_meetings=1)) as house:
        await house.guest()
        other = house.store.add_room()
        client = await house.client()
        with pytest.raises(Refused) as refused:
            await client.join(other.address)
        assert refused.value.code == "server_full"
