"""What is told of a test by a personal link: kept for the office and the desk, and nothing else."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests.signalling.check.check_page import CheckPage, code_of
from tests.signalling.house import CONFIG, House
from vmr.self_test import SelfTest
from vmr.store import StoreUnavailable

TOKEN = "abcdefghijklmnop"
FOUND = {"invite": TOKEN, "browser": "Chrome", "version": 140, "problems": ["udp", "camera"]}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House() as running:
        yield running


@pytest_asyncio.fixture
async def page(house: House) -> AsyncIterator[CheckPage]:
    async with CheckPage(house.url) as made:
        yield made


async def test_a_result_is_kept_for_its_link_and_the_next_takes_its_place(
    house: House, page: CheckPage
) -> None:
    invite = house.store.add_invite(house.room, TOKEN)
    assert await page.post("result", FOUND) == (200, {})
    kept = house.store.self_tests.kept
    problems = ("camera", "udp")
    assert kept == {
        invite.id: SelfTest(at=house.clock(), browser="Chrome", version=140, problems=problems)
    }
    house.clock.now += 60
    assert (await page.post("result", {**FOUND, "problems": []}))[0] == 200
    assert kept[invite.id] == SelfTest(at=house.clock(), browser="Chrome", version=140)
    assert kept[invite.id].is_passed
    assert house.store.commits == [], "nothing of it is in a record"


async def test_a_link_that_is_unknown_revoked_or_over_keeps_nothing(
    house: House, page: CheckPage
) -> None:
    now = house.clock()
    house.store.add_invite(house.room, "revoked-abcdefgh", is_revoked=True)
    house.store.add_invite(house.room, "over-abcdefghijk", closes_at=now)
    house.store.add_invite(house.room, "early-abcdefghij", opens_at=now + 86_400)
    for token in ("unknown-abcdefgh", "revoked-abcdefgh", "over-abcdefghijk"):
        status, answer = await page.post("result", {**FOUND, "invite": token})
        assert (status, code_of(answer)) == (404, "no_such_room")
    assert house.store.self_tests.kept == {}
    assert (await page.post("result", {**FOUND, "invite": "early-abcdefghij"}))[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"browser": "<script>"},
        {"browser": "chrome"},
        {"version": -1},
        {"version": 10_000},
        {"version": "140"},
        {"problems": ["address 10.0.0.7"]},
        {"problems": ["udp"] * 13},
        {"problems": "udp"},
        {"invite": ""},
        {"invite": "x" * 129},
        {"address": "10.0.0.7"},
    ],
)
async def test_what_is_no_word_of_ours_is_refused(
    house: House, page: CheckPage, change: dict[str, Any]
) -> None:
    house.store.add_invite(house.room, TOKEN)
    status, answer = await page.post("result", {**FOUND, **change})
    assert status in (400, 413)
    assert code_of(answer) in ("bad_message", "too_large")
    assert house.store.self_tests.kept == {}


async def test_pages_of_others_tell_nothing(house: House, page: CheckPage) -> None:
    house.store.add_invite(house.room, TOKEN)
    for origin in ("https://evil.example", "null"):
        status, answer = await page.post("result", FOUND, Origin=origin)
        assert (status, code_of(answer)) == (403, "not_permitted")
    assert house.store.self_tests.kept == {}


async def test_links_are_not_guessed_from_one_network() -> None:
    config = replace(CONFIG, results_per_network_burst=2, results_per_network_s=0.01)
    async with House(config=config) as house, CheckPage(house.url) as page:
        house.store.add_invite(house.room, TOKEN)
        told = [await page.post("result", {**FOUND, "invite": "guess-abcdefghij"}) for _ in "123"]
        assert [status for status, _ in told] == [404, 404, 429]
        assert (await page.post("result", FOUND))[0] == 429


async def test_a_store_that_is_away_is_told_as_busy(house: House, page: CheckPage) -> None:
    house.store.add_invite(house.room, TOKEN)

    async def fail(*_: object) -> None:
        raise StoreUnavailable("away")

    house.store.self_tests.keep = fail
    status, answer = await page.post("result", FOUND)
    assert (status, code_of(answer)) == (503, "busy")


async def test_the_token_is_in_no_answer_and_no_address(house: House, page: CheckPage) -> None:
    house.store.add_invite(house.room, TOKEN)
    _, answer = await page.post("result", {**FOUND, "version": -1})
    assert TOKEN not in json.dumps(answer)
    assert TOKEN not in (await page.get())[1]
