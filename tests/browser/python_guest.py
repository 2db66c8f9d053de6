"""A guest without a browser: aiortc and a socket of Python's, with the same faces and voices."""

from tests.browser.conftest import World
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, Face, name_colour
from tests.browser.rooms import TestRoom
from tests.browser.somebody import TONE_TOLERANCE_HZ, Somebody
from tests.peers.aiortc_peer import AiortcPeer
from tests.signalling.client import Client, DeviceKey


class PythonGuest:
    """A guest with a device key of their own, at a machine without a browser."""

    def __init__(self, name: str, face: Face, world: World) -> None:
        self.name = name
        self.face = face
        self._url = world.server.url
        self._host = world.relay.host
        self.client = Client(self._url)
        self.peer = self._make_peer()
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
        self.peer = self._make_peer()
        await self.client.join(room.address, self.name, key=self._key)
        await self.come_in()

    async def sees_and_hears(self, *people: Somebody) -> None:
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

    def _make_peer(self) -> AiortcPeer:
        face = self.face
        return AiortcPeer(
            colour=face.colour, number=face.number, pitch_hz=face.tone_hz, host=self._host
        )
