"""Publisher, router and subscribers over a seeded network: what could be decoded in the end."""

import random

import pytest

from media.messages import Gate
from tests.media.network import FPS, FRAME_PACKETS, Link, World

SECONDS = 8


def frames(world: World) -> tuple[int, int]:
    """Return the frames that had a second to start and half a second to be repaired."""
    return FPS, int((world.now - 0.5) * FPS)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clean_network_loses_nothing_and_repairs_nothing(seed: int) -> None:
    world = World(seed, 2, lambda chance: Link(chance))
    world.run(SECONDS)
    for watcher in world.watchers:
        assert world.decoded_share(watcher, *frames(world)) == 1.0
        assert watcher.repairs == 0
    assert world.sender.key_frames <= 2
    assert world.router.counters["nacks_out"] == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reordering_and_duplicates_lose_nothing(seed: int) -> None:
    world = World(seed, 2, lambda chance: Link(chance, jitter_s=0.03, duplicates=0.05))
    world.run(SECONDS)
    for watcher in world.watchers:
        assert world.decoded_share(watcher, *frames(world)) == 1.0
    assert world.router.counters["dropped_duplicate"] > 0
    assert world.sender.key_frames <= 2


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("loss", [0.02, 0.1])
def test_repairs_make_good_what_was_lost_on_the_way_in_and_out(seed: int, loss: float) -> None:
    world = World(seed, 2, lambda chance: Link(chance, loss=loss, jitter_s=0.004))
    world.run(SECONDS)
    for watcher in world.watchers:
        assert world.decoded_share(watcher, *frames(world)) >= (0.99 if loss < 0.05 else 0.9)
        assert watcher.repairs <= 0.3 * watcher.live
    assert world.router.counters["recovered_in"] > 0
    assert world.router.counters["rtx_out"] > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_picture_is_back_after_bursts_of_loss(seed: int) -> None:
    world = World(seed, 1, lambda chance: Link(chance, burst=0.02))
    world.run(6.0)
    for link in world.links.values():
        link.burst, link.is_bursting = 0.0, False
    healed = world.now
    world.run(3.0)
    decoded = world.watchers[0].decoded
    assert min(at for at in decoded.values() if at > healed) - healed < 2.0
    last = int(world.now * FPS) - 3
    assert world.decoded_share(world.watchers[0], last - 2 * FPS // 2, last) == 1.0


def test_a_network_that_was_gone_for_seconds_is_answered_by_a_key_frame() -> None:
    world = World(5, 1, lambda chance: Link(chance))
    world.run(2.0)
    world.links["e1", True].loss = 1.0
    world.run(4.0)
    world.links["e1", True].loss = 0.0
    healed = world.now
    world.run(2.0)
    decoded = world.watchers[0].decoded
    assert min(at for at in decoded.values() if at > healed) - healed < 0.6


@pytest.mark.parametrize("audience", ["", "open"])
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_joins_a_second_cost_the_sender_a_tenth_in_key_frames(seed: int, audience: str) -> None:
    world = World(seed, 10, lambda chance: Link(chance, loss=0.05))
    world.router.set_gate("e1", Gate(camera=True, audience=audience), 0.0)
    world.sender.key_frame_packets = 5 * FRAME_PACKETS
    waits = []
    for join in range(300):
        world.run(0.1)
        place = join % 10
        waits += [world.first_picture_s(place)] if join >= 10 else []
        world.join_anew(place)
    share = world.sender.key_octets / world.sender.octets
    seen = [wait for wait in waits if wait is not None]
    print(f"{share:.1%} in key frames, {len(seen)} of {len(waits)} saw a picture within a second")
    assert share <= 0.1
    assert len(seen) > len(waits) * (0.35 if audience else 0.25)
    assert (world.router.counters["replayed"] > 25) == bool(audience)


def test_what_is_kept_does_not_grow_with_time() -> None:
    world = World(6, 2, lambda chance: Link(chance, loss=0.1, duplicates=0.1))
    world.run(3.0)
    for publication in world.ports["e1"].publications.values():
        for stream in publication.active_streams():
            kept = [packet for packet in stream.history.ring if packet is not None]
            assert all(world.now - packet.arrival < 2.5 for packet in kept)
            assert len(stream.missing.gaps) < 100


def test_the_same_seed_gives_the_same_run() -> None:
    counters = []
    for _ in range(2):
        world = World(random.Random(7).randrange(1000), 1, lambda chance: Link(chance, loss=0.1))
        world.run(2.0)
        counters.append(world.router.counters)
    assert counters[0] == counters[1]
