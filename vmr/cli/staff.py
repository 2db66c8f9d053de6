"""`vmr staff ...`: accounts in the database, whether a server runs on it or not.

One-time passwords are printed once, here; afterwards only their hashes exist. A running server
ends the sessions of a changed account within seconds.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass

from signalling.texts import FILES, LANGUAGES, Texts
from vmr.cli import proofs
from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, find_establishment, printable, time_text
from vmr.ids import OfficerId
from vmr.record import Happening
from vmr.rooms import Establishment
from vmr.settings import Settings
from vmr.staff import StaffMember, StaffRole, parse_name, parse_username, role_names
from vmr.staff_accounts import StaffAccount
from vmr.staff_record import OPERATOR, SERVER, StaffEvent, happening
from vmr.staff_record_text import sentence
from vmr.store import Conflict, secrets
from vmr.store.store import Store

ADMINISTRATOR = "administrator"
ROLES = [role.value for role in StaffRole]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAccount:
    """A new account with the one-time password that is about to be printed and forgotten."""

    member: StaffMember
    password: str
    expires_at: float


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    staff = commands.add_parser("staff", help="staff accounts: who may sign in, and their roles")
    verbs = staff.add_subparsers(metavar="COMMAND", required=True)

    add = add_verb(verbs, "add", _add, "make an account; prints its one-time password")
    add.add_argument("username", help="what they sign in with")
    add.add_argument("--name", required=True, help="what meetings and the record show")
    add.add_argument("--role", action="append", choices=ROLES, required=True, help="repeat for two")
    add.add_argument("--establishment", metavar="NAME", help="where there is more than one")

    add_verb(verbs, "list", _list, "every account, without secrets")

    reset = add_verb(
        verbs, "reset-password", _reset, "give an account a one-time password; signs them out"
    )
    _add_username(reset)
    reset.add_argument("--second-factor", action="store_true", help="remove theirs too")

    roles = add_verb(verbs, "roles", _roles, "give an account these roles and no other")
    _add_username(roles)
    roles.add_argument("role", nargs="+", choices=ROLES)

    _add_username(add_verb(verbs, "disable", _disable, "sign somebody out, for good"))
    _add_username(add_verb(verbs, "enable", _enable, "let a disabled account sign in again"))
    record = add_verb(
        verbs, "record", _record, "the establishment's record: accounts, settings, looks; verified"
    )
    record.add_argument("--establishment", metavar="NAME", help="where there is more than one")


def _add_username(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")


async def make_administrators(store: Store, one_time_s: float) -> tuple[MadeAccount, ...]:
    """A first administrator for each establishment that has none who can sign in."""
    made = []
    for establishment in await store.establishments():
        members = await store.staff.members(establishment.id)
        if not any(_is_administrator(one) for one in members):
            member = _member(
                establishment,
                username=await _free_username(store),
                name="Administrator",
                roles=frozenset({StaffRole.ADMINISTRATOR}),
            )
            made.append(await _make(store, member, one_time_s, by=SERVER))
    return tuple(made)


def _is_administrator(member: StaffMember) -> bool:
    return StaffRole.ADMINISTRATOR in member.roles and not member.is_disabled


async def _free_username(store: Store) -> str:
    taken = {one.username for one in await store.staff.members()}
    further = (f"{ADMINISTRATOR}{number}" for number in range(2, len(taken) + 2))
    return next(one for one in (ADMINISTRATOR, *further) if one not in taken)


def _member(
    establishment: Establishment, *, username: str, name: str, roles: frozenset[StaffRole]
) -> StaffMember:
    return StaffMember(
        id=OfficerId(secrets.make_id()),
        establishment=establishment,
        username=username,
        name=name,
        roles=roles,
    )


async def _make(store: Store, member: StaffMember, one_time_s: float, *, by: str) -> MadeAccount:
    """Raises Conflict where the username is taken."""
    password, now = secrets.make_code(), time.time()
    account = StaffAccount(
        member=member,
        password_hash=await asyncio.to_thread(secrets.hash_pin, password),
        must_change_password=True,
        password_expires_at=now + one_time_s,
    )
    facts = (("roles", ",".join(role_names(member.roles))),)
    done = happening(StaffEvent.ADDED, member, by=by, at=now, facts=facts)
    await store.staff.add(account, done)
    return MadeAccount(member=member, password=password, expires_at=now + one_time_s)


async def _add(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    username, name = parse_username(chosen.username), parse_name(chosen.name)
    if username is None:
        raise CommandError("a username has 3 to 64 letters, digits or . _ @ + -")
    if name is None:
        raise CommandError("a name has 1 to 100 characters")
    roles = frozenset(StaffRole(word) for word in chosen.role)
    establishment = await find_establishment(chosen.establishment, store)
    member = _member(establishment, username=username, name=name, roles=roles)
    try:
        made = await _make(store, member, settings.staff_one_time_s, by=OPERATOR)
    except Conflict as error:
        raise CommandError(f"there is an account {username} already") from error
    print(f"Username           {username}")
    _print_password(made.password, made.expires_at)


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    for one in await store.staff.members():
        state = "disabled" if one.is_disabled else "in use"
        roles = ",".join(role_names(one.roles))
        name = printable(f"{one.name}, {one.establishment.name}")
        print(f"{one.username:24} {state:8} {roles:32} {name}")


async def _reset(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    member = await _find(chosen, store)
    password, expires_at = secrets.make_code(), time.time() + settings.staff_one_time_s
    await store.staff.set_password(
        member.id,
        secrets.hash_pin(password),
        _done(StaffEvent.PASSWORD_RESET, member),
        expires_at=expires_at,
        ends_sessions=True,
    )
    if chosen.second_factor:
        removed = _done(StaffEvent.SECOND_FACTOR_REMOVED, member)
        await store.staff.set_totp(member.id, "", 0, (), removed, ends_sessions=True)
    _print_password(password, expires_at)


async def _roles(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    member = await _find(chosen, store)
    roles = frozenset(StaffRole(word) for word in chosen.role)
    facts = (("roles", ",".join(role_names(roles))),)
    done = happening(StaffEvent.ROLES_CHANGED, member, by=OPERATOR, at=time.time(), facts=facts)
    await store.staff.set_roles(member.id, roles, done)
    print(f"{member.username} is now {', '.join(role_names(roles))}, and has to sign in again.")


async def _disable(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    member = await _find(chosen, store)
    await store.staff.set_disabled(member.id, True, _done(StaffEvent.DISABLED, member))
    print(f"{member.username} is signed out and cannot sign in.")


async def _enable(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    member = await _find(chosen, store)
    await store.staff.set_disabled(member.id, False, _done(StaffEvent.ENABLED, member))
    print(f"{member.username} can sign in.")


async def _record(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    establishment = await find_establishment(chosen.establishment, store)
    say = Texts.load(FILES / "text", LANGUAGES[0]).get
    proof = await store.records.verify_establishment(establishment.id)
    for kept in await store.records.look_at_establishment(
        establishment.id, by=OPERATOR, at=time.time()
    ):
        entry = kept.entry
        said = sentence(entry, kept.personal, say, time_text)
        print(printable(f"{entry.sequence:5}  {time_text(entry.at)}  {said}"))
    proofs.show(establishment, proof)


async def _find(chosen: argparse.Namespace, store: Store) -> StaffMember:
    account = await store.staff.account_by_username(parse_username(chosen.username) or "")
    if account is None:
        raise CommandError("no account with this username (vmr staff list shows them)")
    return account.member


def _done(event: StaffEvent, member: StaffMember) -> Happening:
    return happening(event, member, by=OPERATOR, at=time.time())


def _print_password(password: str, expires_at: float) -> None:
    print(f"One-time password  {password}   (kept only as a hash; they choose their own with it)")
    print(f"Good until         {time_text(expires_at)}")
