"""Print how the speaker detector does: `python -m tests.bench.speaker_tables [--seed N]`.

The voices are espeak-ng's. The constants of media/speaker.py were chosen with seeds 1 and 2.
"""

import argparse
from collections.abc import Callable, Sequence

from tests.bench import speech
from tests.bench.scenes import Person
from tests.bench.speaker_figures import (
    Disturb,
    HandOvers,
    back_channel,
    disturbances,
    double_talk,
    hand_overs,
    mute_and_unmute,
    noise_begins,
    noise_burst,
    quantile_ms,
    tick_cost_us,
)
from tests.bench.speech import Voice

SEED = 11
TURNS, SHORT_TURNS = 150, 20

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], None]

LEVELS = ((-22.0, -22.0), (-30.0, -30.0), (-20.0, -45.0), (-30.0, -52.0), (-52.0, -52.0))
HAND_OVER_HEAD = ("speech dBov", "who and where", "next begins", "found", "p50 ms", "p95 ms",
                  "worst ms", "false/min", "in set p95 ms", "out of set p50 ms")  # fmt: skip
DISTURB_HEAD = ("what", "talker, other dBov", "pauses of talker", "count", "switches",
                "away median ms")  # fmt: skip


def _pair(first: float, second: float) -> tuple[Person, Person]:
    return Person(speech_dbov=first), Person(speech_dbov=second)


def _hand_over_scenes() -> list[tuple[str, str, Sequence[Person], float]]:
    rows: list[tuple[str, str, Sequence[Person], float]] = []
    for gap_s in (0.0, -0.2, -1.0, 0.5):
        for levels in LEVELS:
            name = " and ".join(f"{level:.0f}" for level in levels)
            rows.append((name, "2, pink noise at -70", _pair(*levels), gap_s))
    for name, noise, dbov in (
        ("pink noise at -50", speech.pink, -50.0),
        ("white noise at -50", speech.white, -50.0),
        ("babble at -55", speech.babble, -55.0),
        ("music at -60", speech.music, -60.0),
    ):
        people = [Person(noise=noise, noise_dbov=dbov) for _ in range(2)]
        rows.append(("-30", f"2, {name}", people, 0.0))
    low = [Person(speech_dbov=-52, noise_dbov=-62)] * 2
    rows.append(("-52 and -52", "2, pink noise at -62", low, 0.0))
    rows.append(("-30", "2, DTX", [Person(has_dtx=True)] * 2, 0.0))
    rows.append(("-30", "2, noise gates", [Person(gate_dbov=-45.0)] * 2, 0.0))
    rows.append(("-30", "2, 10 % lost", [Person(loss=0.1, jitter_s=0.015)] * 2, 0.0))
    for count in (3, 5, 8):
        people = [Person(speech_dbov=-22 - 30 * n / (count - 1)) for n in range(count)]
        rows.append(("-22 to -52", f"{count}, pink noise at -70", people, 0.0))
    return rows


def _when(gap_s: float) -> str:
    if not gap_s:
        return "at once"
    return f"{abs(gap_s) * 1000:.0f} ms {'after' if gap_s > 0 else 'before'}"


def hand_over_row(levels: str, where: str, gap_s: float, figures: HandOvers) -> tuple[str, ...]:
    return (
        levels,
        where,
        _when(gap_s),
        f"{100 * figures.found:.1f} %",
        f"{figures.taken_ms(0.5):.0f}",
        f"{figures.taken_ms(0.95):.0f}",
        f"{figures.taken_ms(1):.0f}",
        f"{figures.false_per_minute:.2f}",
        f"{quantile_ms(figures.listed_s, 0.95):.0f}",
        f"{quantile_ms(figures.delisted_s, 0.5):.0f}",
    )


def _disturbance_rows(voices: Sequence[Voice], seed: int, turns: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    scenes: list[tuple[str, Disturb, float, float, tuple[float, float]]] = [
        ('"mm-hm"', back_channel, *levels, (0.15, 0.35)) for levels in (*LEVELS, (-45.0, -20.0))
    ]
    scenes += [
        ('"mm-hm"', back_channel, -30.0, -30.0, pauses)
        for pauses in ((0.05, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, 1.0))
    ]
    scenes += [
        (name, noise_burst(noise, dbov), -35.0, dbov, (0.15, 0.35))
        for name, noise, dbov in (
            ("cough", speech.cough, -20.0),
            ("door slams", speech.slam, -12.0),
            ("typing", speech.keys, -35.0),
        )
    ]
    for at, (name, disturb, first, second, pauses) in enumerate(scenes):
        people = _pair(first, second)
        done = disturbances(
            voices, people, disturb, seed=seed + at, count=4 * turns, pause_s=pauses
        )
        rows.append(
            (
                name,
                f"{first:.0f}, {second:.0f}",
                f"{1000 * pauses[0]:.0f} to {1000 * pauses[1]:.0f} ms",
                str(done.count),
                f"{100 * done.share:.2f} %",
                f"{quantile_ms(done.away_s, 0.5):.0f}" if done.away_s else "",
            )
        )
    return rows


def _milliseconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{1000 * seconds:.0f}"


def print_speaker_tables(table: Table, *, turns: int = TURNS, seed: int = SEED) -> None:
    voices = speech.synthesise()
    print(f"\nThe speaker is found (espeak-ng, {len(voices)} voices, seed {seed}), in ms from")
    print("when the next speaks alone; they take turns of 2 to 8 s\n")
    table(
        HAND_OVER_HEAD,
        [
            hand_over_row(
                levels,
                where,
                gap_s,
                hand_overs(voices, people, seed=seed + at, turns=turns, gap_s=gap_s),
            )
            for at, (levels, where, people, gap_s) in enumerate(_hand_over_scenes())
        ],
    )
    print("\nWhat must not switch while somebody talks\n")
    table(DISTURB_HEAD, _disturbance_rows(voices, seed, turns))
    rate = double_talk(voices, seed=seed, seconds=6.0 * turns)
    print(f"\nTwo talk at once all the time: {rate:.1f} switches a minute")
    print("\nA noise begins beside a listener, who later speaks in it at -30 dBov\n")
    noises = (
        ("fan, pink at -50", speech.pink, -50.0),
        ("fan, pink at -45", speech.pink, -45.0),
        ("hum at -45", speech.hum, -45.0),
        ("babble at -50", speech.babble, -50.0),
        ("music at -50", speech.music, -50.0),
    )
    rows = []
    for name, noise, dbov in noises:
        one = noise_begins(voices, noise, dbov, seed=seed)
        rows.append(
            (
                name,
                f"{one.listed_s:.1f} s",
                f"{100 * one.listed_later:.0f} %",
                str(one.switches),
                _milliseconds(one.taken_s),
            )
        )
    table(("noise", "in set, first 10 s", "of the time later", "switches", "then found ms"), rows)
    muted = mute_and_unmute(voices, seed=seed)
    print(f"\nMuted in a word: out of the set after {_milliseconds(muted.delisted_s)} ms, the next")
    print(f"found after {_milliseconds(muted.taken_s)}, the first again after unmuting and")
    print(f"speaking {_milliseconds(muted.returned_s)} ms.")
    print("\nCPU of a tick of one room, its packets' levels included\n")
    costs = []
    for people, rooms in ((3, 1), (8, 1), (3, 30)):
        cost_us = tick_cost_us(voices, people=people, rooms=rooms, seed=seed)
        share = f"{cost_us * rooms / 200:.2f} %"
        costs.append((str(rooms), str(people), f"{cost_us:.1f}", share))
    table(("rooms", "people", "µs a room", "of one core"), costs)


def main() -> None:
    from tests.bench.table import print_table

    parser = argparse.ArgumentParser(prog="python -m tests.bench.speaker_tables")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--turns", type=int, default=TURNS)
    options = parser.parse_args()
    print_speaker_tables(print_table, turns=options.turns, seed=options.seed)


if __name__ == "__main__":
    main()
