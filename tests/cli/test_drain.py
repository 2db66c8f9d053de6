"""`vmr drain NODE`: what is asked of a server stands in the database until it is undone."""

from tests.cli.program import Program
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import UNOWNED
from vmr.store import Store

NEW_ROOM = ("--establishment", "HMP Test", "--phone", "01632 960000")
RUN = NodeId("one.1a2b")
URL = "https://one.example"


async def test_a_server_is_emptied_and_takes_rooms_again(program: Program) -> None:
    program.done("room", "add", "Room 1", *NEW_ROOM)
    refused = program.run("drain", "one")
    assert refused.returncode == 1
    assert "none has run on this database as one of several" in refused.stderr
    store = await Store.open(f"sqlite:///{program.database}")
    (room,) = await store.rooms()
    await store.owners.note_node("one", RUN, URL, 1.0)
    assert "there are: one" in program.run("drain", "two").stderr
    hold, _ = await store.owners.take(room.id, RUN, UNOWNED)
    assert "stay until they end" in program.done("drain", "one", "--leave-running")
    drain = await store.owners.drain_of("one")
    assert drain is not None
    assert drain.leaves_running
    assert "go to other servers" in program.done("drain", "one")
    await store.owners.note_node("one", NodeId("one.3c4d"), URL, 2.0)
    drain = await store.owners.drain_of("one")
    assert drain is not None, "a new run of it is emptied too"
    assert not drain.leaves_running
    await store.owners.note_node("one", RUN, URL, 3.0)
    await store.owners.release(room.id, hold)
    assert "It runs no room." in program.done("drain", "one", "--wait")
    assert "takes rooms again" in program.done("drain", "one", "--undo")
    assert await store.owners.drain_of("one") is None
    assert program.run("drain", "one", "--undo", "--leave-running").returncode == 2
    await store.close()
