"""A signalling server on a free port with the real store behind it, and a fake engine."""

from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG, PIN_HASH, House, Server
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store.store import Store


class StoreHouse(House):
    """`House` on a database: its scenes, with a record that is really written."""

    def __init__(self, store: Store, room: Room, engine: FakeEngine | None = None) -> None:
        self.clock = FakeClock()
        self.engine = engine or FakeEngine()
        self.engine.on_event = self._on_event
        self.room = room
        Server.__init__(self, store=store, engine=self.engine, clock=self.clock, config=CONFIG)


async def make_room(store: Store) -> Room:
    """A legal room of a new prison, with the Host PIN of the houses."""
    prison = await store.add_establishment(name="HMP Example", phone="01632 960001")
    return await store.add_room(prison, name="Legal 1", policy=PolicyName.LEGAL, pin_hash=PIN_HASH)
