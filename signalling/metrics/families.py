"""What is counted, as metric families with bounded labels. Pure.

Every name and label value is a word of this program: kinds, roles, stages, reasons. A counter that
has no family of its own is a value of `vmr_events_total`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from lobby.alerts import AlertKind
from signalling.metrics.qualities import POINTS, ROLES
from signalling.metrics.timings import KNOCK, LOOP_LAG
from vmr.store import JournalState

KINDS = ("audio", "camera", "screen")
ENDPOINT_ROLES = ("person", "tap", "encoder")
TRANSIT_STEPS_US = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
ESTIMATE_STEPS_KBPS = (100, 300, 500, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000)
ESTIMATED_ROLES = ("person", "tap")
NO_EVENTS = frozenset(
    {"endpoints", "transports", "handshakes", "addresses", "tcp_connections", "workers", "probes"}
    | {"receive_buffer_bytes", "worker_deaths", "busy_permille"}
)
"""Counters that are no counts of events, or have a family."""
DROPS = {
    "kernel_drops": "kernel",
    "send_drops": "send_buffer",
    "tcp_drops": "slow_tcp_peer",
    "srtp_refused": "srtp_refused",
    "unknown_peer": "unknown_peer",
    "not_open": "not_open",
    "no_path": "no_path",
}
"""Beside every `dropped_...`: what became of these packets, by the counter's name."""
EVENTS_MAX = 300
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HAS_FAMILY = re.compile(
    r"(packets|bytes)_(in|out)_|(in|out)_(packets|bytes)_|dropped_|transit_|alert_"
    r"|(estimate|quality)_[a-z]+_(to|count|sum)"
    rf"|({LOOP_LAG.name}|{KNOCK.name})_"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What there is now, and every counter by its name."""

    counters: Mapping[str, int]
    rooms: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    connections: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, bool] = field(default_factory=dict)
    notes: Mapping[str, bool] = field(default_factory=dict)
    overload: Mapping[str, bool] = field(default_factory=dict)
    paused: int = 0
    unwritten: int = 0
    journal: JournalState = field(default_factory=JournalState)
    sessions: int = 0
    desks: int = 0
    letters: int = 0


def families(figures: Figures) -> Iterator[Metric]:
    """Every metric of this server."""
    yield from _now(figures)
    yield from _media(figures.counters)
    yield from _drops(figures.counters)
    yield from _timings(figures.counters)
    yield from _by_role(figures.counters)
    yield from _events(figures.counters)


def _now(figures: Figures) -> Iterator[Metric]:
    counters = figures.counters
    yield _labelled("vmr_rooms", "Meetings by stage.", "stage", figures.rooms)
    yield _labelled("vmr_people", "People in meetings by role.", "role", figures.people)
    yield _labelled(
        "vmr_connections", "Connections of people by quality.", "quality", figures.connections
    )
    yield _labelled(
        "vmr_fault", "1 for what keeps this server from being ready.", "fault", figures.faults
    )
    yield _labelled(
        "vmr_note", "1 for what should be looked at, ready or not.", "note", figures.notes
    )
    yield _gauge("vmr_ready", "Whether it should be sent people.", not any(figures.faults.values()))
    yield _labelled(
        "vmr_overload", "1 for why no new meeting may begin.", "reason", figures.overload
    )
    busy = counters.get("busy_permille", 0) / 1000
    yield _gauge("vmr_media_busiest_worker", "Share of a core it uses.", busy)
    yield _gauge("vmr_rooms_paused", "Meetings that are paused.", figures.paused)
    yield _gauge(
        "vmr_records_waiting",
        "Entries of record neither in the database nor on this disk.",
        figures.unwritten,
    )
    journal = figures.journal
    yield _gauge(
        "vmr_journal_entries", "Entries of record on this disk, not in the database.",
        journal.entries,
    )  # fmt: skip
    yield _gauge("vmr_journal_bytes", "Bytes of them.", journal.bytes)
    yield CounterMetricFamily(
        "vmr_record_side_parts",
        "Times that entries could not join a meeting's record, and were kept beside it.",
        value=journal.side_parts,
    )
    yield _gauge("vmr_sessions", "Pages with a session.", figures.sessions)
    yield _gauge("vmr_desks", "Duty desks that are open.", figures.desks)
    yield _gauge("vmr_letters_waiting", "Letters not yet sent.", figures.letters)
    for name, what in (("workers", "alive"), ("transports", "open"), ("endpoints", "known")):
        yield _gauge(f"vmr_media_{name}", f"Media {name} {what}.", counters.get(name, 0))


def _media(counters: Mapping[str, int]) -> Iterator[Metric]:
    for unit in ("packets", "bytes"):
        received = CounterMetricFamily(
            f"vmr_media_received_{unit}",
            f"RTP {unit} received, by whom from.",
            labels=["kind", "role"],
        )
        sent = CounterMetricFamily(
            f"vmr_media_sent_{unit}", f"RTP {unit} sent, by whom to.", labels=["kind", "role"]
        )
        for kind in KINDS:
            for role in ENDPOINT_ROLES:
                received.add_metric([kind, role], counters.get(f"in_{unit}_{kind}_{role}", 0))
                sent.add_metric([kind, role], counters.get(f"out_{unit}_{kind}_{role}", 0))
        yield received
        yield sent
    yield CounterMetricFamily(
        "vmr_monitor_audio_packets",
        "Audio packets sent to monitors: always 0.",
        value=counters.get("out_packets_audio_tap", 0),
    )
    yield CounterMetricFamily(
        "vmr_media_worker_deaths", "Workers that ended.", value=counters.get("worker_deaths", 0)
    )


def _drops(counters: Mapping[str, int]) -> Iterator[Metric]:
    drops = CounterMetricFamily("vmr_media_dropped_packets", "By reason.", labels=["reason"])
    for name, reason in DROPS.items():
        drops.add_metric([reason], counters.get(name, 0))
    for name in sorted(_words(counters)):
        if name.startswith("dropped_"):
            drops.add_metric([name.removeprefix("dropped_")], counters[name])
    yield drops


def _timings(counters: Mapping[str, int]) -> Iterator[Metric]:
    yield _histogram(
        "vmr_media_transit_seconds", "From receiving a packet to handing it on.", counters,
        "transit", "us", TRANSIT_STEPS_US,
    )  # fmt: skip
    yield _histogram(
        "vmr_loop_lag_seconds", "How late the event loop is.", counters,
        LOOP_LAG.name, "ms", LOOP_LAG.steps_ms,
    )  # fmt: skip
    yield _histogram(
        "vmr_knock_acknowledged_seconds", "From a knock to a named officer.", counters,
        KNOCK.name, "ms", KNOCK.steps_ms,
    )  # fmt: skip


def _by_role(counters: Mapping[str, int]) -> Iterator[Metric]:
    """Histograms of what is noted of everybody each few seconds."""
    yield _histogram(
        "vmr_estimate_bits_per_second", "What paths to subscribers are estimated to carry.",
        counters, "estimate", "kbps", ESTIMATE_STEPS_KBPS, ESTIMATED_ROLES,
    )  # fmt: skip
    yield _histogram(
        "vmr_connection_quality", "Of people inside: 1 bad, 2 poor, 3 fair, 4 good.",
        counters, "quality", "points", tuple(POINTS.values()), tuple(one.value for one in ROLES),
    )  # fmt: skip


def _events(counters: Mapping[str, int]) -> Iterator[Metric]:
    alerts = CounterMetricFamily("vmr_desk_alerts", "Alerts at the duty desk.", labels=["kind"])
    events = CounterMetricFamily("vmr_events", "Everything else counted.", labels=["event"])
    words = sorted(_words(counters))
    for kind in AlertKind:  # from 0 on, since the increase to a first value is none
        alerts.add_metric([kind.value], counters.get(f"alert_{kind.value}", 0))
    other = [one for one in words if one not in NO_EVENTS | DROPS.keys()]
    for name in [one for one in other if not _HAS_FAMILY.match(one)][:EVENTS_MAX]:
        events.add_metric([name], counters[name])
    yield alerts
    yield events


def _words(counters: Mapping[str, int]) -> Iterator[str]:
    return (name for name in counters if _WORD.fullmatch(name))


def _gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help, value=float(value))


def _labelled(name: str, help: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=[label])
    for of, value in values.items():
        family.add_metric([of], float(value))
    return family


def _histogram(
    name: str,
    help: str,
    counters: Mapping[str, int],
    of: str,
    unit: str,
    steps: tuple[int, ...],
    roles: tuple[str, ...] = (),
) -> Metric:
    """With `roles`, one for each, of counters that have it in their names."""
    of_one = {"us": 1e-6, "ms": 1e-3, "kbps": 1e3, "points": 1}[unit]
    family = HistogramMetricFamily(name, help, labels=["role"] if roles else None)
    for labels in [[role] for role in roles] or [[]]:
        one = "_".join([of, *labels])
        buckets = [
            (f"{step * of_one:g}", counters.get(f"{one}_to_{step}_{unit}", 0)) for step in steps
        ]
        buckets.append(("+Inf", counters.get(f"{one}_count", 0)))
        total = counters.get(f"{one}_sum_{unit}", 0) * of_one
        family.add_metric(labels, buckets=buckets, sum_value=total)
    return family
