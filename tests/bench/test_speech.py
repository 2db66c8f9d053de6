"""The conversations are as loud, and come over the network, as they say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.bench import speech
from tests.bench.scenes import NOTHING, Noise, Person, Stage

VOICES = speech.load()
STILL = Person(loss=0.0, jitter_s=1e-9)


def test_levels_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    speech.save(VOICES, tmp_path / "levels.txt")
    again = speech.load(tmp_path / "levels.txt")
    assert [voice.name for voice in again] == [voice.name for voice in VOICES]
    for one, other in zip(VOICES, again, strict=True):
        for left, right in zip(one.sentences, other.sentences, strict=True):
            assert np.array_equal(left, right)


def test_speech_is_laid_at_its_active_level() -> None:
    stage = Stage(60, [Person(speech_dbov=-52, noise_dbov=-90)], VOICES, seed=1)
    said = stage.talk(0, 1.0, 55.0)
    levels = 10 * np.log10(stage.power[0, said.start : said.end])
    assert speech.active_level(levels) == pytest.approx(-52, abs=1)


@pytest.mark.parametrize("noise", [speech.white, speech.pink, speech.hum, speech.babble])
def test_a_noise_has_the_power_it_is_given(noise: Noise) -> None:
    stage = Stage(60, [Person(noise=noise, noise_dbov=-60)], VOICES, seed=2)
    assert 10 * np.log10(stage.power[0].mean()) == pytest.approx(-60, abs=1)


def test_a_back_channel_lasts_at_most_a_second() -> None:
    stage = Stage(200, [Person()], VOICES, seed=3)
    said = [stage.back_channel(0, 2.0 * n) for n in range(90)]
    assert max(one.end - one.start for one in said) <= 50
    assert min(one.end - one.start for one in said) >= 5


def test_a_still_network_brings_every_level_once_and_in_order() -> None:
    stage = Stage(2, [STILL], VOICES, seed=4)
    stage.talk(0, 0.5, 1)
    heard = [level for level in stage.arrivals(0) if level != NOTHING]
    sent = stage.loudness(0).tolist()
    late = len(sent) - len(heard)
    assert late <= 3
    assert all(level in sent for level in heard)


def test_a_bad_network_loses_what_it_says() -> None:
    stage = Stage(400, [Person(loss=0.1, jitter_s=1e-9)], VOICES, seed=5)
    heard = sum(level != NOTHING for level in stage.arrivals(0))
    assert heard / 20_000 == pytest.approx(0.9, abs=0.02)


def test_with_dtx_silence_is_a_packet_in_400_ms() -> None:
    stage = Stage(20, [replace(STILL, has_dtx=True)], VOICES, seed=6)
    heard = sum(level != NOTHING for level in stage.arrivals(0))
    assert heard == pytest.approx(20 / 0.4 + 10, abs=5)


def test_who_is_muted_sends_nothing() -> None:
    stage = Stage(2, [STILL], VOICES, seed=7)
    stage.mute(0, 0.0, 2.0)
    assert set(stage.arrivals(0)) == {NOTHING}


def test_the_same_seed_is_the_same_conversation() -> None:
    def arrivals(seed: int) -> list[int]:
        stage = Stage(5, [Person()], VOICES, seed=seed)
        stage.talk(0, 1, 3)
        return stage.arrivals(0)

    assert arrivals(8) == arrivals(8)
    assert arrivals(8) != arrivals(9)
