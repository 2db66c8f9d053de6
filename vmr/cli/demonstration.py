"""The first start: one establishment with a room of each policy, and what the operator reads.

Secrets are printed once, here; afterwards only their hashes exist.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from vmr.cli import links
from vmr.cli.staff import MadeAccount
from vmr.cli.work import printable, time_text
from vmr.links import host_link, personal_link, room_link
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.settings import Settings
from vmr.store import secrets
from vmr.store.database import dialect_of
from vmr.store.store import Store

ESTABLISHMENT = "HMP Northgate (demonstration)"
PHONE, SAFER_CUSTODY = "01632 960111", "01632 960112"  # numbers kept free for such uses
ROOMS = {
    PolicyName.LEGAL: "Legal consultation room 1",
    PolicyName.SOCIAL: "Social visits room",
    PolicyName.COMPASSIONATE: "Family room",
    PolicyName.HEARING: "Court link",
}
GUESTS = ("Lawyer", "Interpreter")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRoom:
    """A new room with the secrets that are about to be printed and forgotten."""

    room: Room
    pin: str
    tokens: tuple[str, ...]


async def make(store: Store, numbers: Numbers) -> tuple[MadeRoom, ...]:
    """The demonstration, where the database has no establishment yet; else nothing."""
    if await store.establishments():
        return ()
    establishment = await store.add_establishment(
        name=ESTABLISHMENT, phone=PHONE, safer_custody=SAFER_CUSTODY
    )
    made = []
    for policy, name in ROOMS.items():
        pin = secrets.make_pin(numbers.pin_digits_default)
        pin_hash = await asyncio.to_thread(secrets.hash_pin, pin)
        room = await store.add_room(establishment, name=name, policy=policy, pin_hash=pin_hash)
        tokens = []
        for label in GUESTS if policy is PolicyName.LEGAL else ():
            tokens.append(secrets.make_token())
            await store.add_invite(room.id, token_hash=secrets.hash_token(tokens[-1]), label=label)
        made.append(MadeRoom(room=room, pin=pin, tokens=tuple(tokens)))
    return tuple(made)


def welcome(
    base: str,
    media: Sequence[str],
    rooms: Sequence[Room],
    made: Sequence[MadeRoom],
    administrators: Sequence[MadeAccount],
    settings: Settings,
) -> str:
    """What is printed once the server runs; `media` are lines about its ports."""
    data = dialect_of(settings.database_url).place
    lines = ["", f"VMR is running: {base}", f"Its data is in:  {data}", *media, ""]
    lines += _first_start(base, made) if made else _later_start(base, rooms)
    for one in administrators:
        lines += [
            "",
            printable(f"First administrator of {one.member.establishment.name}"),
            f"  Sign in      {base}/staff",
            f"  Username     {one.member.username}",
            f"  Password     {one.password}   (once: you choose your own when you sign in)",
            f"  Good until   {time_text(one.expires_at)}",
        ]
    if made:
        lines += [
            "",
            "The social room needs a monitoring officer who watches (sign in with that role), and",
            "by law a recording, which this version cannot make: the setting social_unrecorded",
            "opens it for demonstration, and says so on every screen.",
        ]
    if not _is_secure(base):
        lines += [
            "",
            f"Browsers give camera and microphone to https and localhost only, not {base}.",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops the server.", ""])


def _first_start(base: str, made: Sequence[MadeRoom]) -> list[str]:
    lines = [
        "This is the first start. A demonstration prison was made; the links and PINs below are",
        "printed this once and kept only as hashes, so write down what you need.",
    ]
    for one in made:
        room = one.room
        lines += ["", f"{room.name} ({room.policy.value})"]
        lines += [f"  Room link    {room_link(base, room)}"]
        lines += [
            f"  {label:<11}  {personal_link(base, room, token)}"
            for label, token in zip(GUESTS, one.tokens, strict=False)
        ]
        lines += [f"  Host link    {host_link(base, room)}", f"  Host PIN     {one.pin}"]
    return [
        *lines,
        "",
        "What to do next",
        "  1. Open the lawyer's personal link in one browser window: you wait for the host.",
        "  2. Open the legal room's host link in another window and enter its Host PIN.",
        "  3. You see and hear each other. Check the ID, lock the room, hand the terminal over.",
        "  4. Open the room link in a third window: it knocks.",
    ]


def _later_start(base: str, rooms: Sequence[Room]) -> list[str]:
    lines = []
    for room in rooms:
        state = "closed" if room.is_closed else room.policy.value
        lines += [
            printable(f"{room.establishment.name}: {room.name} ({state})"),
            f"  Room link    {room_link(base, room)}",
            f"  Host link    {host_link(base, room)}",
        ]
    command = links.command()
    return [
        *lines,
        "",
        "PINs and personal links are kept only as hashes. For new ones:",
        f"  {command} room pin ROOM_LINK              a new Host PIN",
        f'  {command} room invite ROOM_LINK "Ms Shah"  a personal link',
    ]


def _is_secure(base: str) -> bool:
    return base.startswith("https://") or base.startswith("http://localhost")
