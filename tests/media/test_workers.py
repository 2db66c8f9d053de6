"""Whoever leads the workers: rooms are placed, and placed again exactly as they were asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from media.engine import MediaEngine
from media.messages import (
    WORKER_LOST,
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Gate,
    Negotiate,
    OpenProbe,
    PictureWithheld,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    SlotsPaused,
    Source,
    SpeakersChanged,
    TransportConnected,
    TransportLost,
)
from media.paths import PortError
from media.worker_process import WorkerBroke, WorkerLost, WorkerNotStarted
from media.workers import Config, MediaWorkers, config_of
from tests.media.fakes.worker import FakeWorker, Held, Stable
from tests.media.workers_house import House, NoPatience, turns

OPEN = Gate(audio=True, camera=True, audience="open")
HEARD = (Source(endpoint="b", audio=True, camera=True),)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.start()
    yield made
    await made.workers.close()


# -- where rooms go ---------------------------------------------------------------------------


async def test_a_room_is_wholly_on_the_worker_with_the_fewest_endpoints(house: House) -> None:
    await house.room("one", "a", "b", "c")
    await house.room("two", "d")
    await house.room("three", "e")
    await house.room("one", "f")
    first, second = house.stable.made
    assert sorted(first.endpoints) == ["a", "b", "c", "f"]
    assert sorted(second.endpoints) == ["d", "e"]


async def test_probes_go_to_each_worker_in_turn_and_are_in_no_room(house: House) -> None:
    asked = [OpenProbe(probe=f"p{number}", over="udp", offer="") for number in range(4)]
    answers = await house.ask(*asked)
    assert {one.sdp for one in answers if isinstance(one, Answer)} == {"answer of 1", "answer of 2"}
    first, second = house.stable.made
    assert [len(first.log), len(second.log)] == [2, 2]
    assert house.stable.endpoints() == {}
    assert house.workers.counters()["endpoints"] == 0
    for worker in (first, second):
        worker.breaks.add(OpenProbe)
    with pytest.raises(WorkerBroke):
        await house.ask(asked[0])
    assert house.stable.living == [first, second], "a probe's fault costs nobody else"


async def test_a_room_is_forgotten_with_its_last_endpoint_and_placed_anew(house: House) -> None:
    await house.room("one", "a")
    await house.room("two", "b", "c")
    await house.ask(RemoveEndpoint(endpoint="a"))
    await house.room("three", "d")
    await house.room("one", "a")
    first, second = house.stable.made
    assert (sorted(first.endpoints), sorted(second.endpoints)) == (["a", "d"], ["b", "c"])


async def test_everything_asked_for_is_done_by_the_room_s_worker(house: House) -> None:
    await house.room("one", "a", "b")
    replies = await house.ask(
        SetGate(endpoint="a", gate=OPEN), SetSources(endpoint="a", sources=HEARD),
        Negotiate(endpoint="a", offer="v=0"),
    )  # fmt: skip
    assert replies == [Done(), Done(), Answer(sdp="answer of 1", bindings=())]
    assert house.stable.endpoints()["a"] == Held(
        room="one", kind="person", gate=OPEN, sources=HEARD, has_transport=True
    )


SCRIPT: list[Request] = [
    SetGate(endpoint="a", gate=OPEN),
    SetSources(endpoint="a", sources=()),
    Negotiate(endpoint="a", offer="v=0"),
    RemoveEndpoint(endpoint="a"),
    AddEndpoint(room="r", endpoint="a", kind="ghost"),
    AddEndpoint(room="r", endpoint="a", kind="tap"),
    AddEndpoint(room="r", endpoint="a"),
    AddEndpoint(room="r", endpoint="a", kind="tap"),
    SetSources(endpoint="a", sources=HEARD),
    SetSources(endpoint="a", sources=(Source(endpoint="b", camera=True),)),
    AddEndpoint(room="r", endpoint="b"),
    AddEndpoint(room="r", endpoint="c"),
    SetGate(endpoint="b", gate=OPEN),
    SetSources(endpoint="b", sources=HEARD),
    RemoveEndpoint(endpoint="b"),
    RemoveEndpoint(endpoint="b"),
]


async def test_what_is_refused_is_what_the_engine_refuses() -> None:
    """So a replay is never refused, and the book and a worker cannot differ."""

    async def replies(ask: Callable[[Request], Awaitable[Reply]]) -> list[object]:
        said = [await ask(request) for request in SCRIPT]
        return [one.code if isinstance(one, Refused) else one for one in said]

    engine = MediaEngine(on_event=lambda event: None)
    await engine.start(Config(host="127.0.0.1", max_endpoints=2))
    alone = FakeWorker(1, on_event=lambda event: None, on_end=lambda: None)
    house = House()
    await house.start(max_endpoints=2)
    from_engine = await replies(engine.request)
    assert await replies(house.workers.request) == from_engine
    assert {"unknown_endpoint", "bad_kind", "audio_to_tap", "media_full"} <= set(from_engine)
    served = [one for one, said in zip(SCRIPT, from_engine, strict=True) if said == Done()]
    assert [await alone.ask(one) for one in served] == [Done()] * len(served)
    await house.workers.close()
    await engine.close()


# -- a worker ends ----------------------------------------------------------------------------


async def test_the_rooms_of_a_dead_worker_go_to_the_living_exactly_as_asked(house: House) -> None:
    await house.room("one", "a", "b", "silent")
    await house.ask(
        AddEndpoint(room="one", endpoint="tap", kind="tap"),
        SetGate(endpoint="a", gate=OPEN), SetSources(endpoint="a", sources=HEARD),
        SetSources(endpoint="b", sources=()),
    )  # fmt: skip
    before = house.stable.endpoints()
    dead, alive = house.stable.made
    dead.die()
    await turns()
    assert house.stable.endpoints() == before
    assert alive.endpoints.keys() == before.keys()
    assert alive.endpoints["silent"].sources is None  # nobody has yet shown them anything
    assert alive.endpoints["b"].sources == ()
    assert alive.log[:4] == [
        AddEndpoint(room="one", endpoint=name, kind="tap" if name == "tap" else "person")
        for name in ("a", "b", "silent", "tap")
    ]  # all of them are there, closed, before any gate opens


async def test_the_lost_transports_are_told_once_and_no_others(house: House) -> None:
    await house.room("one", "a", "b", "c", "d")
    await house.room("two", "e")
    for endpoint in "abce":
        await house.ask(Negotiate(endpoint=endpoint, offer="v=0"))
    dead = house.worker_of("a")
    dead.say(TransportLost(endpoint="b", reason="consent_lost"))
    await house.ask(RemoveEndpoint(endpoint="c"))
    house.events.clear()
    dead.die()
    await turns()
    assert house.events == [TransportLost(endpoint="a", reason=WORKER_LOST)]


async def test_what_was_told_of_lost_transports_is_taken_back(house: House) -> None:
    await house.room("one", "a", "b")
    told: list[EngineEvent] = [
        TransportConnected(endpoint="a"),
        SpeakersChanged(room="one", dominant="a", speaking=("a",)),
        SlotsPaused(endpoint="a", mids=("3",)),
        SlotsPaused(endpoint="b", mids=("3",)),
        SlotsPaused(endpoint="b", mids=()),
        PictureWithheld(endpoint="a", source="b", kind="camera", reason="too_large"),
        PictureWithheld(endpoint="b", source="a", kind="camera", reason="too_large"),
        PictureWithheld(endpoint="b", source="a", kind="camera", reason=None),
    ]
    for event in told:
        house.worker_of("a").say(event)
    assert house.events == told
    house.worker_of("a").die()
    assert house.events[len(told) :] == [
        SpeakersChanged(room="one", dominant=None, speaking=()),
        SlotsPaused(endpoint="a", mids=()),
        PictureWithheld(endpoint="a", source="b", kind="camera", reason=None),
    ]


async def test_what_a_worker_tells_of_a_room_it_has_not_is_not_heard(house: House) -> None:
    await house.room("one", "a")
    here, elsewhere = house.worker_of("a"), house.stable.made[1]
    elsewhere.say(TransportConnected(endpoint="a"))
    elsewhere.say(SpeakersChanged(room="one", dominant="a", speaking=("a",)))
    here.say(TransportConnected(endpoint="nobody"))
    here.say(SpeakersChanged(room="nowhere", dominant=None, speaking=()))
    assert house.events == []


async def test_a_narrowing_under_way_when_the_worker_dies_is_in_force_on_the_next(
    house: House,
) -> None:
    await house.room("one", "a", "b")
    await house.ask(SetGate(endpoint="a", gate=OPEN), SetSources(endpoint="a", sources=HEARD))
    dead = house.worker_of("a")
    dead.is_held = True
    asked = [
        asyncio.create_task(house.workers.request(request))
        for request in (
            SetGate(endpoint="a", gate=Gate()),
            SetSources(endpoint="a", sources=()),
            RemoveEndpoint(endpoint="b"),
        )
    ]
    await turns()
    assert not any(one.done() for one in asked)  # it may still forward what it should not
    dead.die()
    assert await asyncio.gather(*asked) == [Done()] * 3
    await turns()
    assert house.stable.endpoints() == {
        "a": Held(room="one", kind="person", gate=Gate(), sources=())
    }
    assert SetGate(endpoint="a", gate=OPEN) not in house.worker_of("a").log


async def test_an_offer_under_way_when_the_worker_dies_is_answered_by_the_next(
    house: House,
) -> None:
    await house.room("one", "a")
    dead = house.worker_of("a")
    dead.is_held = True
    offer = asyncio.create_task(house.workers.request(Negotiate(endpoint="a", offer="v=0")))
    await turns()
    dead.die()
    assert await offer == Answer(sdp="answer of 2", bindings=())
    assert house.events == []  # there was no transport before it


async def test_an_answer_whose_transport_died_before_it_was_read_is_asked_for_again(
    house: House,
) -> None:
    await house.room("one", "a")
    dead = house.worker_of("a")
    dead.is_held = True
    offer = asyncio.create_task(house.workers.request(Negotiate(endpoint="a", offer="v=0")))
    await turns()
    dead.let_go()
    dead.die()
    assert await offer == Answer(sdp="answer of 2", bindings=())
    assert house.stable.endpoints()["a"].has_transport


async def test_an_offer_that_ends_every_worker_is_not_given_to_all_of_them(house: House) -> None:
    await house.room("one", "a")
    for worker in house.stable.made:
        worker.is_held = True
    offer = asyncio.create_task(house.workers.request(Negotiate(endpoint="a", offer="v=0")))
    await turns()
    house.stable.made[0].die()
    await turns()
    for worker in house.stable.living:
        worker.die()
    with pytest.raises(WorkerLost):
        await offer


async def test_an_offer_of_somebody_removed_meanwhile_is_answered_to_nobody(house: House) -> None:
    await house.room("one", "a")
    worker = house.worker_of("a")
    worker.is_held = True
    offer = asyncio.create_task(house.workers.request(Negotiate(endpoint="a", offer="v=0")))
    await turns()
    removal = asyncio.create_task(house.workers.request(RemoveEndpoint(endpoint="a")))
    await turns()
    worker.die()
    assert await removal == Done()
    reply = await offer
    assert isinstance(reply, Refused)
    assert reply.code == "unknown_endpoint"
    assert house.stable.endpoints() == {}


async def test_without_any_worker_what_is_asked_is_noted_and_done_when_there_is_one() -> None:
    house = House()
    await house.start(1)
    await house.room("one", "a")
    house.stable.start_errors = [
        WorkerNotStarted("no memory"),
        PortError(OSError(98, "in use"), is_udp=True, port=1),
    ]
    house.stable.made[0].die()
    replies = await house.ask(
        SetGate(endpoint="a", gate=OPEN), AddEndpoint(room="two", endpoint="b"),
        RemoveEndpoint(endpoint="a"),
    )  # fmt: skip
    assert replies == [Done()] * 3
    offer = asyncio.create_task(house.workers.request(Negotiate(endpoint="b", offer="v=0")))
    await turns(100)
    assert isinstance(await offer, Answer)
    assert list(house.stable.endpoints()) == ["b"]
    counters = house.workers.counters()
    assert (counters["worker_deaths"], counters["worker_restarts"]) == (1, 1)
    assert len(house.stable.made) == 4
    await house.workers.close()


async def test_an_offer_does_not_wait_for_ever_for_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("media.workers.NONE_S", 0.01)
    house = House()
    await house.start(1)
    await house.room("one", "a")
    house.stable.start_errors = [WorkerNotStarted("no memory")] * 10_000
    house.stable.made[0].die()
    with pytest.raises(WorkerLost):
        await house.ask(Negotiate(endpoint="a", offer="v=0"))
    await house.workers.close()


# -- faults -----------------------------------------------------------------------------------


async def test_a_fault_costs_its_room_and_no_other(house: House) -> None:
    await house.room("one", "a", "b")
    await house.room("two", "c")
    await house.room("three", "d")  # beside the second
    for endpoint in "abcd":
        await house.ask(Negotiate(endpoint=endpoint, offer="v=0"))
    await house.ask(SetSources(endpoint="c", sources=()))
    worker = house.worker_of("c")
    worker.breaks = {SetGate}
    asked = asyncio.create_task(house.workers.request(SetGate(endpoint="c", gate=Gate())))
    await turns(3)
    worker.breaks = set()
    assert await asked == Done()
    await turns()
    assert house.events == [TransportLost(endpoint="c", reason=WORKER_LOST)]
    assert not worker.is_dead
    held = house.stable.endpoints()
    assert (held["c"].sources, held["c"].has_transport) == ((), False)
    assert all(held[name].has_transport for name in "abd")


async def test_a_worker_that_cannot_remove_somebody_is_killed(house: House) -> None:
    await house.room("one", "a", "b")
    worker = house.worker_of("a")
    worker.breaks = {RemoveEndpoint}
    assert await house.ask(RemoveEndpoint(endpoint="a")) == [Done()]
    assert worker.is_dead
    await turns()
    assert list(house.stable.endpoints()) == ["b"]


async def test_an_offer_that_meets_a_fault_is_an_error_and_costs_nothing_else(
    house: House,
) -> None:
    await house.room("one", "a")
    worker = house.worker_of("a")
    worker.breaks = {Negotiate}
    with pytest.raises(WorkerBroke):
        await house.ask(Negotiate(endpoint="a", offer="v=0"))
    assert not worker.is_dead
    assert house.events == []


async def test_a_listener_s_fault_costs_no_worker() -> None:
    def fail(event: EngineEvent) -> None:
        raise RuntimeError("listener")

    stable = Stable()
    workers = MediaWorkers(fail, stable.make, NoPatience)
    await workers.start(Config(), 2)
    await workers.request(AddEndpoint(room="one", endpoint="a"))
    await workers.request(Negotiate(endpoint="a", offer="v=0"))
    stable.made[0].die()
    await turns()
    assert list(stable.endpoints()) == ["a"]
    await workers.close()


# -- counts, ports, life ----------------------------------------------------------------------


async def test_no_total_steps_back_when_a_worker_dies(house: House) -> None:
    first, second = house.stable.made
    first.counters = {"packets_in_audio": 70, "transports": 3, "receive_buffer_bytes": 800}
    second.counters = {"packets_in_audio": 5, "transports": 1, "receive_buffer_bytes": 200}
    assert house.workers.counters() == {
        "packets_in_audio": 75, "transports": 4, "receive_buffer_bytes": 200, "endpoints": 0,
        "workers": 2, "worker_deaths": 0, "worker_restarts": 0,
    }  # fmt: skip
    first.counters["packets_in_audio"] = 80
    first.die()
    after = house.workers.counters()
    assert (after["packets_in_audio"], after["transports"], after["workers"]) == (85, 1, 1)
    await turns()
    house.stable.made[2].counters = {"packets_in_audio": 1, "transports": 2}
    after = house.workers.counters()
    assert (after["packets_in_audio"], after["transports"], after["workers"]) == (86, 3, 2)
    assert (after["worker_deaths"], after["worker_restarts"]) == (1, 1)


async def test_a_start_that_fails_leaves_no_worker() -> None:
    house = House()
    house.stable.start_errors = [WorkerNotStarted("no memory")]
    with pytest.raises(WorkerNotStarted):
        await house.start(3)
    assert len(house.stable.made) == 3
    assert all(one.is_closed for one in house.stable.made)
    assert house.workers.pids == {}


async def test_a_restarted_worker_takes_its_own_ports(house: House) -> None:
    first = House()
    await first.start(2, port=8081, tcp_port=443)
    first.stable.made[1].die()
    await turns()
    configs = [one.config for one in first.stable.made]
    assert [(one.port, one.tcp_port) for one in configs if one is not None] == [
        (8081, 443), (8082, 444), (8082, 444),
    ]  # fmt: skip
    await first.workers.close()


def test_each_worker_has_the_ports_above_the_last_also_as_announced() -> None:
    config = Config(
        port=8081, tcp_port=None, announced=("192.0.2.1", "192.0.2.1:3478", "[2001:db8::1]:3478")
    )
    assert config_of(config, 1) == config
    third = config_of(config, 3)
    assert (third.port, third.tcp_port) == (8083, None)
    assert third.announced == ("192.0.2.1", "192.0.2.1:3480", "[2001:db8::1]:3480")
    anywhere = config_of(Config(port=0, tcp_port=0), 3)
    assert (anywhere.port, anywhere.tcp_port) == (0, 0)
    with pytest.raises(ValueError, match="not enough ports from 65534"):
        config_of(Config(port=65534), 3)


async def test_after_the_close_nothing_is_asked_of_anybody(house: House) -> None:
    await house.room("one", "a")
    worker = house.worker_of("a")
    await house.workers.close()
    count = len(worker.log)
    assert await house.ask(SetGate(endpoint="a", gate=OPEN)) == [Done()]
    assert len(worker.log) == count
