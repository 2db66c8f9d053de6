"""Who is answered, and how everybody else is told."""

import dataclasses

import pytest

from signalling.api.config import ApiConfig
from tests.signalling.api.prison import EVERY_SCOPE, Caller, Prison, draft
from tests.signalling.house import CONFIG
from vmr.api_tokens import ApiScope, ApiTokenEvent, token_happening
from vmr.staff_record import OPERATOR
from vmr.store import Store, StoreUnavailable

NEEDS = {
    "GET /rooms": ApiScope.ROOMS_READ,
    "GET /rooms/r1": ApiScope.ROOMS_READ,
    "GET /rooms/r1/free": ApiScope.ROOMS_READ,
    "GET /bookings": ApiScope.BOOKINGS_READ,
    "POST /bookings": ApiScope.BOOKINGS_WRITE,
    "GET /bookings/BCDF-2345": ApiScope.BOOKINGS_READ,
    "PATCH /bookings/BCDF-2345": ApiScope.BOOKINGS_WRITE,
    "POST /bookings/BCDF-2345/confirm": ApiScope.BOOKINGS_WRITE,
    "POST /bookings/BCDF-2345/refuse": ApiScope.BOOKINGS_WRITE,
    "POST /bookings/BCDF-2345/cancel": ApiScope.BOOKINGS_WRITE,
    "GET /bookings/BCDF-2345/people": ApiScope.BOOKINGS_READ,
    "POST /bookings/BCDF-2345/people": ApiScope.BOOKINGS_WRITE,
    "GET /bookings/BCDF-2345/people/p1": ApiScope.BOOKINGS_READ,
    "PUT /bookings/BCDF-2345/people/p1": ApiScope.BOOKINGS_WRITE,
    "DELETE /bookings/BCDF-2345/people/p1": ApiScope.BOOKINGS_WRITE,
    "POST /bookings/BCDF-2345/people/p1/link": ApiScope.BOOKINGS_WRITE,
    "GET /outcomes": ApiScope.OUTCOMES_READ,
    "GET /bookings/BCDF-2345/outcome": ApiScope.OUTCOMES_READ,
    "PUT /bookings/BCDF-2345/outcome": ApiScope.OUTCOMES_WRITE,
    "GET /webhooks": ApiScope.WEBHOOKS_WRITE,
    "POST /webhooks": ApiScope.WEBHOOKS_WRITE,
    "DELETE /webhooks/w1": ApiScope.WEBHOOKS_WRITE,
    "POST /webhooks/w1/secret": ApiScope.WEBHOOKS_WRITE,
    "GET /webhooks/w1/deliveries": ApiScope.WEBHOOKS_WRITE,
    "GET /meetings": ApiScope.RECORDS_READ,
    "GET /meetings/m1": ApiScope.RECORDS_READ,
    "GET /meetings/m1/record": ApiScope.RECORDS_READ,
    "GET /meetings/m1/record.jsonl": ApiScope.RECORDS_PERSONAL,
}
BESIDE = {"GET /meetings/m1/record.jsonl": ApiScope.RECORDS_READ}
"""What some need as well."""
OTHERS_THINGS = (
    "/rooms/{room}", "/rooms/{room}/free?minutes=30", "/bookings/{reference}",
    "/bookings/{reference}/people", "/meetings/m2", "/meetings/m2/record",
    "/meetings/m2/record.jsonl",
)  # fmt: skip


async def test_without_a_token_nothing_is_answered(prison: Prison) -> None:
    nobody = prison.caller()
    for operation in NEEDS:
        prison.clock.advance(60)  # who is wrong too often is asked to wait
        reply = await nobody.ask(*operation.split())
        assert (reply.status, reply.kind) == (401, "unauthorized"), operation
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_a_wrong_a_revoked_and_an_expired_token_are_answered_as_none(prison: Prison) -> None:
    revoked, secret = await prison.token(*EVERY_SCOPE)
    done = token_happening(ApiTokenEvent.REVOKED, revoked, by=OPERATOR, at=prison.clock())
    await prison.store.api.revoke_token(revoked, done)
    _, expired = await prison.token(*EVERY_SCOPE, expires_at=prison.clock() - 1)
    none = await prison.caller().get("/rooms")
    for one in (secret, expired, "vmr_" + "x" * 32, "vmr_short", "x"):
        reply = await prison.caller(one).get("/rooms")
        assert (reply.status, reply.text) == (none.status, none.text)
        assert set(reply.headers) == set(none.headers)


async def test_a_revoked_token_is_refused_although_it_was_good(prison: Prison) -> None:
    token, secret = await prison.token(ApiScope.ROOMS_READ)
    program = prison.caller(secret)
    assert (await program.get("/rooms")).status == 200
    done = token_happening(ApiTokenEvent.REVOKED, token, by=OPERATOR, at=prison.clock())
    await prison.store.api.revoke_token(token, done)
    assert (await program.get("/rooms")).status == 401


@pytest.mark.parametrize("operation", NEEDS)
async def test_each_operation_needs_its_scope(prison: Prison, operation: str) -> None:
    needed = {NEEDS[operation], BESIDE.get(operation, NEEDS[operation])}
    for one in needed:
        lacking = await prison.program(EVERY_SCOPE - {one})
        reply = await lacking.ask(*operation.split())
        assert (reply.status, reply.kind) == (403, "forbidden")
        assert one.value in reply.headers["WWW-Authenticate"]
    holding = await prison.program(needed)
    assert (await holding.ask(*operation.split())).status != 403


async def test_another_establishments_things_look_like_none(
    prison: Prison, program: Caller
) -> None:
    there = await prison.program(establishment=prison.other.establishment)
    made = await there.ask("POST", "/bookings", draft(room=prison.other.id))
    assert made.status == 201, made.text
    await prison.meeting("m2", prison.other)
    names = {"room": prison.other.id, "reference": made.json["booking"]["reference"]}
    for path in OTHERS_THINGS:
        theirs = await program.get(path.format(**names))
        none = await program.get(path.format(room="none", reference="BCDF-2222").replace("m2", "m"))
        assert (theirs.status, theirs.text) == (404, none.text), path
        assert (await there.get(path.format(**names))).status == 200, path
    booking = f"/bookings/{names['reference']}"
    for method, path in (("PATCH", booking), ("POST", f"{booking}/cancel")):
        body = {"reason": "x"} if method == "POST" else {"prisoner": "B"}
        reply = await program.ask(method, path, body, headers={"If-Match": made.etag})
        assert reply.status == 404
    assert (await program.get("/bookings")).json["items"] == []
    assert (await program.get("/meetings")).json["items"] == []


async def test_a_cookie_is_no_token(prison: Prison) -> None:
    _, secret = await prison.token(*EVERY_SCOPE)
    caller = prison.caller()
    for name in ("vmr_staff", "__Host-vmr_staff", "token"):
        assert (await caller.get("/rooms", Cookie=f"{name}={secret}")).status == 401
    assert (await caller.get(f"/rooms?access_token={secret}")).status == 401


async def test_other_origins_are_let_in_by_nothing(prison: Prison, program: Caller) -> None:
    asked = await program.ask("OPTIONS", "/rooms", headers={"Origin": "https://evil.example"})
    assert (asked.status, asked.kind) == (405, "method-not-allowed")
    reply = await program.get("/rooms", Origin="https://evil.example")
    for one in (asked, reply):
        assert not [name for name in one.headers if name.lower().startswith("access-control")]
    assert reply.headers["Cache-Control"] == "no-store"


async def test_what_is_not_there_is_a_problem_too(prison: Prison, program: Caller) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/rooms/..%2f", 404),
        ("GET", "/bookings/bcdf-2345", 404),
        ("DELETE", "/rooms", 405),
        ("HEAD", "/rooms", 405),
    ):
        reply = await program.ask(method, path)
        assert reply.status == status, path
        assert reply.headers["Content-Type"] == "application/problem+json"
    assert (await program.ask("DELETE", "/rooms")).headers["Allow"] == "GET"


async def test_a_body_has_to_be_json_of_the_right_shape_and_size(program: Caller) -> None:
    async def post(raw: bytes, kind: str = "application/json") -> tuple[int, str]:
        reply = await program.ask("POST", "/bookings", raw=raw, headers={"Content-Type": kind})
        return reply.status, reply.kind

    assert await post(b"{}", "text/plain") == (415, "media-type")
    assert await post(b"") == (400, "malformed")
    assert await post(b"{") == (400, "malformed")
    assert await post(b"[" * 100_000) == (400, "malformed")
    assert await post(b'{"a": "\xff"}') == (400, "malformed")
    assert await post(b"[]") == (422, "invalid")
    assert await post(b" " * 300_000) == (413, "too-large")


async def test_what_is_wrong_in_a_body_is_pointed_at(program: Caller) -> None:
    body = draft(purpose="party", prisoner="a\x00b", extra=1)
    body["people"][0]["part"] = 7
    reply = await program.ask("POST", "/bookings", body)
    assert (reply.status, reply.kind) == (422, "invalid")
    assert set(reply.pointers) == {"/purpose", "/prisoner", "/extra", "/people/0/part"}
    assert "party" not in reply.text
    codes = {one["pointer"]: one["code"] for one in reply.json["errors"]}
    assert codes["/people/0/part"] == codes["/purpose"] == "not_one_of"
    assert codes["/extra"] == "unknown_field"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "cursor=!", "cursor=WzEsMl0", "cursor=W10",
     "first_day=9999-12-31", "first_day=2027-02-30", "state=maybe", "unknown=1",
     "search=%00", "limit=1&limit=2", "first_day=2027-03-02&last_day=2027-03-01"],
)  # fmt: skip
async def test_a_wrong_parameter_is_named(program: Caller, query: str) -> None:
    reply = await program.get(f"/bookings?{query}")
    assert (reply.status, reply.kind) == (422, "invalid")
    assert reply.pointers[0] in query


async def test_an_address_that_was_wrong_too_often_waits_but_not_who_was_right(
    store: Store,
) -> None:
    config = dataclasses.replace(CONFIG, api=ApiConfig(wrong_burst=3))
    async with await Prison.open(store, config=config) as prison:
        good, late = await prison.program(), await prison.program()
        assert (await good.get("/rooms")).status == 200
        wrong = prison.caller("vmr_" + "x" * 32)
        assert [(await wrong.get("/rooms")).status for _ in range(5)] == [401] * 3 + [429] * 2
        assert (await late.get("/rooms")).status == 429
        assert (await good.get("/rooms")).status == 200
        prison.clock.advance(60)
        assert (await late.get("/rooms")).status == 200


async def test_a_token_may_ask_so_often_and_no_more(store: Store) -> None:
    config = dataclasses.replace(CONFIG, api=ApiConfig(requests_burst=2, requests_s=1))
    async with await Prison.open(store, config=config) as prison:
        program, other = await prison.program(), await prison.program()
        assert [(await program.get("/rooms")).status for _ in range(3)] == [200, 200, 429]
        assert (await program.get("/rooms")).headers["Retry-After"]
        assert (await other.get("/rooms")).status == 200
        prison.clock.advance(2)
        assert (await program.get("/rooms")).status == 200


async def test_when_a_token_was_used_is_known_to_the_minute(prison: Prison) -> None:
    token, secret = await prison.token(ApiScope.ROOMS_READ)
    program = prison.caller(secret)
    await program.get("/rooms")
    first = prison.clock()
    prison.clock.advance(30)
    await program.get("/rooms")
    kept = await prison.store.api.token(token.id)
    assert kept is not None
    assert kept.used_at == first
    prison.clock.advance(31)
    await program.get("/rooms")
    kept = await prison.store.api.token(token.id)
    assert kept is not None
    assert kept.used_at == prison.clock()


async def test_a_database_that_is_away_is_a_503(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("disk full of secrets")

    monkeypatch.setattr(prison.store, "rooms_of", away)
    reply = await program.get("/rooms")
    assert (reply.status, reply.kind) == (503, "unavailable")
    assert "secrets" not in reply.text


async def test_a_fault_of_ours_says_nothing_of_itself(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(prison.store, "rooms_of", broken)
    reply = await program.get("/rooms")
    assert (reply.status, reply.kind) == (500, "internal")
    assert "a secret" not in reply.text
