"""One duty desk for the rooms of all servers: what happens at another is seen, rings, and is
acted on by name."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from signalling.nodes.far_messages import Asked
from signalling.staff.cookies import Cookies
from tests.browser.eventually import eventually
from tests.signalling.client import Refused
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import CONFIG
from tests.signalling.nodes.estate import SETTLED_S, Estate
from tests.signalling.nodes.node_process import NodeProcess
from tests.signalling.officers import sign_in_officer
from vmr.cli.serve import steady_clock
from vmr.staff import StaffRole


@contextlib.asynccontextmanager
async def desk_at(
    node: NodeProcess, estate: Estate, roles: tuple[StaffRole, ...] = (StaffRole.DUTY,)
) -> AsyncIterator[DeskClient]:
    cookie = Cookies(is_secure=CONFIG.staff.is_secure).name
    officer = await sign_in_officer(
        estate.store.staff, steady_clock()(), cookie, "Officer Reed", roles,
        establishment=estate.room.establishment,
    )  # fmt: skip
    desk = await DeskClient(node.url, officer.headers).connect()
    try:
        yield desk
    finally:
        await desk.close()


@pytest_asyncio.fixture
async def nodes(estate: Estate) -> list[NodeProcess]:
    return [await estate.add() for _ in range(2)]


async def other_than_owner(estate: Estate) -> NodeProcess:
    owner = await estate.owner()
    return next(one for one in estate.nodes if one is not owner)


async def test_a_desk_hears_and_admits_who_knocks_at_another_servers_room(
    estate: Estate, nodes: list[NodeProcess]
) -> None:
    await estate.locked()
    stranger = estate.page("Stranger")
    await stranger.enter()
    room = estate.room.id
    async with desk_at(await other_than_owner(estate), estate) as desk:
        alert = await desk.alert(room, "knock")
        assert desk.meeting(room)["stage"] == "locked"
        meeting = desk.meeting(room)["meeting"]
        await desk.ask("alert.acknowledge", room=room, meeting=meeting, alert=alert["id"])
        await desk.wait_for(
            lambda: desk.alerts(room)[0]["owner"] is not None, "the acknowledgement"
        )
        with pytest.raises(Refused) as unknown:
            await desk.ask("alert.acknowledge", room=room, meeting=meeting, alert=99_999)
        assert unknown.value.code == "no_such_alert"
        await desk.ask(
            "knock.refuse", room=room, meeting=meeting, reason="Not expected",
            participant=stranger.client.participant,
        )  # fmt: skip
        await stranger.client.wait_event("session.ended")
    assert "refused" in await estate.recorded()


async def test_a_desk_follows_a_room_whose_server_died(
    estate: Estate, nodes: list[NodeProcess]
) -> None:
    await estate.locked()
    room = estate.room.id
    async with desk_at(await other_than_owner(estate), estate) as desk:
        await desk.wait_for(lambda: desk.meeting(room).get("stage") == "locked", "the lock")
        meeting = desk.meeting(room)["meeting"]
        await (await estate.owner()).kill()

        async def unlocked() -> bool:
            """Nobody does it while the room moves, and it is done once when it has."""
            ack = await desk.call("room.unlock", {"room": room, "meeting": meeting})
            code = ack.get("error", {}).get("code", "")
            assert code in ("", "room_moving"), code
            return not code

        await eventually("the room is unlocked from the desk", unlocked, SETTLED_S)
        await desk.wait_for(lambda: desk.meeting(room).get("stage") == "open", "the unlocking")
    assert (await estate.recorded()).count("unlocked") == 1


async def test_a_call_under_an_old_epoch_is_not_done(
    estate: Estate, nodes: list[NodeProcess]
) -> None:
    await estate.locked()
    owner = await estate.owner()
    async with desk_at(await other_than_owner(estate), estate) as desk:
        room = estate.room.id
        await desk.wait_for(lambda: desk.meeting(room).get("stage") == "locked", "the lock")
        meeting = desk.meeting(room)["meeting"]
        said = await asked(estate, owner, desk, meeting, late_by=1)
        assert said["code"] == "room_moving"
        said = await asked(estate, owner, desk, meeting, late_by=0)
        assert said["code"] == ""
    assert (await estate.recorded()).count("unlocked") == 1


async def asked(
    estate: Estate, owner: NodeProcess, desk: DeskClient, meeting: str, *, late_by: int
) -> dict[str, Any]:
    """What the owner answers to a call that names an epoch so much earlier."""
    row = await estate.store.owners.of_room(estate.room.id)
    call = Asked(
        node="tester", number="n", room=estate.room.id, epoch=row.epoch - late_by,
        officer=desk.facts["officer"]["id"], event="room.unlock",
        payload={"room": estate.room.id, "meeting": meeting},
    )  # fmt: skip
    client = estate.redis.client()
    heard = client.pubsub(ignore_subscribe_messages=True)
    heard.subscribe("vmr:to:tester")

    async def answer() -> dict[str, Any]:
        message = heard.get_message(timeout=0)
        return {} if message is None else dict(json.loads(message["data"]))

    try:
        assert client.publish(f"vmr:to:{row.owner}", call.model_dump_json()) == 1
        return await eventually("the owner answers", answer)
    finally:
        heard.close()
        client.close()


async def test_who_may_not_use_the_desk_has_nothing_done_elsewhere(
    estate: Estate, nodes: list[NodeProcess]
) -> None:
    await estate.locked()
    owner = await estate.owner()
    async with desk_at(await other_than_owner(estate), estate) as desk:
        await desk.wait_for(
            lambda: desk.meeting(estate.room.id).get("stage") == "locked", "the lock"
        )
        meeting = desk.meeting(estate.room.id)["meeting"]
        clerk = await sign_in_officer(
            estate.store.staff, steady_clock()(), "c", "Clerk", (StaffRole.BOOKING,),
            establishment=estate.room.establishment,
        )  # fmt: skip
        desk.facts = {"officer": {"id": clerk.member.id}}
        said = await asked(estate, owner, desk, meeting, late_by=0)
        assert said["code"] == "not_permitted"
    assert "unlocked" not in await estate.recorded()
