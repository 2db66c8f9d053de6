"""Two versions of the protocol side by side: a page of the version before is served as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from signalling.versions import FOLLOWS, PROTOCOLS, agreed
from tests.signalling.client import Client
from tests.signalling.house import PIN, House

RECORDED = json.loads((Path(__file__).parent / "conversation_1.json").read_text(encoding="utf-8"))
"""What a page of version 1 asked, in order, and what it was told: events and names of values."""


@pytest.mark.parametrize(
    ("spoken", "expected"), [([2, 1], 2), ([1], 1), ([3, 2], 2), ([9], None), ([], None)]
)
def test_the_newest_version_that_both_speak_is_spoken(
    spoken: list[int], expected: int | None
) -> None:
    assert agreed(spoken) == expected


def test_a_server_speaks_this_version_and_the_one_before() -> None:
    assert PROTOCOLS == (FOLLOWS, FOLLOWS - 1)


@pytest.mark.parametrize(("protocol", "told"), [([2, 1], 2), (2, 2), (1, 1), ([1], 1), ([3, 1], 1)])
async def test_a_socket_is_told_which_version_is_spoken(
    house: House, protocol: int | list[int], told: int
) -> None:
    client = house.page(protocol=protocol)
    await client.connect()
    assert client.events("session.opened")[0]["protocol"] == told


async def test_a_page_of_the_version_before_is_told_all_that_it_was_told_then(house: House) -> None:
    client = await house.page(protocol=1).connect()
    for asked in RECORDED["asked"]:
        payload = {**asked["payload"]}
        if asked["event"] == "room.join":
            payload["room"] = house.room.address
        if asked["event"] == "host.enter_pin":
            payload["pin"] = PIN
        acknowledged = await client.request(asked["event"], **payload)
        assert set(asked["acknowledged"]) <= set(acknowledged)
    for told in RECORDED["told"]:
        assert has(client, told["event"], told["values"]), told


def has(client: Client, event: str, values: list[str]) -> bool:
    found: list[dict[str, Any]] = client.events(event)
    return any(set(values) <= set(data) for data in found)
