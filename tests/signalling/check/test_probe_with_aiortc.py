"""A probe over HTTP at a real engine: one's own picture comes back, and nobody is in a meeting."""

from media.engine import Config
from tests.media.live_stage import Stage, until
from tests.peers.aiortc_probe import AiortcProbe
from tests.signalling.check.check_page import CheckPage
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import Server

GREEN = (40, 170, 60)


async def test_the_own_picture_comes_back_from_a_real_transport() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1"))
    async with (
        Server(store=FakeStore(), engine=stage.engine) as server,
        CheckPage(server.url) as page,
    ):
        peer = AiortcProbe(colour=GREEN)
        status, answer = await page.probe("udp", await peer.offer())
        assert status == 200, answer
        await peer.accept(answer["sdp"])
        await until(lambda: peer.eye.sees(GREEN), "the picture is back")
        told = await page.probe("tcp", peer.connection.localDescription.sdp)
        assert told == (200, {"is_offered": False})
        assert stage.engine.counters()["transports"] == 0
        await peer.close()
        await until(lambda: stage.engine.counters()["probes"] == 0, "it is over")
    await stage.close()
