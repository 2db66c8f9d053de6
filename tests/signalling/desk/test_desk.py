"""The duty desk over real sockets: what it sees and hears, what its officers do by name."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as NoConnection

from signalling.desk.refusals import REFUSED_S
from tests.signalling.client import DeviceKey, Note, Refused
from tests.signalling.desk.scene import Scene
from tests.signalling.fakes.store import PRISON, FakeStore
from tests.signalling.house import PIN, House
from tests.signalling.officers import add_prison, officer, staff_store
from vmr.ids import DeviceId, EstablishmentId
from vmr.policies import PolicyName
from vmr.rooms import Establishment
from vmr.staff import StaffRole
from vmr.store import JournalState

ELSEWHERE = Establishment(id=EstablishmentId("e2"), name="HMP Elsewhere", phone="01632 960009")
DUTY = [StaffRole.DUTY]


# -- seeing -----------------------------------------------------------------------------------


async def test_a_desk_is_told_every_room_at_once_and_then_what_changes(scene: Scene) -> None:
    desk = await scene.desk()
    assert desk.facts["officer"]["name"] == "Officer Reed"
    assert desk.rooms[scene.room]["meeting"] is None
    await scene.locked()
    await desk.wait_for(lambda: desk.meeting(scene.room).get("stage") == "locked", "the lock")
    people = desk.meeting(scene.room)["people"]
    assert [one["seat"]["persons"][0]["is_attested"] for one in people] == [False, True]
    assert "Ann Example" not in repr(desk.notes), "a verified name is sealed in the record"


async def test_a_knock_is_an_alert_with_who_knocks(scene: Scene) -> None:
    desk = await scene.desk()
    await scene.locked()
    late = await scene.knocked()
    alert = await desk.alert(scene.room, "knock")
    assert (alert["participant"], alert["owner"], alert["count"]) == (late.participant, None, 1)
    (waiting,) = desk.meeting(scene.room)["waiting"]
    assert waiting["knock"]["name"] == "Late"


async def test_a_fresh_desk_sees_the_alerts_there_are(scene: Scene) -> None:
    await scene.locked()
    await scene.knocked()
    desk = await scene.desk()
    assert [one["kind"] for one in desk.alerts(scene.room)] == ["knock"]


async def test_an_alert_rings_again_until_it_is_acknowledged(scene: Scene) -> None:
    desk = await scene.desk()
    await scene.locked()
    await scene.knocked()
    alert = await desk.alert(scene.room, "knock")

    def rung() -> list[Note]:
        return [note for note in desk.notes if note.event == "alerts.rang"]

    scene.house.clock.advance(10)
    await desk.wait_for(lambda: len(rung()) == 1, "the first ring")
    meeting = desk.meeting(scene.room)["meeting"]
    told = {"room": scene.room, "meeting": meeting, "alert": alert["id"]}
    assert rung()[0].data == {"alerts": [told]}
    scene.house.clock.advance(10)
    await desk.wait_for(lambda: len(rung()) == 2, "the second ring")
    await desk.act("alert.acknowledge", scene.room, alert=alert["id"])
    scene.house.clock.advance(60)
    scene.house.running.meetings.board.ring()
    await desk.act("room.message", scene.room, text="After it")
    assert len(rung()) == 2


async def test_a_room_that_the_office_adds_or_closes_comes_and_goes(scene: Scene) -> None:
    desk = await scene.desk()
    added = scene.house.store.add_room(name="Room 2")
    await scene.house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: added.id in desk.rooms, "the new room")
    scene.house.change_room(is_closed=True)
    await scene.house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: scene.room not in desk.rooms, "the end of the closed room")
    del scene.house.store.rooms[added.id]
    await scene.house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: added.id not in desk.rooms, "the end of the other")


async def test_the_end_of_a_meeting_leaves_an_idle_room(scene: Scene) -> None:
    desk = await scene.desk()
    await scene.locked()
    await desk.wait_for(lambda: desk.rooms[scene.room]["meeting"], "the meeting")
    await desk.act("room.end", scene.room, reason="The wing is closed")
    await desk.wait_for(lambda: desk.rooms[scene.room]["meeting"] is None, "its end")


# -- acting -----------------------------------------------------------------------------------


async def test_everything_an_officer_does_carries_their_name_into_the_record(scene: Scene) -> None:
    desk = await scene.desk()
    host, guest = await scene.locked()
    late = await scene.knocked()
    alert = await desk.alert(scene.room, "knock")
    await desk.act("alert.acknowledge", scene.room, alert=alert["id"])
    await desk.act("knock.refuse", scene.room, participant=late.participant, reason="Not expected")
    assert (await late.wait_event("session.ended"))["reason"] == "Not expected"
    await desk.act("room.pause", scene.room, reason="Fire alarm")
    await desk.act("room.resume", scene.room)
    await desk.act("room.extend", scene.room, minutes=15)
    await desk.act("room.message", scene.room, text="Five more minutes")
    assert (await guest.wait_event("staff.message")) == {"text": "Five more minutes"}
    await desk.act("room.unlock", scene.room)
    await desk.act("room.lock", scene.room)
    await desk.act(
        "participant.send_back", scene.room, participant=guest.participant, reason="Wait"
    )
    await desk.act("participant.remove", scene.room, participant=host.participant, reason="Out")
    await desk.act("room.end", scene.room, reason="Over")
    assert [what for what, _, _ in scene.records()] == [
        "alert_acknowledged", "refused", "paused", "resumed", "extended", "messaged", "unlocked",
        "locked", "sent_back", "removed", "ended",
    ]  # fmt: skip
    assert all(personal["officer"] == "Officer Reed" for _, _, personal in scene.records())


async def test_two_acknowledgements_at_once_are_one(scene: Scene) -> None:
    desks = [await scene.desk(name) for name in ("Officer Reed", "Officer Shaw")]
    await scene.locked()
    await scene.knocked()
    alerts = [(await desk.alert(scene.room, "knock"))["id"] for desk in desks]
    answers = await asyncio.gather(
        *(
            desk.act("alert.acknowledge", scene.room, alert=id)
            for desk, id in zip(desks, alerts, strict=True)
        ),
        return_exceptions=True,
    )
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["already_acknowledged"]
    assert [what for what, _, _ in scene.records()] == ["alert_acknowledged"]


async def test_a_second_officer_takes_over_after_a_minute_without_action(scene: Scene) -> None:
    first, second = await scene.desk("Officer Reed"), await scene.desk("Officer Shaw")
    await scene.locked()
    await scene.knocked()
    alert = (await first.alert(scene.room, "knock"))["id"]
    await first.act("alert.acknowledge", scene.room, alert=alert)
    with pytest.raises(Refused, match="take_over_too_soon"):
        await second.act("alert.take_over", scene.room, alert=alert)
    scene.house.clock.advance(60)
    await second.act("alert.take_over", scene.room, alert=alert)
    await first.wait_for(
        lambda: first.alerts(scene.room)[0]["owner"]["name"] == "Officer Shaw", "the new owner"
    )
    assert [personal["officer"] for _, _, personal in scene.records()] == [
        "Officer Reed", "Officer Shaw",
    ]  # fmt: skip


async def test_a_late_joiner_is_let_in_from_the_desk_with_the_id_first(scene: Scene) -> None:
    desk = await scene.desk()
    host, _ = await scene.locked()
    late = await scene.knocked()
    await desk.alert(scene.room, "knock")
    who = {"participant": late.participant}
    with pytest.raises(Refused, match="attestation_required"):
        await desk.act("knock.admit", scene.room, **who)
    claim = {
        "person": f"{late.participant}.1",
        "method": "professional_card",
        "documents": ["professional_photo_card"],
        "verified_name": "Sealed Name",
    }
    await desk.act("knock.admit", scene.room, **who, attestations=[claim])
    await late.wait_place("inside")
    joined = await host.wait_event("participant.joined")
    assert (joined["how"], joined["by"]) == ("admitted_after_lock", "staff")
    assert "Sealed Name" not in repr(desk.notes) + late.everything() + host.everything()


async def test_a_room_whose_pin_entry_is_closed_is_opened_or_reset_from_the_desk(
    scene: Scene,
) -> None:
    desk = await scene.desk()
    for _ in range(7):
        wrong = await scene.house.client()
        await wrong.join(scene.house.room.address, "Officer", role="host")
        for _ in range(3):
            with pytest.raises(Refused):
                await wrong.request("host.enter_pin", pin="000000")
    await desk.alert(scene.room, "pin_alarm")
    terminal = await scene.house.client()
    await terminal.join(scene.house.room.address, "Officer", role="host")
    with pytest.raises(Refused, match="pin_closed"):
        await terminal.request("host.enter_pin", pin=PIN)
    await desk.act("pin.reset", scene.room)
    await desk.wait_for(lambda: not desk.alerts(scene.room), "the end of the alarm")
    await desk.act("knock.admit", scene.room, participant=terminal.participant)
    await terminal.wait_place("inside")


async def test_a_step_up_that_was_closed_is_reset_by_name(scene: Scene) -> None:
    desk = await scene.desk()
    host, _ = await scene.locked()
    await host.request("room.hand_over")
    for _ in range(3):
        with pytest.raises(Refused):
            await host.request("host.enter_pin", pin="000000")
    await desk.alert(scene.room, "step_up_closed")
    await desk.act("step_up.reset", scene.room, participant=host.participant)
    await host.request("host.enter_pin", pin=PIN)
    assert scene.records()[0][0] == "step_up_reset"


async def test_a_guest_and_a_prisoner_call_for_staff(scene: Scene) -> None:
    desk = await scene.desk()
    host, guest = await scene.locked()
    await host.request("room.hand_over")
    await guest.request("staff.call")
    call = await desk.alert(scene.room, "staff_called")
    assert call["participant"] == guest.participant
    await host.request("staff.ready_to_leave")
    await desk.alert(scene.room, "ready_to_leave")
    await desk.act("alert.close", scene.room, alert=call["id"])
    kinds = [one["kind"] for one in desk.alerts(scene.room)]
    assert kinds == ["ready_to_leave"], "the news came before the acknowledgement"


async def test_a_raised_hand_is_seen_and_lowered_where_nobody_inside_can(scene: Scene) -> None:
    desk = await scene.desk()
    host, guest = await scene.locked()
    await host.request("room.hand_over")
    await guest.request("hand.raise")

    def hand() -> int | None:
        people = desk.rooms[scene.room]["meeting"]["people"]
        found: int | None = next(
            one["hand"] for one in people if one["seat"]["id"] == guest.participant
        )
        return found

    await desk.wait_for(lambda: hand() == 1, "the raised hand")
    await desk.act("hand.lower", scene.room, participant=guest.participant)
    await desk.wait_for(lambda: hand() is None, "the lowered hand")
    await guest.wait_event("hand.lowered")


# -- who may not ------------------------------------------------------------------------------


async def test_another_establishments_room_is_as_if_it_did_not_exist(scene: Scene) -> None:
    await add_prison(scene.house.store.staff, ELSEWHERE)
    other = await scene.desk("Officer Far", establishment=ELSEWHERE)
    own = await scene.desk()
    await scene.locked()
    await own.wait_for(lambda: own.meeting(scene.room), "the meeting")
    assert other.rooms == {}
    answers = [
        await other.call("room.end", {"room": room, "meeting": meeting, "reason": "x"})
        for room, meeting in ((scene.room, own.meeting(scene.room)["meeting"]), ("r0", "m0"))
    ]
    assert answers[0] == answers[1]
    assert answers[0]["error"]["code"] == "unknown_room"
    assert [note.event for note in other.notes] == ["desk.state"]


@pytest.mark.parametrize(
    ("roles", "code"), [([StaffRole.MONITOR], "not_permitted"), (None, "signed_out")]
)
async def test_nobody_but_a_duty_officer_gets_a_desk(
    scene: Scene, roles: list[StaffRole] | None, code: str
) -> None:
    who = None if roles is None else await officer(scene.house, roles=roles)
    with pytest.raises(NoConnection):
        await scene.page({} if who is None else who.headers)
    assert scene.house.running.ground.counters[f"refused_{code}"] == 1


async def test_the_end_of_the_session_closes_the_desk_within_seconds(scene: Scene) -> None:
    who = await officer(scene.house, roles=DUTY)
    desk = await scene.page(who.headers)
    await scene.house.store.staff.end_session(who.session.id, who.member.id)
    await desk.wait_for(lambda: not desk.is_connected, "the end of the socket", 5)
    assert len(scene.house.running.meetings.board) == 0
    with pytest.raises(NoConnection):
        await scene.page(who.headers)


async def test_a_session_that_ended_on_an_open_transport_is_shown_nothing(scene: Scene) -> None:
    who = await officer(scene.house, roles=DUTY)
    client = await scene.house.page(headers=who.headers).connect()
    await scene.house.store.staff.end_session(who.session.id, who.member.id)
    eio = client.socket.eio
    heard: list[str] = []
    client.socket.eio.on("message", lambda text: heard.append(str(text)))
    await eio.send('0/desk,{"protocol":1}')
    await client.wait_for(lambda: not client.is_connected, "the end of the transport", 5)
    assert not [text for text in heard if "desk.state" in text]


async def test_a_request_about_a_meeting_that_is_over_never_reaches_the_next_one(
    scene: Scene,
) -> None:
    desk = await scene.desk()
    await scene.locked()
    await desk.wait_for(lambda: desk.meeting(scene.room), "the meeting")
    old = desk.meeting(scene.room)["meeting"]
    await desk.act("room.end", scene.room, reason="Over")
    with pytest.raises(Refused, match="meeting_over"):
        await desk.act("room.end", scene.room, meeting=old, reason="Again")
    host = await scene.house.host()
    with pytest.raises(Refused, match="meeting_over"):
        await desk.act("room.end", scene.room, meeting=old, reason="Again")
    assert host.place == "inside"


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("connect", ({"protocol": 1},), "unknown_request"),
        ("disconnect", (), "unknown_request"),
        ("room.join", ({},), "unknown_request"),
        ("room.lock", (), "bad_message"),
        ("room.lock", ({"room": "r", "meeting": "m", "more": 1},), "bad_message"),
        ("room.lock", ({"room": ["r"], "meeting": "m"},), "bad_message"),
        ("room.end", ({"room": "r", "meeting": "m", "reason": ""},), "bad_message"),
        ("room.message", ({"room": "r", "meeting": "m", "text": "x" * 501},), "too_large"),
        ("room.message", ({"room": "r", "meeting": "m", "text": "a\u202eb"},), "bad_text"),
        ("room.message", ({"room": "r", "meeting": "m", "text": ""},), "bad_message"),
        ("room.extend", ({"room": "r", "meeting": "m", "minutes": True},), "bad_message"),
        ("alert.acknowledge", ({"room": "r", "meeting": "m", "alert": 0},), "bad_message"),
        ("room.lock", ({"room": "r", "meeting": "m"}, 2), "bad_message"),
    ],
)
async def test_bad_input_gets_its_one_error_and_the_desk_goes_on(
    scene: Scene, event: str, payload: tuple[Any, ...], code: str
) -> None:
    desk = await scene.desk()
    assert (await desk.call(event, *payload))["error"]["code"] == code
    await scene.locked()
    await desk.wait_for(lambda: desk.meeting(scene.room), "the meeting")


async def test_binary_to_the_desk_is_answered_in_its_namespace(scene: Scene) -> None:
    desk = await scene.desk()
    assert (await desk.call("room.lock", b"\x00"))["error"]["code"] == "bad_message"


async def test_a_desk_that_does_not_read_is_cut_off_and_begins_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await officer(scene.house)
    desk = await scene.page(who.headers)
    with monkeypatch.context() as patched:
        patched.setattr("signalling.guarded.NamespaceServer.backlog", lambda self, sid: 10_000)
        await scene.locked()
        await desk.wait_for(lambda: not desk.is_connected, "the end of the socket")
    again = await scene.page(who.headers)
    assert again.meeting(scene.room)["stage"] == "locked"


# -- a restart --------------------------------------------------------------------------------


async def test_alerts_and_their_owners_survive_a_restart_of_the_server(tmp_path: Path) -> None:
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff:
        async with House(store=store) as house:
            scene = Scene(house)
            who = await officer(house)
            desk = await scene.page(who.headers)
            key = DeviceKey()
            host = await house.host(key)
            await house.guest("Late", key=DeviceKey())
            await host.request("staff.call")
            call = await desk.alert(scene.room, "staff_called")
            await desk.act("alert.acknowledge", scene.room, alert=call["id"])
            await desk.close()
        async with House(store=store, clock=house.clock) as after:
            scene = Scene(after)
            desk = await scene.page(who.headers)
            found = {one["kind"]: one["owner"] for one in desk.alerts(scene.room)}
            assert found.keys() == {"staff_called", "knock"}
            assert found["staff_called"]["name"] == "Officer Reed"
            assert found["knock"] is None
            await desk.close()


async def test_a_social_room_without_a_monitor_says_so_at_the_desk(scene: Scene) -> None:
    social = scene.house.store.add_room(policy=PolicyName.SOCIAL, establishment=PRISON)
    desk = await scene.desk()
    assert desk.rooms[social.id]["policy"] == "social"


# -- enrolled terminals -----------------------------------------------------------------------


async def test_hosts_away_from_a_terminal_are_one_note_with_a_count_that_rings_nothing(
    scene: Scene,
) -> None:
    prison = replace(scene.house.room.establishment, hosts_only_at_terminals=True)
    scene.house.change_room(establishment=prison)
    desk = await scene.desk()
    assert desk.rooms[scene.room]["hosts_refused"] is None
    for _ in range(3):
        elsewhere = await scene.house.client()
        with pytest.raises(Refused):
            await elsewhere.join(scene.house.room.address, "Officer", role="host", key=DeviceKey())
    await desk.wait_for(
        lambda: (desk.rooms[scene.room]["hosts_refused"] or {}).get("count") == 3, "three refused"
    )
    assert desk.rooms[scene.room]["hosts_refused"]["last_at"] == scene.house.clock()
    assert desk.alerts(scene.room) == []
    counters = scene.house.running.ground.counters
    assert counters["error_terminal_not_enrolled"] == 3
    scene.house.clock.advance(REFUSED_S)
    await desk.wait_for(lambda: desk.rooms[scene.room]["hosts_refused"] is None, "an hour's end")
    assert "alerts.rang" not in [note.event for note in desk.notes]


async def test_the_desk_warns_while_no_host_can_join_anywhere(scene: Scene) -> None:
    house, here = scene.house, scene.house.room.establishment
    desk = await scene.desk()
    assert desk.rooms[scene.room]["lacks_terminal"] is False
    house.change_room(establishment=replace(here, hosts_only_at_terminals=True))
    await house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: desk.rooms[scene.room]["lacks_terminal"], "a warning")
    assert (await scene.desk("Second")).rooms[scene.room]["lacks_terminal"] is True
    house.store.terminals.enrolled.add((here.id, DeviceId("d")))
    await house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: not desk.rooms[scene.room]["lacks_terminal"], "no warning")
    house.store.terminals.enrolled.clear()
    await house.running.meetings.board.refresh_all()
    await desk.wait_for(lambda: desk.rooms[scene.room]["lacks_terminal"], "a warning again")


async def test_the_desk_is_told_while_records_wait_for_the_database(scene: Scene) -> None:
    desk = await scene.desk()
    assert desk.rooms[scene.room]["record_waits"] is False
    scene.house.store.journal = JournalState(entries=2, bytes=900)
    await desk.wait_for(lambda: desk.rooms[scene.room]["record_waits"], "a warning")
    assert (await scene.desk("Second")).rooms[scene.room]["record_waits"] is True
    scene.house.store.journal = JournalState()
    await desk.wait_for(lambda: not desk.rooms[scene.room]["record_waits"], "no warning")
