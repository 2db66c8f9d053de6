"""An encoder without a page: aiortc sends a tone and a picture, and receives nothing."""

from tests.peers.aiortc_over_http import AiortcOverHttp
from tests.peers.aiortc_peer import prefer
from tests.peers.tracks import Colour, Picture, Tone


class AiortcEncoder(AiortcOverHttp):
    """One sound and one picture, on loopback."""

    def __init__(self, *, colour: Colour, number: int, pitch_hz: float, codec: str = "VP8") -> None:
        super().__init__()
        self.connection.addTransceiver(Tone(pitch_hz), direction="sendonly")
        camera = self.connection.addTransceiver(Picture(colour, number), direction="sendonly")
        prefer(camera, codec)
