"""`vmr api-token ...`: tokens of the REST API, whether a server runs on the database or not.

A token is printed once, here; afterwards only its hash exists.
"""

import argparse
import time

from vmr.api_tokens import PREFIX, ApiScope, ApiToken, ApiTokenEvent, scope_names, token_happening
from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, printable, time_text
from vmr.ids import ApiTokenId
from vmr.rooms import Establishment
from vmr.settings import Settings
from vmr.staff import parse_name
from vmr.staff_record import OPERATOR
from vmr.store import secrets
from vmr.store.store import Store

DAY_S = 86_400.0
DAYS_MAX = 3_660
SCOPES = [one.value for one in ApiScope]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    tokens = commands.add_parser("api-token", help="tokens of programs that use the REST API")
    verbs = tokens.add_subparsers(metavar="COMMAND", required=True)
    add = add_verb(verbs, "add", _add, "make a token for a program; prints it once")
    add.add_argument("establishment", help="the name of the establishment it is for")
    add.add_argument("name", help="what the program is called in lists and in the record")
    add.add_argument(
        "--scope", action="append", choices=SCOPES, required=True, help="repeat for more"
    )
    add.add_argument("--days", type=int, metavar="N", help="it works so many days; else for good")
    add_verb(verbs, "list", _list, "every token, without secrets")
    revoke = add_verb(verbs, "revoke", _revoke, "let nobody use this token any more")
    revoke.add_argument("token", help="its id, as the list shows it")


async def _add(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    name, now = parse_name(chosen.name), time.time()
    if name is None:
        raise CommandError("a name has 1 to 100 characters, none of them hidden")
    if chosen.days is not None and not 0 < chosen.days <= DAYS_MAX:
        raise CommandError(f"--days is from 1 to {DAYS_MAX}")
    token = ApiToken(
        id=ApiTokenId(secrets.make_id()),
        establishment=await _establishment(chosen, store),
        name=name,
        scopes=frozenset(ApiScope(one) for one in chosen.scope),
        made_at=now,
        expires_at=None if chosen.days is None else now + chosen.days * DAY_S,
    )
    secret = PREFIX + secrets.make_token()
    done = token_happening(ApiTokenEvent.ADDED, token, by=OPERATOR, at=now)
    await store.api.add_token(token, secret, done)
    print(printable(f"{token.id}  {token.name}, for {token.establishment.name}"))
    print(f"  token: {secret}")
    print("  It is shown this once. Its program sends it as: Authorization: Bearer TOKEN")


async def _establishment(chosen: argparse.Namespace, store: Store) -> Establishment:
    for one in await store.establishments():
        if one.name == chosen.establishment:
            return one
    raise CommandError("no establishment has this name (vmr room list shows them)")


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    now = time.time()
    for prison in await store.establishments():
        for one in await store.api.tokens(prison.id):
            print(printable(f"{one.id}  {_state(one, now):8} {prison.name}: {one.name}"))
            said = f"{', '.join(scope_names(one.scopes))}; last used {time_text(one.used_at)}"
            end = "" if one.expires_at is None else f"; until {time_text(one.expires_at)}"
            print(f"  {said}{end}")


def _state(token: ApiToken, now: float) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "in use" if token.is_good(now) else "expired"


async def _revoke(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    token = await store.api.token(ApiTokenId(chosen.token))
    if token is None or token.revoked_at is not None:
        raise CommandError("no token in use has this id (vmr api-token list shows them)")
    done = token_happening(ApiTokenEvent.REVOKED, token, by=OPERATOR, at=time.time())
    await store.api.revoke_token(token, done)
    print(printable(f"{token.name} is revoked. Its next request is refused; its webhooks ended."))
