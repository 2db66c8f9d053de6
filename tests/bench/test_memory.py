"""Who has left the engine leaves nothing behind; the bench says how much memory the others take."""

import gc

from media.packet import Packet
from media.port import Port
from media.srtp import SrtpSession
from media.stream import Stream
from media.subscription import Subscription
from media.transport import Transport
from tests.bench.memory import Churn

KINDS = (Packet, Port, SrtpSession, Stream, Subscription, Transport)


def alive() -> dict[str, int]:
    gc.collect()
    found = [type(one).__name__ for one in gc.get_objects() if isinstance(one, KINDS)]
    return {name: found.count(name) for name in set(found)}


async def test_people_who_came_and_left_leave_nothing_behind() -> None:
    before = alive()
    churn = Churn()
    await churn.open()
    await churn.answered(5)
    assert alive().get("Transport", 0) > before.get("Transport", 0)
    await churn.connected(6)
    await churn.empty()
    assert alive() == before
    assert churn.engine.counters()["transports_opened"] == 6
    await churn.close()
