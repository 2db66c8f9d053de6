"""Credentials for TURN servers: whom they are given, and what is in them."""

import base64
import hashlib
import hmac
from dataclasses import replace

from signalling.turn import Turn
from tests.signalling.house import CONFIG, OFFER, House

SECRET = "a secret of servers"
URLS = ("turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp")
TURN = Turn(urls=URLS, secret=SECRET, ttl_s=600)
WITH_TURN = replace(CONFIG, turn=TURN)


def test_a_user_name_is_the_end_of_its_time_and_a_session() -> None:
    [server] = TURN.ice_servers("5f0c", 1000.75)
    assert isinstance(server, dict)
    assert server["username"] == "1600:5f0c"
    assert server["urls"] == list(URLS)


def test_a_password_is_the_signature_of_the_user_name() -> None:
    [server] = TURN.ice_servers("5f0c", 1000.0)
    assert isinstance(server, dict)
    digest = hmac.new(SECRET.encode(), b"1600:5f0c", hashlib.sha1).digest()
    assert base64.b64decode(str(server["credential"])) == digest


def test_without_servers_there_are_no_credentials() -> None:
    assert Turn().ice_servers("5f0c", 1000.0) == []


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(TURN)


def test_an_encoder_is_told_of_each_server_by_a_link() -> None:
    first, second = TURN.links("5f0c", 1000.75)
    assert first.startswith('<turn:turn.example.org:3478>; rel="ice-server"; username="1600:5f0c"')
    assert first.endswith('; credential-type="password"')
    [server] = TURN.ice_servers("5f0c", 1000.75)
    assert isinstance(server, dict)
    assert f'credential="{server["credential"]}"' in second
    assert Turn().links("5f0c", 1000.0) == []


async def test_who_waits_holds_no_credentials_and_who_is_let_in_gets_them() -> None:
    async with House(config=WITH_TURN) as house:
        host = await house.host()
        guest = await house.client()
        data = await guest.join(house.room.address, "Ann", offer=OFFER)
        assert set(data) == {"participant", "nonce"}
        assert "turn" not in guest.everything()
        await host.request("knock.admit", participant=guest.participant)
        await guest.wait_place("inside")
        assert "turn" not in guest.everything()
        [server] = (await guest.request("media.offer", sdp=OFFER))["ice_servers"]
        assert server["urls"] == list(URLS)
        assert server["username"].endswith(f":{guest.session}")
        assert "Ann" not in str(server)
        assert SECRET not in str(server)


async def test_who_comes_in_at_once_gets_them_with_the_join() -> None:
    async with House(config=WITH_TURN) as house:
        await house.host()
        house.store.add_invite(house.room, "token")
        guest = await house.client()
        data = await guest.join(house.room.address, "Ann", invite="token", offer=OFFER)
        assert data["ice_servers"] == [*TURN.ice_servers(guest.session, house.clock())]


async def test_an_offer_that_is_refused_brings_none() -> None:
    async with House(config=WITH_TURN) as house:
        await house.host()
        house.store.add_invite(house.room, "token")
        guest = await house.client()
        data = await guest.join(house.room.address, "Ann", invite="token", offer="hello")
        assert "ice_servers" not in data
