"""WHIP: the status codes of RFC 9725, and that no token opens what the lobby has not."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from media.messages import Gate, TransportConnected, TransportLost
from signalling.errors import RequestError
from signalling.sdp_http import UNKNOWN_TOKEN
from signalling.turn import Turn
from tests.media.live_stage import until
from tests.signalling.client import Client, Refused
from tests.signalling.encoder import FRAGMENT, OFFER, RESTART, SDP, TRICKLE, EncoderClient
from tests.signalling.house import CONFIG, PIN, House
from vmr.ids import SessionId

UNLIMITED = replace(CONFIG, offers_per_address_burst=1000, offers_per_token_burst=1000, turn=Turn())
OPEN_GATE = Gate(audio=True, camera=True, audience="open")


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House(config=UNLIMITED) as running:
        yield running


async def token_of(page: Client) -> str:
    data = await page.request("encoder.start")
    assert data["url"] == "/whip"
    return str(data["token"])


def connect(house: House, page: Client) -> None:
    """The media engine says that the encoder's transport is up."""
    endpoint = house.engine.name_of(page.participant, "encoder")
    house.engine.on_event(TransportConnected(endpoint=endpoint))


async def is_encoder(page: Client, state: str) -> None:
    await page.wait_for(lambda: page.view.get("encoder") == state, f"the encoder is {state}")


async def refusal(page: Client, event: str, **payload: object) -> str:
    with pytest.raises(Refused) as refused:
        await page.request(event, **payload)
    return refused.value.code


# -- the way in -------------------------------------------------------------------------------


async def test_an_offer_makes_a_resource_that_ends_by_delete(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        made = await encoder.offer()
        assert (made.status, made.headers["Content-Type"]) == (201, SDP)
        assert made.text.startswith("v=0")
        assert made.headers["Location"].startswith("/whip/")
        assert made.headers["ETag"].strip('"')
        assert made.headers["Accept-Patch"] == FRAGMENT
        assert made.headers["Cache-Control"] == "no-store"
        assert "Link" not in made.headers
        await is_encoder(guest, "connecting")
        connect(house, guest)
        await is_encoder(guest, "sending")
        found = house.engine.encoder_of(guest.participant)
        assert found is not None
        assert found.gate == OPEN_GATE
        assert (await encoder.delete()).status == 200
        assert house.engine.encoder_of(guest.participant) is None
        await is_encoder(guest, "expected")
        assert (await encoder.delete()).status == 404
        assert (await encoder.patch(RESTART)).status == 404
        assert (await encoder.offer()).status == 201
    written = [one for one in house.store.written() if one.startswith("encoder")]
    assert written == ["encoder_allowed", "encoder_connected", "encoder_disconnected"]


async def test_others_see_that_it_is_an_encoder(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        await encoder.offer()
        connect(house, guest)

        def has_encoder() -> list[bool]:
            return [one["has_encoder"] for one in host.view["participants"]]

        await host.wait_for(lambda: has_encoder() == [False, True], "the encoder")
        assert host.view["encoder"] == "off"


async def test_turn_servers_are_told_to_who_is_answered() -> None:
    turn = Turn(urls=("turn:t.example:1", "turns:t.example:443"), secret="s", ttl_s=60)
    async with House(config=replace(UNLIMITED, turn=turn)) as house:
        host = await house.host()
        async with EncoderClient(house.url, await token_of(host)) as encoder:
            assert "Link" not in (await encoder.ask("OPTIONS", "/whip")).headers
            links = (await encoder.offer()).headers.getall("Link")
    assert [link.split(";")[0] for link in links] == ["<turn:t.example:1>", "<turns:t.example:443>"]
    assert all('rel="ice-server"' in link and host.session not in link for link in links)


# -- the lobby is not bypassed ----------------------------------------------------------------


async def test_who_waits_gets_no_token(house: House) -> None:
    page = await house.client()
    assert await refusal(page, "encoder.start") == "not_joined"
    guest = await house.guest()
    assert await refusal(guest, "encoder.start") == "not_permitted"
    host = await house.client()
    await host.join(house.room.address, "Officer", role="host")
    assert await refusal(host, "encoder.start") == "not_permitted"
    assert not house.engine.endpoints


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer wrong",
        "bearer x y",
        "Bearer " + "x" * 400,
    ],
)
async def test_without_a_token_that_counts_every_answer_is_the_same(
    house: House, authorization: str
) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        encoder.headers = {"Authorization": authorization} if authorization else {}
        for method, path in (
            ("POST", "/whip"), ("PATCH", encoder.location), ("DELETE", encoder.location),
            ("PATCH", "/whip/none"), ("DELETE", "/whip/none"),
        ):  # fmt: skip
            said = await encoder.ask(method, path, OFFER, content_type=SDP)
            assert (said.status, said.text) == (401, UNKNOWN_TOKEN)
            assert said.headers["WWW-Authenticate"] == "Bearer"
    assert house.engine.encoder_of(host.participant) is not None


@pytest.mark.parametrize("how", ["participant.remove", "participant.send_back"])
async def test_who_is_put_out_takes_the_encoder_along(house: House, how: str) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        await encoder.offer()
        connect(house, guest)
        await is_encoder(guest, "sending")
        await host.request(how, participant=guest.participant, reason="")
        assert house.engine.encoder_of(guest.participant) is None
        assert (await encoder.patch(RESTART)).status == 404
        assert (await encoder.delete()).status == 404
        assert (await encoder.offer()).status == 403


async def test_who_is_let_in_again_needs_another_token(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        await host.request("participant.send_back", participant=guest.participant, reason="")
        await guest.wait_place("waiting")
        await host.request("knock.admit", participant=guest.participant)
        await guest.wait_place("inside")
        assert (await encoder.offer()).status == 403
        assert house.engine.encoder_of(guest.participant) is None


async def test_the_end_of_the_meeting_voids_every_token(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        await host.request("room.end", reason="")
        assert (await encoder.offer()).status == 401
        assert (await encoder.delete()).status == 401
        assert not house.engine.endpoints


async def test_asking_again_voids_the_token_before_and_what_sends_by_it(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as old:
        await old.offer()
        connect(house, host)
        await is_encoder(host, "sending")
        async with EncoderClient(house.url, await token_of(host)) as new:
            assert house.engine.encoder_of(host.participant) is None
            assert (await old.offer()).status == 401
            assert (await new.offer()).status == 201
            new.location, old.location = old.location, new.location
            assert (await new.delete()).status == 404
            assert (await old.delete()).status == 401


async def test_an_offer_that_crosses_with_another_token_is_not_taken(house: House) -> None:
    """Both are in the room's mailbox already: first the page's request, then the old offer."""
    host = await house.host()
    old = await token_of(host)
    running = house.running
    place, session = (
        running.meetings.encoders.find(old),
        running.ground.sessions.get(SessionId(host.session)),
    )
    assert place is not None
    assert session is not None
    again = asyncio.create_task(running.meetings.requests.handle(session, "encoder.start", {}))
    offered = asyncio.create_task(running.meetings.encoders.open(place, OFFER))
    assert (await again)["token"] != old
    with pytest.raises(RequestError) as refused:
        await offered
    assert refused.value.code == "not_admitted"
    await is_encoder(host, "expected")
    await until(lambda: house.engine.encoder_of(host.participant) is None, "it is closed")


async def test_a_token_reaches_no_resource_of_another(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with (
        EncoderClient(house.url, await token_of(host)) as encoder,
        EncoderClient(house.url, await token_of(guest)) as other,
    ):
        await encoder.offer()
        other.location = encoder.location
        assert (await other.patch(RESTART)).status == 404
        assert (await other.delete()).status == 404
        assert (await encoder.patch(RESTART)).status == 200


async def test_stopping_ends_it_and_its_token(house: House) -> None:
    host = await house.host()
    assert await refusal(host, "encoder.stop") == "no_encoder"
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        await host.request("encoder.stop")
        assert house.engine.encoder_of(host.participant) is None
        assert (await encoder.offer()).status == 403
        assert (await encoder.delete()).status == 404


async def test_a_locked_room_takes_no_encoder_and_keeps_one_that_sends(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await house.attest(host, guest)
    async with (
        EncoderClient(house.url, await token_of(guest)) as encoder,
        EncoderClient(house.url, await token_of(host)) as late,
    ):
        await encoder.offer()
        connect(house, guest)
        await is_encoder(guest, "sending")
        await host.request("room.lock")
        assert (await late.offer()).status == 403
        assert await refusal(guest, "encoder.start") == "not_permitted"
        found = house.engine.encoder_of(guest.participant)
        assert found is not None
        assert found.gate == replace(OPEN_GATE, audience="locked")
        assert (await encoder.patch(RESTART)).status == 200
        await encoder.delete()
        assert (await encoder.offer()).status == 403
        await host.request("room.unlock")
        assert (await encoder.offer()).status == 201


async def test_a_handed_over_terminal_has_no_encoder(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        connect(house, host)
        await is_encoder(host, "sending")
        await host.request("room.lock")
        await host.request("room.hand_over")
        assert house.engine.encoder_of(host.participant) is None
        assert (await encoder.offer()).status == 403
        assert await refusal(host, "encoder.start") == "not_permitted"
        await host.request("host.enter_pin", pin=PIN)
        assert (await encoder.offer()).status == 403


async def test_what_narrows_holds_for_the_encoder(house: House) -> None:
    """Mute, stop camera and pause close its gate; a check keeps it for the host alone."""
    host = await house.host()
    guest = await house.admitted(host)
    aide = await house.admitted(host, "Cara")
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        await encoder.offer()
        connect(house, guest)
        await is_encoder(guest, "sending")
        found = house.engine.encoder_of(guest.participant)
        page = house.engine.of(guest.participant)
        assert found is not None
        assert page is not None
        await host.request("participant.mute", participant=guest.participant)
        assert found.gate == replace(OPEN_GATE, audio=False)
        await guest.request("self.set_media", microphone=True, camera=False)
        assert found.gate == replace(OPEN_GATE, camera=False)
        await guest.request("self.set_media", camera=True)
        await host.request("room.pause", reason="")
        assert found.gate == Gate()
        await host.request("room.resume")
        assert found.gate == OPEN_GATE
        await host.request("participant.begin_check", participant=guest.participant)
        name = house.engine.name_of(guest.participant, "encoder")
        seen = [house.engine.of(one.participant) for one in (host, aide)]
        sources = [[s.endpoint for s in one.sources] for one in seen if one is not None]
        assert [name in one for one in sources] == [True, False]
        assert found.gate == replace(OPEN_GATE, audience="")
        assert (page.gate.audio, page.gate.camera) == (False, False)


async def test_an_encoder_that_is_lost_gives_the_page_back(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        connect(house, host)
        await is_encoder(host, "sending")
        page = house.engine.of(host.participant)
        assert page is not None
        assert not page.gate.camera
        endpoint = house.engine.name_of(host.participant, "encoder")
        house.engine.on_event(TransportLost(endpoint=endpoint, reason="consent_lost"))
        await is_encoder(host, "expected")
        assert page.gate == OPEN_GATE
        assert (await encoder.delete()).status == 404
        assert (await encoder.offer()).status == 201


async def test_nothing_is_sent_by_an_encoder_without_a_record(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        house.store.is_broken = True
        failures = house.running.ground.counters["commit_failures"]
        connect(house, host)
        counted = house.running.ground.counters
        await until(lambda: counted["commit_failures"] > failures, "a record is not written")
        found, page = house.engine.encoder_of(host.participant), house.engine.of(host.participant)
        assert found is not None
        assert page is not None
        await host.request("self.set_media", microphone=True)  # whatever was asked is done by now
        assert (found.gate, page.gate) == (Gate(audience="open"), OPEN_GATE)


async def test_who_is_removed_while_an_offer_is_answered_leaves_no_encoder(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    async with EncoderClient(house.url, await token_of(guest)) as encoder:
        house.engine.may_answer.clear()
        asked = asyncio.create_task(encoder.offer())
        await house.engine.is_negotiating.wait()
        await host.request("participant.remove", participant=guest.participant, reason="")
        house.engine.may_answer.set()
        assert (await asked).status == 403
        assert house.engine.encoder_of(guest.participant) is None


# -- offers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (OFFER, "text/plain", 415),
        (OFFER, "application/json", 415),
        (b"\xff\xfe", SDP, 400),
        ("hello", SDP, 400),
        ("v=0\r\na=recvonly", SDP, 422),
        ("v=0" + "x" * 131_072, SDP, 413),
        (b"x" * 400_000, SDP, 413),
        (OFFER, SDP + "; charset=utf-8", 201),
    ],
)
async def test_an_offer_that_cannot_be_answered_costs_nothing(
    house: House, body: str | bytes, content_type: str, status: int
) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        said = await encoder.ask("POST", "/whip", body, content_type=content_type)
        assert said.status == status
        assert "Traceback" not in said.text
        if status != 201:
            await is_encoder(host, "expected")
            assert (await encoder.offer()).status == 201


async def test_a_second_encoder_with_one_token_is_told_to_come_later(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        for _ in range(2):
            again = await encoder.ask("POST", "/whip", OFFER, content_type=SDP)
            assert (again.status, again.headers["Retry-After"]) == (409, "5")
            connect(house, host)
            await is_encoder(host, "sending")
        assert (await encoder.delete()).status == 200


async def test_a_full_engine_is_busy(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        house.engine.is_full = True
        said = await encoder.offer()
        assert (said.status, said.headers["Retry-After"]) == (503, "5")
        house.engine.is_full = False
        await is_encoder(host, "expected")
        assert (await encoder.offer()).status == 201


async def test_the_same_address_and_the_same_token_may_ask_so_often() -> None:
    few = replace(UNLIMITED, offers_per_token_burst=2, offers_per_address_burst=4)
    async with House(config=few) as house:
        host = await house.host()
        async with EncoderClient(house.url, await token_of(host)) as encoder:
            said = [(await encoder.ask("POST", "/whip", "x")).status for _ in range(3)]
            assert said == [415, 415, 429]
            encoder.headers = {}
            last = [await encoder.ask("POST", "/whip", "x") for _ in range(2)]
            assert [one.status for one in last] == [401, 429]
            assert last[-1].headers["Retry-After"] == "5"
            house.clock.now += 2
            assert (await encoder.ask("POST", "/whip", "x")).status == 401


# -- the resource -----------------------------------------------------------------------------


async def test_candidates_are_taken_and_change_nothing(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        said = await encoder.patch(TRICKLE, encoder.etag)
        assert (said.status, said.text) == (204, "")
        assert "ETag" not in said.headers


async def test_other_credentials_restart_and_make_another_etag(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        before = encoder.etag
        said = await encoder.patch(RESTART, '"*"')
        assert (said.status, said.headers["Content-Type"]) == (200, FRAGMENT)
        assert said.headers["ETag"] not in ("", before)
        assert "a=ice-ufrag:ours" in said.text
        assert "a=candidate:" in said.text
        assert "a=ice-lite" in said.text
        assert "a=ice-ufrag:second\r\na=ice-pwd:zyxwvutsrqponmlkjihgfe" in house.engine.offers[-1]
        assert (await encoder.patch(TRICKLE, before)).status == 412
        assert (await encoder.patch(RESTART, encoder.etag)).status == 204


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 428), ('"stale"', 412), ("W/{etag}", 412), ("stale", 412), ('"stale", {etag}', 204),
     ("*", 204), ('"*"', 204)],
)  # fmt: skip
async def test_a_patch_needs_a_condition_that_holds(
    house: House, if_match: str | None, status: int
) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        condition = None if if_match is None else if_match.format(etag=encoder.etag)
        assert (await encoder.patch(TRICKLE, condition)).status == status


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [("hello", FRAGMENT, 400), (RESTART, SDP, 415), ("a=x\n" * 5000, FRAGMENT, 413)],
)
async def test_a_fragment_that_cannot_be_read_leaves_the_session(
    house: House, body: str, content_type: str, status: int
) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        said = await encoder.ask(
            "PATCH", encoder.location, body, content_type=content_type, if_match="*"
        )
        assert said.status == status
        assert (await encoder.patch(RESTART)).status == 200


# -- methods and origins ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "methods", "allow"),
    [
        ("/whip", ("GET", "PUT", "PATCH", "DELETE"), "POST, OPTIONS"),
        ("/whip/some", ("GET", "PUT", "POST"), "PATCH, DELETE, OPTIONS"),
    ],
)
async def test_other_methods_are_not_allowed(
    house: House, path: str, methods: tuple[str, ...], allow: str
) -> None:
    async with EncoderClient(house.url, None) as encoder:
        for method in methods:
            said = await encoder.ask(method, path)
            assert (said.status, said.headers["Allow"]) == (405, allow)


async def test_options_say_what_is_taken_from_any_origin_without_credentials(house: House) -> None:
    async with EncoderClient(house.url, None) as encoder:
        said = await encoder.ask("OPTIONS", "/whip", origin="https://elsewhere.example")
        assert (said.status, said.headers["Accept-Post"]) == (200, SDP)
        assert said.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
        assert "Authorization" in said.headers["Access-Control-Allow-Headers"]
        assert said.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in said.headers
        resource = await encoder.ask("OPTIONS", "/whip/some")
        assert resource.headers["Accept-Patch"] == FRAGMENT
        assert "PATCH" in resource.headers["Access-Control-Allow-Methods"]
        unknown = await encoder.offer()
        assert "Location" in unknown.headers["Access-Control-Expose-Headers"]


# -- what is kept and said --------------------------------------------------------------------


async def test_tokens_are_in_no_log_and_no_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    host = await house.host()
    token = await token_of(host)
    async with EncoderClient(house.url, token) as encoder:
        await encoder.offer()
        await encoder.patch(RESTART)
        await encoder.delete()
        assert token not in encoder.location
    ours = [one.getMessage() for one in caplog.records if one.name.startswith(("signal", "vmr"))]
    assert any("encoder did=offered" in one for one in ours)
    assert not any(token in one or encoder.location.split("/")[-1] in one for one in ours)
    assert len(token) == 43
    assert token not in repr(vars(house.running.meetings.encoders))


async def test_tokens_and_resources_of_what_is_over_are_forgotten(house: House) -> None:
    host = await house.host()
    async with EncoderClient(house.url, await token_of(host)) as encoder:
        await encoder.offer()
        house.running.sweep()
        assert len(house.running.meetings.whip) == len(house.running.meetings.encoders) == 1
        await host.request("room.end", reason="")
        house.running.sweep()
        assert len(house.running.meetings.whip) == len(house.running.meetings.encoders) == 0


async def test_only_so_many_tokens_are_kept() -> None:
    async with House(config=replace(UNLIMITED, max_encoders=1)) as house:
        host = await house.host()
        guest = await house.admitted(host)
        await token_of(host)
        await token_of(host)
        assert await refusal(guest, "encoder.start") == "busy"
        assert len(house.running.meetings.encoders) == 1
