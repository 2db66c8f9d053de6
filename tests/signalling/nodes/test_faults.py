"""Every fault that an estate has to bear, once, on one morning."""

import pytest

from tests.peers.postgresql import Postgresql
from tests.signalling.nodes.estate import Estate
from tests.signalling.nodes.faults import FAULTS, Morning


@pytest.mark.timeout(400)  # a minute and a half with nothing beside it
async def test_after_every_fault_the_room_is_locked_and_one_servers_and_its_record_whole(
    estate: Estate, postgresql: Postgresql
) -> None:
    morning = Morning(estate, postgresql)
    try:
        await morning.start()
        for name in FAULTS:
            await morning.strike(name)
    finally:
        await morning.close()
