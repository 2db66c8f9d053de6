"""`vmr room ...`: rooms in the database, whether a server runs on it or not."""

import argparse
import sys
import time
from datetime import datetime

from vmr.cli import links
from vmr.cli.errors import CommandError
from vmr.cli.work import add_room_argument, add_verb, find_room, printable, time_text
from vmr.ids import InviteId, RoomId
from vmr.links import host_link, personal_link, room_link
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.room_record import LinkEvent, RoomEvent, link_happening, room_happening
from vmr.rooms import Establishment, Invite, Room
from vmr.settings import Settings
from vmr.staff_record import OPERATOR
from vmr.store import secrets
from vmr.store.store import Store


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    room = commands.add_parser("room", help="rooms, their PINs and personal links")
    verbs = room.add_subparsers(metavar="COMMAND", required=True)

    add = add_verb(
        verbs, "add", _add, "make a room; prints its links and its Host PIN", makes_database=True
    )
    add.add_argument("name", help="what people call the room")
    add.add_argument("--policy", choices=[one.value for one in PolicyName], default="legal")
    add.add_argument("--establishment", metavar="NAME", help="made when there is none of the name")
    add.add_argument("--phone", metavar="NUMBER", help="of a new establishment: whom to call")
    add.add_argument("--safer-custody", metavar="NUMBER", default="", help="of a new establishment")

    add_verb(verbs, "list", _list, "every room, without secrets")

    pin = add_verb(verbs, "pin", _pin, "give a room a new Host PIN; the old one is void")
    add_room_argument(pin)
    pin.add_argument("pin", nargs="?", help="its digits, or - to read them; default: made here")

    invite = add_verb(verbs, "invite", _invite, "make a personal link for one expected person")
    add_room_argument(invite)
    invite.add_argument("label", help="the expected person, for the desk; never in the link")
    invite.add_argument("--opens", metavar="TIME", help="not valid before (2026-05-01T09:30)")
    invite.add_argument("--closes", metavar="TIME", help="not valid after")

    revoke = add_verb(verbs, "revoke", _revoke, "make a personal link void")
    revoke.add_argument("link", help="the whole personal link")

    end = add_verb(verbs, "end", _end, "until when the room may be used: its meeting ends then")
    add_room_argument(end)
    end.add_argument("time", help="2026-05-01T10:45, or never")

    close = add_verb(verbs, "close", _close, "let nobody start anything in a room any more")
    add_room_argument(close)


async def _add(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    establishment = await _establishment(chosen, store)
    pin = secrets.make_pin(settings.numbers.pin_digits_default)
    room = Room(
        id=RoomId(secrets.make_id()),
        establishment=establishment,
        address=secrets.make_address(),
        name=_text(chosen.name, "the room's name"),
        policy=PolicyName(chosen.policy),
        pin_hash=secrets.hash_pin(pin),
    )
    done = room_happening(RoomEvent.ADDED, room, by=OPERATOR, at=time.time())
    await store.office.add_room(room, done)
    base = links.base_url(settings)
    print(f"Room address  {room.address}")
    print(f"Room link     {room_link(base, room)}")
    print(f"Host link     {host_link(base, room)}")
    print(f"Host PIN      {pin}   (kept only as a hash: write it down)")


async def _establishment(chosen: argparse.Namespace, store: Store) -> Establishment:
    known = await store.establishments()
    if chosen.establishment is None:
        if len(known) == 1:
            return known[0]
        raise CommandError("say which establishment with --establishment NAME")
    for one in known:
        if one.name == chosen.establishment:
            return one
    if not chosen.phone:
        raise CommandError("a new establishment needs --phone NUMBER: whom its guests can call")
    return await store.add_establishment(
        name=_text(chosen.establishment, "the establishment's name"),
        phone=chosen.phone,
        safer_custody=chosen.safer_custody,
    )


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    base = links.base_url(settings)
    for room in await store.rooms():
        state = "closed" if room.is_closed else "open"
        ends = f"  ends {time_text(room.ends_at)}" if room.ends_at is not None else ""
        name = printable(f"{room.establishment.name}, {room.name}")
        print(f"{room_link(base, room)}  {room.policy.value:13} {state:6} {name}{ends}")


async def _pin(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    pin = chosen.pin or secrets.make_pin(settings.numbers.pin_digits_default)
    if pin == "-":
        pin = sys.stdin.readline().strip()
    check_pin(pin, settings.numbers)
    done = room_happening(RoomEvent.PIN_RENEWED, room, by=OPERATOR, at=time.time())
    await store.office.set_pin(room, secrets.hash_pin(pin), done)
    said = pin if chosen.pin is None else "as given"
    print(f"Host PIN of {room.name}: {said}   (the old one is void)")


def check_pin(pin: str, numbers: Numbers) -> None:
    """Digits, as many as the settings allow; raises CommandError."""
    fewest, most = numbers.pin_digits_min, numbers.pin_digits_max
    if not (secrets.is_digits(pin) and fewest <= len(pin) <= most):
        raise CommandError(f"a Host PIN has {fewest} to {most} digits")


async def _invite(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    token = secrets.make_token()
    opens_at, closes_at = _time(chosen.opens), _time(chosen.closes)
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise CommandError("--closes must be after --opens")
    invite = Invite(
        id=InviteId(secrets.make_id()),
        room=room.id,
        label=_text(chosen.label, "the label"),
        opens_at=opens_at,
        closes_at=closes_at,
    )
    done = link_happening(LinkEvent.MADE, invite, room, by=OPERATOR, at=time.time())
    await store.office.add_invite(room, invite, secrets.hash_token(token), done)
    print(personal_link(links.base_url(settings, like=chosen.room), room, token))


async def _revoke(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    invite = await store.invite_by_token_hash(secrets.hash_token(links.token_in(chosen.link)))
    if invite is None:
        raise CommandError("no such personal link")
    room = await store.room(invite.room)
    assert room is not None, "a link is of a room"
    done = link_happening(LinkEvent.REVOKED, invite, room, by=OPERATOR, at=time.time())
    await store.office.revoke_invite(room, invite.id, done)
    print(f"The personal link of {printable(invite.label)} is void.")


async def _end(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    ends_at = None if chosen.time == "never" else _time(chosen.time)
    if ends_at is not None and ends_at <= time.time():
        raise CommandError(f"{chosen.time} has passed: give a time to come, or never")
    await store.set_room_end(room.id, ends_at)
    if ends_at is None:
        print(f"{room.name} has no end. A meeting that runs already keeps its own.")
    else:
        print(f"{room.name} ends at {time_text(ends_at)}, and does not open after that until it is")
        print("given another end, or never. A meeting that runs already keeps its own.")


async def _close(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    done = room_happening(RoomEvent.CLOSED, room, by=OPERATOR, at=time.time())
    await store.office.close_room(room, done)
    print(f"{room.name} is closed: nobody can start anything in it. Its records stay.")


def _text(value: str, what: str) -> str:
    stripped = " ".join(value.split())
    if not 1 <= len(stripped) <= 100:
        raise CommandError(f"{what} must have 1 to 100 characters")
    return stripped


def _time(text: str | None) -> float | None:
    """ISO 8601; without an offset it is the time of this machine's zone."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise CommandError(f"{text} is not a time such as 2026-05-01T09:30") from error
