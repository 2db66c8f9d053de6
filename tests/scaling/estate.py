"""What the estate takes when every room is in use: arithmetic on measured figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from signalling.nodes.far_desk import TELL_AGAIN_S
from tests.scaling.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """`load` is the share of a core, and of a line, that may be used at the busiest moment."""

    prisons: int = 120
    rooms: int = 500
    people: int = 3
    """Connections of a room: the terminal inside, and two outside."""
    joins_a_call: int = 5
    """Those, one who comes again after a break, and an officer who looks in."""
    calls_a_room: int = 6
    days_a_year: int = 300
    entries_a_call: int = 30
    desks: int = 120
    walls: int = 40
    load: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of the estate: how it comes about, and its value with the unit."""

    what: str
    how: str
    value: str


def packets(estate: Estate, figures: Figures) -> tuple[float, float]:
    """A second, in and out; every picture in full, nobody silent."""
    each = figures.video_packets_s.value + figures.audio_packets_s.value
    people = estate.rooms * estate.people
    return people * each, people * (estate.people - 1) * each


def person_bps(figures: Figures) -> float:
    """What one person sends, with all that is around it on the wire."""
    video = figures.video_packets_s.value * (
        figures.video_bytes.value + figures.overhead_bytes.value
    )
    audio = figures.audio_packets_s.value * (
        figures.audio_bytes.value + figures.overhead_bytes.value
    )
    return 8 * (video + audio)


def media_cores(estate: Estate, figures: Figures) -> float:
    """Cores that are busy with packets."""
    return packets(estate, figures)[1] * figures.packet_us.value / 1e6


def machines(estate: Estate, figures: Figures, cores: int) -> int:
    """Machines of so many cores that carry the estate when one of them is gone."""
    return ceil(media_cores(estate, figures) / estate.load / (cores - 1)) + 1


def rows(estate: Estate, figures: Figures) -> Sequence[Row]:
    people = estate.rooms * estate.people
    sockets = people + estate.desks + estate.walls
    came, went = packets(estate, figures)
    up_bps = people * person_bps(figures)
    down_bps = up_bps * (estate.people - 1)
    busy = media_cores(estate, figures)
    calls = estate.rooms * estate.calls_a_room
    joins_day = calls * estate.joins_a_call
    opening_s = 900.0
    joins_s = estate.rooms * estate.joins_a_call / opening_s
    signalling = sockets * figures.idle_ms.value / 1000 + joins_s * figures.join_ms.value / 1000
    entries_year = calls * estate.entries_a_call * estate.days_a_year
    told = estate.rooms / TELL_AGAIN_S
    return [
        Row(what="people in rooms", how=f"{estate.rooms} rooms x {estate.people}",
            value=f"{people:,}"),
        Row(what="sockets", how=f"people, {estate.desks} desks, {estate.walls} walls",
            value=f"{sockets:,}"),
        Row(what="packets in a second", how="people x (170 + 50)", value=f"{came:,.0f}"),
        Row(what="packets out a second", how=f"in x {estate.people - 1}", value=f"{went:,.0f}"),
        Row(what="bandwidth in", how=f"people x {person_bps(figures) / 1e6:.2f} Mbit/s",
            value=f"{up_bps / 1e9:.1f} Gbit/s"),
        Row(what="bandwidth out", how=f"in x {estate.people - 1}",
            value=f"{down_bps / 1e9:.1f} Gbit/s"),
        Row(what="cores for media", how=f"packets out x {figures.packet_us.value:g} µs",
            value=f"{busy:.1f} busy, {busy / estate.load:.0f} at {100 * estate.load:.0f} %"),
        Row(what="machines of 8 cores", how="cores for media, one core of each for the rest,"
            " and one machine more", value=f"{machines(estate, figures, 8)}"),
        Row(what="machines of 16 cores", how="likewise", value=f"{machines(estate, figures, 16)}"),
        Row(what="joins a second, all rooms within a quarter of an hour",
            how=f"rooms x {estate.joins_a_call} / 900 s", value=f"{joins_s:.1f}"),
        Row(what="cores for signalling", how="sockets x idle + joins x join",
            value=f"{signalling:.2f} in all"),
        Row(what="memory", how="people x (participant + session)",
            value=f"{people * (figures.participant_mb.value + figures.session_mb.value) / 1024:.1f}"
            " GB in all"),
        Row(what="Redis commands a second",
            how=f"of each server, and each meeting told of every {TELL_AGAIN_S:g} s",
            value=f"{figures.node_commands_s.value:.0f} a server, {told:.0f}"),
        Row(what="PostgreSQL transactions a second, at that time",
            how="joins x its transactions, and each server's own",
            value=f"{joins_s * figures.join_commits.value:.0f} and"
            f" {figures.node_commits_s.value:.0f} a server"),
        Row(what="PostgreSQL's log a day", how=f"{joins_day:,} joins x its bytes",
            value=f"{joins_day * figures.join_log_bytes.value / 1e6:,.0f} MB"),
        Row(what="entries of record a year",
            how=f"{calls:,} calls a day x {estate.entries_a_call} x {estate.days_a_year} days",
            value=f"{entries_year / 1e6:.0f} million"),
        Row(what="disk for them", how=f"x {figures.entry_bytes.value:g} bytes",
            value=f"{entries_year * figures.entry_bytes.value / 1e9:.0f} GB a year"),
    ]  # fmt: skip
