"""Rooms for a test, put into the server's own database while it runs, as `vmr room` does."""

from dataclasses import dataclass
from pathlib import Path

from vmr.policies import PolicyName
from vmr.store.secrets import hash_pin, hash_token, make_pin, make_token
from vmr.store.store import Store

GUESTS = ("Asha", "Ben")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRoom:
    """A room's links, as paths on any host, and its Host PIN."""

    __test__ = False
    address: str
    pin: str
    invites: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/r/{self.address}"

    @property
    def host_path(self) -> str:
        return f"/r/{self.address}#host"

    def invite_path(self, number: int) -> str:
        return f"/r/{self.address}#invite={self.invites[number]}"


async def make_rooms(database: Path | str, policy: str, names: list[str]) -> list[TestRoom]:
    """New rooms of one policy, each with a PIN and personal links for `GUESTS`.

    `database` is SQLite's file, or another database's address.
    """
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    store = await Store.open(url)
    try:
        establishment = await store.add_establishment(name="HMP Test", phone="01632 960000")
        made = []
        for name in names:
            pin = make_pin()
            room = await store.add_room(
                establishment, name=name, policy=PolicyName(policy), pin_hash=hash_pin(pin)
            )
            tokens = tuple(make_token() for _ in GUESTS)
            for token, guest in zip(tokens, GUESTS, strict=True):
                await store.add_invite(room.id, token_hash=hash_token(token), label=guest)
            made.append(TestRoom(address=room.address, pin=pin, invites=tokens))
        return made
    finally:
        await store.close()


async def make_room(database: Path | str, policy: str = "legal", name: str = "Room") -> TestRoom:
    return (await make_rooms(database, policy, [name]))[0]
