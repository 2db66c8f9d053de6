"""The monitoring terminal over real sockets: what it sees, who counts as watching, what follows."""

import asyncio
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as NoConnection

from media.messages import AddEndpoint, PictureWithheld, SetSources, SpeakersChanged
from signalling.monitor.sockets import MONITOR, MonitorSockets
from tests.browser.eventually import eventually
from tests.signalling.client import Client, Refused
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import PIN
from tests.signalling.monitor.monitor_client import OFFER, MonitorClient
from tests.signalling.monitor.scene import MONITORS, Scene
from tests.signalling.officers import add_prison, officer
from vmr.ids import EstablishmentId
from vmr.rooms import Establishment
from vmr.staff import StaffRole

ELSEWHERE = Establishment(id=EstablishmentId("e2"), name="HMP Elsewhere", phone="01632 960009")


async def paused(client: Client) -> None:
    await client.wait_for(lambda: client.view.get("is_unwatched"), "the pause of the room")


async def resumed(client: Client) -> None:
    await client.wait_for(lambda: client.view.get("is_unwatched") is False, "the room to go on")


# -- who comes in -----------------------------------------------------------------------------


async def test_a_wall_is_shown_the_rooms_of_the_establishment_and_what_changes(
    scene: Scene,
) -> None:
    page = await scene.monitor()
    assert page.facts["officer"]["name"] == "Officer Hale"
    assert {room["policy"] for room in page.rooms.values()} == {"legal", "social"}
    await scene.house.host()
    await page.wait_for(lambda: page.meeting(scene.legal).get("stage") == "open", "the meeting")
    (person,) = page.meeting(scene.legal)["people"]
    assert person["name"] == "Officer"
    late = await scene.house.guest("Secret Visitor")
    await page.wait_for(lambda: page.meeting(scene.legal)["knocks"] == 1, "the knock")
    assert late.place == "waiting"
    assert "Secret Visitor" not in repr(page.notes), "who waits is the desk's to know"


@pytest.mark.parametrize("roles", [[StaffRole.DUTY], [StaffRole.ADMINISTRATOR], []])
async def test_only_who_may_watch_gets_a_wall(scene: Scene, roles: list[StaffRole]) -> None:
    who = await officer(scene.house, "Officer Reed", roles)
    with pytest.raises(NoConnection):
        await scene.page(who.headers)


async def test_nobody_is_not_let_in(scene: Scene) -> None:
    with pytest.raises(NoConnection):
        await scene.page({})


async def test_another_origin_gets_no_wall(scene: Scene) -> None:
    who = await officer(scene.house, "Officer Hale", MONITORS)
    with pytest.raises(NoConnection):
        await scene.page({**who.headers, "Origin": "https://elsewhere.example"})


async def test_a_monitors_account_gets_no_desk(scene: Scene) -> None:
    who = await officer(scene.house, "Officer Hale", MONITORS)
    with pytest.raises(NoConnection):
        await DeskClient(scene.house.url, who.headers).connect()


async def test_a_monitors_account_is_nobody_on_a_host_page(scene: Scene) -> None:
    who = await officer(scene.house, "Officer Hale", MONITORS)
    page = await scene.house.page(headers=who.headers).connect()
    with pytest.raises(Refused, match="not_joined"):
        await page.request("room.lock")
    await page.join(scene.house.room.address, "Hale", role="host")
    with pytest.raises(Refused, match="wrong_pin"):
        await page.request("host.enter_pin", pin="000000", confirmed=[])
    assert page.place == "pin"


async def test_another_establishments_room_is_unknown(scene: Scene) -> None:
    await add_prison(scene.house.store.staff, ELSEWHERE)
    who = await officer(scene.house, "Officer Away", MONITORS, establishment=ELSEWHERE)
    page = await scene.page(who.headers)
    assert page.rooms == {}
    with pytest.raises(Refused, match="unknown_room"):
        await page.ask("wall.watch", rooms=[scene.legal])
    host = await scene.house.host()
    meeting = scene.house.running.meetings.rooms.mailbox(scene.house.room.id)
    assert meeting is not None
    with pytest.raises(Refused, match="unknown_room"):
        await page.ask(
            "room.pause", room=scene.legal, meeting=meeting.runner.meeting.id, reason="No"
        )
    assert host.view["paused"] is None


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("wall.watch", {"rooms": []}, "bad_message"),
        ("wall.watch", {"rooms": ["r"] * 26}, "too_large"),
        ("wall.watch", {"rooms": ["nowhere"]}, "unknown_room"),
        ("terminal.beat", {"visible": True, "frames": {"r": -1}}, "bad_message"),
        ("terminal.beat", {"visible": True, "frames": {}, "live": True}, "bad_message"),
        ("terminal.answer", {"token": "guessed"}, "not_asked"),
        ("tile.offer", {"room": "nowhere", "sdp": "v=0"}, "not_watched"),
        ("tile.focus", {"room": "nowhere"}, "not_watched"),
        ("tile.health", {"room": "r", "participant": "p", "problem": "missing"}, "bad_message"),
        ("participant.mute", {}, "unknown_request"),
        ("connect", {}, "unknown_request"),
        ("disconnect", {}, "unknown_request"),
    ],
)
async def test_a_bad_request_is_refused(
    scene: Scene, event: str, payload: dict[str, Any], code: str
) -> None:
    page = await scene.monitor()
    with pytest.raises(Refused, match=code):
        await page.ask(event, **payload)
    await page.beat()


# -- a room that must be watched --------------------------------------------------------------


async def test_a_social_room_opens_only_with_a_terminal_that_is_ready(scene: Scene) -> None:
    host = await scene.join_host()
    with pytest.raises(Refused, match="monitor_required"):
        await host.request("host.enter_pin", pin=PIN, confirmed=[])
    await scene.watching()
    host = await scene.opened()
    assert host.view["presence"]["monitors"] == 1


@pytest.mark.parametrize("lacks", ["answer", "beat", "transport"])
async def test_a_terminal_that_is_not_ready_does_not_count(scene: Scene, lacks: str) -> None:
    page = await scene.monitor()
    await page.watch(scene.room)
    if lacks != "transport":
        scene.connect(scene.room)
    if lacks != "answer":
        await page.answer()
    if lacks != "beat":
        await page.beat({scene.room: 0})
    expected = {"answer": "unanswered", "beat": "hidden", "transport": "no_transport"}
    await page.why_not(scene.room, expected[lacks])
    host = await scene.join_host()
    with pytest.raises(Refused, match="monitor_required"):
        await host.request("host.enter_pin", pin=PIN, confirmed=[])


async def test_a_hidden_page_pauses_the_room_and_its_return_resumes_it(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    await page.beat({scene.room: 0}, visible=False)
    await paused(host)
    assert sources(scene, scene.room) == [], "nothing flows to the terminal either"
    await page.beat({scene.room: 0})
    await resumed(host)
    written = scene.house.store.written()
    assert written.index("paused_unwatched") < written.index("resumed_watched")
    await page.wait_for(lambda: not page.meeting(scene.room)["is_unwatched"], "the tile to say so")


async def test_a_tile_that_is_not_on_screen_does_not_count(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    await page.beat()
    await page.why_not(scene.room, "off_screen")
    await paused(host)


async def test_a_page_that_was_suspended_does_not_count(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    scene.house.clock.advance(3.1)
    await page.why_not(scene.room, "silent")
    await paused(host)


async def test_a_lost_socket_pauses_at_once_and_closes_the_tap(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    await page.close()
    await paused(host)
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 0, "nobody to watch")
    assert scene.taps(scene.room) == []


async def test_a_lost_transport_pauses(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    scene.connect(scene.room, is_connected=False)
    await page.why_not(scene.room, "no_transport")
    await paused(host)
    assert [note for note in page.notes if note.event == "tile.lost"]


async def test_frames_that_are_only_claimed_do_not_count(scene: Scene) -> None:
    """The page says that it decodes; its own transport reports that nothing came."""
    page = await scene.watching()
    host = await scene.opened()
    for second in range(1, 6):
        scene.feed(scene.room, reported=0)
        await page.beat({scene.room: 25 * second})
        scene.house.clock.advance(1)
    await page.why_not(scene.room, "no_reports")
    await paused(host)


async def test_pictures_that_come_and_are_not_decoded_do_not_count(scene: Scene) -> None:
    page = await scene.watching()
    await scene.opened()
    for _ in range(5):
        scene.feed(scene.room)
        await page.beat({scene.room: 0})
        scene.house.clock.advance(1)
    await page.why_not(scene.room, "no_frames")


async def test_a_terminal_that_shows_what_comes_is_live(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    for second in range(1, 9):
        scene.feed(scene.room)
        await page.beat({scene.room: 25 * second})
        scene.house.clock.advance(1)
    assert page.tile(scene.room)["is_watching"]
    assert host.view["is_unwatched"] is False


async def test_a_question_is_asked_again_and_is_answered_once(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    first = page.question
    for _ in range(301):
        scene.house.clock.advance(1)
        await page.beat({scene.room: 0})
        if page.question not in (None, first):
            break
    token = page.question
    assert token is not None
    scene.house.clock.advance(2)
    await page.beat({scene.room: 0})
    assert host.view["is_unwatched"] is False, "there is time to answer"
    for _ in range(10):
        scene.house.clock.advance(2)
        await page.beat({scene.room: 0})
    await page.why_not(scene.room, "unanswered")
    await paused(host)
    await page.ask("terminal.answer", token=token)
    await resumed(host)
    with pytest.raises(Refused, match="not_asked"):
        await page.ask("terminal.answer", token=token)


async def test_a_second_terminal_keeps_the_room_going(scene: Scene) -> None:
    first = await scene.watching()
    await scene.watching(name="Officer Shaw")
    host = await scene.opened()
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 2, "two terminals")
    await first.close()
    await host.wait_for(lambda: host.view["presence"]["monitors"] == 1, "one terminal")
    assert host.view["is_unwatched"] is False


async def test_an_officer_who_is_signed_out_loses_every_picture_at_once(scene: Scene) -> None:
    who = await officer(scene.house, "Officer Hale", MONITORS)
    page = await scene.page(who.headers)
    await page.watch(scene.legal)
    assert len(scene.taps(scene.legal)) == 1
    await scene.house.store.staff.end_session(who.session.id, who.member.id)
    await page.wait_for(lambda: not page.is_connected, "the end of the socket", 5.0)
    assert scene.taps(scene.legal) == []


async def test_what_a_page_asked_before_it_went_is_not_begun_after(scene: Scene) -> None:
    house = scene.house
    await house.host()
    page = await scene.monitor()
    await page.ask("wall.watch", rooms=[scene.legal])
    sockets: MonitorSockets = house.running.sockets.server.namespace_handlers[MONITOR]
    (carrier,) = sockets._carriers.values()
    house.engine.may_answer.clear()
    house.engine.is_negotiating.clear()
    asked = [
        asyncio.create_task(page.ask("tile.offer", room=scene.legal, sdp=OFFER)),
        asyncio.create_task(page.beat()),
    ]
    await house.engine.is_negotiating.wait()

    async def is_heard() -> bool:
        return carrier.waiting == 2

    await eventually("the second is heard", is_heard)
    await page.close()

    async def is_gone() -> bool:
        return carrier.is_disconnected

    await eventually("the server knows", is_gone)
    house.engine.may_answer.set()

    async def is_done() -> bool:
        return carrier.waiting == 0

    await eventually("both are done with", is_done)
    assert house.running.ground.counters["internal_errors"] == 0
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


async def test_the_terminal_goes_on_with_the_next_meeting_of_the_room(scene: Scene) -> None:
    page = await scene.watching()
    await scene.opened()
    await page.wait_for(lambda: page.meeting(scene.room).get("stage") == "open", "the stage")
    first = page.meeting(scene.room)["meeting"]
    await page.act("room.end", scene.room, reason="The visit is over")
    await page.wait_for(lambda: page.tile(scene.room)["why_not"] == "no_meeting", "the end")
    scene.house.clock.advance(1)
    await page.wait_for(
        lambda: page.tile(scene.room)["meeting"] not in (None, first), "the next meeting"
    )
    await page.ask("tile.offer", room=scene.room, sdp="v=0\r\na=recvonly\r\n")
    scene.connect(scene.room)
    await page.beat({scene.room: 0})
    await page.why_not(scene.room, None)
    await scene.opened()


async def test_a_room_taken_off_the_wall_is_watched_no_more(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    await page.ask("wall.unwatch", rooms=[scene.room])
    await paused(host)
    assert scene.taps(scene.room) == []
    await page.ask("wall.unwatch", rooms=[scene.room])


# -- what a tile shows ------------------------------------------------------------------------


def sources(scene: Scene, room: str) -> list[tuple[str, int, bool]]:
    """Whom the room's one tap is bound to, the largest width, and whether a screen is."""
    (tap,) = scene.taps(room)
    bound = scene.house.engine.endpoints[tap].sources
    assert not any(source.audio for source in bound)
    return [(one.endpoint.split(".")[1], one.max_width, one.screen) for one in bound]


async def legal_call(scene: Scene) -> tuple[MonitorClient, Client, Client]:
    page = await scene.watching(scene.legal)
    host = await scene.house.host()
    guest = await scene.house.admitted(host)
    await page.wait_for(lambda: len(page.meeting(scene.legal)["people"]) == 2, "both")
    return page, host, guest


async def test_a_tile_shows_the_speaker_and_a_focused_one_everybody(scene: Scene) -> None:
    page, host, guest = await legal_call(scene)
    await page.wait_for(lambda: page.tile(scene.legal)["shown"] == host.participant, "the prisoner")
    assert sources(scene, scene.legal) == [(host.participant, 320, False)]
    scene.house.clock.advance(2)
    engine = scene.house.engine
    name = engine.name_of(guest.participant)
    room = engine.endpoints[name].room
    engine.on_event(SpeakersChanged(room=room, dominant=name, speaking=(name,)))
    await page.wait_for(lambda: page.tile(scene.legal)["shown"] == guest.participant, "the speaker")
    await page.ask("tile.focus", room=scene.legal)
    await page.wait_for(lambda: len(sources(scene, scene.legal)) == 2, "everybody")
    await page.ask("tile.focus", room=None)
    await page.wait_for(lambda: len(sources(scene, scene.legal)) == 1, "one again")


async def test_a_picture_that_is_too_large_for_a_legal_room_is_not_shown_and_the_tile_says_why(
    scene: Scene,
) -> None:
    page, host, _ = await legal_call(scene)
    (tap,) = scene.taps(scene.legal)
    name = scene.house.engine.name_of(host.participant)
    withheld = PictureWithheld(endpoint=tap, source=name, kind="camera", reason="too_large")
    scene.house.engine.on_event(withheld)
    await page.wait_for(
        lambda: page.tile(scene.legal)["withheld"] == {host.participant: "too_large"}, "the reason"
    )
    assert all(width == 320 for _, width, _ in sources(scene, scene.legal))


async def test_a_social_room_is_shown_small_in_the_wall_or_in_its_only_size(scene: Scene) -> None:
    page = await scene.watching()
    host = await scene.opened()
    await page.wait_for(lambda: page.tile(scene.room)["shown"] == host.participant, "the host")
    assert sources(scene, scene.room) == [(host.participant, 320, False)]
    (tap,) = scene.taps(scene.room)
    name = scene.house.engine.name_of(host.participant)
    withheld = PictureWithheld(endpoint=tap, source=name, kind="camera", reason="too_large")
    scene.house.engine.on_event(withheld)
    async with asyncio.timeout(5):
        while sources(scene, scene.room)[0][1]:  # nothing is told; each beat lets the room work
            await page.beat({scene.room: 0})
    assert page.tile(scene.room)["withheld"] == {}


async def test_who_stops_their_camera_is_not_waited_for(scene: Scene) -> None:
    page, host, guest = await legal_call(scene)
    await page.wait_for(lambda: page.tile(scene.legal)["shown"] == host.participant, "the prisoner")
    await host.request("self.set_media", camera=False)
    await page.wait_for(lambda: page.tile(scene.legal)["shown"] == guest.participant, "the guest")


async def test_a_picture_of_which_nothing_comes_is_missing_and_the_desk_is_told(
    scene: Scene,
) -> None:
    page, host, _ = await legal_call(scene)
    desk = await DeskClient(
        scene.house.url, (await officer(scene.house, "Officer Reed", [StaffRole.DUTY])).headers
    ).connect()
    scene.connect(scene.legal)
    scene.feed(scene.legal)
    for _ in range(6):
        scene.house.clock.advance(1)
        await page.beat({scene.legal: 5})
    alert = await desk.alert(scene.legal, "picture_missing")
    assert alert["participant"] == page.tile(scene.legal)["shown"]
    scene.feed(scene.legal)
    await desk.wait_for(lambda: not desk.alerts(scene.legal), "the end of the alert")
    await desk.close()
    assert host.place == "inside"


async def test_the_pages_word_on_a_covered_picture_is_a_badge_and_an_alert(scene: Scene) -> None:
    page, host, _ = await legal_call(scene)
    covered = {"room": scene.legal, "participant": host.participant, "problem": "covered"}
    await page.ask("tile.health", **covered)
    await page.wait_for(
        lambda: "picture_covered" in [one["kind"] for one in page.meeting(scene.legal)["alerts"]],
        "the alert",
    )
    await page.ask("tile.health", **{**covered, "problem": None})
    await page.wait_for(lambda: page.meeting(scene.legal)["alerts"] == [], "its end")
    with pytest.raises(Refused, match="no_such_participant"):
        await page.ask("tile.health", **{**covered, "participant": "nobody"})


# -- what an officer does ---------------------------------------------------------------------


async def test_what_an_officer_does_carries_their_name_into_the_record(scene: Scene) -> None:
    page, host, guest = await legal_call(scene)
    await page.act("room.pause", scene.legal, reason="Something is wrong")
    await guest.wait_for(lambda: guest.view["paused"], "the pause")
    await page.act("room.resume", scene.legal)
    await page.act(
        "concern.raise",
        scene.legal,
        category="security",
        incident="2026/117",
        note="A telephone on the table",
        follow_up="Cell search",
        tells_desk=True,
    )
    await page.act("room.end", scene.legal, reason="Ended by the monitor")
    await host.wait_event("session.ended")
    acts = [
        (one.what, dict(one.personal).get("officer"))
        for commit in scene.house.store.commits
        for one in commit
        if one.what in ("paused", "resumed", "concern_raised", "ended", "watch_begun")
    ]
    assert acts[:5] == [
        (what, "Officer Hale")
        for what in ("watch_begun", "paused", "resumed", "concern_raised", "ended")
    ]


@pytest.mark.parametrize("event", ["room.lock", "room.unlock", "knock.admit", "host.enter_pin"])
async def test_a_monitor_can_do_nothing_else_to_a_room(scene: Scene, event: str) -> None:
    page, *_ = await legal_call(scene)
    with pytest.raises(Refused, match="unknown_request"):
        await page.act(event, scene.legal)


async def test_everybody_inside_sees_that_somebody_watches(scene: Scene) -> None:
    page, host, guest = await legal_call(scene)
    for person in (host, guest):
        assert person.view["presence"]["monitors"] == 1
    await page.close()
    await guest.wait_for(lambda: guest.view["presence"]["monitors"] == 0, "the end of watching")


async def test_every_endpoint_of_a_terminal_is_a_tap_without_sound(scene: Scene) -> None:
    page, *_ = await legal_call(scene)
    await page.ask("tile.focus", room=scene.legal)
    log = scene.house.engine.log
    taps = {one.endpoint for one in log if isinstance(one, AddEndpoint) and one.kind == "tap"}
    assert taps
    told = [one for one in log if isinstance(one, SetSources) and one.endpoint in taps]
    assert told
    assert not any(source.audio for one in told for source in one.sources)
