"""Bad input over real sockets: each gets its error, and the meeting of the others goes on."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import socketio

from signalling.config import SignallingConfig
from signalling.errors import SENTENCES
from signalling.guarded import MALFORMED_MAX, MESSAGE_BYTES_MAX
from tests.browser.eventually import eventually
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.house import OFFER, PIN, House


class Meeting:
    """A host and a guest who must not notice anything."""

    def __init__(self, house: House, host: Client, guest: Client) -> None:
        self.house = house
        self.host = host
        self.guest = guest

    async def goes_on(self) -> None:
        """Both are inside, connected, and heard by the server."""
        for client in (self.host, self.guest):
            assert client.is_connected
            assert client.place == "inside"
        before = self.guest_in(self.host)["microphone"]
        await self.guest.request("self.set_media", microphone=not before)
        await self.host.wait_for(
            lambda: self.guest_in(self.host)["microphone"] is not before, "the change"
        )

    def guest_in(self, client: Client) -> dict[str, Any]:
        everybody = client.view["participants"]
        found: dict[str, Any] = next(p for p in everybody if p["id"] == self.guest.participant)
        return found


@pytest_asyncio.fixture
async def meeting(house: House) -> AsyncIterator[Meeting]:
    host = await house.host()
    guest = await house.admitted(host)
    running = Meeting(house, host, guest)
    yield running
    await running.goes_on()


async def raw_socket(session: aiohttp.ClientSession, house: House) -> Any:
    """A web socket past both handshakes, for sending what no library would."""
    socket = await session.ws_connect(f"{house.url}/socket.io/?EIO=4&transport=websocket")
    assert (await socket.receive_str()).startswith("0{")
    await socket.send_str('40{"protocol":1}')
    assert (await socket.receive_str()).startswith("40{")
    assert (await socket.receive_str()).startswith('42["session.opened"')
    return socket


async def error_of(client: Client, event: str, *payload: Any) -> str:
    ack = await client.call(event, *payload)
    assert set(ack) == {"error"}, ack
    assert ack["error"]["message"] == SENTENCES[ack["error"]["code"]]
    return str(ack["error"]["code"])


# -- requests ---------------------------------------------------------------------------------


async def test_an_unknown_room_a_closed_one_and_a_wrong_link_look_alike(meeting: Meeting) -> None:
    house = meeting.house
    closed = house.store.add_room(is_closed=True)
    house.store.add_invite(house.room, "revoked", is_revoked=True)
    house.store.add_invite(house.room, "over", closes_at=house.clock() - 1)
    house.store.add_invite(house.room, "early", opens_at=house.clock() + 1)
    house.store.add_invite(house.store.add_room(), "elsewhere")
    client = await house.client()
    tries: list[tuple[str, dict[str, Any]]] = [
        ("abcdefghijkl", {}), (closed.address, {}), ("../../etc", {}), ("", {}),
        (house.room.address, {"invite": "wrong"}), (house.room.address, {"invite": "revoked"}),
        (house.room.address, {"invite": "over"}), (house.room.address, {"invite": "early"}),
        (house.room.address, {"invite": "elsewhere"}),
    ]  # fmt: skip
    answers = set()
    for address, more in tries:
        with pytest.raises(Refused) as refused:
            await client.join(address, **more)
        answers.add((refused.value.code, refused.value.message))
    assert answers == {("no_such_room", SENTENCES["no_such_room"])}


async def test_a_wrong_pin_is_told_and_counted(meeting: Meeting) -> None:
    client = await meeting.house.client()
    await client.join(meeting.house.room.address, "Officer", role="host")
    assert await error_of(client, "host.enter_pin", {"pin": "000000", "confirmed": []}) == (
        "wrong_pin"
    )
    await client.wait_for(lambda: client.view["attempts_left"] == 2, "two attempts left")


async def test_three_wrong_pins_end_the_session(house: House) -> None:
    client = await house.client()
    await client.join(house.room.address, "Officer", role="host")
    codes = [
        await error_of(client, "host.enter_pin", {"pin": "000000", "confirmed": []})
        for _ in range(3)
    ]
    assert codes == ["wrong_pin", "wrong_pin", "pin_attempts_used"]
    await client.wait_for(lambda: not client.is_connected, "the end of the socket")
    assert client.events("session.ended")[-1]["code"] == "pin_attempts_used"


@pytest.mark.parametrize(
    "payload",
    [
        (), ({}, {}), (None,), ([],), ("text",), (7,), ({"reason": 1},), ({"reason": None},),
        ({"reason": "x", "more": 1},), ({"reason": ["x"]},),
        ({"reason": {"$ne": ""}},), ({},),
    ],
)  # fmt: skip
async def test_a_malformed_request_is_answered(house: House, payload: tuple[Any, ...]) -> None:
    client = await house.host()
    assert await error_of(client, "room.pause", *payload) == "bad_message"
    assert client.view["paused"] is None


async def test_a_lone_surrogate_is_a_malformed_text(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, house)
        await socket.send_str('421["room.join",{"room":"\\ud800","role":"guest"}]')
        assert "bad_message" in await socket.receive_str()
        await socket.send_str('42["\\ud800",{}]')
        await socket.send_str('422["\\ud800",{}]')
        assert "unknown_request" in await socket.receive_str()


async def test_a_field_that_is_too_long_is_told(meeting: Meeting) -> None:
    assert await error_of(meeting.guest, "media.offer", {"sdp": "v" * 131_073}) == "too_large"
    assert await error_of(meeting.host, "room.pause", {"reason": "x" * 501}) == "too_large"


async def test_a_message_that_is_too_large_ends_that_socket_and_no_other(meeting: Meeting) -> None:
    client = await meeting.house.client()
    await client.socket.emit("media.offer", {"sdp": "v" * MESSAGE_BYTES_MAX})
    await client.wait_for(lambda: not client.is_connected, "the end of the socket")
    await client.resume()
    assert client.events("session.resumed")


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "message", "", "join"])
async def test_an_event_of_a_reserved_or_unknown_name_is_a_request_that_does_not_exist(
    meeting: Meeting, name: str
) -> None:
    guest = meeting.guest
    forged = ({"wsgi.url_scheme": "http"}, {"protocol": 1, "resume": None})
    assert await error_of(guest, name, *forged) == "unknown_request"
    assert await error_of(guest, name) == "unknown_request"
    assert await error_of(guest, name, "client disconnect") == "unknown_request"
    opened = [note for note in guest.notes if note.event.startswith("session.")]
    assert [note.event for note in opened] == ["session.opened"]


async def test_an_event_whose_name_is_no_text_is_answered(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, house)
        for name in ("7", "null", "true", "{}", "[1]"):
            await socket.send_str(f"421[{name},{{}}]")
            assert "unknown_request" in await socket.receive_str()


async def test_binary_is_refused_and_not_collected(meeting: Meeting) -> None:
    assert await error_of(meeting.guest, "media.offer", {"sdp": b"v=0"}) == "bad_message"
    assert await error_of(meeting.guest, "media.offer", b"v=0") == "bad_message"
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, meeting.house)
        await socket.send_str('459999999999-1["media.offer",{"_placeholder":true,"num":0}]')
        assert "bad_message" in await socket.receive_str()
        for _ in range(10):
            await socket.send_bytes(b"x" * 1000)
        await socket.send_str('422["room.lock",{}]')
        assert "not_joined" in await socket.receive_str()


@pytest.mark.parametrize(
    "frame",
    ["4", "4x", '42', '42{}', "42[]", "42[", '42["x"', "4" + "[" * 5000, "49", "44", "43[1]", "2",
     "45", '4599999999999-["x"]', "42" + "9" * 200 + '["x"]', '40', '41', "3", "5", "6"],
)  # fmt: skip
async def test_a_frame_that_is_no_packet_costs_nobody_else(meeting: Meeting, frame: str) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, meeting.house)
        for _ in range(MALFORMED_MAX + 1):
            await socket.send_str(frame)
        await socket.close()


@pytest.mark.parametrize("frame", ["", "x", "0", "9", "\x00"])
async def test_a_frame_that_is_not_even_engine_io_ends_its_socket(
    meeting: Meeting, frame: str
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, meeting.house)
        await socket.send_str(frame)
        async with asyncio.timeout(5):
            assert (await socket.receive()).type in (
                aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING,
            )  # fmt: skip


async def test_a_browser_that_offers_compression_is_answered_without(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"{house.url}/socket.io/?EIO=4&transport=websocket"
        socket = await session.ws_connect(url, compress=15)
        assert socket.compress == 0
        assert (await socket.receive_str()).startswith("0{")


async def test_pongs_are_heard_while_a_request_is_under_way(house: House) -> None:
    """Else a request that takes longer than the ping timeout loses its socket before its ack."""
    house.store.add_invite(house.room, "a-token")
    await house.host()
    house.running.sockets.server.eio.ping_interval = 0.01
    join = {
        "room": house.room.address, "role": "guest", "names": ["Ann"], "declaration": "legal-1",
        "invite": "a-token", "offer": OFFER,
    }  # fmt: skip
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        socket = await raw_socket(session, house)
        house.engine.may_answer.clear()
        await socket.send_str(f'421["room.join",{json.dumps(join)}]')
        await house.engine.is_negotiating.wait()
        heard = 0
        while heard < 3:
            if await socket.receive_str() == "2":
                await socket.send_str("3")
                heard += 1
        house.engine.may_answer.set()
        while not (ack := await socket.receive_str()).startswith("431["):
            pass
        assert '"answer"' in ack


async def test_requests_of_one_socket_are_answered_in_order_and_each_before_the_next(
    house: House,
) -> None:
    host = await house.host()
    house.engine.may_answer.clear()
    house.engine.is_negotiating.clear()
    asked = [
        asyncio.create_task(host.request("media.offer", sdp=OFFER)),
        asyncio.create_task(host.request("room.lock")),
    ]
    await house.engine.is_negotiating.wait()
    (carrier,) = house.running.sockets.people._carriers.values()

    async def is_heard() -> bool:
        return carrier.waiting == 2

    await eventually("the second is heard", is_heard)
    assert host.view["stage"] == "open"
    house.engine.may_answer.set()
    await asyncio.gather(*asked)
    assert host.view["stage"] == "locked"


async def test_broken_packets_end_the_socket_in_the_end(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(session, house)
        for _ in range(MALFORMED_MAX):
            await socket.send_str("42[")
        async with asyncio.timeout(5):
            while not socket.closed:
                await socket.receive()


@pytest.mark.parametrize("body", ["", "x", "4", "d=%", "42[", "4" * 100_000, "\x1e" * 40, "b!!"])
async def test_a_broken_poll_costs_nobody_else(meeting: Meeting, body: str) -> None:
    async with aiohttp.ClientSession() as session:
        base = f"{meeting.house.url}/socket.io/?EIO=4&transport=polling"
        async with session.get(base) as opened:
            text = await opened.text()
        sid = text.split('"sid":"')[1].split('"')[0]
        async with session.post(f"{base}&sid={sid}", data=body) as answer:
            assert "Traceback" not in await answer.text()
        async with session.get(f"{base}&j=0") as answer:
            assert answer.status == 400


async def test_a_second_answer_to_one_knock_is_told_so(meeting: Meeting) -> None:
    late = await meeting.house.guest("Late")
    await meeting.host.request("knock.refuse", participant=late.participant, reason="not expected")
    again = {"participant": late.participant, "attestations": []}
    assert await error_of(meeting.host, "knock.admit", again) == "already_answered"
    ended = await late.wait_event("session.ended")
    assert (ended["code"], ended["reason"]) == ("refused", "not expected")
    assert meeting.house.engine.of(late.participant) is None


async def test_an_offer_that_is_not_sdp_is_told_so(meeting: Meeting) -> None:
    assert await error_of(meeting.guest, "media.offer", {"sdp": "hello"}) == "bad_offer"


async def test_an_offer_without_slots_is_told_so(meeting: Meeting) -> None:
    assert await error_of(meeting.guest, "media.offer", {"sdp": "v=0"}) == "offer_without_slots"


async def test_an_offer_before_admission_is_refused(meeting: Meeting) -> None:
    late = await meeting.house.guest("Late")
    assert await error_of(late, "media.offer", {"sdp": OFFER}) == "not_admitted"
    stranger = await meeting.house.client()
    assert await error_of(stranger, "media.offer", {"sdp": OFFER}) == "not_joined"
    assert meeting.house.engine.of(late.participant) is None


async def test_requests_before_joining_are_refused(house: House) -> None:
    client = await house.client()
    payloads: dict[str, dict[str, Any]] = {
        "room.lock": {}, "room.end": {"reason": ""}, "host.enter_pin": {"pin": PIN},
        "knock.again": {}, "room.leave": {},
    }  # fmt: skip
    for event, payload in payloads.items():
        assert await error_of(client, event, payload) == "not_joined"


async def test_a_guest_may_not_do_what_a_host_may(meeting: Meeting) -> None:
    late = await meeting.house.guest("Late")
    for client in (meeting.guest, late):
        assert await error_of(client, "room.lock", {}) == "not_permitted"
        assert await error_of(client, "room.end", {"reason": ""}) == "not_permitted"
        refusal = {"participant": late.participant, "reason": ""}
        assert await error_of(client, "knock.refuse", refusal) == "not_permitted"
    assert meeting.host.view["stage"] == "open"


async def test_one_session_joins_once(meeting: Meeting) -> None:
    with pytest.raises(Refused) as refused:
        await meeting.guest.join(meeting.house.room.address)
    assert refused.value.code == "already_joined"


async def test_a_fault_of_ours_is_answered_without_a_word_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(address: str) -> None:
        raise ValueError("".join(("se", "cret", address)))

    monkeypatch.setattr(house.store, "room_by_address", broken)
    client = await house.client()
    payload = {"room": house.room.address, "role": "guest", "names": ["Ann"], "declaration": "x"}
    ack = await client.call("room.join", payload)
    assert ack == {"error": {"code": "internal", "message": SENTENCES["internal"]}}
    assert "secret" not in caplog.text
    assert house.room.address not in caplog.text
    assert "ValueError" in caplog.text


async def test_logs_hold_no_names_pins_tokens_or_addresses(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    host = await house.host()
    guest = await house.admitted(host, "Anneliese Secret")
    await error_of(guest, "room.end", {"reason": "Reason Secret"})
    await error_of(guest, "Event Secret", {"x": "Payload Secret"})
    await host.request("room.end", reason="Reason Secret")
    ours = "\n".join(one.getMessage() for one in caplog.records if "signalling" in one.name)
    for secret in ("Secret", PIN, host.token, guest.token, guest.nonce, house.room.address):
        assert secret not in ours
    assert guest.session in ours


# -- connecting -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"protocol": 3}, "protocol_version"),
        ({"protocol": [4, 3]}, "protocol_version"),
        ({"protocol": []}, "protocol_version"),
        ({"protocol": [2] * 9}, "bad_message"),
        ({"protocol": [2, "1"]}, "bad_message"),
        ({"protocol": "1"}, "protocol_version"),
        ({"protocol": True}, "protocol_version"),
        ({}, "bad_message"),
        ({"resume": None}, "protocol_version"),
        ([1], "bad_message"),
        ("1", "bad_message"),
        ({"protocol": 1, "more": 1}, "bad_message"),
        ({"protocol": 1, "resume": {"session": "x"}}, "bad_message"),
        ({"protocol": 1, "resume": {"session": "x", "token": "y", "n": "1"}}, "bad_message"),
    ],
)
async def test_a_connection_that_speaks_otherwise_is_refused(
    house: House, auth: Any, code: str
) -> None:
    client = socketio.AsyncClient(reconnection=False)
    errors: list[Any] = []
    client.on("connect_error", errors.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(house.url, auth=auth, transports=["websocket"])
    assert errors == [{"message": SENTENCES[code], "data": {"code": code}}]
    await client.disconnect()


async def test_long_polling_works_too(house: House) -> None:
    client = await house.page(transports=("polling",)).connect()
    await client.join(house.room.address, "Ann")
    assert client.place == "waiting"
    await client.request("room.leave")


async def test_a_page_of_another_origin_opens_no_socket(house: House) -> None:
    url = f"{house.url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession(headers={"Origin": "https://evil.example"}) as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 400
    async with aiohttp.ClientSession(headers={"Origin": house.url}) as session:
        socket = await session.ws_connect(url)
        await socket.close()


async def test_no_header_of_a_proxy_makes_another_origin_ours(house: House) -> None:
    """Not for polling either, and with the Host that we are called by."""
    headers = {
        "Origin": "https://evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        for transport in ("polling", "websocket"):
            url = f"{house.url}/socket.io/?EIO=4&transport={transport}"
            assert (await session.get(url)).status == 400


async def test_a_further_origin_may_be_allowed() -> None:
    config = SignallingConfig(origins=("https://vmr.example",))
    async with House(config=config) as house:
        url = f"{house.url}/socket.io/?EIO=4&transport=websocket"
        for origin in ("https://vmr.example", house.url):
            async with aiohttp.ClientSession(headers={"Origin": origin}) as session:
                socket = await session.ws_connect(url)
                await socket.close()
        async with aiohttp.ClientSession(headers={"Origin": "https://evil.example"}) as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)


async def test_too_many_requests_are_refused_and_then_the_socket_ends() -> None:
    config = SignallingConfig(requests_per_session_s=0.001, requests_per_session_burst=3)
    async with House(config=config) as house:
        client = await house.client()
        codes = [await error_of(client, "room.lock", {}) for _ in range(5)]
        assert codes == ["not_joined"] * 3 + ["too_many_requests"] * 2
        for _ in range(300):
            await client.socket.emit("room.lock", {})
        await client.wait_for(lambda: not client.is_connected, "the end of the socket")


async def test_one_address_opens_only_so_many_sessions_at_once() -> None:
    config = SignallingConfig(new_sockets_per_address_burst=2, new_sockets_per_address_s=1.0)
    async with House(config=config) as house:
        for _ in range(2):
            await house.client()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await house.client()
        house.clock.advance(1.0)
        await house.client()


@pytest.mark.parametrize("limit", [{"max_sockets": 1}, {"max_sockets_per_address": 1}])
async def test_only_so_many_sockets_are_open(limit: dict[str, int]) -> None:
    async with House(config=SignallingConfig(**limit)) as house:  # type: ignore[arg-type]
        first = await house.client()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await house.client()
        await first.close()
        for _ in range(100):  # the server notices the end of a socket a moment later
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{house.url}/socket.io/?EIO=4&transport=polling") as answer,
            ):
                if answer.status == 200:
                    return
            await asyncio.sleep(0.02)
        pytest.fail("the place was never free again")


async def test_only_so_many_sessions_are_kept() -> None:
    async with House(config=SignallingConfig(max_sessions=1)) as house:
        await house.client()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await house.client()


async def test_a_client_that_does_not_read_is_cut_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalling.guarded.GuardedServer.backlog", lambda self, sid: 10_000)
    client = await house.page().connect({"protocol": 1})
    payload = {
        "room": house.room.address,
        "role": "guest",
        "names": ["A"],
        "declaration": "legal-1",
    }
    await client.socket.emit("room.join", payload)
    await client.wait_for(lambda: not client.is_connected, "the end of the socket")


# -- resuming ---------------------------------------------------------------------------------


async def test_a_dropped_socket_resumes_and_hears_what_it_missed(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await guest.drop()
    await host.request("room.pause", reason="fire alarm")
    seen = guest.last_n
    await guest.resume()
    await guest.wait_for(lambda: guest.view["paused"] == "fire alarm", "the pause")
    assert guest.events("meeting.paused")
    missed = [note for note in guest.notes if note.n > seen]
    assert [note.n for note in missed] == list(range(seen + 1, seen + 1 + len(missed)))
    await guest.request("self.set_media", camera=False)
    assert house.engine.of(guest.participant) is not None


async def test_a_resume_too_late_for_the_ring_tells_the_state(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await guest.drop()
    for _ in range(150):
        await host.request("self.set_media", camera=False)
        await host.request("self.set_media", camera=True)
    before = len(guest.notes)
    await guest.resume()
    await guest.wait_for(lambda: guest.notes[before + 1 :], "the state")
    assert [note.event for note in guest.notes[before:]] == ["session.resumed", "meeting.updated"]
    assert guest.view == guest.notes[-1].data
    await guest.request("self.set_media", camera=False)


@pytest.mark.parametrize("change", [{"token": "x"}, {"session": "x"}, {"token": "\u20ac"}])
async def test_a_wrong_token_gets_a_new_session_and_learns_nothing(
    house: House, change: dict[str, str]
) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    resume = {"session": guest.session, "token": guest.token, "n": 0, **change}
    thief = await house.page().connect({"protocol": 1, "resume": resume})
    await thief.wait_event("session.opened")
    assert [note.event for note in thief.notes] == ["session.unknown", "session.opened"]
    assert thief.session != guest.session
    assert guest.is_connected


@pytest.mark.parametrize("n", [-1, 10_000])
async def test_a_number_that_was_never_given_gets_the_state(house: House, n: int) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await guest.drop()
    before = len(guest.notes)
    await guest.resume(n)
    await guest.wait_for(lambda: guest.notes[before + 1 :], "the state")
    assert guest.notes[before + 1].event == "meeting.updated"


async def test_a_resume_takes_the_session_over_from_a_socket_that_hangs(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    resume = {"session": guest.session, "token": guest.token, "n": guest.last_n}
    twin = await house.page().connect({"protocol": 1, "resume": resume})
    await guest.wait_for(lambda: not guest.is_connected, "the end of the old socket")
    await twin.request("self.set_media", camera=False)
    camera = {p["id"]: p["camera"] for p in twin.view["participants"]}
    assert camera[guest.participant] is False
    house.clock.advance(31)
    await host.request("self.set_media", camera=False)
    assert len(host.view["participants"]) == 2


async def test_who_was_put_outside_is_never_sent_again_what_was_said_inside(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    other = await house.admitted(host, "Roster Name")
    await guest.drop()
    await other.request("self.set_media", camera=False)
    await host.request("participant.send_back", participant=guest.participant, reason="wait")
    before = len(guest.notes)
    await guest.resume(0)
    assert await error_of(guest, "room.lock", {}) == "not_permitted"
    assert guest.place == "waiting"
    again = guest.notes[before:]
    assert "Roster Name" not in repr(again)
    assert [note.event for note in again if note.event == "slot.bound"] == []


async def test_an_ended_session_can_still_learn_why_and_then_starts_afresh(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await guest.drop()
    await host.request("participant.remove", participant=guest.participant, reason="rude")
    await guest.resume()
    ended = await guest.wait_event("session.ended")
    assert (ended["code"], ended["reason"]) == ("removed", "rude")
    await guest.wait_for(lambda: not guest.is_connected, "the end of the socket")
    old = guest.session
    await guest.resume()
    assert guest.session != old
    assert guest.notes[-2].event == "session.unknown"


async def test_leaving_is_acknowledged_before_the_socket_ends(house: House) -> None:
    host = await house.host()
    assert await host.request("room.leave") == {}
    await host.wait_for(lambda: not host.is_connected, "the end of the socket")


async def test_what_a_request_tells_its_own_session_comes_before_its_ack(house: House) -> None:
    client = await house.client()
    await client.join(house.room.address)
    assert client.place == "waiting"


async def test_a_nonce_is_signed_once(house: House) -> None:
    key = DeviceKey()
    client = await house.client()
    first = client.nonce
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address, key=key, declaration="old")
    assert refused.value.code == "declaration_required"
    assert client.nonce != first
    fresh, client.nonce = client.nonce, first
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address, key=key)
    assert refused.value.code == "bad_device"
    assert client.nonce not in (first, fresh)
    await client.join(house.room.address, key=key)


async def test_a_signature_for_another_room_proves_nothing(house: House) -> None:
    key = DeviceKey()
    client = await house.client()
    device = key.sign("abcdefghijkl", client.nonce)
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address, device=device)
    assert refused.value.code == "bad_device"


async def test_stopping_and_starting_leaves_sessions_to_join_again(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await house.__aexit__(None, None, None)
    assert house.store.live
    async with House(store=house.store, clock=house.clock) as again:
        guest.url = again.url
        await guest.resume()
        assert [note.event for note in guest.notes[-2:]] == ["session.unknown", "session.opened"]
        await guest.close()
