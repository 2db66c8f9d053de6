"""The fakes answer as the real store and the real engine do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from media.engine import Config, MediaEngine
from media.messages import (
    AddEndpoint,
    Gate,
    Negotiate,
    Refused,
    RemoveEndpoint,
    Request,
    SetGate,
    SetSources,
)
from signalling.seams import Engine, Store
from tests.peers.sqlite import new_store
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.staff import NoStaff
from tests.signalling.fakes.store import FakeStore
from vmr.ids import MeetingId, StaffSessionId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.staff_sessions import SessionLimits
from vmr.store import Arrival, Conflict
from vmr.store.secrets import hash_token

SCRIPT: list[Request] = [
    SetGate(endpoint="m.a.1", gate=Gate(audio=True)),
    SetSources(endpoint="m.a.1", sources=()),
    Negotiate(endpoint="m.a.1", offer="v=0"),
    AddEndpoint(room="m", endpoint="m.a.1"),
    AddEndpoint(room="m", endpoint="m.a.1"),
    SetGate(endpoint="m.a.1", gate=Gate(audio=True)),
    SetSources(endpoint="m.a.1", sources=()),
    Negotiate(endpoint="m.a.1", offer="hello"),
    RemoveEndpoint(endpoint="m.a.1"),
    RemoveEndpoint(endpoint="m.a.1"),
    Negotiate(endpoint="m.a.1", offer="v=0"),
]


@pytest_asyncio.fixture
async def real_engine() -> AsyncIterator[MediaEngine]:
    engine = MediaEngine(on_event=lambda event: None)
    await engine.start(Config(host="127.0.0.1"))
    yield engine
    await engine.close()


async def replies(engine: Engine) -> list[tuple[str, str]]:
    said = [await engine.request(request) for request in SCRIPT]
    return [
        (type(reply).__name__, reply.code if isinstance(reply, Refused) else "") for reply in said
    ]


async def test_the_fake_engine_answers_as_the_real_one(real_engine: MediaEngine) -> None:
    assert await replies(FakeEngine()) == await replies(real_engine)
    assert set(FakeEngine().counters()) <= set(real_engine.counters())


@pytest_asyncio.fixture(params=["fake", "real"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Store, Room, str]]:
    if request.param == "fake":
        fake = FakeStore()
        room = fake.add_room()
        fake.add_invite(room, "token")
        yield fake, room, "token"
        return
    real = await new_store(tmp_path / "vmr.db")
    prison = await real.add_establishment(name="HMP Example", phone="1")
    room = await real.add_room(prison, name="Room 1", policy=PolicyName.LEGAL, pin_hash="x")
    await real.add_invite(room.id, token_hash=hash_token("token"), label="A lawyer")
    yield real, room, "token"
    await real.close()


async def test_rooms_and_links_are_found(store: tuple[Store, Room, str]) -> None:
    real, room, token = store
    assert await real.room_by_address(room.address) == room
    assert await real.room_by_address("abcdefghijkl") is None
    assert await real.room(room.id) == room
    invite = await real.invite_by_token_hash(hash_token(token))
    assert invite is not None
    assert (invite.room, invite.is_revoked) == (room.id, False)
    assert await real.invite_by_token_hash(hash_token("other")) is None


async def test_all_of_an_arrival_is_found_together(store: tuple[Store, Room, str]) -> None:
    real, room, token = store
    hashed = hash_token(token)
    invite = await real.invite_by_token_hash(hashed)
    found = await real.arrival(room.address, hashed, 0.0, 0.0)
    assert found == Arrival(room=room, invite=invite)
    assert await real.arrival(room.address, None, 0.0, 0.0) == Arrival(room=room)
    assert await real.arrival(room.address, hash_token("x"), 0.0, 0.0) == Arrival(room=room)
    assert await real.arrival("abcdefghijkl", hashed, 0.0, 0.0) == Arrival(room=None)


async def test_a_meeting_lives_from_its_first_commit_to_its_end(
    store: tuple[Store, Room, str],
) -> None:
    real, room, _token = store
    opened = Happening(at=1.0, actor="server", what="opened")
    snapshot: dict[str, Any] = {"stage": "open", "seats": []}
    first, second = MeetingId("m1"), MeetingId("m2")
    await real.commit(first, room.id, snapshot, [opened])
    assert [tuple(live) for live in await real.live_meetings()] == [(first, room.id, snapshot)]
    await real.commit(second, room.id, snapshot, [])
    assert [live.meeting for live in await real.live_meetings()] == [second]
    await real.commit(second, room.id, None, [opened])
    assert not await real.live_meetings()
    with pytest.raises(Conflict):
        await real.commit(second, room.id, snapshot, [])
    await real.commit(second, room.id, None, [])


async def test_a_store_without_staff_answers_as_an_empty_one(tmp_path: Path) -> None:
    real = await new_store(tmp_path / "vmr.db")
    for staff in (NoStaff(), real.staff):
        assert await staff.session_by_token_hash("hash") is None
        assert await staff.sessions_by_id([StaffSessionId("s")]) == {}
        await staff.sweep_sessions(SessionLimits(), 1.0)
    await real.close()
