"""The rooms of the soak."""

from dataclasses import dataclass

from tests.signalling.house import PIN_HASH
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Room
from vmr.store import Store
from vmr.store.secrets import hash_token, make_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room and the personal links of two guests."""

    room: Room
    invites: tuple[str, str]

    @property
    def address(self) -> str:
        return self.room.address


async def make_places(store: Store, count: int) -> tuple[list[Place], Place]:
    """Legal rooms, and a social one."""
    prison = await store.add_establishment(name="HMP Soak", phone="01632 960001")
    legal = [await _make(store, prison, f"Legal {n}", PolicyName.LEGAL) for n in range(count)]
    return legal, await _make(store, prison, "Social", PolicyName.SOCIAL)


async def _make(store: Store, prison: Establishment, name: str, policy: PolicyName) -> Place:
    room = await store.add_room(prison, name=name, policy=policy, pin_hash=PIN_HASH)
    first, second = make_token(), make_token()
    for token in (first, second):
        await store.add_invite(room.id, token_hash=hash_token(token), label="Guest")
    return Place(room=room, invites=(first, second))
