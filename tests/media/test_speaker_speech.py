"""Who speaks, on levels of synthetic speech: the bars of the issue, on seeds not tuned with.

`make bench` prints the full tables from many more voices; here are eight, from a file.
"""

import pytest

from tests.bench import speech
from tests.bench.scenes import Noise, Person
from tests.bench.speaker_figures import (
    Disturb,
    back_channel,
    disturbances,
    double_talk,
    hand_overs,
    mute_and_unmute,
    noise_begins,
    noise_burst,
    quantile_ms,
)

VOICES = speech.load()
SEED = 31


def pair(first: float, second: float) -> tuple[Person, Person]:
    return Person(speech_dbov=first), Person(speech_dbov=second)


@pytest.mark.parametrize("gap_s", [0.0, -0.2])
@pytest.mark.parametrize("levels", [(-22, -22), (-20, -45), (-30, -52), (-52, -52)])
def test_the_next_speaker_is_found_within_400_ms(levels: tuple[float, float], gap_s: float) -> None:
    figures = hand_overs(VOICES, pair(*levels), seed=SEED, turns=100, gap_s=gap_s)
    assert figures.found >= 0.99
    assert figures.taken_ms(0.5) <= 400
    assert figures.taken_ms(0.95) <= 600
    assert figures.false_switches == 0


@pytest.mark.parametrize(
    "people",
    [
        [Person(has_dtx=True), Person(has_dtx=True)],
        [Person(loss=0.1, jitter_s=0.015), Person(loss=0.1, jitter_s=0.015)],
        [Person(gate_dbov=-45), Person(gate_dbov=-45)],
        [Person(noise_dbov=-50), Person(noise=speech.babble, noise_dbov=-55)],
        [Person(speech_dbov=-22 - 4 * n) for n in range(8)],
    ],
    ids=["DTX", "loss", "noise gates", "noise", "eight people"],
)
def test_networks_noise_and_numbers_do_not_hide_the_speaker(people: list[Person]) -> None:
    figures = hand_overs(VOICES, people, seed=SEED, turns=60)
    assert figures.found >= 0.98
    assert figures.taken_ms(0.5) <= 400
    assert figures.taken_ms(0.95) <= 600
    assert figures.false_switches == 0


def test_the_speaking_set_follows_words_within_200_ms_and_drops_them_after_700() -> None:
    figures = hand_overs(VOICES, pair(-25, -40), seed=SEED, turns=60)
    assert quantile_ms(figures.listed_s, 0.95) <= 200
    assert 400 <= quantile_ms(figures.delisted_s, 0.5) <= 700


@pytest.mark.parametrize("levels", [(-22, -22), (-30, -45), (-45, -20), (-52, -52)])
def test_a_back_channel_of_up_to_a_second_is_no_hand_over(levels: tuple[float, float]) -> None:
    done = disturbances(VOICES, pair(*levels), back_channel, seed=SEED, count=400)
    assert done.share < 0.01


@pytest.mark.parametrize(
    "disturb",
    [
        noise_burst(speech.cough, -20),
        noise_burst(speech.slam, -12),
        noise_burst(speech.keys, -35),
    ],
    ids=["cough", "slam", "typing"],
)
def test_noises_take_nobodys_place(disturb: Disturb) -> None:
    assert disturbances(VOICES, pair(-35, -35), disturb, seed=SEED, count=200).switched == 0


@pytest.mark.parametrize(
    ("noise", "dbov"),
    [(speech.pink, -45), (speech.hum, -50), (speech.babble, -50), (speech.music, -50)],
)
def test_a_noise_that_begins_is_learned_and_speech_in_it_found(noise: Noise, dbov: float) -> None:
    learned = noise_begins(VOICES, noise, dbov, seed=SEED)
    assert learned.listed_s < 6
    assert learned.listed_later < 0.05
    assert learned.switches == 0
    assert learned.taken_s is not None
    assert learned.taken_s <= 0.6


def test_two_who_talk_at_once_do_not_make_the_picture_jump() -> None:
    assert double_talk(VOICES, seed=SEED, seconds=300) < 3


def test_who_is_muted_in_a_word_gives_way_at_once_and_comes_back() -> None:
    muted = mute_and_unmute(VOICES, seed=SEED)
    assert muted.delisted_s <= 0.02
    assert muted.taken_s is not None
    assert muted.taken_s <= 0.4
    assert muted.returned_s is not None
    assert muted.returned_s <= 0.4
