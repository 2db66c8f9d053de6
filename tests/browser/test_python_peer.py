"""The same meeting with a guest that is no browser: aiortc and a socket of Python's."""

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, Face, name_colour
from tests.browser.person import TONE_TOLERANCE_HZ, Person
from tests.browser.rooms import TestRoom, make_room
from tests.browser.steps import (
    end_for_all,
    expect_transports,
    hand_over,
    knock,
    lock,
    open_with_the_pin,
    record_id,
    step_up,
    transports,
)
from tests.peers.aiortc_peer import AiortcPeer
from tests.signalling.client import Client, DeviceKey

SCREEN_COLOUR = FACES[3].colour


class PythonGuest:
    """A guest with a device key of their own, at a machine without a browser."""

    def __init__(self, name: str, face: Face, world: World) -> None:
        self.name = name
        self.face = face
        self.client = Client(world.server.url)
        self.peer = AiortcPeer(colour=face.colour, number=face.number, pitch_hz=face.tone_hz)
        self._url = world.server.url
        self._key = DeviceKey()

    async def knock(self, room: TestRoom, invite: str) -> None:
        await self.client.connect()
        await self.client.join(room.address, self.name, key=self._key, invite=invite)

    async def come_in(self) -> None:
        await self.client.wait_place("inside")
        answer = await self.client.request("media.offer", sdp=await self.peer.offer())
        await self.peer.accept(answer["answer"])

    async def lose_everything(self) -> None:
        """The machine's power is cut: no goodbye on socket or media."""
        await self.peer.vanish()
        await self.client.drop()

    async def come_back(self, room: TestRoom) -> None:
        """Another start on the same machine: the same key, nothing else remembered."""
        self.client = await Client(self._url).connect()
        self.peer = AiortcPeer(
            colour=self.face.colour, number=self.face.number, pitch_hz=self.face.tone_hz
        )
        await self.client.join(room.address, self.name, key=self._key)
        await self.come_in()

    async def sees_and_hears(self, *people: Person) -> None:
        """By this guest's own decoders, the slots' faces and tones."""
        wanted = {person.face.number for person in people}

        async def probe() -> bool:
            colours = {name_colour(*eye.colour) for eye in self.peer.eyes.values() if eye.colour}
            pitches = [ear.pitch_hz for ear in self.peer.ears.values() if ear.pitch_hz]
            heard = {
                face.number
                for face in FACES
                for pitch in pitches
                if abs(pitch - face.tone_hz) < TONE_TOLERANCE_HZ
            }
            return colours == wanted and heard == wanted

        await eventually(f"{self.name} sees and hears {wanted}", probe)

    async def close(self) -> None:
        await self.peer.close()
        await self.client.close()


async def test_a_locked_consultation_with_a_guest_that_is_no_browser(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Python")
    guest = PythonGuest("Asha", FACES[0], world)
    ben, officer = await people("Ben", 2), await people("Officer", 4)
    try:
        await guest.knock(room, room.invites[0])
        await guest.client.wait_place("waiting")
        await knock(ben, room.invite_path(1))
        assert await transports(world) == 0
        await open_with_the_pin(room, officer)
        await guest.come_in()
        await everybody_meets(guest, ben, officer)
        for one in (guest, ben):
            await record_id(officer, one)
        await lock(officer, ben)
        await hand_over(officer)
        await present(guest, ben, officer)
        await lose_power(world, room, guest, ben, officer)
        await officer_ends(room, officer, ben)
        ended = await guest.client.wait_event("session.ended")
        assert ended["code"] == "meeting_ended"
        await expect_transports(world, 0, "the meeting is over")
    finally:
        await guest.close()


async def everybody_meets(guest: PythonGuest, ben: Person, officer: Person) -> None:
    await guest.sees_and_hears(ben, officer)
    await ben.meets(guest.face, officer.face)
    await officer.meets(guest.face, ben.face)


async def present(guest: PythonGuest, *others: Person) -> None:
    """The peer's third track, which was negotiated from the start, begins to flow."""
    await guest.client.request("presentation.start", take_over=False)
    guest.peer.present(SCREEN_COLOUR)
    for person in others:

        async def sees_screen(person: Person = person) -> bool:
            screens = (await person.pictures("screen")).values()
            return any(name_colour(*one["colour"]) == 4 for one in screens)

        await eventually(f"{person.name} sees the screen", sees_screen)
    guest.peer.present(None)
    await guest.client.request("presentation.stop")


async def lose_power(
    world: World, room: TestRoom, guest: PythonGuest, ben: Person, officer: Person
) -> None:
    """An attested guest comes back into the locked room by the key of the same device."""
    before = await transports(world)
    await guest.lose_everything()
    await expect_transports(world, before - 1, "the lost one is given up", 20)
    await guest.come_back(room)
    assert "waiting" not in [note.data.get("place") for note in guest.client.notes]
    await everybody_meets(guest, ben, officer)
    await ben.stage("locked")


async def officer_ends(room: TestRoom, officer: Person, ben: Person) -> None:
    await step_up(room, officer)
    await end_for_all(officer, ben)
