"""What Prometheus reads: right, complete, and of nobody."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from lobby.alerts import AlertKind
from media.description import Role
from media.engine import Config, MediaEngine
from media.estimates import STEPS_KBPS, Estimates
from media.messages import QualityChanged
from media.transit import STEPS_US
from signalling.metrics.families import (
    ENDPOINT_ROLES,
    ESTIMATE_STEPS_KBPS,
    EVENTS_MAX,
    KINDS,
    TRANSIT_STEPS_US,
    Figures,
    families,
)
from signalling.metrics.timings import LOOP_LAG, Timing
from tests.signalling.house import PIN, House
from vmr.store import JournalState

DEPLOY = Path(__file__).parents[3] / "deploy"
Labels = frozenset[tuple[str, str]]


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House() as house:
        yield house


async def scrape(house: House) -> str:
    app = house.signalling.create_metrics_app()
    async with TestClient(TestServer(app)) as client, client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        return await answer.text()


def parsed(text: str) -> dict[tuple[str, Labels], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(counters: dict[str, int]) -> dict[tuple[str, Labels], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(Figures(counters=counters))
        for sample in family.samples
    }


def labels(**values: str) -> Labels:
    return frozenset(values.items())


async def test_rooms_and_people_are_counted_by_stage_and_role(house: House) -> None:
    host = await house.host()
    await house.admitted(host)
    await house.guest("Late")
    found = parsed(await scrape(house))
    assert found["vmr_rooms", labels(stage="open")] == 1
    assert found["vmr_rooms", labels(stage="locked")] == 0
    assert found["vmr_people", labels(role="host")] == 1
    assert found["vmr_people", labels(role="guest")] == 1
    assert found["vmr_people", labels(role="monitor")] == 0
    assert found["vmr_sessions", labels()] == 3
    assert found["vmr_desk_alerts_total", labels(kind="knock")] == 2


async def test_entries_that_wait_for_the_disk_are_counted(house: House) -> None:
    host = await house.host()
    house.store.is_broken = True
    await host.request("room.lock")
    assert parsed(await scrape(house))["vmr_records_waiting", labels()] > 0


async def test_entries_that_wait_for_the_database_are_counted(house: House) -> None:
    house.store.journal = JournalState(entries=3, bytes=1_200, side_parts=1)
    found = parsed(await scrape(house))
    assert found["vmr_journal_entries", labels()] == 3
    assert found["vmr_journal_bytes", labels()] == 1_200
    assert found["vmr_record_side_parts_total", labels()] == 1
    assert found["vmr_fault", labels(fault="journal")] == 1


async def test_metrics_name_nobody(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host, "Zebedee Marked")
    text = await scrape(house)
    (runner,) = house.running.meetings.rooms.runners()
    secrets = ("Zebedee", "Officer", PIN, house.room.address, house.room.id, "127.0.0.1")
    for one in (*secrets, str(runner.meeting.id), str(guest.participant)):
        assert one not in text


async def test_metrics_are_not_on_the_port_of_the_pages(house: House) -> None:
    app = house.signalling.create_metrics_app()
    async with TestClient(TestServer(app)) as client, client.get("/healthz") as answer:
        assert answer.status == 404
    paths = {one.resource.canonical for one in house.app.router.routes() if one.resource}
    assert "/readyz" in paths
    assert "/metrics" not in paths


async def test_every_counter_of_the_engine_is_in_a_metric() -> None:
    engine = MediaEngine(on_event=lambda event: None)
    await engine.start(Config(host="127.0.0.1"))
    known = engine.counters()
    await engine.close()
    seen = of(dict.fromkeys(known, 7))
    for kind in KINDS:
        for role in ENDPOINT_ROLES:
            assert seen["vmr_media_received_bytes_total", labels(kind=kind, role=role)] == 7
            assert seen["vmr_media_sent_packets_total", labels(kind=kind, role=role)] == 7
    outs = {name for name in known if name.startswith("out_packets_")}
    assert outs == {f"out_packets_{kind}_{role}" for kind in KINDS for role in ENDPOINT_ROLES}
    assert seen["vmr_media_dropped_packets_total", labels(reason="kernel")] == 7
    assert seen["vmr_media_dropped_packets_total", labels(reason="gate")] == 7
    assert seen["vmr_events_total", labels(event="plis_in")] == 7
    assert seen["vmr_media_transit_seconds_count", labels()] == 7
    assert TRANSIT_STEPS_US == STEPS_US


def test_sound_to_a_monitor_is_a_metric_of_its_own() -> None:
    assert of({"out_packets_audio_tap": 3})["vmr_monitor_audio_packets_total", labels()] == 3
    assert of({})["vmr_monitor_audio_packets_total", labels()] == 0


def test_a_timing_becomes_a_histogram_in_seconds() -> None:
    counters: Counter[str] = Counter()
    LOOP_LAG.note(counters, 0.004)
    LOOP_LAG.note(counters, 2.0)
    found = of(counters)
    assert found["vmr_loop_lag_seconds_bucket", labels(le="0.001")] == 0
    assert found["vmr_loop_lag_seconds_bucket", labels(le="0.005")] == 1
    assert found["vmr_loop_lag_seconds_bucket", labels(le="1")] == 1
    assert found["vmr_loop_lag_seconds_bucket", labels(le="+Inf")] == 2
    assert found["vmr_loop_lag_seconds_sum", labels()] == pytest.approx(2.004)


def test_estimates_become_histograms_by_role_in_bits_a_second() -> None:
    estimates = Estimates()
    estimates.note([(Role.PERSON, 250_000.0), (Role.PERSON, 4e6), (Role.TAP, 9e7)])
    estimates.note([(Role.PERSON, None)])
    found = of(estimates.counters())
    name = "vmr_estimate_bits_per_second"
    assert found[f"{name}_bucket", labels(role="person", le="100000")] == 0
    assert found[f"{name}_bucket", labels(role="person", le="300000")] == 1
    assert found[f"{name}_bucket", labels(role="person", le="+Inf")] == 2
    assert found[f"{name}_sum", labels(role="person")] == pytest.approx(4_250_000)
    assert found[f"{name}_bucket", labels(role="tap", le="1e+07")] == 0
    assert found[f"{name}_count", labels(role="tap")] == 1
    assert ESTIMATE_STEPS_KBPS == STEPS_KBPS
    assert not [key for key in found if key[0] == "vmr_events_total"]


async def test_the_quality_of_connections_is_a_histogram_by_role(house: House) -> None:
    host = await house.host()
    guest = await house.admitted(host)
    for who, grade in ((host, "good"), (guest, "poor")):
        endpoint = house.engine.name_of(who.participant)
        house.engine.on_event(
            QualityChanged(
                endpoint=endpoint, quality=grade, loss_permille=0, rtt_ms=None, jitter_ms=0
            )
        )
    await host.request("room.pause", reason="")  # after what the room was told before
    house.running.note_qualities()
    house.running.note_qualities()
    found = parsed(await scrape(house))
    name = "vmr_connection_quality"
    assert found[f"{name}_bucket", labels(role="guest", le="1")] == 0
    assert found[f"{name}_bucket", labels(role="guest", le="2")] == 2
    assert found[f"{name}_sum", labels(role="host")] == 8
    assert found[f"{name}_count", labels(role="host")] == 2
    assert not [key for key in found if "quality" in dict(key[1]).get("event", "")]


def test_a_clock_that_steps_back_counts_as_no_time() -> None:
    counters: Counter[str] = Counter()
    Timing(name="x", steps_ms=(1,)).note(counters, -5.0)
    assert counters == {"x_to_1_ms": 1, "x_count": 1, "x_sum_ms": 0}


def test_labels_are_words_and_no_more_than_there_may_be() -> None:
    strange = {"Ann Example": 1, "a" * 65: 1, **{f"word_{n}": 1 for n in range(2 * EVENTS_MAX)}}
    events = [key for key in of(strange) if key[0] == "vmr_events_total"]
    assert len(events) == EVENTS_MAX
    assert all(re.fullmatch(r"word_\d+", dict(found)["event"]) for _, found in events)


def queries() -> list[str]:
    """Of the alert rules and of the dashboard."""
    rules = (DEPLOY / "prometheus.rules.yml").read_text(encoding="utf-8")
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    shown = [one["expr"] for panel in dashboard["panels"] for one in panel["targets"]]
    return [*re.findall(r"expr: (.+)", rules), *shown]


async def test_alert_rules_and_dashboard_ask_for_metrics_that_exist(house: House) -> None:
    there = {name for name, _ in parsed(await scrape(house))}
    asked = {name for query in queries() for name in re.findall(r"vmr_[a-z_]+", query)}
    assert len(queries()) >= 25
    assert "vmr_monitor_audio_packets_total" in asked
    assert asked <= there


def test_every_question_of_the_dashboard_is_about_the_servers_that_were_chosen() -> None:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    assert "server" in {one["name"] for one in dashboard["templating"]["list"]}
    for panel in dashboard["panels"]:
        for one in panel["targets"]:
            selectors = re.findall(r"vmr_[a-z_]+(\{[^}]*\})?", one["expr"])
            assert selectors
            assert all('instance=~"$server"' in selector for selector in selectors)


def test_every_line_of_the_dashboard_is_told_from_the_others() -> None:
    """What is asked is added up over servers or names its server, and names what it is added by."""
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for one in panel["targets"]:
            by = re.search(r"sum by \(([a-z, ]+)\)", one["expr"])
            is_sum = by is not None or one["expr"].startswith("sum(")
            kept = set(by[1].split(", ")) - {"le"} if by else set()
            named = set(re.findall(r"\{\{([a-z]+)\}\}", one["legendFormat"]))
            assert kept <= named
            assert is_sum or "instance" in named


def test_an_alert_of_the_desk_is_counted_from_nothing_on() -> None:
    """Prometheus knows no increase to a first value."""
    for kind in AlertKind:
        assert of({})["vmr_desk_alerts_total", labels(kind=kind.value)] == 0
    assert of({"alert_knock": 2})["vmr_desk_alerts_total", labels(kind="knock")] == 2
