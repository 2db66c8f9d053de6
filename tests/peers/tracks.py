"""What a test client sends and how it recognises what it gets: tones and coloured pictures.

Sources make frames in real time; sinks decode a received track and remember the latest picture
and a second of sound. Nothing here knows of signalling or of our server.
"""

import asyncio
from fractions import Fraction
from typing import Any

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
AUDIO_FRAME_S = 0.02
VIDEO_CLOCK = 90_000
Colour = tuple[int, int, int]


class _Paced(MediaStreamTrack):
    """A source that gives frame n at n periods after its first."""

    def __init__(self, period_s: float) -> None:
        super().__init__()
        self._period_s = period_s
        self._count = 0
        self._began_at: float | None = None

    async def _next(self) -> int:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        if self._began_at is None:
            self._began_at = loop.time()
        await asyncio.sleep(self._began_at + self._count * self._period_s - loop.time())
        self._count += 1
        return self._count - 1


class Tone(_Paced):
    """A microphone that hears one pitch; silence while not `is_on`."""

    kind = "audio"

    def __init__(self, pitch_hz: float, loudness: float = 0.4) -> None:
        super().__init__(AUDIO_FRAME_S)
        self.is_on = True
        self._pitch_hz = pitch_hz
        self._loudness = loudness

    async def recv(self) -> AudioFrame:
        number = await self._next()
        samples = round(SAMPLE_RATE * AUDIO_FRAME_S)
        at = (np.arange(samples) + number * samples) / SAMPLE_RATE
        wave = np.sin(2 * np.pi * self._pitch_hz * at) * self._loudness * self.is_on
        frame = AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None, :], layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = number * samples
        frame.time_base = Fraction(1, SAMPLE_RATE)
        return frame


class Picture(_Paced):
    """A camera that sees one colour, with as many white squares as its number says."""

    kind = "video"

    def __init__(
        self, colour: Colour, number: int, *, width: int = 320, height: int = 180, fps: int = 10
    ) -> None:
        super().__init__(1 / fps)
        self._fps = fps
        self._image = np.empty((height, width, 3), np.uint8)
        self._image[:] = colour
        for index in range(number):
            self._image[8:24, 8 + 24 * index : 24 + 24 * index] = 255

    async def recv(self) -> VideoFrame:
        number = await self._next()
        image = self._image.copy()
        at = number * 4 % (image.shape[1] - 8)
        image[-8:, at : at + 8] = 255  # something that moves
        frame = VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = number * VIDEO_CLOCK // self._fps
        frame.time_base = Fraction(1, VIDEO_CLOCK)
        return frame


class Ear:
    """The sound of one received track: the last second of it."""

    def __init__(self) -> None:
        self.frames = 0
        self._samples: NDArray[np.float64] = np.zeros(0)

    def take(self, frame: Any) -> None:
        self.frames += 1
        wave = frame.to_ndarray().astype(np.float64).reshape(-1, len(frame.layout.channels))
        self._samples = np.concatenate([self._samples, wave.mean(axis=1)])[-SAMPLE_RATE:]

    def forget(self) -> None:
        """Listen anew."""
        self.frames = 0
        self._samples = np.zeros(0)

    @property
    def pitch_hz(self) -> float | None:
        """The strongest pitch of the last half second; None when it is too quiet or too short."""
        heard = self._samples[-SAMPLE_RATE // 2 :]
        if len(heard) < SAMPLE_RATE // 4 or float(np.abs(heard).mean()) < 300:
            return None
        spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
        return float(spectrum.argmax() * SAMPLE_RATE / len(heard))


class Eye:
    """The picture of one received track: its middle colour and size, of the latest frame."""

    def __init__(self) -> None:
        self.frames = 0
        self.opened = asyncio.Event()
        self.colour: Colour | None = None
        self.size: tuple[int, int] | None = None

    def take(self, frame: Any) -> None:
        self.frames += 1
        self.opened.set()
        image = frame.to_ndarray(format="rgb24")
        height, width = image.shape[:2]
        middle = image[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3]
        red, green, blue = middle.reshape(-1, 3).mean(axis=0)
        self.colour = (round(red), round(green), round(blue))
        self.size = (width, height)

    def forget(self) -> None:
        """Look anew."""
        self.frames = 0
        self.colour = self.size = None

    def sees(self, colour: Colour, tolerance: float = 60.0) -> bool:
        """Whether the latest picture is this colour, up to what codecs do to it."""
        if self.colour is None:
            return False
        return float(np.linalg.norm(np.subtract(self.colour, colour))) < tolerance
