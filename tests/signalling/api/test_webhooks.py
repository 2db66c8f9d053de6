"""Webhooks: made by programs, and delivered to a real receiver that may be slow, refuse or die."""

import asyncio
import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from signalling.api.config import ApiConfig
from signalling.api.delivery import NotDelivered, WebhookDelivery
from tests.signalling.api.prison import EVERY_SCOPE, Caller, Prison
from tests.signalling.house import CONFIG
from vmr.api_tokens import ApiTokenEvent, token_happening
from vmr.ids import MeetingId, WebhookId
from vmr.record import Happening
from vmr.staff_record import OPERATOR
from vmr.store import Store
from vmr.webhooks import GIVE_UP_S, WebhookMessage, secret_text

LOCAL = dataclasses.replace(CONFIG, api=ApiConfig(webhooks_to_private=True, webhooks_look_s=0.02))
EVERY = ["meeting.started", "meeting.knock", "meeting.locked", "meeting.ended"]


@dataclass(slots=True)
class Receiver:
    """An HTTP server; `answer` says what becomes of each message."""

    url: str = ""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 204
    stall: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.taken.append((dict(request.headers), await request.read()))
        self.came.set()
        if self.stall is not None:
            await self.stall.wait()
        if self.status == 302:
            return web.Response(status=302, headers={"Location": f"{self.url}/elsewhere"})
        return web.Response(status=self.status, text="x" * 100_000)

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.taken]

    async def wait(self, count: int) -> None:
        await eventually(lambda: len(self.taken) >= count)


async def eventually(is_so: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - the server under test says nothing of it
            await asyncio.sleep(0.01)


Receive = Callable[[], Awaitable[Receiver]]


@pytest_asyncio.fixture
async def receive() -> AsyncIterator[Receive]:
    runners = []

    async def started() -> Receiver:
        receiver, app = Receiver(), web.Application()
        app.router.add_route("*", "/{rest:.*}", receiver.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        receiver.url = f"http://localhost:{runner.addresses[0][1]}"
        return receiver

    yield started
    for runner in runners:
        await runner.cleanup()


@pytest_asyncio.fixture
async def prison(store: Store) -> AsyncIterator[Prison]:
    async with await Prison.open(store, config=LOCAL) as running:
        yield running


async def hook(program: Caller, url: str, events: list[str] = EVERY) -> Any:
    reply = await program.ask("POST", "/webhooks", {"url": url, "events": events})
    assert reply.status == 201, reply.text
    return reply.json


async def happen(prison: Prison, *what: str, meeting: str = "m1") -> None:
    done = [Happening(at=prison.clock(), actor="host:p1", what=one) for one in what]
    snapshot = None if "ended" in what else {"what": what}
    await prison.store.commit(MeetingId(meeting), prison.room.id, snapshot, done)


async def listed(program: Caller) -> Any:
    (one,) = (await program.get("/webhooks")).json["items"]
    return one


async def until_listed(program: Caller, **values: Any) -> None:
    """A delivery is settled a moment after it was taken."""
    async with asyncio.timeout(10):
        while not values.items() <= (await listed(program)).items():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_meeting_is_told_of_signed_and_without_names(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    receiver = await receive()
    made = await hook(program, f"{receiver.url}/hook?k=1")
    await happen(prison, "waited", "opened", "knocked", "locked")
    await happen(prison, "ended")
    await receiver.wait(4)
    assert sorted(receiver.types()) == sorted(EVERY)
    headers, body = receiver.taken[0]
    said = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert headers["Webhook-Signature"] == f"v1,{signed}"
    assert int(headers["Webhook-Timestamp"]) == int(prison.clock())
    assert set(json.loads(body)["data"]) == {"meeting", "room", "at"}
    assert "Authorization" not in headers
    await until_listed(program, last_error="", failed_at=None)


async def test_a_webhook_hears_what_it_asked_for_alone(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    receiver = await receive()
    await hook(program, receiver.url, ["meeting.ended"])
    await happen(prison, "opened", "locked")
    await happen(prison, "ended")
    await receiver.wait(1)
    await until_listed(program, last_error="")
    assert receiver.types() == ["meeting.ended"]


@pytest.mark.parametrize("status", [302, 400, 410, 500])
async def test_what_was_refused_comes_again_under_the_same_id(
    prison: Prison, program: Caller, receive: Receive, status: int
) -> None:
    receiver = await receive()
    receiver.status = status
    await hook(program, receiver.url)
    await happen(prison, "opened")
    await until_listed(program, last_error=f"answered {status}")
    assert len(receiver.taken) == 1, "no redirect is followed"
    receiver.status = 204
    prison.clock.advance(10)
    await receiver.wait(2)
    (first, body), (second, again) = receiver.taken
    assert (first["Webhook-Id"], body) == (second["Webhook-Id"], again)
    assert first["Webhook-Timestamp"] != second["Webhook-Timestamp"]
    await until_listed(program, last_error="")


async def test_a_receiver_that_is_away_is_asked_until_it_is_back(
    prison: Prison, program: Caller, receive: Receive, unused_tcp_port: int
) -> None:
    await hook(program, f"http://127.0.0.1:{unused_tcp_port}/")
    await happen(prison, "opened")
    await until_listed(program, last_error="not reached")
    prison.clock.advance(GIVE_UP_S)
    async with asyncio.timeout(10):
        while (await listed(program))["failed_at"] is None:  # noqa: ASYNC110 - at the next look
            await asyncio.sleep(0.02)


async def test_a_slow_receiver_holds_up_nobody_else(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    slow, quick = await receive(), await receive()
    slow.stall = asyncio.Event()
    await hook(program, slow.url)
    await hook(program, quick.url)
    await happen(prison, "opened")
    await asyncio.wait_for(slow.came.wait(), 10)
    await happen(prison, "locked")
    await happen(prison, "ended")
    await quick.wait(3)
    assert len(slow.taken) == 1, "one at a time"
    slow.stall.set()
    await slow.wait(3)


async def test_what_was_under_way_when_the_server_ended_is_told_after_its_next_start(
    store: Store, receive: Receive
) -> None:
    receiver = await receive()
    receiver.stall = asyncio.Event()
    async with await Prison.open(store, config=LOCAL) as prison:
        await hook(await prison.program(), receiver.url)
        await happen(prison, "opened")
        await asyncio.wait_for(receiver.came.wait(), 10)
    receiver.stall = None
    here, there = prison.room, prison.other
    again = Prison(store, prison.establishment, here, there, config=LOCAL)
    again.clock.advance(prison.clock() - again.clock() + 60)
    async with again:
        await receiver.wait(2)
    assert len({headers["Webhook-Id"] for headers, _ in receiver.taken}) == 1


async def test_a_revoked_token_takes_its_webhooks_along(prison: Prison, receive: Receive) -> None:
    receiver = await receive()
    token, secret = await prison.token(*EVERY_SCOPE)
    await hook(prison.caller(secret), receiver.url)
    done = token_happening(ApiTokenEvent.REVOKED, token, by=OPERATOR, at=prison.clock())
    await prison.store.api.revoke_token(token, done)
    assert (await (await prison.program()).get("/webhooks")).json["items"] == []


async def test_a_webhook_is_removed_by_its_own_establishment_alone(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    made = await hook(program, (await receive()).url)
    path = f"/webhooks/{made['webhook']['id']}"
    other = await prison.program(establishment=prison.other.establishment)
    assert (await other.ask("DELETE", path)).status == 404
    assert (await other.get("/webhooks")).json["items"] == []
    removed = await program.ask("DELETE", path)
    assert (removed.status, removed.text) == (204, "")
    assert (await program.ask("DELETE", path)).status == 404


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    said = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return f"v1,{signed}" in headers["Webhook-Signature"].split(" ")


async def test_a_renewed_secret_signs_beside_the_one_before_for_a_day(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    receiver = await receive()
    made = await hook(program, receiver.url)
    path = f"/webhooks/{made['webhook']['id']}/secret"
    renewed = await program.ask("POST", path)
    assert renewed.status == 200
    assert (await listed(program))["overlap_until"] is not None
    await happen(prison, "opened")
    await receiver.wait(1)
    both = [made["secret"], renewed.json["secret"]]
    assert [is_signed(one, *receiver.taken[0]) for one in both] == [True, True]
    await until_listed(program, last_error="")
    prison.clock.advance(24 * 3_600)
    await happen(prison, "locked")
    await receiver.wait(2)
    assert [is_signed(one, *receiver.taken[1]) for one in both] == [False, True]
    kept = await prison.record()
    assert [what for _, what in kept if what.startswith("webhook")] == [
        "webhook_added", "webhook_secret_renewed",
    ]  # fmt: skip


async def test_the_last_deliveries_are_told_with_why_they_failed(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    receiver = await receive()
    receiver.status = 500
    made = await hook(program, receiver.url)
    path = f"/webhooks/{made['webhook']['id']}/deliveries"
    assert (await program.get(path)).json["items"] == []
    await happen(prison, "opened")
    await until_listed(program, last_error="answered 500")
    receiver.status = 204
    prison.clock.advance(10)
    await receiver.wait(2)
    await until_listed(program, last_error="")
    found = (await program.get(path)).json["items"]
    assert [(one["event"], one["tries"], one["error"]) for one in found] == [
        ("meeting.started", 2, ""), ("meeting.started", 1, "answered 500"),
    ]  # fmt: skip
    other = await prison.program(establishment=prison.other.establishment)
    assert (await other.get(path)).status == 404
    assert (await other.ask("POST", path.replace("deliveries", "secret"))).status == 404


async def test_a_message_that_is_under_way_when_its_webhook_is_removed_leaves_nothing(
    prison: Prison, program: Caller, receive: Receive
) -> None:
    receiver = await receive()
    receiver.stall = asyncio.Event()
    made = await hook(program, receiver.url)
    await happen(prison, "opened")
    await asyncio.wait_for(receiver.came.wait(), 10)
    assert (await program.ask("DELETE", f"/webhooks/{made['webhook']['id']}")).status == 204
    receiver.stall.set()
    counters = prison.server.running.ground.counters
    await eventually(lambda: counters["webhooks_delivered"] == 1)
    again = await hook(program, receiver.url)
    await happen(prison, "locked")
    await receiver.wait(2)
    path = f"/webhooks/{again['webhook']['id']}/deliveries"
    async with asyncio.timeout(10):
        while not (await program.get(path)).json["items"]:  # noqa: ASYNC110 - a moment after
            await asyncio.sleep(0.02)
    assert counters["internal_errors"] == 0


async def test_the_secret_is_told_once(prison: Prison, program: Caller, receive: Receive) -> None:
    body = {"url": (await receive()).url, "events": EVERY}
    key = {"Idempotency-Key": "one"}
    first = await program.ask("POST", "/webhooks", body, headers=key)
    again = await program.ask("POST", "/webhooks", body, headers=key)
    assert again.text == first.text
    assert first.json["secret"] not in (await program.get("/webhooks")).text


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "https://127.0.0.1/", "https://10.1.2.3/x", "https://[::1]/",
     "https://169.254.169.254/latest/meta-data", "http://court.example/", "ftp://x/"],
)  # fmt: skip
async def test_private_addresses_are_refused_unless_a_setting_allows_them(
    store: Store, url: str
) -> None:
    async with await Prison.open(store) as prison:
        program = await prison.program()
        reply = await program.ask("POST", "/webhooks", {"url": url, "events": EVERY})
        assert (reply.status, reply.pointers) == (422, ["/url"])


def message(url: str) -> WebhookMessage:
    return WebhookMessage(
        id="1", webhook=WebhookId("w"), url=url, secrets=(secret_text(b"k" * 24),), body=b"{}",
        made_at=1.0, tries=1,
    )  # fmt: skip


async def test_a_name_that_resolves_to_a_private_address_leads_nowhere(receive: Receive) -> None:
    receiver = await receive()
    port = receiver.url.rpartition(":")[2]
    delivery = WebhookDelivery(is_private_allowed=False)
    try:
        with pytest.raises(NotDelivered, match="not reached"):
            await delivery.deliver(message(f"https://localhost:{port}/"), 1.0)
        for host in ("127.1", "0x7f000001", "2130706433"):
            with pytest.raises(NotDelivered, match=r"not reached|no HTTP"):
                await delivery.deliver(message(f"https://{host}:{port}/"), 1.0)
        with pytest.raises(NotDelivered, match="not allowed"):
            await delivery.deliver(message(receiver.url), 1.0)
    finally:
        await delivery.close()
    assert receiver.taken == []


async def test_a_receiver_that_speaks_no_tls_is_told_nothing(receive: Receive) -> None:
    receiver = await receive()
    delivery = WebhookDelivery(is_private_allowed=True)
    try:
        with pytest.raises(NotDelivered):
            await delivery.deliver(message(receiver.url.replace("http:", "https:")), 1.0)
    finally:
        await delivery.close()
    assert receiver.taken == []
