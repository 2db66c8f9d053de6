import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

import signalling.pins
from signalling.errors import RequestError
from signalling.pins import PinChecker
from tests.signalling.house import PIN, PIN_HASH
from vmr.store.secrets import hash_pin


@pytest.fixture
def checker() -> Iterator[PinChecker]:
    checker = PinChecker(at_once=1, waiting=1)
    yield checker
    checker.close()
    checker.close()


async def test_only_the_right_pin_is_right(checker: PinChecker) -> None:
    assert await checker.check(PIN_HASH, PIN)
    assert not await checker.check(PIN_HASH, "000000")
    assert not await checker.check("", PIN)
    assert not await checker.check(None, PIN)
    assert not await checker.check("not a hash", PIN)


async def test_no_room_takes_as_long_as_a_wrong_pin(checker: PinChecker) -> None:
    real = hash_pin(PIN)
    await checker.check(None, PIN)

    async def cpu_s(pin_hash: str | None) -> float:
        began = time.process_time()  # of all threads: a busy machine does not show in it
        await checker.check(pin_hash, "000000")
        return time.process_time() - began

    least = dict.fromkeys((real, None, ""), float("inf"))
    for _ in range(10):  # in turns: what else runs slows each of them now and then
        for pin_hash in least:
            least[pin_hash] = min(least[pin_hash], await cpu_s(pin_hash))
    assert 0.7 < least[None] / least[real] < 1.4
    assert 0.7 < least[""] / least[real] < 1.4


async def test_too_many_checks_at_once_are_busy(
    checker: PinChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(pin_hash: str | None, pin: str) -> bool:
        return go_on.wait(10)

    monkeypatch.setattr(signalling.pins, "verify_pin", slow)
    running = [asyncio.create_task(checker.check(PIN_HASH, PIN)) for _ in range(2)]
    await asyncio.sleep(0)  # both have begun
    with pytest.raises(RequestError) as refused:
        await checker.check(PIN_HASH, PIN)
    assert refused.value.code == "busy"
    running[1].cancel()
    go_on.set()
    assert await running[0]
    await asyncio.gather(running[1], return_exceptions=True)
    monkeypatch.undo()
    assert await checker.check(PIN_HASH, PIN)


async def test_a_check_that_nobody_waits_for_still_counts(
    checker: PinChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(signalling.pins, "verify_pin", lambda pin_hash, pin: go_on.wait(10))
    for _ in range(2):
        check = asyncio.create_task(checker.check(PIN_HASH, PIN))
        await asyncio.sleep(0)  # it has begun
        check.cancel()
        await asyncio.gather(check, return_exceptions=True)
    with pytest.raises(RequestError):
        await checker.check(PIN_HASH, PIN)
    go_on.set()
