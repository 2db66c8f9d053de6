"""An officer's own player in a real meeting: it decodes the picture, and is sent no sound."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signalling.staff.sessions import CHECK_S
from tests.media.live_stage import until
from tests.peers.aiortc_player import AiortcPlayer
from tests.signalling.encoder import EncoderClient
from tests.signalling.house import PIN
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.officers import sign_in_officer
from tests.signalling.test_meeting_with_aiortc import Person, World, world
from vmr.record import Happening
from vmr.staff import StaffRole

__all__ = ["world"]

COLOUR, PITCH_HZ = (200, 40, 40), 440.0
ENDED_S = CHECK_S + 3.0  # found within CHECK_S, on a machine that has other work


async def inside(world: World) -> Person:
    """A host in the open room, with media."""
    host = await world.person("Officer", COLOUR, 1, PITCH_HZ)
    await host.join(role="host")
    await host.say("host.enter_pin", pin=PIN)
    await host.enter()
    return host


@asynccontextmanager
async def watched(world: World) -> AsyncIterator[MonitorClient]:
    """A monitoring page with the room on its wall."""
    who = await sign_in_officer(
        world.store.staff,
        world.clock(),
        world.server.running.cookies.name,
        "Officer Hale",
        [StaffRole.MONITOR],
        establishment=world.room.establishment,
    )
    page = await MonitorClient(world.server.url, who.headers).connect()
    try:
        assert (await page.ask("wall.watch", rooms=[world.room.id]))["refused"] == {}
        await page.beat({})
        yield page
    finally:
        await page.close()


@asynccontextmanager
async def playing(
    world: World, page: MonitorClient, player: AiortcPlayer
) -> AsyncIterator[EncoderClient]:
    access = await page.ask("tile.player", room=world.room.id)
    try:
        async with EncoderClient(world.server.url, access["token"], access["url"]) as http:
            yield http
    finally:
        await player.close()


async def test_a_real_player_decodes_the_picture_through_a_restart(world: World) -> None:
    await inside(world)
    player = AiortcPlayer()
    async with watched(world) as page, playing(world, page, player) as http:
        made = await http.offer(await player.offer())
        assert made.status == 201, made.text
        await player.accept(made.text)
        await until(lambda: player.eye.sees(COLOUR), "the player sees the host")
        assert player.eye.size == (320, 180)

        etag = http.etag
        said = await http.patch(player.restart_fragment(), etag)
        assert said.status == 200, said.text
        assert http.etag not in ("", etag)
        assert "a=candidate:" in said.text
        player.accept_restart(said.text)
        player.eye.forget()
        await until(lambda: player.eye.frames > 5 and player.eye.sees(COLOUR), "it goes on")
        assert (await http.patch(player.restart_fragment(), etag)).status == 412, "the old one"
        assert player.state == "connected"

        assert (await http.delete()).status == 200
        await until(lambda: player.state == "closed", "the player is told")
        assert (await http.patch(player.restart_fragment())).status == 404


async def test_a_player_that_asks_for_sound_is_refused_it(world: World) -> None:
    host = await inside(world)
    player = AiortcPlayer(wants_sound=True)
    async with watched(world) as page, playing(world, page, player) as http:
        offer = await player.offer()
        assert "m=audio " in offer
        answer = (await http.offer(offer)).text
        sound = next(one for one in answer.split("\r\nm=") if one.startswith("audio"))
        assert sound.startswith("audio 0 "), "the section is rejected (RFC 3264 section 6)"
        assert "a=ssrc" not in sound
        await player.accept(answer)
        await until(lambda: player.eye.sees(COLOUR), "the picture comes all the same")
        assert player.ear.frames == 0
        counters = world.engine.counters()
        assert counters["out_packets_audio_tap"] == 0
        assert host.media is not None


async def test_the_end_of_the_officers_session_ends_the_player_within_seconds(
    world: World,
) -> None:
    await inside(world)
    player = AiortcPlayer()
    async with watched(world) as page, playing(world, page, player) as http:
        offer = await player.offer()
        await player.accept((await http.offer(offer)).text)
        await until(lambda: player.eye.sees(COLOUR), "the player sees the host")
        (hale,) = await world.store.staff.members(world.room.establishment.id)
        done = Happening(at=world.clock(), actor="operator", what="staff_signed_out_everywhere")
        await world.store.staff.end_all_sessions(hale.id, done)  # by the command line, say
        await until(lambda: player.state == "closed", "the player's end", within_s=ENDED_S)
        assert (await http.patch(player.restart_fragment())).status == 401, "its token is void"
        assert (await http.offer(offer)).status == 401
        assert not page.is_connected
