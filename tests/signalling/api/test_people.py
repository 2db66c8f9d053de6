"""The people of a booking, each by itself: a change of one is a change of the booking."""

from typing import Any

import pytest

from tests.signalling.api.prison import Caller, Prison
from tests.signalling.api.test_bookings import BOB, at, made, seen


def people(booking: Any) -> str:
    return f"{at(booking)}/people"


def first(booking: Any) -> str:
    return f"{people(booking)}/{booking['people'][0]['id']}"


async def test_somebody_more_is_expected_with_a_link_of_their_own(
    prison: Prison, program: Caller
) -> None:
    booking = await made(program, room=prison.room.id)
    key = {**seen(booking), "Idempotency-Key": "one"}
    reply = await program.ask("POST", people(booking), BOB, headers=key)
    assert (reply.status, reply.etag) == (201, '"2"')
    assert reply.headers["Location"] == f"/api/v1{people(booking)}"
    (link,) = reply.json["links"]
    added = reply.json["booking"]["people"][1]
    assert (added["name"], link["person"]) == ("Ben Bar", added["id"])
    again = await program.ask("POST", people(booking), BOB, headers=key)
    assert again.text == reply.text
    assert len((await program.get(people(booking))).json["items"]) == 2
    assert (await prison.record())[-1][1] == "booking_amended"


async def test_one_is_shown_and_changed_and_stays_who_they_are(
    prison: Prison, program: Caller
) -> None:
    booking = await made(program, room=prison.room.id)
    shown = await program.get(first(booking))
    assert (shown.status, shown.json, shown.etag) == (200, booking["people"][0], '"1"')
    who = {"name": "Ada Law", "part": "lawyer", "email": "ada@law.example"}
    said = {**who, "phone": "01632 960055", "alias": "Counsel"}
    reply = await program.ask("PUT", first(booking), said, headers=seen(booking))
    assert (reply.status, reply.json["links"]) == (200, [])
    (changed,) = reply.json["booking"]["people"]
    assert changed == {**booking["people"][0], **said}
    assert changed["has_link"]


async def test_one_is_expected_no_more_but_never_the_last(prison: Prison, program: Caller) -> None:
    booking = await made(program, room=prison.room.id)
    both = (await program.ask("POST", people(booking), BOB, headers=seen(booking))).json["booking"]
    reply = await program.ask("DELETE", first(both), headers=seen(both))
    assert reply.status == 200
    left = reply.json["booking"]
    assert [one["name"] for one in left["people"]] == ["Ben Bar"]
    assert (await program.get(first(both))).status == 404
    last = await program.ask("DELETE", first(left), headers=seen(left))
    assert (last.status, last.kind) == (422, "invalid")
    assert len((await program.get(people(booking))).json["items"]) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_somebody_else_has_changed_is_not_changed_over(
    prison: Prison, program: Caller, method: str
) -> None:
    booking = await made(program, room=prison.room.id)
    path = people(booking) if method == "POST" else first(booking)
    body = None if method == "DELETE" else BOB
    assert (await program.ask(method, path, body)).kind == "version-needed"
    await program.ask("PATCH", at(booking), {"prisoner": "B"}, headers=seen(booking))
    late = await program.ask(method, path, body, headers=seen(booking))
    assert (late.status, late.kind) == (412, "changed")


async def test_what_the_rules_refuse_points_at_no_place_of_a_booking(
    prison: Prison, program: Caller
) -> None:
    booking = await made(program, room=prison.room.id)
    mute = {"name": "Ben Bar", "part": "interpreter"}
    reply = await program.ask("POST", people(booking), mute, headers=seen(booking))
    assert (reply.status, reply.pointers) == (422, [""])


async def test_nobody_and_the_people_of_others_look_alike(prison: Prison, program: Caller) -> None:
    booking = await made(program, room=prison.room.id)
    there = await prison.program(establishment=prison.other.establishment)
    none = await program.get(f"{people(booking)}/nobody")
    theirs = await there.get(first(booking))
    assert (none.status, theirs.status, none.text) == (404, 404, theirs.text)
    for method, path, body in (
        ("POST", people(booking), BOB), ("PUT", first(booking), BOB),
        ("DELETE", first(booking), None),
    ):  # fmt: skip
        reply = await there.ask(method, path, body, headers=seen(booking))
        assert reply.status == 404
    gone = await program.ask("PUT", f"{people(booking)}/nobody", BOB, headers=seen(booking))
    assert gone.status == 404
