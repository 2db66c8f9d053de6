from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vmr.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{path}")
    yield store
    await store.close()


@pytest.fixture
async def room(store: Store) -> Room:
    establishment = await store.add_establishment(
        name="HMP Test", phone="01632 960000", safer_custody="01632 960001"
    )
    return await store.add_room(
        establishment, name="Room 1", policy=PolicyName.LEGAL, pin_hash="$argon2id$one"
    )
