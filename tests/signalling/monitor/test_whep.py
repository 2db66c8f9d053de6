"""An officer's own player: pictures by HTTP, no longer than its tile, and never a watcher."""

from typing import Any

from aiohttp import ClientSession

from media.messages import SetSources
from tests.signalling.client import Client
from tests.signalling.house import PIN
from tests.signalling.monitor.monitor_client import OFFER, MonitorClient
from tests.signalling.monitor.scene import Scene


async def post(scene: Scene, token: str, sdp: str = OFFER) -> tuple[int, str]:
    """The status and the resource."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    async with (
        ClientSession(scene.house.url) as client,
        client.post("/whep", data=sdp, headers=headers) as answer,
    ):
        return answer.status, answer.headers.get("Location", "")


async def delete(scene: Scene, token: str, location: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        ClientSession(scene.house.url) as client,
        client.delete(location, headers=headers) as answer,
    ):
        return answer.status


async def scene_of(scene: Scene) -> tuple[MonitorClient, Client, dict[str, Any]]:
    """A watched legal room, and the access of a player."""
    page = await scene.watching(scene.legal)
    host = await scene.house.host()
    access = await page.ask("tile.player", room=scene.legal)
    assert access["url"] == "/whep"
    return page, host, access


async def test_a_player_is_shown_what_its_tile_shows_and_no_sound(scene: Scene) -> None:
    page, host, access = await scene_of(scene)
    status, location = await post(scene, access["token"])
    assert status == 201
    assert len(scene.taps(scene.legal)) == 2
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 2, "both taps to be told")
    await page.beat({scene.legal: 0})
    await page.wait_for(lambda: page.tile(scene.legal)["shown"] == host.participant, "the host")
    engine = scene.house.engine
    shown = [engine.endpoints[tap].sources for tap in scene.taps(scene.legal)]
    assert [[one.endpoint.split(".")[1] for one in sources] for sources in shown] == [
        [host.participant], [host.participant],
    ]  # fmt: skip
    told = [one for one in engine.log if isinstance(one, SetSources)]
    taps = set(scene.taps(scene.legal))
    assert not any(s.audio for one in told if one.endpoint in taps for s in one.sources)
    assert await delete(scene, access["token"], location) == 200
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 1, "the end of the player")


async def test_a_player_ends_with_its_tile_and_its_token_with_it(scene: Scene) -> None:
    page, host, access = await scene_of(scene)
    await post(scene, access["token"])
    await page.ask("wall.unwatch", rooms=[scene.legal])
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 0, "nobody to watch")
    assert scene.taps(scene.legal) == []
    assert (await post(scene, access["token"]))[0] == 401


async def test_a_player_ends_with_its_page(scene: Scene) -> None:
    page, host, access = await scene_of(scene)
    await post(scene, access["token"])
    await page.close()
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 0, "nobody to watch")
    assert (await post(scene, access["token"]))[0] == 401


async def test_another_token_voids_the_one_before(scene: Scene) -> None:
    page, host, access = await scene_of(scene)
    await post(scene, access["token"])
    again = await page.ask("tile.player", room=scene.legal)
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 1, "the first player's end")
    assert (await post(scene, access["token"]))[0] == 401
    assert (await post(scene, again["token"]))[0] == 201


async def test_a_player_never_counts_as_watching(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.join_host()
    await host.request("host.enter_pin", pin=PIN, confirmed=[])
    access = await page.ask("tile.player", room=scene.room)
    assert (await post(scene, access["token"]))[0] == 201
    await page.beat({scene.room: 0}, visible=False)
    await host.wait_for(lambda: host.view.get("is_unwatched"), "the pause")


async def test_nobody_gets_a_picture_without_a_token(scene: Scene) -> None:
    await scene_of(scene)
    assert (await post(scene, "guessed"))[0] == 401
    assert len(scene.taps(scene.legal)) == 1
