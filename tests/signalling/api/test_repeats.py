"""A request that comes twice with one Idempotency-Key is done once."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.signalling.api.prison import EVERY_SCOPE, Caller, Prison, Reply, draft
from vmr.store import StoreUnavailable
from vmr.store.api_answers import ABANDONED_S, KEPT_S

KEY = {"Idempotency-Key": "order-1"}


async def post(program: Caller, key: dict[str, str] = KEY, **values: Any) -> Reply:
    return await program.ask("POST", "/bookings", draft(**values), headers=key)


async def count(program: Caller) -> int:
    return len((await program.get("/bookings")).json["items"])


async def test_the_same_answer_is_given_again_with_its_links(
    prison: Prison, program: Caller
) -> None:
    first = await post(program, room=prison.room.id)
    again = await post(program, room=prison.room.id)
    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert "#invite=" in again.text
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert await count(program) == 1


async def test_nothing_of_an_answer_is_in_the_database_in_clear(
    prison: Prison, program: Caller, tmp_path: Path
) -> None:
    reply = await post(program, room=prison.room.id)
    link = reply.json["links"][0]["link"].rpartition("#invite=")[2]
    rows = sqlite3.connect(tmp_path / "vmr.db").execute("SELECT * FROM api_answers").fetchall()
    assert len(rows) == 1
    said = str(rows)
    assert link not in said
    assert "Ada" not in said
    assert "order-1" not in said
    assert hashlib.sha256(b"order-1").hexdigest() not in said, "a key that can be guessed"
    assert program.secret not in said


async def test_another_request_under_the_same_key_is_refused(program: Caller) -> None:
    await post(program)
    reply = await post(program, prisoner="B")
    assert (reply.status, reply.kind) == (422, "key-reused")
    assert await count(program) == 1


async def test_a_key_belongs_to_its_token(prison: Prison, program: Caller) -> None:
    other = prison.caller((await prison.token(*EVERY_SCOPE))[1])
    first, second = await post(program), await post(other)
    assert (first.status, second.status) == (201, 201)
    assert first.text != second.text


async def test_the_second_of_two_at_once_waits_for_nobody(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    add = prison.store.bookings.add_all

    async def slowly(*given: Any) -> None:
        begun.set()
        await asyncio.wait_for(go_on.wait(), 5)
        await add(*given)

    monkeypatch.setattr(prison.store.bookings, "add_all", slowly)
    first = asyncio.create_task(post(program))
    await asyncio.wait_for(begun.wait(), 5)
    second = await post(program)
    assert (second.status, second.kind) == (409, "in-progress")
    go_on.set()
    assert (await first).status == 201
    assert (await post(program)).text == (await first).text
    assert await count(program) == 1


async def test_what_was_refused_may_be_asked_anew(prison: Prison, program: Caller) -> None:
    assert (await post(program, people=[])).status == 422
    assert (await post(program)).status == 201


async def test_a_server_that_ended_between_doing_and_answering_did_it_once(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(*_: object) -> None:
        raise StoreUnavailable("killed")

    with monkeypatch.context() as broken:
        broken.setattr(prison.store.api, "keep_answer", ended)
        assert (await post(program, room=prison.room.id)).status == 503
    assert (await post(program, room=prison.room.id)).status == 409
    prison.clock.advance(ABANDONED_S)
    again = await post(program, room=prison.room.id)
    assert again.status == 201
    assert again.json["links"] == []  # nobody knows them any more: ask for new ones
    assert await count(program) == 1


async def test_a_key_is_free_again_after_a_day(prison: Prison, program: Caller) -> None:
    first = await post(program)
    prison.clock.advance(KEPT_S)
    second = await post(program, waiver="x")
    assert (first.status, second.status) == (201, 201)
    assert await count(program) == 2
    prison.clock.advance(KEPT_S)
    await prison.store.api.forget_answers(prison.clock())


async def test_a_wrong_key_is_said_to_be_one(program: Caller) -> None:
    for key in ("", " ", "x" * 256, "a b"):
        reply = await post(program, {"Idempotency-Key": key})
        assert (reply.status, reply.kind) == (400, "malformed"), key


async def test_a_decision_is_given_again_although_the_version_has_moved(
    prison: Prison, program: Caller
) -> None:
    booking = (await post(program, {})).json["booking"]
    path, body = f"/bookings/{booking['reference']}/confirm", {"room": prison.room.id}
    headers = {"If-Match": '"1"', **KEY}
    first = await program.ask("POST", path, body, headers=headers)
    again = await program.ask("POST", path, body, headers=headers)
    assert (first.status, again.status, again.text) == (200, 200, first.text)
    assert (await program.ask("POST", path, body, headers={"If-Match": '"1"'})).status == 412
