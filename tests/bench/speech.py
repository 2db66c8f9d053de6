"""Speech as a list of levels: what espeak-ng says, by frames of 20 ms, and noises of a room.

A level is the power of a frame in dB. That of an utterance is relative to its active speech level
as ITU-T P.56 means it: the power of the frames less than 15.9 dB below that level, and of the
200 ms after each. Nothing here is sound that somebody made: names, words and voices are synthetic.
`save` writes the levels as text, `load` reads them, so that tests need no synthesiser; their file
is made anew by `python -m tests.bench.speech`.
"""

import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]

FRAME_S = 0.02
_RATE_HZ = 22050
SAMPLE = Path(__file__).parent.parent / "media" / "samples" / "speech_levels.txt"
_FRAME = round(_RATE_HZ * FRAME_S)
_MARGIN_DB = 15.9
_HANGOVER = 10
_SILENCE_DB = -40.0
_LOUDEST_DB = 20.0
_NOISE_FRAMES = 1000
_ZERO = 48 - int(_SILENCE_DB)
"""The character of 0 dB in a file of levels; each next one is 1 dB more."""

VOICES: Mapping[str, int] = {
    "en+m1": 165, "en+m2": 175, "en+m3": 150, "en+m4": 185, "en+m5": 160, "en+m6": 140,
    "en+m7": 170, "en+f1": 165, "en+f2": 180, "en+f3": 155, "en+f4": 195, "en+f5": 145,
    "en-gb-scotland+f2": 160, "en-gb-x-gbclan+m3": 175, "en-gb-x-gbcwmd+f4": 165,
    "en-gb-x-rp+m5": 150,
}  # fmt: skip
"""Voices of espeak-ng and their words a minute. (It ignores a variant after `en-gb`.)"""

SENTENCES = (
    "Good morning, I can see and hear you now.",
    "The hearing is on Tuesday, so we have four days to answer this letter.",
    "I have read the report, and there are three points I want to go through with you.",
    "What did they tell you when you asked for the papers?",
    "No, that was before Christmas.",
    "My sister came on the second visit, but they sent her home because the form was missing.",
    "We can ask the court for more time, although I would rather not.",
    "It is important that you say only what you remember yourself.",
    "Could you hold the page a little closer to the camera, please?",
    "He said he would phone, and then he did not.",
    "That is the part I do not understand.",
    "If nothing has come by Friday, write to me, and I will speak to the office.",
    "Let us stop here for a moment, because somebody is at the door.",
    "I was in the kitchen the whole evening, and two people saw me there.",
)
BACK_CHANNELS = (
    "mm hm", "yes", "right", "okay", "uh huh", "I see", "sure", "of course", "yes, yes", "no",
    "oh", "mm", "exactly", "go on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """What one synthetic voice can say: levels relative to its active speech level."""

    name: str
    sentences: tuple[Levels, ...]
    back_channels: tuple[Levels, ...]


def active_level(levels: Levels) -> float:
    """The active speech level of frames, in dB (P.56, method B, on frames of 20 ms)."""
    power = 10 ** (levels / 10)
    level = float(levels.max())
    for _ in range(20):
        is_active = np.convolve(levels > level - _MARGIN_DB, np.ones(_HANGOVER + 1))[: len(levels)]
        level = 10 * float(np.log10(power[is_active > 0].mean()))
    return level


def _trimmed(levels: Levels) -> Levels:
    """Relative to the active level, from the first to the last frame that one hears."""
    relative = levels - active_level(levels)
    heard = np.flatnonzero(relative > -_MARGIN_DB)
    said: Levels = np.clip(np.round(relative[heard[0] : heard[-1] + 1]), _SILENCE_DB, _LOUDEST_DB)
    return said


def frame_levels(samples: Levels) -> Levels:
    """The mean square of each 20 ms, full scale 1.0, in dB."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    levels: Levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-13)
    return levels


def _say(voice: str, text: str) -> Levels:
    command = ["espeak-ng", "-v", voice, "-s", str(VOICES[voice]), "-z", "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    start = wave.index(b"data") + 8
    pcm = np.frombuffer(wave[start : start + (len(wave) - start) // 2 * 2], dtype="<i2")
    return _trimmed(frame_levels(pcm / 32768))


def synthesise(voices: Iterable[str] = VOICES) -> list[Voice]:
    """Every voice says every sentence and back-channel; takes some seconds."""
    with ThreadPoolExecutor(2) as pool:
        return [
            Voice(
                name,
                tuple(pool.map(_say, [name] * len(SENTENCES), SENTENCES)),
                tuple(pool.map(_say, [name] * len(BACK_CHANNELS), BACK_CHANNELS)),
            )
            for name in voices
        ]


def save(voices: Iterable[Voice], path: Path) -> None:
    """One line an utterance: the voice, `s` or `b`, a character for each frame."""
    lines = [
        f"{voice.name} {kind} {''.join(chr(_ZERO + round(level)) for level in levels)}\n"
        for voice in voices
        for kind, said in (("s", voice.sentences), ("b", voice.back_channels))
        for levels in said
    ]
    path.write_text("".join(lines), encoding="ascii")


def load(path: Path = SAMPLE) -> list[Voice]:
    said: dict[str, dict[str, list[Levels]]] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        name, kind, levels = line.split(" ")
        frames = np.frombuffer(levels.encode(), dtype=np.uint8).astype(np.float64) - _ZERO
        said.setdefault(name, {"s": [], "b": []})[kind].append(frames)
    return [Voice(name, tuple(of["s"]), tuple(of["b"])) for name, of in said.items()]


# -- noises: levels around 0 dB, to be laid at the level that is wanted ---------------------------


def _coloured(frames: int, pink: bool, random: np.random.Generator) -> Levels:
    """Twenty seconds of noise, again and again from random places."""
    samples = random.standard_normal(_NOISE_FRAMES * _FRAME)
    if pink:
        spectrum = np.fft.rfft(samples)
        hz = np.fft.rfftfreq(len(samples), 1 / _RATE_HZ)
        # A microphone's path takes off what is below 80 Hz, where pink noise has no end.
        samples = np.fft.irfft(spectrum * np.where(hz > 80, hz, np.inf) ** -0.5, len(samples))
    levels = frame_levels(samples / np.sqrt(np.mean(samples**2)))
    starts = random.integers(_NOISE_FRAMES, size=frames // _NOISE_FRAMES + 1)
    return np.concatenate([np.roll(levels, start) for start in starts])[:frames]


def white(frames: int, random: np.random.Generator) -> Levels:
    return _coloured(frames, False, random)


def pink(frames: int, random: np.random.Generator) -> Levels:
    return _coloured(frames, True, random)


def hum(frames: int, random: np.random.Generator) -> Levels:
    """Mains hum and a little of everything: hardly moves."""
    return random.normal(0, 0.3, frames)


def music(frames: int, random: np.random.Generator) -> Levels:
    """A radio: notes that fade, two to four a second, over a held chord."""
    levels = np.full(frames, -4.0)
    at = 0
    while at < frames:
        held = int(random.integers(12, 25))
        decay = 3.0 - 0.5 * np.arange(held)
        levels[at : at + held] = np.maximum(levels[at : at + held], decay[: frames - at])
        at += held
    return levels + random.normal(0, 0.7, frames)


def babble(frames: int, random: np.random.Generator) -> Levels:
    """Many people far away: twelve noises that come and go four times a second."""
    power = np.zeros(frames)
    for _ in range(12):
        knots = random.gamma(0.7, 1.0, frames // 6 + 2)
        power += np.interp(np.arange(frames) / 6, np.arange(len(knots)), knots)
    levels: Levels = 10 * np.log10(power / power.mean())
    return levels


def cough(random: np.random.Generator) -> Levels:
    """One to three bursts of 120 to 240 ms."""
    bursts = [
        np.concatenate([-1.6 * np.arange(random.integers(6, 13)), np.full(4, _SILENCE_DB)])
        for _ in range(random.integers(1, 4))
    ]
    return np.concatenate(bursts)


def slam(random: np.random.Generator) -> Levels:
    """A door: loud at once, gone in a quarter of a second."""
    levels: Levels = np.maximum(random.uniform(0, 3) - 3.0 * np.arange(13), _SILENCE_DB)
    return levels


def keys(random: np.random.Generator) -> Levels:
    """Two seconds of typing: single frames, five to ten a second."""
    levels = np.full(100, _SILENCE_DB)
    at = 0
    while at < len(levels):
        levels[at] = random.uniform(-6, 3)
        at += int(random.integers(5, 11))
    return levels


if __name__ == "__main__":
    save(synthesise(list(VOICES)[::2]), SAMPLE)
