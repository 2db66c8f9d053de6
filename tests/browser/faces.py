"""A distinct face and a distinct voice for each person, as files for Chromium's fake devices.

A face is a solid colour with a number; a voice is a beeping tone (a steady one is taken for noise
and removed by the browser's noise suppression).
"""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FRAMES_PER_SECOND = 320, 180, 10
FRAMES = 10
SAMPLE_RATE = 48_000
LOOP_S = 6.0
BEEP_S, PAUSE_S = 0.35, 0.15
COLOUR_TOLERANCE = 70.0
"""Distance in RGB within which a mean colour is a face; the faces are over 150 apart."""

# Which of the seven segments (top, upper left, upper right, middle, lower left, lower right,
# bottom) each digit lights.
_SEGMENTS = ("1110111", "0010010", "1011101", "1011011", "0111010",
             "1101011", "1101111", "1010010", "1111111", "1111011")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """`tone_hz` divides into 4 Hz, so that the looped file has no click."""

    number: int
    colour: tuple[int, int, int]
    tone_hz: int


FACES = (
    Face(number=1, colour=(200, 40, 40), tone_hz=440),
    Face(number=2, colour=(40, 170, 60), tone_hz=700),
    Face(number=3, colour=(50, 70, 210), tone_hz=1000),
    Face(number=4, colour=(220, 200, 40), tone_hz=1360),
)


def name_colour(red: float, green: float, blue: float) -> int | None:
    """The number of the face a mean colour belongs to, None when it is nobody's."""
    distances = [
        (float(np.linalg.norm(np.array(face.colour) - (red, green, blue))), face.number)
        for face in FACES
    ]
    distance, number = min(distances)
    return number if distance < COLOUR_TOLERANCE else None


def _frame(face: Face, index: int) -> NDArray[np.float64]:
    """RGB of one frame: the colour, the number in a corner, a bar that moves every frame."""
    frame = np.empty((HEIGHT, WIDTH, 3))
    frame[:] = face.colour
    lit = _SEGMENTS[face.number]
    places = ((10, 10, 24, 4), (10, 10, 4, 24), (30, 10, 4, 24), (10, 32, 24, 4),
              (10, 34, 4, 24), (30, 34, 4, 24), (10, 56, 24, 4))  # fmt: skip
    for is_lit, (x, y, width, height) in zip(lit, places, strict=True):
        if is_lit == "1":
            frame[y : y + height, x : x + width] = 255
    x = index * (WIDTH - 8) // FRAMES
    frame[HEIGHT - 8 :, x : x + 8] = 255
    return frame


def planes(rgb: NDArray[np.float64]) -> bytes:
    """I420 of BT.601, limited range."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = 16 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256
    half = rgb[::2, ::2]
    red, green, blue = half[..., 0], half[..., 1], half[..., 2]
    cb = 128 + (-37.945 * red - 74.494 * green + 112.439 * blue) / 256
    cr = 128 + (112.439 * red - 94.154 * green - 18.285 * blue) / 256
    return b"".join(plane.round().astype(np.uint8).tobytes() for plane in (luma, cb, cr))


def write_camera(face: Face, path: Path, frames_per_second: int = FRAMES_PER_SECOND) -> None:
    """A YUV4MPEG2 file of ten frames, which Chromium plays over and over."""
    with path.open("wb") as file:
        file.write(
            f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{frames_per_second}:1 Ip A1:1 C420jpeg\n".encode()
        )
        for index in range(FRAMES):
            file.write(b"FRAME\n" + planes(_frame(face, index)))


def write_voice(face: Face, path: Path) -> None:
    """A WAV file of beeps at the face's own pitch, with a little of the octave above."""
    at = np.arange(int(SAMPLE_RATE * LOOP_S)) / SAMPLE_RATE
    tone = 0.8 * np.sin(2 * np.pi * face.tone_hz * at)
    tone += 0.2 * np.sin(4 * np.pi * face.tone_hz * at)
    phase = at % (BEEP_S + PAUSE_S)
    ramp = np.clip(np.minimum(phase, BEEP_S - phase) / 0.01, 0, 1)
    samples = (tone * ramp * 0.5 * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
