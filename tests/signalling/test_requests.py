"""Joining with an offer, with a personal link, while things go wrong; and what is swept away."""

import asyncio
import json
from dataclasses import replace
from typing import Any, Self

import aiohttp
import pytest

from signalling.acknowledging import WAITING_MAX
from tests.signalling.client import DeviceKey, Refused
from tests.signalling.house import OFFER, PIN, House
from vmr.ids import EstablishmentId
from vmr.rooms import Room
from vmr.store import StoreUnavailable


async def test_an_offer_with_the_join_is_answered_for_who_comes_in_at_once(house: House) -> None:
    host = await house.host()
    house.store.add_invite(house.room, "token")
    guest = await house.client()
    data = await guest.join(house.room.address, "Ann", invite="token", offer=OFFER)
    assert data["answer"].startswith("v=0")
    assert data["slots"] == [{"mid": "3", "kind": "audio", "participant": host.participant}]
    assert guest.place == "inside"


async def test_an_offer_with_the_join_is_thrown_away_for_who_waits(house: House) -> None:
    await house.host()
    guest = await house.client()
    data = await guest.join(house.room.address, "Ann", offer=OFFER)
    assert set(data) == {"participant", "nonce"}
    assert house.engine.of(guest.participant) is None
    assert not house.engine.is_negotiating.is_set()


async def test_a_bad_offer_with_the_join_does_not_cost_the_seat(house: House) -> None:
    await house.host()
    house.store.add_invite(house.room, "token")
    guest = await house.client()
    data = await guest.join(house.room.address, "Ann", invite="token", offer="hello")
    assert data["offer_error"]["code"] == "bad_offer"
    assert guest.place == "inside"
    await guest.request("media.offer", sdp=OFFER)


async def test_a_page_says_whose_picture_comes_first_once_it_is_inside(house: House) -> None:
    host = await house.host()
    house.store.add_invite(house.room, "token")
    guest = await house.client()
    await guest.join(house.room.address, "Ann", invite="token", offer=OFFER)
    await guest.request("media.prefer", participant=host.participant)
    await guest.request("self.set_media", microphone=False)  # answered when the engine has followed
    held = house.engine.of(guest.participant)
    assert held is not None
    assert [source.comes_first for source in held.sources] == [True]
    stranger = await house.client()
    with pytest.raises(Refused, match="not_joined"):
        await stranger.request("media.prefer", participant=host.participant)
    await stranger.join(house.room.address, "Ben")
    with pytest.raises(Refused, match="not_admitted"):
        await stranger.request("media.prefer", participant=host.participant)


async def test_a_page_saves_data_for_itself_alone_once_it_is_inside(house: House) -> None:
    host = await house.host()
    house.store.add_invite(house.room, "token")
    guest = await house.client()
    await guest.join(house.room.address, "Ann", invite="token", offer=OFFER)
    await guest.request("media.save", pictures="none")
    await guest.request("self.set_media", microphone=False)  # answered when the engine has followed
    held = house.engine.of(guest.participant)
    assert held is not None
    assert [(source.pictures, source.audio) for source in held.sources] == [("none", True)]
    other = house.engine.of(host.participant)
    assert other is None or {source.pictures for source in other.sources} <= {"all"}
    with pytest.raises(Refused, match="bad_message"):
        await guest.request("media.save", pictures="some")
    stranger = await house.client()
    await stranger.join(house.room.address, "Ben")
    with pytest.raises(Refused, match="not_admitted"):
        await stranger.request("media.save", pictures="none")


async def test_a_personal_link_is_known_by_its_token_alone(house: House) -> None:
    house.store.add_invite(house.room, "token")
    guest = await house.guest("Ann", invite="token")
    assert guest.view["knocking"] is False
    assert "A lawyer" not in guest.everything()
    host = await house.host()
    await guest.wait_place("inside")
    assert "A lawyer" not in host.everything()


async def test_a_database_that_is_away_is_said_and_no_fault(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(address: str) -> Room:
        raise StoreUnavailable("disk")

    client = await house.client()
    monkeypatch.setattr(house.store, "room_by_address", away)
    with pytest.raises(Refused) as refused:
        await client.join(house.room.address)
    assert refused.value.code == "database_away"
    monkeypatch.undo()
    await client.join(house.room.address)


async def test_while_the_database_is_away_who_was_in_a_meeting_comes_back_to_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await house.host()
    house.store.add_invite(house.room, "token")
    house.store.add_invite(house.room, "other")
    guest = await house.client()
    key = DeviceKey()
    await guest.join(house.room.address, "Ann", invite="token", key=key)
    await guest.wait_place("inside")

    async def away(*_: object) -> Any:
        raise StoreUnavailable("disk")

    for name in ("room_by_address", "room", "invite_by_token_hash"):
        monkeypatch.setattr(house.store, name, away)
    monkeypatch.setattr(house.store.bookings, "slot_of", away)
    monkeypatch.setattr(house.store.terminals, "is_enrolled", away)
    back = await house.client()
    await back.join(house.room.address, "Ann", invite="token", key=key, move=True)
    await back.wait_place("inside")
    stranger = await house.client()
    with pytest.raises(Refused) as refused:
        await stranger.join(house.room.address, "Eve", invite="other")
    assert refused.value.code == "database_away"
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{house.url}/r/{house.room.address}") as page:
            assert page.status == 200
        async with browser.get(f"{house.url}/r/{house.store.add_room().address}") as page:
            assert page.status == 503
    await host.request("room.end", reason="")
    late = await house.client()
    with pytest.raises(Refused) as refused:
        await late.join(house.room.address, "Ann", invite="token", key=key)
    assert refused.value.code == "database_away"


async def test_a_record_that_cannot_be_written_lets_nobody_in(house: House) -> None:
    host = await house.host()
    guest = await house.guest()
    house.store.is_broken = True
    with pytest.raises(Refused) as refused:
        await host.request("knock.admit", participant=guest.participant)
    assert refused.value.code == "record_unavailable"
    assert guest.place == "waiting"
    await host.request("room.lock")
    assert host.view["stage"] == "locked"
    house.store.is_broken = False
    await host.request("staff.call")
    assert house.store.written()[-2:] == ["locked", "staff_called"]


async def test_a_socket_lost_while_joining_is_known_to_the_meeting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long-polling can say good-bye while another of its requests is still being done."""
    host = await house.host()
    may_find, is_asked = asyncio.Event(), asyncio.Event()
    real_find = house.store.room_by_address

    async def find(address: str) -> Room | None:
        is_asked.set()
        await may_find.wait()
        return await real_find(address)

    monkeypatch.setattr(house.store, "room_by_address", find)
    async with Poller(house.url) as guest:
        payload = {
            "room": house.room.address, "role": "guest", "names": ["Ann"],
            "declaration": "legal-1",
        }  # fmt: skip
        joining = asyncio.create_task(guest.post(f'421["room.join",{json.dumps(payload)}]'))
        await is_asked.wait()
        await guest.post("41")
        may_find.set()
        await joining
    await host.wait_for(lambda: host.view["knocks"], "the knock")
    await host.wait_for(lambda: host.view["knocks"][0]["page_gone"], "the page is gone")


async def test_only_so_many_requests_of_one_socket_wait(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_find, is_asked = asyncio.Event(), asyncio.Event()

    async def find(address: str) -> None:
        is_asked.set()
        await may_find.wait()

    monkeypatch.setattr(house.store, "room_by_address", find)
    async with Poller(house.url) as page:
        payload = {
            "room": "abcdefghijkl", "role": "guest", "names": ["Ann"], "declaration": "x",
        }  # fmt: skip
        joining = asyncio.create_task(page.post(f'42100["room.join",{json.dumps(payload)}]'))
        await is_asked.wait()
        rest = [
            asyncio.create_task(page.post(f'42{number}["room.lock",{{}}]'))
            for number in range(WAITING_MAX + 3)
        ]
        acks = await page.acks(4)
        assert sum("too_many_requests" in ack for ack in acks) == 4
        may_find.set()
        await asyncio.gather(joining, *rest)
        acks = await page.acks(WAITING_MAX)
        assert "no_such_room" in acks[0]
        assert all("not_joined" in ack for ack in acks[1:])
        numbers = [int(ack[2:].split("[")[0]) for ack in acks[1:]]
        assert numbers == sorted(numbers)


class Poller:
    """A page by long-polling, one HTTP request at a time as the test likes."""

    def __init__(self, url: str) -> None:
        self._http = aiohttp.ClientSession(url)
        self._path = "/socket.io/?EIO=4&transport=polling"
        self._heard: list[str] = []

    async def __aenter__(self) -> Self:
        (opened,) = await self.get()
        self._path += f"&sid={json.loads(opened[1:])['sid']}"
        await self.post('40{"protocol":1}')
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.close()

    async def get(self) -> list[str]:
        async with self._http.get(self._path) as answer:
            return (await answer.text()).split("\x1e")

    async def post(self, packet: str) -> None:
        async with self._http.post(self._path, data=packet) as answer:
            await answer.read()

    async def acks(self, count: int) -> list[str]:
        """The next acknowledgements, as they are on the wire."""
        found: list[str] = []
        while len(found) < count:
            found += [packet for packet in await self.get() if packet.startswith("43")]
        assert len(found) == count
        return found


async def test_what_is_over_is_swept_away(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    await house.client()
    await host.request("room.end", reason="")
    await guest.wait_for(lambda: not guest.is_connected, "the end of the socket")
    assert house.running.health()["sessions"] == 3
    house.clock.advance(121)
    house.running.sweep()
    assert house.running.health()["sessions"] == 1
    house.running.sweep()


async def test_a_session_whose_meeting_is_no_more_may_join_again(house: House) -> None:
    host = await house.host()
    await house.running.meetings.rooms.close()
    with pytest.raises(Refused) as refused:
        await host.request("room.lock")
    assert refused.value.code == "not_joined"
    house.running.sweep()
    await host.join(house.room.address, "Officer", role="host")
    assert host.place == "pin"


async def test_the_same_device_in_a_second_tab_moves_only_when_told(house: House) -> None:
    key = DeviceKey()
    host = await house.host()
    guest = await house.admitted(host, key=key)
    second = await house.client()
    with pytest.raises(Refused) as refused:
        await second.join(house.room.address, "Ann", key=key)
    assert refused.value.code == "already_inside"
    await second.join(house.room.address, "Ann", key=key, move=True)
    assert second.participant == guest.participant
    assert (await guest.wait_event("session.ended"))["code"] == "moved"
    with pytest.raises(Refused) as refused:
        await host.request("knock.admit", participant=guest.participant)
    assert house.engine.of(guest.participant) is not None
    await second.request("media.offer", sdp=OFFER)


async def test_a_device_that_is_not_proven_takes_nobodys_seat(house: House) -> None:
    key = DeviceKey()
    host = await house.host()
    guest = await house.admitted(host, key=key)
    thief = await house.client()
    stolen = key.sign(house.room.address, guest.nonce)
    with pytest.raises(Refused) as refused:
        await thief.join(house.room.address, "Ann", device=stolen, move=True)
    assert refused.value.code == "bad_device"
    await thief.join(house.room.address, "Ann", move=True)
    assert thief.place == "waiting"
    assert guest.is_connected


async def test_who_was_removed_cannot_go_on_and_must_knock(house: House) -> None:
    key = DeviceKey()
    host = await house.host()
    guest = await house.admitted(host, key=key)
    await house.attest(host, guest)
    await host.request("participant.remove", participant=guest.participant, reason="")
    await guest.wait_for(lambda: not guest.is_connected, "the end of the socket")
    assert house.engine.of(guest.participant) is None
    again = await house.guest("Ann", key=key)
    assert again.place == "waiting"
    assert again.view["knocking"] is True


# -- enrolled terminals -----------------------------------------------------------------------


async def test_a_host_away_from_an_enrolled_terminal_is_never_asked_for_the_pin(
    house: House,
) -> None:
    prison = replace(house.room.establishment, hosts_only_at_terminals=True)
    house.change_room(establishment=prison)
    enrolled, elsewhere, other = DeviceKey(), DeviceKey(), DeviceKey()
    house.store.terminals.enrolled |= {
        (prison.id, enrolled.id),
        (EstablishmentId("another"), other.id),
    }
    for key in (elsewhere, other, None):
        client = await house.client()
        with pytest.raises(Refused) as refused:
            await client.join(house.room.address, "Officer", role="host", key=key)
        assert refused.value.code == "terminal_not_enrolled"
        with pytest.raises(Refused) as asked:
            await client.request("host.enter_pin", pin=PIN, confirmed=[])
        assert asked.value.code == "not_joined"
    assert "pin_asked" not in house.store.written()
    assert (await house.guest(key=elsewhere)).place == "waiting"
    host = await house.host(enrolled)
    assert host.place == "inside"


async def test_a_revoked_terminal_keeps_its_seat_and_does_not_join_again(house: House) -> None:
    prison = replace(house.room.establishment, hosts_only_at_terminals=True)
    house.change_room(establishment=prison)
    key = DeviceKey()
    house.store.terminals.enrolled.add((prison.id, key.id))
    host = await house.host(key)
    house.store.terminals.enrolled.clear()
    again = await house.client()
    with pytest.raises(Refused) as refused:
        await again.join(house.room.address, "Officer", role="host", key=key, move=True)
    assert refused.value.code == "terminal_not_enrolled"
    await host.request("media.offer", sdp=OFFER)
    assert host.place == "inside"


async def test_a_terminal_revoked_while_it_is_asked_for_the_pin_opens_nothing(
    house: House,
) -> None:
    prison = replace(house.room.establishment, hosts_only_at_terminals=True)
    house.change_room(establishment=prison)
    key = DeviceKey()
    house.store.terminals.enrolled.add((prison.id, key.id))
    host = await house.client()
    await host.join(house.room.address, "Officer", role="host", key=key)
    assert host.place == "pin"
    house.store.terminals.enrolled.clear()
    for pin in ("000000", PIN):
        with pytest.raises(Refused) as refused:
            await host.request("host.enter_pin", pin=pin, confirmed=[])
        assert refused.value.code == "terminal_not_enrolled", "right or wrong is not told"
    assert host.place == "pin"
    assert "opened" not in house.store.written()
