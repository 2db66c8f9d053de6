"""A worker that does not do its part, as a leader meets it: each is a small program of its own."""

import asyncio
import itertools
import socket
import sys
from collections.abc import Callable

import pytest

from media import worker_process
from media.config import Config
from media.messages import AddEndpoint, Done, Gate, Negotiate, SetGate, TransportConnected
from media.worker_process import WorkerBroke, WorkerLost, WorkerNotStarted, WorkerProcess

# Speaks as a worker does, from `say` on as the test wants it.
HEAD = """
import json, os, socket, sys, time
line = socket.socket(fileno=int(sys.argv[1]))
words = line.makefile("rb")
words.readline()
def say(number, **message):
    line.sendall(f"{number} {json.dumps(message)}\\n".encode())
def start():
    say(1, type="Started", udp_port=1, tcp_port=None, receive_buffer_bytes=1)
def asked():
    for text in words:
        number, _, message = text.partition(b" ")
        kind = json.loads(message)["type"]
        if kind == "Look":
            say(0, type="Counted", names=["looks"], values=[7])
        else:
            yield int(number), kind
"""
ANSWER = HEAD + "start()\nfor number, kind in asked():\n    "


class Leader:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
        async def spawn(theirs: socket.socket) -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-c", program, str(theirs.fileno()), pass_fds=(theirs.fileno(),)
            )

        monkeypatch.setattr(worker_process, "_spawn", spawn)
        self.events: list[object] = []
        self.ended = asyncio.Event()
        self.worker = WorkerProcess(1, on_event=self.events.append, on_end=self.ended.set)

    async def has_ended(self) -> None:
        await asyncio.wait_for(self.ended.wait(), 10)


Lead = Callable[[str], Leader]


@pytest.fixture
def lead(monkeypatch: pytest.MonkeyPatch) -> Lead:
    return lambda program: Leader(monkeypatch, program)


ADD = AddEndpoint(room="r", endpoint="e")


@pytest.mark.parametrize(
    "program",
    ["", HEAD + "say(1, type='Nonsense')", HEAD + "line.sendall(b'hello\\n'); time.sleep(60)",
     HEAD + "say(1, type='Done')"],
)  # fmt: skip
async def test_who_does_not_start_as_a_worker_does_is_none(lead: Lead, program: str) -> None:
    leader = lead(program)
    with pytest.raises(WorkerNotStarted):
        await leader.worker.start(Config())
    assert not leader.ended.is_set()
    await leader.worker.close()


async def test_who_says_nothing_at_the_start_is_killed(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "START_S", 0.2)
    with pytest.raises(WorkerNotStarted):
        await lead(HEAD + "time.sleep(60)").worker.start(Config())


async def test_a_process_that_cannot_be_made_is_no_worker(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = lead("")

    async def spawn(theirs: socket.socket) -> asyncio.subprocess.Process:
        raise OSError("no memory")

    monkeypatch.setattr(worker_process, "_spawn", spawn)
    with pytest.raises(WorkerNotStarted, match="no memory"):
        await leader.worker.start(Config())
    await leader.worker.close()


async def test_answers_find_their_questions_and_events_their_listener(lead: Lead) -> None:
    leader = lead(
        ANSWER + "say(0, type='TransportConnected', endpoint=kind)\n"
        "    say(number, type='Broke' if kind == 'Negotiate' else 'Done')"
    )
    await leader.worker.start(Config())
    assert await leader.worker.ask(ADD) == Done()
    with pytest.raises(WorkerBroke):
        await leader.worker.ask(Negotiate(endpoint="e", offer="v=0"))
    leader.worker.tell([ADD, SetGate(endpoint="e", gate=Gate())])
    assert await leader.worker.ask(ADD) == Done()
    assert leader.events[0] == TransportConnected(endpoint="AddEndpoint")
    assert len(leader.events) == 5
    assert leader.worker.counters == {"looks": 7}
    await leader.worker.close()
    assert not leader.ended.is_set()
    with pytest.raises(WorkerLost):
        await leader.worker.ask(ADD)


@pytest.mark.parametrize(
    "refusal", ["type='Refused', code='media_full', message=''", "type='Broke'"]
)
async def test_who_does_not_take_over_what_it_is_told_is_killed(lead: Lead, refusal: str) -> None:
    leader = lead(ANSWER + f"say(number, {refusal})")
    await leader.worker.start(Config())
    leader.worker.tell([ADD])
    await leader.has_ended()


async def test_who_talks_nonsense_later_is_killed(lead: Lead) -> None:
    leader = lead(ANSWER + "line.sendall(b'what?\\n')")
    await leader.worker.start(Config())
    with pytest.raises(WorkerLost):
        await leader.worker.ask(ADD)
    assert leader.ended.is_set()  # first its end, then the answers


async def test_who_closes_the_socket_and_lives_on_is_killed(lead: Lead) -> None:
    leader = lead(ANSWER + "words.close(); line.close(); time.sleep(60)")
    await leader.worker.start(Config())
    with pytest.raises(WorkerLost):
        await leader.worker.ask(ADD)
    await leader.has_ended()


async def test_who_does_not_stop_is_killed(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "STOP_S", 0.2)
    leader = lead(HEAD + "start(); time.sleep(60)")
    await leader.worker.start(Config())
    await asyncio.wait_for(leader.worker.close(), 10)
    assert not leader.ended.is_set()


async def test_looks_without_an_answer_are_counted_and_then_it_is_killed(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "LOOK_S", 0.05)
    leader = lead(HEAD + "start(); time.sleep(60)")
    await leader.worker.start(Config())
    await leader.has_ended()


LATE = """
start()
lines = [next(words) for _ in range({lines})]
for text in lines:
    if b"AddEndpoint" in text:
        say(int(text.split()[0]), type="Done")
for _ in asked():
    pass
"""


@pytest.fixture
def starved(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker gets a processor, for all that the kernel says."""
    seconds = itertools.count()
    monkeypatch.setattr(worker_process, "waited_s", lambda _pid: float(next(seconds)))
    monkeypatch.setattr(worker_process, "LOOK_S", 0.05)


async def test_who_gets_no_processor_has_more_time_than_who_hangs(
    lead: Lead, starved: None
) -> None:
    leader = lead(HEAD + LATE.format(lines=2 * worker_process.SILENT_LOOKS))
    await leader.worker.start(Config())
    assert await leader.worker.ask(ADD) == Done()
    assert not leader.ended.is_set()
    await leader.worker.close()


async def test_nobody_is_starved_for_ever(lead: Lead, starved: None) -> None:
    leader = lead(HEAD + "start(); time.sleep(60)")
    await leader.worker.start(Config())
    await leader.has_ended()
