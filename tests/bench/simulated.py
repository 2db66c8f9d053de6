"""What a receiver sees on seeded networks: the router between simulated peers, no clock but `now`.

How a browser plays: a frame is shown `VIDEO_PLAYOUT_S` after it would arrive without jitter, or as
soon as it can be decoded if that is later; of several in one refresh of a 60 Hz screen, one is
seen. Sound is played `AUDIO_PLAYOUT_S` late, from the packet or from the copy in the next one.
"""

import itertools
import random
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from media.description import Kind, Role
from media.messages import Gate, Source
from media.tap import AudioToTap
from tests.bench.table import Figure
from tests.media.bottleneck import Bottleneck
from tests.media.hall import DELAY_S, FRAME_S, Camera, Hall, Seat
from tests.media.network import FPS, FRAME_PACKETS, Link, World
from tests.media.stage import OPEN, Person, Stage
from tests.media.test_tap import silent
from tests.media.voice import PACKET_S

ROUND_TRIP_S = 0.1
VIDEO_PLAYOUT_S = 0.2
"""Chromium holds 195 to 250 ms at this loss and round trip (640 x 360, 15 frames a second)."""
AUDIO_PLAYOUT_S = 0.06
JITTER_S = 0.01
HEARD_OF_S = 4.0
"""Before that the encoder may not have heard of any loss."""
REFRESH_HZ = 60
FPS_BAR, CONCEALED_BAR = 20.0, 0.02


def spread(values: Iterable[float], unit: str = "", digits: int = 1) -> str:
    """The median and the extremes."""
    found = sorted(values)
    middle = statistics.median(found)
    return f"{middle:.{digits}f}{unit} ({found[0]:.{digits}f} to {found[-1]:.{digits}f})"


# -- loss ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One run at one receiver."""

    frames_a_second: float
    longest_gap_s: float
    concealed: float


def watch(seed: int, seconds: float, *, loss_in: float, loss_out: float) -> Seen:
    """A sender and a receiver; the round trip is half and half theirs where both ways lose."""
    world = World(seed, 1, lambda chance: Link(chance, keeps_order=True), has_sound=True)
    far_in_s = ROUND_TRIP_S / 4 if loss_in else 0.0
    far_out_s = ROUND_TRIP_S / 2 - far_in_s
    for name, loss, delay_s in (("e1", loss_in, far_in_s), ("e2", loss_out, far_out_s)):
        for is_up in (True, False):
            link = world.links[name, is_up]
            link.loss, link.delay_s = loss, max(0.0, delay_s - JITTER_S / 2)
            link.jitter_s = JITTER_S
    watcher = world.watchers[0]
    watcher.retry_s = 2 * far_out_s + JITTER_S
    world.run(seconds)
    path_s = far_in_s + far_out_s + JITTER_S
    first, last = 2, round(seconds) - 1
    shown = sorted(
        {
            int(max(at, frame / FPS + path_s + VIDEO_PLAYOUT_S) * REFRESH_HZ)
            for frame, at in watcher.decoded.items()
            if first * FPS <= frame < last * FPS
        }
    )
    steps = [(after - before) / REFRESH_HZ for before, after in itertools.pairwise(shown)]
    return Seen(
        frames_a_second=len(shown) / (last - first),
        longest_gap_s=max(steps),
        concealed=world.ears[0].concealed(
            round(HEARD_OF_S / PACKET_S), round(last / PACKET_S), path_s, AUDIO_PLAYOUT_S
        ),
    )


def loss_figures(seeds: int, seconds: float) -> list[Figure]:
    found = []
    for where, loss_in, loss_out, has_bar in (
        ("on the receiver's way", 0.0, 0.1, True),
        ("half on each way", 0.05, 0.05, True),
        ("on both ways, 19 % in all", 0.1, 0.1, False),
    ):
        runs = [
            watch(seed, seconds, loss_in=loss_in, loss_out=loss_out) for seed in range(1, seeds + 1)
        ]
        rates = [run.frames_a_second for run in runs]
        gap_s = max(run.longest_gap_s for run in runs)
        concealed = statistics.fmean(run.concealed for run in runs)
        found += [
            Figure(
                name=f"10 % loss {where}, 100 ms: frames a second of {FPS}",
                measured=f"{spread(rates)}, longest stand {1000 * gap_s:.0f} ms",
                bar=f">= {FPS_BAR:.0f}" if has_bar else "-",
                is_met=min(rates) >= FPS_BAR if has_bar else None,
            ),
            Figure(
                name="the same: sound that is made up",
                measured=f"{concealed:.1%}",
                bar="< 2 %" if has_bar else "-",
                is_met=concealed < CONCEALED_BAR if has_bar else None,
            ),
        ]
    return found


def burst_figures(seeds: int, seconds: float) -> list[Figure]:
    """Bursts that take 30 % of what is sent; then none, and until a picture is seen again."""
    waits, shares = [], []
    for seed in range(1, seeds + 1):
        world = World(seed, 1, lambda chance: Link(chance, delay_s=ROUND_TRIP_S / 4, burst=0.13))
        world.run(seconds)
        watcher = world.watchers[0]
        shares.append(len(watcher.decoded) / world.sender.frames)
        for link in world.links.values():
            link.burst, link.is_bursting = 0.0, False
        healed = world.now
        world.run(4.0)
        after = [at for at in watcher.decoded.values() if at > healed]
        waits.append(min(after) - healed if after else float("inf"))
    return [
        Figure(
            name="bursts that take 30 % on every way: picture again after they end",
            measured=spread(waits, " s", 2),
            bar="<= 2 s",
            is_met=max(waits) <= 2.0,
        ),
        Figure(
            name="the same: frames decoded while they last",
            measured=f"{statistics.fmean(shares):.0%}",
        ),
    ]


def join_figures(seeds: int, joins: int) -> list[Figure]:
    """Ten joins a second and 5 % loss; a key frame has five times the size of another frame."""
    shares, waits = [], []
    for seed in range(1, seeds + 1):
        world = World(seed, 10, lambda chance: Link(chance, loss=0.05))
        world.router.set_gate("e1", Gate(camera=True, audience="open"), 0.0)
        world.sender.key_frame_packets = 5 * FRAME_PACKETS
        for join in range(joins):
            world.run(0.1)
            if join >= 10:
                waits.append(world.first_picture_s(join % 10))
            world.join_anew(join % 10)
        shares.append(world.sender.key_octets / world.sender.octets)
    seen = sum(wait is not None for wait in waits) / len(waits)
    return [
        Figure(
            name="ten joins a second, 5 % loss: key frames, of the source's bytes",
            measured=f"{max(shares):.1%}; {seen:.0%} see a picture within a second",
            bar="<= 10 %",
            is_met=max(shares) <= 0.1,
        )
    ]


# -- layers and bandwidth -----------------------------------------------------------------------


def switch_figures(seeds: int, switches: int) -> list[Figure]:
    """Any layer to any other on a path that has room, at any moment of a frame."""
    steps: dict[str, list[float]] = {"up": [], "down": []}
    broken = 0
    for seed in range(1, seeds + 1):
        chance = random.Random(seed)
        seat = Seat(3, 50_000_000)
        seat.gives_feedback = False
        camera = Camera(1)
        camera.next_frame_s = chance.random() * FRAME_S
        hall = Hall([camera], [seat])
        slot = next(s for s in hall.ports["e3"].subscriptions if s.slot.mid == "c0")
        hall.run(3.0)
        for _ in range(switches):
            assert slot.publication is not None
            before = seat.layer(hall.now)
            slot.ceiling = chance.choice([layer for layer in range(3) if layer != before])
            slot.publication.aim(slot, hall.now)
            began = hall.now
            hall.run(1.5 + chance.random() * 2)
            if seat.layer(hall.now) != before:
                way = "up" if (seat.layer(hall.now) or 0) > (before or 0) else "down"
                steps[way].append(_longest_step(seat, began - 0.2))
        broken += seat.undecodable
    return [
        Figure(
            name=f"layer switch {way}: longest step between two frames (40 ms apart)",
            measured=f"{1000 * max(found):.0f} ms in {len(found)} switches, {broken} not decodable",
            bar="<= 100 ms",
            is_met=max(found) <= 0.1 and not broken,
        )
        for way, found in steps.items()
    ]


def _longest_step(seat: Seat, since: float) -> float:
    times = [at for at, _ in seat.frames if at >= since]
    return max(after - before for before, after in itertools.pairwise(times))


def cut_figures(seeds: int) -> list[Figure]:
    """A path that is cut from 4 to 1 Mbit/s and mended: here the queue makes gaps, too."""
    downs, stands, offs, ons, ups = [], [], [], [], []
    for seed in range(1, seeds + 1):
        chance = random.Random(seed)
        seat = Seat(3, 4_000_000)
        camera = Camera(1)
        camera.next_frame_s = chance.random() * FRAME_S
        hall = Hall([camera], [seat])
        hall.run(15.0 + chance.random())
        began, seat.capacity_bps = hall.now, 1_000_000
        downs.append(_until(hall, 10.0, partial(_shows, hall, seat, 1)))
        offs.append(_until(hall, 10.0, partial(_has_stopped, camera)))
        hall.run(2.0)
        stands.append(_longest_step(seat, began))
        seat.capacity_bps = 10_000_000
        wished = _until(hall, 60.0, partial(_sends, camera))
        ons.append(wished)
        ups.append(wished + _until(hall, 10.0, partial(_shows, hall, seat, 2)))
    return [
        Figure(name="path cut from 4 to 1 Mbit/s: lower layer after", measured=spread(downs, " s")),
        Figure(name="the same: longest step between two frames", measured=spread(stands, " s", 2)),
        Figure(
            name="the same: the camera no longer sends the layer nobody takes after",
            measured=spread(offs, " s"),
            bar="<= 5 s",
            is_met=max(offs) <= 5.0,
        ),
        Figure(
            name="path mended to 10 Mbit/s: layer on again, and seen, after",
            measured=f"{spread(ons, ' s')}, {spread(ups, ' s')}",
        ),
    ]


def wish_figures(seeds: int) -> list[Figure]:
    """A layer that nobody takes is switched on when somebody with room for it comes."""
    waits = []
    for seed in range(1, seeds + 1):
        camera = Camera(1)
        hall = Hall([camera], [])
        hall.run(6.0 + random.Random(seed).random())
        hall.join(Seat(3, 20_000_000))
        waits.append(_until(hall, 5.0, partial(_sends, camera)) - DELAY_S)
    return [
        Figure(
            name="somebody comes who can take the best layer: it is asked for after",
            measured=spread((1000 * wait for wait in waits), " ms", 0),
            bar="at once",
            is_met=max(waits) <= 0.2,
        )
    ]


def _shows(hall: Hall, seat: Seat, layer: int) -> bool:
    return seat.layer(hall.now) == layer


def _sends(camera: Camera) -> bool:
    return camera.rids[-1] in camera.is_on


def _has_stopped(camera: Camera) -> bool:
    return not _sends(camera)


def _until(hall: Hall, seconds: float, is_so: Callable[[], bool]) -> float:
    took = hall.run(seconds, until=is_so)
    return took if is_so() else float("inf")


def estimator_figures(seeds: int) -> list[Figure]:
    shares: dict[str, list[float]] = {"no loss": [], "2 % loss": [], "10 % loss": []}
    backs, agains = [], []
    for seed in range(1, seeds + 1):
        for capacity_bps in (300_000, 1_000_000, 2_000_000, 5_000_000):
            for name, loss in zip(shares, (0.0, 0.02, 0.1), strict=True):
                link = Bottleneck(seed, capacity_bps, loss=loss, jitter_s=0.01)
                link.run(45.0)
                shares[name].append(link.mean(15.0))
        link = Bottleneck(seed, 2_000_000, jitter_s=0.01)
        link.run(30.0 + random.Random(seed).random())
        link.capacity_bps /= 2
        backs.append(_until_estimate(link, 10.0, partial(_is_below, link)))
        link.run(10.0)
        link.capacity_bps *= 2
        agains.append(_until_estimate(link, 60.0, partial(_is_back, link)))
    bars = {"no loss": 0.7, "2 % loss": 0.7, "10 % loss": 0.0}
    return [
        *(
            Figure(
                name=f"estimate on 0.3 to 5 Mbit/s, {name}: share of the capacity",
                measured=spread((100 * share for share in found), " %", 0),
                bar=f">= {bars[name]:.0%}" if bars[name] else "-",
                is_met=min(found) >= bars[name] if bars[name] else None,
            )
            for name, found in shares.items()
        ),
        Figure(
            name="capacity halves: estimate below it after",
            measured=spread(backs, " s", 2),
            bar="<= 1 s",
            is_met=max(backs) <= 1.0,
        ),
        Figure(
            name="capacity comes back: four fifths of it estimated after",
            measured=spread(agains, " s"),
        ),
    ]


def _is_below(link: Bottleneck) -> bool:
    return (link.estimator.bps or 0.0) <= link.capacity_bps


def _is_back(link: Bottleneck) -> bool:
    return (link.estimator.bps or 0.0) >= 0.8 * link.capacity_bps


def _until_estimate(link: Bottleneck, seconds: float, is_so: Callable[[], bool]) -> float:
    began = link.now
    link.run(seconds, until=is_so)
    return link.now - began if is_so() else float("inf")


# -- monitors -----------------------------------------------------------------------------------


def monitor_figures(seeds: int, steps: int) -> list[Figure]:
    """Whatever people, monitors and whoever binds them do: no sound leaves for a monitor."""
    heard = sound = pictures = refused = 0
    for seed in range(1, seeds + 1):
        room = Watching(random.Random(seed))
        for _ in range(steps):
            room.step()
        heard += room.stage.count("out_packets_audio_tap")
        sound += room.stage.count("out_packets_audio_person")
        pictures += room.stage.count("out_packets_camera_tap")
        refused += room.refused
    return [
        Figure(
            name=f"sound sent to monitors in {seeds * steps:,} random steps",
            measured=f"{heard} packets; {sound:,} to people, {pictures:,} pictures to monitors,"
            f" {refused:,} bindings refused",
            bar="0",
            is_met=heard == 0,
        )
    ]


class Watching:
    """A room of people and monitors in which anything may happen next."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.stage = Stage()
        self.people: list[Person] = []
        self.monitors: list[Person] = []
        self.numbers = itertools.count(1)
        self.refused = 0
        for _ in range(2):
            self._enter()
            self._watch()

    def step(self) -> None:
        chance, stage = self.chance, self.stage
        step = chance.choices(
            (self._talk, self._bind, self._gate, self._nack, self._leave, self._enter, self._watch),
            (20, 6, 2, 3, 1, 1, 1),
        )[0]
        step()
        stage.now += chance.random() * 0.05
        stage.router.handle_timeout(stage.now)
        stage.collect()
        for person in self.people + self.monitors:
            person.forget()

    def _enter(self) -> None:
        if len(self.people) < 4:
            self.people.append(self.stage.join(next(self.numbers)))

    def _watch(self) -> None:
        if len(self.monitors) < 3:
            number = next(self.numbers)
            self.stage.router.add_endpoint(f"e{number}", "room", Role.TAP)
            self.monitors.append(self.stage.join(number, description=silent(number)))

    def _leave(self) -> None:
        group = self.chance.choice((self.people, self.monitors))
        if len(group) > 1:
            gone = group.pop(self.chance.randrange(len(group)))
            self.stage.router.remove_endpoint(gone.name)
            del self.stage.people[gone.name]

    def _talk(self) -> None:
        for person in self.people:
            person.sound(self.chance.choice((None, 30, 127)))
            person.picture(is_key=self.chance.random() < 0.3)

    def _bind(self) -> None:
        """Anybody is given anything, a monitor sound too."""
        who = self.chance.choice(self.people + self.monitors)
        chance = self.chance
        sources = tuple(
            Source(
                endpoint=other.name,
                audio=chance.random() < 0.5,
                camera=chance.random() < 0.8,
                screen=chance.random() < 0.2,
            )
            for other in self.people + self.monitors
            if other is not who
        )
        try:
            self.stage.router.set_sources(who.name, sources, self.stage.now)
        except AudioToTap:
            self.refused += 1

    def _gate(self) -> None:
        who = self.chance.choice(self.people + self.monitors)
        self.stage.gate(who, self.chance.choice((OPEN, Gate(), replace(OPEN, audience="open"))))

    def _nack(self) -> None:
        who = self.chance.choice(self.people + self.monitors)
        kind = self.chance.choice(list(Kind))
        who.nack(who.slot(kind), *(self.chance.randrange(1 << 16) for _ in range(5)))
