"""A server over a real store, with rooms, and programs that have tokens."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG, Server
from tests.vmr.bookings.made import NOW, slot
from vmr.api_tokens import PREFIX, ApiScope, ApiToken, ApiTokenEvent, token_happening
from vmr.bookings.times import Interval
from vmr.ids import ApiTokenId, MeetingId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Establishment, Room
from vmr.staff_record import OPERATOR
from vmr.store import Store
from vmr.store.secrets import make_id, make_token

EVERY_SCOPE = frozenset(ApiScope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def kind(self) -> str:
        """Of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.headers
        said = self.json
        assert said["status"] == self.status
        assert said["title"]
        return str(said["type"]).removeprefix("urn:vmr:problem:")

    @property
    def pointers(self) -> list[str]:
        return [one.get("pointer", one.get("parameter")) for one in self.json["errors"]]


@dataclass(slots=True)
class Caller:
    """A program; `secret` empty: it sends no token."""

    url: str
    session: aiohttp.ClientSession
    secret: str
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = {**self.headers, **(headers or {})}
        if self.secret:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        target = path if path.startswith("/api/") else f"/api/v1{path}"
        async with self.session.request(
            method, self.url + target, data=data, headers=sent, allow_redirects=False
        ) as response:
            return Reply(
                status=response.status, headers=response.headers.copy(), text=await response.text()
            )

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.ask("GET", path, headers=headers)


class Prison:
    """`async with await Prison.open(store) as prison`; `room` is a legal one, `other` another
    establishment's."""

    def __init__(
        self, store: Store, establishment: Establishment, room: Room, other: Room, **settings: Any
    ) -> None:
        self.store = store
        self.establishment = establishment
        self.room = room
        self.other = other
        self.clock = FakeClock(NOW)
        self.engine = FakeEngine(lambda event: self.server.signalling.process_engine_event(event))
        settings.setdefault("config", CONFIG)
        self.server = Server(store=store, engine=self.engine, clock=self.clock, **settings)
        self._sessions: list[aiohttp.ClientSession] = []

    @classmethod
    async def open(cls, store: Store, **settings: Any) -> Self:
        here = await store.add_establishment(name="HMP Test", phone="01632 960000")
        there = await store.add_establishment(name="HMP Other", phone="01632 960001")
        rooms = [
            await store.add_room(one, name="Legal 1", policy=PolicyName.LEGAL, pin_hash="$a")
            for one in (here, there)
        ]
        return cls(store, here, rooms[0], rooms[1], **settings)

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self.server.signalling.served_at(self.server.url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self._sessions:
            await session.close()
        await self.server.__aexit__(kind, error, trace)

    def caller(self, secret: str = "") -> Caller:
        session = aiohttp.ClientSession()
        self._sessions.append(session)
        return Caller(self.server.url, session, secret)

    async def token(
        self,
        *scopes: ApiScope,
        establishment: Establishment | None = None,
        expires_at: float | None = None,
    ) -> tuple[ApiToken, str]:
        token = ApiToken(
            id=ApiTokenId(make_id()),
            establishment=establishment or self.establishment,
            name="Court lists",
            scopes=frozenset(scopes),
            made_at=self.clock(),
            expires_at=expires_at,
        )
        secret = PREFIX + make_token()
        done = token_happening(ApiTokenEvent.ADDED, token, by=OPERATOR, at=self.clock())
        await self.store.api.add_token(token, secret, done)
        return token, secret

    async def program(
        self,
        scopes: Collection[ApiScope] = EVERY_SCOPE,
        establishment: Establishment | None = None,
    ) -> Caller:
        return self.caller((await self.token(*scopes, establishment=establishment))[1])

    async def record(self) -> list[tuple[str, str]]:
        """Who did what, as the establishment's record has it."""
        kept = await self.store.staff.record(self.establishment.id)
        return [(one.entry.actor, one.entry.what) for one in kept]

    async def meeting(self, id: str = "m1", room: Room | None = None, entries: int = 3) -> None:
        """One that has ended, with so many entries, each with a name."""
        done = [
            Happening(
                at=NOW + at, actor="host:p1", what="knocked", subject=f"participant:p{at}",
                facts=(("count", at),), personal=(("name", f"Ann {at}"),),
            )
            for at in range(entries)
        ]  # fmt: skip
        where = (room or self.room).id
        await self.store.commit(MeetingId(id), where, {"stage": "open"}, done[:1])
        await self.store.commit(MeetingId(id), where, None, done[1:])


def span(interval: Interval) -> dict[str, str]:
    return {"starts_at": stamp(interval.starts_at), "ends_at": stamp(interval.ends_at)}


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def draft(**values: Any) -> dict[str, Any]:
    """The body of a request for a consultation on Thursday at ten."""
    return {
        "purpose": "consultation",
        "slot": span(slot(4, 10)),
        "prisoner": "A1234BC",
        "people": [{"name": "Ada Law", "part": "lawyer", "email": "ada@law.example"}],
        **values,
    }
