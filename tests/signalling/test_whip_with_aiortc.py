"""An encoder in a real meeting: its picture and sound reach the others, and its page goes on."""

from tests.media.live_stage import until
from tests.peers.aiortc_encoder import AiortcEncoder
from tests.signalling.encoder import EncoderClient
from tests.signalling.house import PIN
from tests.signalling.test_meeting_with_aiortc import Person, World, world

__all__ = ["world"]

ENCODER_COLOUR, ENCODER_HZ = (220, 200, 40), 1300.0


async def two_inside(world: World) -> tuple[Person, Person]:
    """An officer and a guest in an open room, with media."""
    officer = await world.person("Officer", (200, 40, 40), 1, 440.0)
    asha = await world.person("Asha", (40, 170, 60), 2, 700.0)
    await officer.join(role="host")
    await officer.say("host.enter_pin", pin=PIN)
    await officer.enter()
    await asha.join(invite=await world.invite("A. Solicitor"))
    await asha.enter()
    await officer.recognises(asha)
    await asha.recognises(officer)
    return officer, asha


async def test_an_encoder_takes_the_place_of_the_camera_and_gives_it_back(world: World) -> None:
    officer, asha = await two_inside(world)
    page = asha.pitch_hz, asha.colour
    answer = await asha.say("encoder.start")
    encoder = AiortcEncoder(colour=ENCODER_COLOUR, number=4, pitch_hz=ENCODER_HZ)
    async with EncoderClient(world.server.url, answer["token"], answer["url"]) as http:
        made = await http.offer(await encoder.offer())
        assert made.status == 201, made.text
        assert made.text.count("a=recvonly") == 2
        await officer.recognises(asha)  # until the encoder is there, the page is
        await encoder.accept(made.text)
        await until(lambda: encoder.state == "connected", "the encoder is connected")

        asha.colour, asha.pitch_hz = ENCODER_COLOUR, ENCODER_HZ
        await officer.recognises(asha)
        await asha.recognises(officer)  # the page hears and sees as before
        assert (world.endpoints, world.transports) == (3, 3)

        said = await http.patch(encoder.restart_fragment())
        assert said.status == 200, said.text
        assert "a=candidate:" in said.text
        encoder.accept_restart(said.text)
        officer.forget()
        await officer.recognises(asha)
        assert encoder.state == "connected"

        await asha.say("self.set_media", microphone=False)
        dropped = world.engine.counters()["dropped_gate"]
        await until(lambda: world.engine.counters()["dropped_gate"] > dropped + 50, "it is muted")
        officer.forget()
        await until(lambda: officer.does_see(asha), "it is seen all the same")
        assert not officer.does_hear(asha)
        await asha.say("self.set_media", microphone=True)
        await officer.recognises(asha)

        assert (await http.delete()).status == 200
        assert (world.endpoints, world.transports) == (2, 2)
        await until(lambda: encoder.state == "closed", "the encoder is told")
        asha.pitch_hz, asha.colour = page
        await officer.recognises(asha)
        assert (await http.patch(encoder.restart_fragment())).status == 404
    await encoder.close()
    written = await records(world)
    assert [one for one in written if one.startswith("encoder")] == [
        "encoder_allowed", "encoder_connected", "encoder_disconnected",
    ]  # fmt: skip


async def test_a_person_with_an_encoder_presents_from_the_page(world: World) -> None:
    officer, asha = await two_inside(world)
    token = (await asha.say("encoder.start"))["token"]
    encoder = AiortcEncoder(colour=ENCODER_COLOUR, number=4, pitch_hz=ENCODER_HZ)
    async with EncoderClient(world.server.url, token) as http:
        await encoder.accept((await http.offer(await encoder.offer())).text)
        asha.colour, asha.pitch_hz = ENCODER_COLOUR, ENCODER_HZ
        await officer.recognises(asha)
        await asha.say("presentation.start")
        assert asha.media is not None
        screen = (50, 70, 210)
        asha.media.present(screen)
        await until(lambda: officer.does_see(asha, "screen", screen), "the screen is seen")
        await officer.recognises(asha)
    await encoder.close()


async def test_an_encoder_with_h264_that_is_put_out_is_gone(world: World) -> None:
    officer, asha = await two_inside(world)
    token = (await asha.say("encoder.start"))["token"]
    encoder = AiortcEncoder(colour=ENCODER_COLOUR, number=4, pitch_hz=ENCODER_HZ, codec="H264")
    async with EncoderClient(world.server.url, token) as http:
        await encoder.accept((await http.offer(await encoder.offer())).text)
        asha.colour, asha.pitch_hz = ENCODER_COLOUR, ENCODER_HZ
        await officer.recognises(asha)
        await officer.say("participant.remove", participant=asha.id, reason="")
        assert (world.endpoints, world.transports) == (1, 1)
        await until(lambda: encoder.state == "closed", "the encoder is told")
        assert (await http.offer(await encoder_offer())).status == 403
    await encoder.close()


async def test_an_offer_that_would_receive_is_refused_whole(world: World) -> None:
    _officer, asha = await two_inside(world)
    token = (await asha.say("encoder.start"))["token"]
    encoder = AiortcEncoder(colour=ENCODER_COLOUR, number=4, pitch_hz=ENCODER_HZ)
    async with EncoderClient(world.server.url, token) as http:
        text = await encoder.offer()
        for offer, status in (
            (text.replace("a=sendonly", "a=recvonly", 1), 422),
            (text.replace("a=sendonly", "a=recvonly"), 422),
            (text.replace("opus/48000/2", "speex/8000").replace("PCM", "XCM"), 422),
            (text.replace("a=setup:actpass", "a=setup:passive"), 400),
            (text, 201),
        ):
            assert (await http.offer(offer)).status == status
    await encoder.close()


async def encoder_offer() -> str:
    """Any offer of an encoder."""
    encoder = AiortcEncoder(colour=ENCODER_COLOUR, number=1, pitch_hz=ENCODER_HZ)
    try:
        return await encoder.offer()
    finally:
        await encoder.close()


async def records(world: World) -> list[str]:
    (meeting,) = await world.store.meetings(world.room.id)
    return [kept.entry.what for kept in await world.store.record(meeting.id)]
