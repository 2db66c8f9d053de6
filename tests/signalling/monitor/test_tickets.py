"""How often a network may try to open a wall by a ticket."""

from dataclasses import replace
from pathlib import Path

import pytest
import socketio

from signalling.addresses import Proxies
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import CONFIG, House
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.officers import staff_store

NEVER_MADE = "A" * 32


async def test_tickets_are_tried_so_often_by_a_network_and_not_by_each_of_its_addresses(
    tmp_path: Path,
) -> None:
    proxies = Proxies(("127.0.0.1",))
    config = replace(CONFIG, proxies=proxies, new_sockets_per_address_burst=1)
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff, House(store=store, config=config) as house:
        said = []
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
            page = MonitorClient(house.url, {"X-Forwarded-For": address})
            page.auth["ticket"] = NEVER_MADE
            with pytest.raises(socketio.exceptions.ConnectionError):
                await page.connect()
            said.append(page.refused["data"]["code"])
        assert said == ["ticket_over", "too_many_requests", "ticket_over"]
