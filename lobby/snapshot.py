"""A meeting as JSON, for a restart of the server and for a move to another: stage, seats, step-ups,
who waits, PIN attempts, alerts.

Sessions and PIN prompts are not kept: their pages join again. Whoever may come back without
knocking has a seat kept from the restart on, and who waited with a device that proved itself their
place at the door; everybody else asks there anew. Who came for another slot is not named here, as
in the record (`lobby.door`).

What differs between the versions, of which a server reads this one and the one before:

| version | |
|---|---|
| 2 | `waiting`: who waits keeps their place |
| 1 | without it: everybody at the door asks anew |

`moved` stands in the snapshot of a planned move alone: who watched, and until when that counts. Who
does not know it pauses a room that must be watched.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lobby.alerts import Alert, AlertKind
from lobby.knock import NOBODYS, Knock
from lobby.pin import PinAttempts
from lobby.seats import away
from lobby.state import Followers, Seat, State
from lobby.step_up import Hands
from lobby.watching import FOLLOW_S
from vmr.ids import (
    BookingId,
    DeviceId,
    InviteId,
    MeetingId,
    OfficerId,
    ParticipantId,
    PersonId,
    SessionId,
)
from vmr.numbers import Numbers
from vmr.participants import Person
from vmr.policies import PolicyName
from vmr.roles import Role, Stage
from vmr.rooms import Room
from vmr.slot_json import slot_from_json, slot_to_json

VERSION = 2
READABLE = (2, 1)


class NewerSnapshot(ValueError):
    """Of a version that is not known here. What is in it must not be passed over."""


def build_snapshot(state: State) -> dict[str, Any]:
    return {
        "version": VERSION,
        "id": state.id,
        "policy": state.room.policy.value,
        "slot": None if state.room.slot is None else slot_to_json(state.room.slot),
        "stage": state.stage.value,
        "was_locked": state.was_locked,
        "paused": state.paused,
        "is_unwatched": state.is_unwatched,
        "staged_at": state.staged_at,
        "opened_at": state.opened_at,
        "ends_at": state.ends_at,
        "warned": sorted(state.warned),
        "hostless_until": state.hostless_until,
        "guests_may_present": state.guests_may_present,
        "seats": [_build_seat(seat) for seat in state.seats.values()],
        "waiting": [_build_knock(one) for one in state.knocks.values() if _is_kept(state, one)],
        "voided_devices": sorted(state.voided_devices),
        "voided_invites": sorted(state.voided_invites),
        "pins": state.pins.to_json(),
        "alerts": [alert.to_json() for alert in state.alerts.values()],
        "alerts_made": state.alerts_made,
    }


def build_move(state: State, watched_at: float | None) -> dict[str, Any]:
    """For another server, which is to go on with it now. `watched_at` is when somebody was last
    known to watch; None: nobody does."""
    watching = {one.officer.id for one in state.watchers.values() if one.is_watching}
    until = None if watched_at is None else watched_at + FOLLOW_S
    return {**build_snapshot(state), "moved": {"watching": sorted(watching), "until": until}}


def _build_seat(seat: Seat) -> dict[str, Any]:
    return {
        "id": seat.id,
        "role": seat.role.value,
        "persons": [
            {"id": person.id, "name": person.name, "is_attested": person.is_attested}
            for person in seat.persons
        ],
        "invite": seat.invite,
        "device": seat.device,
        "microphone": seat.microphone,
        "camera": seat.camera,
        "is_handed_over": seat.hands.is_handed_over,
        "wrong_pins": seat.hands.wrong_pins,
    }


def _is_kept(state: State, knock: Knock) -> bool:
    return knock.device is not None and state.is_slot_of(knock.booking)


def _build_knock(knock: Knock) -> dict[str, Any]:
    return {
        "id": knock.id,
        "role": knock.role.value,
        "persons": [{"id": person.id, "name": person.name} for person in knock.persons],
        "invite": knock.invite,
        "device": knock.device,
        "booking": knock.booking,
        "slot_starts_at": knock.slot_starts_at,
        "since": knock.since,
        "last_at": knock.last_at,
        "count": knock.count,
        "is_knocking": knock.is_knocking,
        "is_pin_verified": knock.is_pin_verified,
        "is_like_banned": knock.is_like_banned,
    }


def _upgrade(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """As this version writes it. Raises NewerSnapshot."""
    if snapshot["version"] not in READABLE:
        raise NewerSnapshot(f"a meeting's snapshot of version {snapshot['version']}")
    return {"waiting": [], **snapshot, "version": VERSION}


def parse_snapshot(snapshot: Mapping[str, Any], room: Room, numbers: Numbers, now: float) -> State:
    """The meeting after a restart at `now`; a policy stays what it was when it started.

    Raises NewerSnapshot.
    """
    snapshot = _upgrade(snapshot)
    kept = [seat for seat in map(_parse_seat, snapshot["seats"]) if seat.may_return]
    seats = {seat.id: away(seat, now + numbers.reentry_s) for seat in kept}
    waiting = [_parse_knock(one, now) for one in snapshot["waiting"]]
    knocks = {one.id: one for one in waiting}
    alerts = map(Alert.from_json, snapshot.get("alerts", ()))
    state = State(
        id=MeetingId(snapshot["id"]),
        room=_room(room, snapshot),
        numbers=numbers,
        stage=Stage(snapshot["stage"]),
        was_locked=snapshot["was_locked"],
        paused=snapshot["paused"],
        is_unwatched=snapshot.get("is_unwatched", False),
        staged_at=snapshot.get("staged_at", now),
        opened_at=snapshot["opened_at"],
        ends_at=snapshot["ends_at"],
        warned=frozenset(snapshot["warned"]),
        hostless_until=snapshot["hostless_until"],
        guests_may_present=snapshot.get("guests_may_present", True),
        seats=seats,
        knocks=knocks,
        voided_devices=frozenset(map(DeviceId, snapshot["voided_devices"])),
        voided_invites=frozenset(map(InviteId, snapshot["voided_invites"])),
        pins=PinAttempts.from_json(snapshot["pins"]),
        alerts={
            one.id: one
            for one in _keep_alerts(alerts, {*seats, *knocks}, now + numbers.knock_gone_s)
        },
        alerts_made=snapshot.get("alerts_made", 0),
        is_restored=True,
        is_moved="moved" in snapshot,
        followers=_parse_followers(snapshot, now),
    )
    if state.is_running and state.hostless_until is None:
        state.hostless_until = now + numbers.host_lost_s
    return state


def _parse_followers(snapshot: Mapping[str, Any], now: float) -> Followers | None:
    """However the clocks of the two servers differ, they count for no longer than FOLLOW_S here."""
    moved = snapshot.get("moved")
    if moved is None or not moved["watching"] or moved["until"] is None:
        return None
    officers = frozenset(map(OfficerId, moved["watching"]))
    return Followers(officers=officers, until=min(moved["until"], now + FOLLOW_S))


def _room(room: Room, snapshot: Mapping[str, Any]) -> Room:
    """The room as it is now, with what was settled when the meeting began."""
    kept = snapshot.get("slot")
    slot = None if kept is None else slot_from_json(kept)
    return replace(room, policy=PolicyName(snapshot["policy"]), slot=slot)


def _keep_alerts(
    alerts: Iterable[Alert], kept: Container[ParticipantId], until: float
) -> Iterator[Alert]:
    """Those about the room and about who may come back; and knocks, whose pages knock again."""
    for alert in alerts:
        if alert.participant is None or alert.participant in kept:
            yield alert
        elif alert.kind is AlertKind.KNOCK and alert.device is not None:
            yield replace(alert, stands_until=until)


def _parse_knock(value: Mapping[str, Any], now: float) -> Knock:
    """Somebody at the door whose page is gone until it joins again."""
    return Knock(
        id=ParticipantId(value["id"]),
        session=SessionId(f"{NOBODYS}{value['id']}"),
        role=Role(value["role"]),
        persons=tuple(Person(id=PersonId(p["id"]), name=p["name"]) for p in value["persons"]),
        invite=None if value["invite"] is None else InviteId(value["invite"]),
        device=DeviceId(value["device"]),
        booking=None if value["booking"] is None else BookingId(value["booking"]),
        slot_starts_at=value["slot_starts_at"],
        since=value["since"],
        last_at=value["last_at"],
        count=value["count"],
        is_knocking=value["is_knocking"],
        is_pin_verified=value["is_pin_verified"],
        is_like_banned=value["is_like_banned"],
        gone_at=now,
    )


def _parse_seat(value: Mapping[str, Any]) -> Seat:
    return Seat(
        id=ParticipantId(value["id"]),
        session=None,
        role=Role(value["role"]),
        persons=tuple(
            Person(id=PersonId(p["id"]), name=p["name"], is_attested=p["is_attested"])
            for p in value["persons"]
        ),
        invite=None if value["invite"] is None else InviteId(value["invite"]),
        device=None if value["device"] is None else DeviceId(value["device"]),
        microphone=value["microphone"],
        camera=value["camera"],
        hands=Hands(is_handed_over=value["is_handed_over"], wrong_pins=value["wrong_pins"]),
    )
