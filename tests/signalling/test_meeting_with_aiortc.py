"""The main job whole, without a browser: real sockets, store, rules and media; aiortc as guests."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from media.engine import Config, MediaEngine
from media.messages import EngineEvent
from tests.media.live_stage import until
from tests.peers.aiortc_peer import AiortcPeer
from tests.peers.sqlite import new_store
from tests.peers.tracks import Colour
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.house import PIN, PIN_HASH, Server, claim
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import Store
from vmr.store.secrets import hash_token, make_token

CONSENT_LOST_S = 20.0  # 6 s without a sign of life, on a machine that has other work


class World:
    """One server with everything real in it, and a legal room."""

    def __init__(self, store: Store, room: Room) -> None:
        self.store = store
        self.room = room
        self.engine = MediaEngine(on_event=self._on_event)
        self.clock = FakeClock()
        self.server = Server(store=store, engine=self.engine, clock=self.clock)
        self.people: list[Person] = []

    def _on_event(self, event: EngineEvent) -> None:
        self.server.signalling.process_engine_event(event)

    @property
    def endpoints(self) -> int:
        return self.engine.counters()["endpoints"]

    @property
    def transports(self) -> int:
        return self.engine.counters()["transports"]

    async def invite(self, label: str) -> str:
        token = make_token()
        await self.store.add_invite(self.room.id, token_hash=hash_token(token), label=label)
        return token

    async def person(
        self, name: str, colour: Colour = (0, 0, 0), number: int = 0, pitch_hz: float = 0.0
    ) -> "Person":
        person = Person(self, name, await self.server.client(), colour, number, pitch_hz)
        self.people.append(person)
        return person


class Person:
    """A page with a face and a voice."""

    def __init__(
        self, world: World, name: str, page: Client, colour: Colour, number: int, pitch_hz: float
    ) -> None:
        self.world = world
        self.name = name
        self.page = page
        self.colour = colour
        self.pitch_hz = pitch_hz
        self.key = DeviceKey()
        self.media: AiortcPeer | None = None
        self._number = number
        self._slots: list[dict[str, Any]] = []

    @property
    def id(self) -> str:
        return self.page.participant

    async def join(self, **more: Any) -> None:
        await self.page.join(self.world.room.address, self.name, key=self.key, **more)

    async def say(self, event: str, **payload: Any) -> dict[str, Any]:
        return await self.page.request(event, **payload)

    async def refusal(self, event: str, **payload: Any) -> str:
        with pytest.raises(Refused) as refused:
            await self.say(event, **payload)
        return refused.value.code

    async def enter(self) -> None:
        """Offer media, as a page does when it is let in."""
        await self.page.wait_place("inside")
        if self.media is not None:
            await self.media.close()
        self.media = AiortcPeer(colour=self.colour, number=self._number, pitch_hz=self.pitch_hz)
        data = await self.say("media.offer", sdp=await self.media.offer())
        self._slots = data["slots"]
        await self.media.accept(data["answer"])
        media = self.media
        await until(lambda: media.state == "connected", f"{self.name} is connected")

    def knows(self, other: "Person") -> dict[str, Any]:
        """How this person sees the other one listed."""
        everybody = self.page.view["participants"]
        found: dict[str, Any] = next(one for one in everybody if one["id"] == other.id)
        return found

    def forget(self) -> None:
        """Look and listen anew."""
        assert self.media is not None
        for eye in self.media.eyes.values():
            eye.forget()
        for ear in self.media.ears.values():
            ear.forget()

    def mid_of(self, other: "Person", kind: str) -> str | None:
        """The slot in which this other person is received."""
        told = self.page.events("slot.bound")
        slots = told[-1]["slots"] if told else self._slots
        for slot in slots:
            if slot["participant"] == other.id and slot["kind"] == kind:
                return str(slot["mid"])
        return None

    def does_see(self, other: "Person", kind: str = "camera", colour: Colour | None = None) -> bool:
        assert self.media is not None
        eye = self.media.eyes.get(self.mid_of(other, kind) or "")
        return eye is not None and eye.sees(colour or other.colour)

    def does_hear(self, other: "Person") -> bool:
        assert self.media is not None
        ear = self.media.ears.get(self.mid_of(other, "audio") or "")
        return ear is not None and abs((ear.pitch_hz or 0.0) - other.pitch_hz) < 10

    async def recognises(self, *others: "Person") -> None:
        for other in others:
            await until(partial(self.does_see, other), f"{self.name} sees {other.name}")
            await until(partial(self.does_hear, other), f"{self.name} hears {other.name}")

    async def close(self) -> None:
        if self.media is not None:
            await self.media.close()
        await self.page.close()


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = await new_store(tmp_path / "vmr.db")
    prison = await store.add_establishment(name="HMP Example", phone="01632 960001")
    room = await store.add_room(prison, name="Legal 1", policy=PolicyName.LEGAL, pin_hash=PIN_HASH)
    world = World(store, room)
    await world.engine.start(Config(host="127.0.0.1"))
    async with world.server:
        yield world
        await asyncio.gather(*(person.close() for person in world.people))
    await world.engine.close()
    await store.close()


async def test_a_locked_consultation_from_the_first_link_to_the_last_good_bye(
    world: World,
) -> None:
    officer = await world.person("Officer", (200, 40, 40), 1, 440.0)
    asha = await world.person("Asha", (40, 170, 60), 2, 700.0)
    cara = await world.person("Cara", (50, 70, 210), 3, 1000.0)
    await wait_at_the_door(world, asha, cara)
    await open_with_the_pin(officer)
    await come_in(world, officer, asha, cara)
    await check_ids_and_lock(world, officer, asha, cara)
    await hand_over(officer)
    eve = await knock_on_the_lock(world, officer, asha, cara)
    await refuse_after_stepping_up(officer, eve)
    await present(asha, cara, officer)
    await lose_the_socket_alone(asha, cara)
    await lose_the_network(world, asha, officer, cara)
    await end_for_all(world, officer, asha, cara)


async def wait_at_the_door(world: World, asha: Person, cara: Person) -> None:
    """By a personal link and by the room's address: both wait, and have nothing of media."""
    await asha.join(invite=await world.invite("A. Solicitor"))
    await cara.join()
    offer = "v=0\r\n"
    for person in (asha, cara):
        assert person.page.place == "waiting"
        assert person.page.view["host_arrived"] is False
        assert await person.refusal("media.offer", sdp=offer) == "not_admitted"
    assert (world.endpoints, world.transports) == (0, 0)


async def open_with_the_pin(officer: Person) -> None:
    await officer.join(role="host")
    assert officer.page.place == "pin"
    assert await officer.refusal("host.enter_pin", pin="000000") == "wrong_pin"
    assert officer.page.place == "pin"
    await officer.say("host.enter_pin", pin=PIN)
    await officer.enter()


async def come_in(world: World, officer: Person, asha: Person, cara: Person) -> None:
    """The invited come in by themselves, the other by a named decision."""
    await asha.page.wait_event("participant.admitted")
    await asha.enter()
    assert cara.page.place == "waiting"
    assert world.endpoints == 2
    (knock,) = officer.page.view["knocks"]
    assert (knock["id"], knock["name"], knock["is_expected"]) == (cara.id, "Cara", False)
    await officer.say("knock.admit", participant=cara.id, attestations=[])
    await cara.page.wait_event("participant.admitted")
    await cara.enter()
    await asyncio.gather(
        officer.recognises(asha, cara), asha.recognises(officer, cara),
        cara.recognises(officer, asha),
    )  # fmt: skip
    assert (world.endpoints, world.transports) == (3, 3)


async def check_ids_and_lock(world: World, officer: Person, asha: Person, cara: Person) -> None:
    """During the check of one guest only the officer sees and hears them; then all attest."""
    assert await officer.refusal("room.lock") == "attestation_missing"
    await officer.say("participant.begin_check", participant=asha.id)
    await until(lambda: cara.mid_of(asha, "camera") is None, "Cara loses sight of Asha")
    assert cara.mid_of(asha, "audio") is None
    await officer.recognises(asha)
    await officer.say("participant.attest", participant=asha.id, claim=claim(f"{asha.id}.1"))
    await officer.say("participant.end_check", participant=asha.id)
    await cara.recognises(asha)
    await officer.say("participant.attest", participant=cara.id, claim=claim(f"{cara.id}.1"))
    await officer.say("room.lock")
    await cara.page.wait_event("meeting.locked")
    assert "Ann Example" not in asha.page.everything() + cara.page.everything()


async def hand_over(officer: Person) -> None:
    """From the prisoner's terminal the server refuses what a host may."""
    await officer.say("room.hand_over")
    commands: list[tuple[str, dict[str, Any]]] = [
        ("room.unlock", {}), ("room.end", {"reason": ""}), ("room.pause", {"reason": ""}),
        ("knock.admit_expected", {}), ("presentation.start", {}), ("room.hand_over", {}),
        ("participant.remove", {"participant": officer.id, "reason": ""}),
    ]  # fmt: skip
    for event, payload in commands:
        assert await officer.refusal(event, **payload) == "not_permitted", event
    assert officer.page.view["is_handed_over"] is True
    await officer.say("staff.call")


async def knock_on_the_lock(world: World, *inside: Person) -> Person:
    """Everybody inside hears that somebody knocks; nobody there learns who."""
    eve = await world.person("Evelyn Stranger")
    await eve.join()
    assert eve.page.view["knocking"] is True
    for person in inside:
        await person.page.wait_for(partial(hears_a_knock, person), "the knock")
        assert "Evelyn" not in person.page.everything()
        assert person.page.view["knocks"] == []
    assert world.endpoints == 3
    return eve


def hears_a_knock(person: Person) -> bool:
    return bool(person.page.view["at_door"] == 1)


async def refuse_after_stepping_up(officer: Person, eve: Person) -> None:
    assert await officer.refusal("knock.refuse", participant=eve.id, reason="") == "not_permitted"
    assert await officer.refusal("host.enter_pin", pin="111111") == "wrong_pin"
    await officer.say("host.enter_pin", pin=PIN)
    (knock,) = officer.page.view["knocks"]
    assert knock["name"] == "Evelyn Stranger"
    await officer.say("knock.refuse", participant=eve.id, reason="Not expected today")
    ended = await eve.page.wait_event("session.ended")
    assert (ended["code"], ended["reason"]) == ("refused", "Not expected today")
    again = await officer.refusal("knock.admit", participant=eve.id, attestations=[])
    assert again == "already_answered"
    await officer.say("room.hand_over")


async def present(presenter: Person, *others: Person) -> None:
    yellow = (220, 200, 40)
    assert presenter.media is not None
    await presenter.say("presentation.start")
    presenter.media.present(yellow)
    for other in others:
        sees_screen = partial(other.does_see, presenter, "screen", yellow)
        await until(sees_screen, f"{other.name} sees the screen")
    await presenter.say("presentation.stop")
    presenter.media.present(None)


async def lose_the_socket_alone(person: Person, witness: Person) -> None:
    """Signalling comes back by its token; picture and sound were never touched."""
    await person.page.drop()
    before = len(witness.page.events("participant.left"))
    await person.page.resume()
    assert person.page.events("session.resumed")
    await person.say("self.set_media", microphone=False)
    await witness.page.wait_for(lambda: not witness.knows(person)["microphone"], "the mute")
    await person.say("self.set_media", microphone=True)
    witness.forget()
    await witness.recognises(person)
    assert len(witness.page.events("participant.left")) == before


async def lose_the_network(world: World, person: Person, *others: Person) -> None:
    """Back into the locked room by the device key, without a knock, and announced."""
    assert person.media is not None
    old, knocks = person.id, len(others[0].page.events("knock.received"))
    await person.page.drop()
    await person.media.vanish()
    await until(lambda: world.endpoints == 2, "the seat is kept without media", CONSENT_LOST_S)
    await person.page.resume()
    await person.page.wait_event("session.ended")
    await person.page.wait_for(lambda: not person.page.is_connected, "the end of the old session")
    await person.page.resume()
    await person.join()
    assert person.id == old
    assert person.page.view["stage"] == "locked"
    await person.enter()
    for other in others:
        joined = other.page.events("participant.joined")[-1]
        assert (joined["participant"], joined["how"]) == (old, "returned")
        await other.recognises(person)
        await person.recognises(other)
    assert len(others[0].page.events("knock.received")) == knocks


async def end_for_all(world: World, officer: Person, *guests: Person) -> None:
    assert await guests[0].refusal("room.end", reason="") == "not_permitted"
    await officer.say("host.enter_pin", pin=PIN)
    await officer.say("room.end", reason="done")
    for person in (officer, *guests):
        ended = await person.page.wait_event("session.ended")
        assert ended["code"] == "meeting_ended"
    await until(lambda: (world.endpoints, world.transports) == (0, 0), "nothing is left of media")
    (meeting,) = await world.store.meetings(world.room.id)
    assert not meeting.is_live
    entries = await world.store.record(meeting.id)
    assert await world.store.verify(meeting.id) == len(entries)
    written = [kept.entry.what for kept in entries]
    for what in ("opened", "attested", "locked", "handed_over", "refused", "stepped_up", "ended"):
        assert what in written, written
