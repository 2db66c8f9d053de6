"""The arithmetic of the estate, and the morning that supports it."""

import random
from pathlib import Path

import pytest

from tests.scaling.clockwork import Process, Signal, World
from tests.scaling.estate import Estate, machines, media_cores, packets, rows
from tests.scaling.figures import FIGURES
from tests.scaling.morning import Plan
from tests.scaling.nodes import Estate as Servers
from tests.scaling.people import Habits
from tests.scaling.results import busiest_second, play
from tests.scaling.tables import estate_table, figures_table, results_table

DOCUMENT = Path(__file__).parents[2] / "signalling/SCALING.md"
SHORT = Habits(slots=1)
SMALL = {"rooms": 100, "prisons": 24, "habits": SHORT}


def test_things_happen_in_the_order_of_their_times_and_who_waits_goes_on() -> None:
    world, seen, opened = World(), [], Signal()

    def guest(name: str) -> Process:
        yield opened
        seen.append((world.now, name))
        yield 2.0
        seen.append((world.now, f"{name} again"))

    world.start(guest("early"), 1.0)
    world.start(guest("late"), 6.0)
    world.at(5.0, lambda: world.set(opened))
    world.run(10.0)
    assert seen == [(5.0, "early"), (6.0, "late"), (7.0, "early again"), (8.0, "late again")]


def test_packets_and_cores_follow_from_rooms_and_people() -> None:
    estate = Estate(rooms=10, people=4, load=0.5)
    assert packets(estate, FIGURES) == (8800, 26400)
    assert media_cores(estate, FIGURES) == pytest.approx(26400 * FIGURES.packet_us.value / 1e6)
    assert machines(Estate(rooms=500), FIGURES, cores=8) > machines(
        Estate(rooms=250), FIGURES, cores=8
    )
    assert len({row.what for row in rows(estate, FIGURES)}) == len(rows(estate, FIGURES))


def test_the_busiest_second_is_found_wherever_it_begins() -> None:
    assert busiest_second([]) == 0
    assert busiest_second([0.0, 0.9, 1.1, 1.5, 1.8, 3.0]) == 4


def test_a_seed_gives_the_same_morning_again() -> None:
    plan = Plan(nodes=3, kills=True, **SMALL)  # type: ignore[arg-type]
    assert play(plan, FIGURES) == play(plan, FIGURES)


@pytest.mark.parametrize("nodes", [3, 4, 6])
def test_rooms_of_a_dead_server_are_spread_and_people_are_back_soon(nodes: int) -> None:
    result = play(Plan(nodes=nodes, kills=True, **SMALL), FIGURES)  # type: ignore[arg-type]
    assert result.fullest_after <= 1.25 * result.even
    assert 4.0 < result.back_p95 <= result.back_max < 10.0
    assert result.surge_p99 <= 0.25


@pytest.mark.parametrize("nodes", [3, 6])
def test_a_drained_server_leaves_its_rooms_evenly(nodes: int) -> None:
    result = play(Plan(nodes=nodes, drains=True, **SMALL), FIGURES)  # type: ignore[arg-type]
    assert result.fullest_after <= 1.15 * result.even
    assert result.surge_p99 <= 0.25


def test_without_the_registry_people_wait_for_it_and_no_longer() -> None:
    away = Plan(nodes=3, registry_away_s=60.0, **SMALL)  # type: ignore[arg-type]
    result = play(away, FIGURES)
    assert 30.0 < result.held_max <= 66.0
    assert result.join_p99 <= 0.25


def test_a_server_that_others_do_not_yet_know_to_be_dead_may_be_given_a_room() -> None:
    world = World()
    servers = Servers(world, random.Random(1), 2, 1)
    world.run(5.0)
    servers.kill(servers.servers[0])
    world.run(world.now + 20.0)
    assert servers.ask(0) is servers.servers[1]


def test_the_document_has_the_tables_as_they_are_computed() -> None:
    text = DOCUMENT.read_text()
    assert figures_table() in text
    assert estate_table() in text


def test_the_document_has_the_morning_as_it_is_played() -> None:
    head, line, row = results_table([play(Plan(nodes=3, kills=True), FIGURES)]).split("\n")
    text = DOCUMENT.read_text()
    assert f"{head}\n{line}\n" in text
    assert row in text
