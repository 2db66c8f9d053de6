"""Requests, deaths, hangs and faults in any order: the workers end up with what was asked."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.messages import (
    AddEndpoint,
    Gate,
    Negotiate,
    RemoveEndpoint,
    Request,
    SetGate,
    SetSources,
    Source,
)
from media.worker_process import WorkerLost
from tests.media.fakes.worker import FakeWorker, Held
from tests.media.workers_house import House, turns

NAMES = {name: f"room {name[0]}" for name in ("a1", "a2", "a3", "b1", "b2", "c1")}
KINDS = dict.fromkeys(NAMES, "person") | {"a3": "tap", "b2": "encoder"}
endpoints = st.sampled_from(sorted(NAMES))
gates = st.builds(
    Gate, audio=st.booleans(), camera=st.booleans(), audience=st.sampled_from(["", "x", "y"])
)
sources = st.lists(
    st.builds(Source, endpoint=endpoints, audio=st.booleans(), camera=st.booleans()), max_size=3
).map(tuple)
requests: st.SearchStrategy[Request] = st.one_of(
    endpoints.map(lambda name: AddEndpoint(room=NAMES[name], endpoint=name, kind=KINDS[name])),
    endpoints.map(lambda name: RemoveEndpoint(endpoint=name)),
    st.builds(SetGate, endpoint=endpoints, gate=gates),
    st.builds(SetSources, endpoint=endpoints, sources=sources),
    st.builds(Negotiate, endpoint=endpoints, offer=st.just("v=0")),
)
steps = st.one_of(
    requests,
    st.tuples(st.sampled_from(["die", "hold", "let go", "break"]), st.integers(1, 3)),
    st.integers(0, 5),
)


@pytest.mark.timeout(300)  # some seconds of work, however busy the machine is
@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=60))
def test_whatever_dies_and_when_the_workers_end_up_with_what_was_asked(
    steps: list[Request | tuple[str, int] | int],
) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[Request | tuple[str, int] | int]) -> None:
    house = House()
    await house.start(3)
    asked = FakeWorker(0, on_event=lambda event: None, on_end=lambda: None)
    tasks = []
    for step in steps:
        if isinstance(step, int):
            await turns(step)
        elif isinstance(step, tuple):
            _meddle(house, *step)
        else:
            task = asyncio.create_task(house.workers.request(step))
            tasks.append((step, task, asked._handle(step)))
            await turns(1)
    for _ in range(5):
        for worker in house.stable.living:
            worker.breaks.clear()
            worker.let_go()
        await turns(50)
    for request, task, wanted in tasks:
        assert task.done(), request
        if not isinstance(request, Negotiate):
            assert task.result() == wanted, request
        elif task.exception() is not None:
            assert isinstance(task.exception(), WorkerLost)
    held = house.stable.endpoints()
    assert {name: _asked(one) for name, one in held.items()} == {
        name: _asked(one) for name, one in asked.endpoints.items()
    }
    assert {name for name, one in held.items() if one.has_transport} == _connected(house)
    assert house.workers.counters()["workers"] == 3
    await house.workers.close()


def _meddle(house: House, what: str, number: int) -> None:
    for worker in house.stable.living:
        if worker.number == number:
            match what:
                case "die":
                    worker.die()
                case "hold":
                    worker.is_held = True
                case "let go":
                    worker.let_go()
                case "break":
                    worker.breaks = {SetGate}


def _asked(held: Held) -> tuple[object, ...]:
    return held.room, held.kind, held.gate, held.sources


def _connected(house: House) -> set[str]:
    """Who has a transport, as far as the book tells: what a death would be told for."""
    return {name for name, one in house.workers._book._endpoints.items() if one.has_transport}
