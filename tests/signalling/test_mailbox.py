"""One at a time, in order, bounded, and never dead."""

import asyncio
from collections import Counter

import pytest

import signalling.mailbox
from lobby import commands as c
from lobby.effects import Reply
from lobby.events import EndCode
from signalling.errors import RequestError
from signalling.mailbox import LETTERS_MAX, REQUESTS_MAX, Mailbox, MailboxClosed
from tests.signalling.test_runner import Scene
from vmr.ids import SessionId
from vmr.roles import Stage

NOBODY = SessionId("nobody")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def mailbox_of(scene: Scene, counters: Counter[str] | None = None) -> Mailbox:
    return Mailbox(scene.runner, scene.clock, counters if counters is not None else Counter())


async def stop(mailbox: Mailbox, owner: "asyncio.Task[None]") -> None:
    mailbox.stop()
    await owner


async def test_commands_run_in_the_order_they_came(scene: Scene) -> None:
    host = await scene.host()
    mailbox = mailbox_of(scene)
    asked = [
        mailbox.ask(command)
        for command in (c.Lock(by=host), c.Unlock(by=host), c.Lock(by=host), c.Lock(by=host))
    ]
    owner = asyncio.create_task(mailbox.run())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Reply, Reply, Reply, RequestError]
    assert scene.runner.meeting.stage is Stage.LOCKED
    await stop(mailbox, owner)


async def test_a_full_mailbox_is_busy_and_still_hears_of_lost_sockets(scene: Scene) -> None:
    host = await scene.host()
    counters: Counter[str] = Counter()
    mailbox = mailbox_of(scene, counters)
    waiting = [asyncio.create_task(mailbox.ask(c.CallStaff(session=host))) for _ in range(64)]
    await asyncio.sleep(0)  # they have asked
    assert len(waiting) == REQUESTS_MAX
    with pytest.raises(RequestError) as refused:
        await mailbox.ask(c.Lock(by=host))
    assert refused.value.code == "busy"
    for _ in range(LETTERS_MAX):
        mailbox.post(c.SocketLost(session=NOBODY))
    assert counters["mailbox_overflow"] == REQUESTS_MAX
    owner = asyncio.create_task(mailbox.run())
    assert len(await asyncio.gather(*waiting)) == REQUESTS_MAX
    await stop(mailbox, owner)


async def test_a_bug_is_answered_and_the_next_command_runs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    host = await scene.host()
    counters: Counter[str] = Counter()
    mailbox = mailbox_of(scene, counters)
    owner = asyncio.create_task(mailbox.run())

    async def broken(command: c.Command, now: float) -> Reply:
        monkeypatch.undo()
        raise ZeroDivisionError("".join(("what ", "Ann typed")))

    monkeypatch.setattr(scene.runner, "run", broken)
    with pytest.raises(RequestError) as refused:
        await mailbox.ask(c.Lock(by=host))
    assert refused.value.code == "internal"
    assert counters["internal_errors"] == 1
    assert "what Ann typed" not in caplog.text
    await mailbox.ask(c.Lock(by=host))
    await stop(mailbox, owner)


async def test_time_alone_makes_things_happen(scene: Scene) -> None:
    guest, _ = await scene.join("Ann")
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    scene.clock.advance(901)
    mailbox.wake()
    await owner  # nobody is left: the meeting is dropped
    assert guest.is_over
    ended = guest.state("session.ended")
    assert ended is not None
    assert ended["code"] == EndCode.WAITED_TOO_LONG.value


async def test_time_is_not_starved_by_a_stream_of_commands(scene: Scene) -> None:
    host = await scene.host()
    await scene.join("Ann")
    await scene.run(c.Lock(by=host))
    await scene.run(c.HandOver(session=host))
    await scene.run(c.EnterPin(session=host, is_correct=True))
    mailbox = mailbox_of(scene)
    scene.clock.advance(121)
    asked = [mailbox.ask(c.Unlock(by=host)) for _ in range(3)]
    owner = asyncio.create_task(mailbox.run())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["not_permitted"] * 3
    await stop(mailbox, owner)


async def test_a_deadline_that_never_passes_does_not_spin(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.host()
    ticks: list[c.Command] = []

    async def run(command: c.Command, now: float) -> Reply:
        ticks.append(command)
        return Reply(session=None)

    monkeypatch.setattr(scene.runner, "run", run)
    monkeypatch.setattr(type(scene.runner.meeting), "next_deadline", lambda self: 0.0)
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    for _ in range(50):
        await asyncio.sleep(0)  # let the owner turn as often as it likes
    assert ticks == [c.Tick()]
    await mailbox.ask(c.KnockAgain(session=NOBODY))
    assert ticks[1:] == [c.KnockAgain(session=NOBODY)]
    await stop(mailbox, owner)


async def test_an_empty_meeting_is_dropped_and_forgotten_by_the_store(scene: Scene) -> None:
    guest, _ = await scene.join("Ann")
    assert scene.store.live
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    await mailbox.ask(c.Leave(session=guest.id))
    await owner
    assert not scene.store.live
    with pytest.raises(MailboxClosed):
        await mailbox.ask(c.Leave(session=guest.id))
    mailbox.post(c.SocketLost(session=guest.id))


async def test_what_waited_when_the_meeting_ended_is_told_so(scene: Scene) -> None:
    host = await scene.host()
    mailbox = mailbox_of(scene)
    asked = [mailbox.ask(c.End(by=host, reason="")), mailbox.ask(c.Lock(by=host))]
    owner = asyncio.create_task(mailbox.run())
    ended, late = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(ended, Reply)
    assert isinstance(late, MailboxClosed)
    await owner
    assert not scene.store.live


async def test_stopping_leaves_the_meeting_live_in_the_store(scene: Scene) -> None:
    await scene.host()
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    await stop(mailbox, owner)
    assert scene.store.live
    assert mailbox.is_closed


async def test_records_that_waited_are_written_before_the_next(scene: Scene) -> None:
    host = await scene.host()
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    scene.store.is_broken = True
    await mailbox.ask(c.Lock(by=host))
    assert scene.runner.is_behind
    scene.store.is_broken = False
    mailbox.wake()
    await mailbox.ask(c.CallStaff(session=host))
    assert not scene.runner.is_behind
    assert scene.store.written()[-2:] == ["locked", "staff_called"]
    await stop(mailbox, owner)


async def test_a_meeting_that_ended_without_a_disk_is_kept_until_it_is_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling.mailbox, "RETRY_S", 0.0)
    host = await scene.host()
    mailbox = mailbox_of(scene)
    owner = asyncio.create_task(mailbox.run())
    scene.store.is_broken = True
    await mailbox.ask(c.End(by=host, reason=""))
    assert not scene.engine.endpoints
    assert not owner.done()
    scene.store.is_broken = False
    async with asyncio.timeout(5):
        await owner
    assert scene.store.written()[-1] == "ended"
    assert not scene.store.live


async def test_somebody_who_stopped_waiting_for_the_answer_harms_nobody(scene: Scene) -> None:
    host = await scene.host()
    mailbox = mailbox_of(scene)
    gone = asyncio.create_task(mailbox.ask(c.Lock(by=host)))
    await asyncio.sleep(0)  # it has asked
    gone.cancel()
    owner = asyncio.create_task(mailbox.run())
    with pytest.raises(RequestError):
        await mailbox.ask(c.Lock(by=host))
    assert scene.runner.meeting.stage is Stage.LOCKED
    await stop(mailbox, owner)


async def test_an_owner_that_is_cancelled_answers_whoever_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await scene.host()
    mailbox = mailbox_of(scene)
    begun = asyncio.Event()

    async def endless(command: c.Command, now: float) -> Reply:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(scene.runner, "run", endless)
    asked = [asyncio.create_task(mailbox.ask(c.Lock(by=host))) for _ in range(2)]
    owner = asyncio.create_task(mailbox.run())
    await begun.wait()
    owner.cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [RequestError, MailboxClosed]
    await asyncio.gather(owner, return_exceptions=True)


async def test_a_fault_while_catching_up_does_not_end_the_owner(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling.mailbox, "RETRY_S", 0.0)
    host = await scene.host()
    counters: Counter[str] = Counter()
    mailbox = mailbox_of(scene, counters)
    failed = asyncio.Event()

    async def broken(now: float) -> None:
        monkeypatch.undo()
        failed.set()
        raise ZeroDivisionError

    scene.store.is_broken = True
    await scene.run(c.Lock(by=host))
    monkeypatch.setattr(scene.runner, "catch_up", broken)
    owner = asyncio.create_task(mailbox.run())
    await failed.wait()
    scene.store.is_broken = False
    await mailbox.ask(c.CallStaff(session=host))
    assert counters["internal_errors"] == 1
    assert scene.store.written()[-2:] == ["locked", "staff_called"]
    await stop(mailbox, owner)
