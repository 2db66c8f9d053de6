"""Bookings by programs: made, changed, decided and found."""

import asyncio
from typing import Any

import pytest

from tests.signalling.api.prison import Caller, Prison, draft, span
from tests.vmr.bookings.made import slot
from vmr.store import SlotTaken

BOB = {"name": "Ben Bar", "part": "interpreter", "language": "Welsh"}


async def made(program: Caller, **values: Any) -> Any:
    reply = await program.ask("POST", "/bookings", draft(**values))
    assert reply.status == 201, reply.text
    return reply.json["booking"]


def at(booking: Any) -> str:
    return f"/bookings/{booking['reference']}"


def seen(booking: Any) -> dict[str, str]:
    return {"If-Match": f'"{booking["version"]}"'}


async def test_a_booking_with_a_room_is_confirmed_with_its_personal_links(
    prison: Prison, program: Caller
) -> None:
    reply = await program.ask("POST", "/bookings", draft(room=prison.room.id))
    assert reply.status == 201
    booking, (link,) = reply.json["booking"], reply.json["links"]
    assert (booking["state"], booking["room"], booking["version"]) == (
        "confirmed", prison.room.id, 1,
    )  # fmt: skip
    assert booking["slot"] == span(slot(4, 10))
    assert link["person"] == booking["people"][0]["id"]
    assert link["link"].startswith(f"{prison.server.url}/r/{prison.room.address}")
    assert reply.headers["Location"] == f"/api/v1{at(booking)}"
    assert reply.etag == '"1"'
    assert (await program.get(reply.headers["Location"])).json == booking
    (_, token, *_), (actor, what) = await prison.record(), (await prison.record())[-1]
    assert what == "booking_made"
    assert actor.startswith("api:")
    assert token


async def test_a_request_is_confirmed_amended_and_cancelled(
    prison: Prison, program: Caller
) -> None:
    booking = await made(program, alternatives=[span(slot(4, 14))])
    assert booking["state"] == "requested"
    body = {"room": prison.room.id, "slot": booking["alternatives"][0]}
    reply = await program.ask("POST", f"{at(booking)}/confirm", body, headers=seen(booking))
    assert (reply.status, reply.etag) == (200, '"2"')
    booking = reply.json["booking"]
    assert (booking["state"], booking["slot"]) == ("confirmed", span(slot(4, 14)))
    people = [*booking["people"], BOB]
    for one in people[:1]:
        one.pop("has_link")
    reply = await program.ask("PATCH", at(booking), {"people": people}, headers=seen(booking))
    assert reply.status == 200, reply.text
    assert [one["name"] for one in reply.json["booking"]["people"]] == ["Ada Law", "Ben Bar"]
    assert len(reply.json["links"]) == 1
    assert reply.json["booking"]["prisoner"] == "A1234BC"
    booking = reply.json["booking"]
    reply = await program.ask(
        "POST", f"{at(booking)}/cancel", {"reason": "Transferred"}, headers=seen(booking)
    )
    assert (reply.status, reply.json["booking"]["state"]) == (200, "cancelled")
    again = await program.ask(
        "POST", f"{at(booking)}/cancel", {"reason": "x"}, headers={"If-Match": reply.etag}
    )
    assert (again.status, again.kind) == (409, "state")
    done = [what for _, what in await prison.record()][1:]
    assert done == [
        "booking_requested", "booking_confirmed", "booking_amended", "booking_cancelled",
    ]  # fmt: skip


async def test_a_request_is_refused_with_a_reason(program: Caller) -> None:
    booking = await made(program)
    path = f"{at(booking)}/refuse"
    without = await program.ask("POST", path, {"reason": " "}, headers=seen(booking))
    assert (without.status, without.pointers) == (422, ["/reason"])
    reply = await program.ask("POST", path, {"reason": "No room"}, headers=seen(booking))
    assert reply.json["booking"]["state"] == "refused"


async def test_problems_are_said_in_the_sentences_of_the_pages(
    prison: Prison, program: Caller
) -> None:
    reply = await program.ask("POST", "/bookings", draft(people=[], slot=span(slot(1, 9))))
    assert (reply.status, reply.kind) == (422, "invalid")
    assert {one["pointer"]: one["detail"] for one in reply.json["errors"]} == {
        "/slot": "There is too little notice. Say why it can be at short notice, or choose a"
        " later time",
        "/people": "Enter at least one person outside the prison",
    }
    late = await program.ask("POST", "/bookings", draft(slot=span(slot(1, 9)), waiver="Bail"))
    assert late.status == 201


async def test_a_slot_that_ends_before_it_starts_is_pointed_at(program: Caller) -> None:
    one = span(slot(4, 10))
    turned = {"starts_at": one["ends_at"], "ends_at": one["starts_at"]}
    reply = await program.ask("POST", "/bookings", draft(alternatives=[turned]))
    assert (reply.status, reply.pointers) == (422, ["/alternatives/0"])


async def test_a_change_says_which_version_it_was_made_to(program: Caller) -> None:
    booking = await made(program)
    patch = {"prisoner": "B"}
    for headers, status in (({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"9"'}, 412),
                            ({"If-Match": 'W/"1"'}, 412), ({"If-Match": "x"}, 412)):  # fmt: skip
        reply = await program.ask("PATCH", at(booking), patch, headers=headers)
        assert reply.status == status, headers
    assert (await program.get(at(booking))).json["prisoner"] == "A1234BC"


async def test_of_two_changes_in_the_same_moment_one_is_told_of_the_other(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await made(program)
    other = await prison.program()
    both_have_read, readers = asyncio.Event(), 0
    read = prison.store.bookings.by_reference

    async def read_together(reference: str) -> Any:
        nonlocal readers
        found = await read(reference)
        readers += 1
        if readers == 2:
            both_have_read.set()
        await asyncio.wait_for(both_have_read.wait(), 5)
        return found

    monkeypatch.setattr(prison.store.bookings, "by_reference", read_together)
    replies = await asyncio.gather(
        program.ask("PATCH", at(booking), {"prisoner": "ONE"}, headers=seen(booking)),
        other.ask("PATCH", at(booking), {"prisoner": "TWO"}, headers=seen(booking)),
    )
    assert sorted(one.status for one in replies) == [200, 412]


async def test_a_room_that_is_taken_is_a_conflict(prison: Prison, program: Caller) -> None:
    await made(program, room=prison.room.id)
    reply = await program.ask("POST", "/bookings", draft(room=prison.room.id))
    assert (reply.status, reply.kind, reply.pointers) == (409, "room-taken", ["/room"])


async def test_a_room_taken_in_the_same_second_is_one_too(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken(*_: object) -> None:
        raise SlotTaken("taken by booking ABCD-2345")

    monkeypatch.setattr(prison.store.bookings, "add_all", taken)
    reply = await program.ask("POST", "/bookings", draft(room=prison.room.id))
    assert (reply.status, reply.kind) == (409, "room-taken")
    assert "ABCD" not in reply.text


async def test_another_establishments_room_cannot_be_booked(
    prison: Prison, program: Caller
) -> None:
    reply = await program.ask("POST", "/bookings", draft(room=prison.other.id))
    assert (reply.status, reply.pointers) == (422, ["/room"])


async def test_somebody_elses_person_cannot_be_taken_over(program: Caller) -> None:
    first, second = await made(program), await made(program)
    stolen = {**first["people"][0]}
    stolen.pop("has_link")
    reply = await program.ask("PATCH", at(second), {"people": [stolen]}, headers=seen(second))
    assert (reply.status, reply.pointers) == (422, ["/people/0/id"])


async def test_what_a_booking_has_to_have_cannot_be_taken_away(program: Caller) -> None:
    booking = await made(program)
    for name in ("slot", "room", "purpose", "people"):
        reply = await program.ask("PATCH", at(booking), {name: None}, headers=seen(booking))
        assert (reply.status, reply.pointers) == (422, [f"/{name}"])


async def test_an_unchanged_booking_is_not_sent_again(program: Caller) -> None:
    booking = await made(program)
    reply = await program.get(at(booking), **{"If-None-Match": '"1"'})
    assert (reply.status, reply.text, reply.etag) == (304, "", '"1"')


async def test_people_and_a_new_link_for_one(prison: Prison, program: Caller) -> None:
    reply = await program.ask("POST", "/bookings", draft(room=prison.room.id))
    booking, (old,) = reply.json["booking"], reply.json["links"]
    people = (await program.get(f"{at(booking)}/people")).json["items"]
    assert people == booking["people"]
    path = f"{at(booking)}/people/{people[0]['id']}/link"
    (new,) = (await program.ask("POST", path)).json["links"]
    assert new["person"] == old["person"]
    assert new["link"] != old["link"]
    assert (await program.ask("POST", f"{at(booking)}/people/none/link")).status == 404
    assert "#invite=" not in (await program.get(at(booking))).text


async def test_bookings_come_by_pages_that_nothing_is_missing_from(
    prison: Prison, program: Caller
) -> None:
    wanted = [slot(day, hour) for day in (4, 5, 8) for hour in (9, 11)]
    for one in wanted:
        await made(program, slot=span(one), room=prison.room.id)
    found, path = [], "/bookings?limit=4"
    while path:
        page = (await program.get(path)).json
        assert len(page["items"]) <= 4
        found += page["items"]
        path = page["next"]
        await made(program, slot=span(slot(3, 9)))  # before all that was seen
    assert [one["slot"] for one in found] == [span(one) for one in wanted]


async def test_bookings_are_found_by_day_room_state_and_words(
    prison: Prison, program: Caller
) -> None:
    await made(program, room=prison.room.id)
    await made(program, slot=span(slot(5, 10)), people=[{"name": "Zoë Ó Dá", "part": "lawyer"}])

    async def names(query: str) -> list[str]:
        page = (await program.get(f"/bookings?{query}")).json
        return [one["people"][0]["name"] for one in page["items"]]

    assert await names("") == ["Ada Law", "Zoë Ó Dá"]
    assert await names("first_day=2027-03-05") == ["Zoë Ó Dá"]
    assert await names("last_day=2027-03-04") == ["Ada Law"]
    assert await names(f"room={prison.room.id}") == ["Ada Law"]
    assert await names("state=requested") == ["Zoë Ó Dá"]
    assert await names("search=zoe%20o") == ["Zoë Ó Dá"]
    assert await names("search=nobody") == []
    assert await names("search=%25") == []


async def test_the_next_page_asks_the_same_question(prison: Prison, program: Caller) -> None:
    for hour in (9, 11, 14):
        await made(program, slot=span(slot(4, hour)), room=prison.room.id)
    await made(program, slot=span(slot(4, 12)))
    page = (await program.get("/bookings?state=confirmed&limit=2")).json
    rest = (await program.get(page["next"])).json
    assert [one["slot"] for one in rest["items"]] == [span(slot(4, 14))]
    assert rest["next"] is None


async def test_a_long_note_is_kept_and_a_longer_one_refused(program: Caller) -> None:
    booking = await made(program, note_for_staff="é" * 10_000)
    assert (await program.get(at(booking))).json["note_for_staff"] == "é" * 10_000
    reply = await program.ask("POST", "/bookings", draft(note_for_staff="é" * 10_001))
    assert (reply.status, reply.pointers) == (422, ["/note_for_staff"])


async def test_rooms_and_when_they_are_free(prison: Prison, program: Caller) -> None:
    (room,) = (await program.get("/rooms")).json["items"]
    assert room == {
        "id": prison.room.id, "name": "Legal 1", "policy": "legal", "is_closed": False,
    }  # fmt: skip
    assert (await program.get(f"/rooms/{room['id']}")).json == room
    await made(program, room=room["id"])
    path = f"/rooms/{room['id']}/free?minutes=30&count=2&earliest=2027-03-04T09:45:00Z"
    free = (await program.get(path)).json["items"]
    assert free == [span(slot(4, 11, 15, minutes=30)), span(slot(4, 11, 45, minutes=30))]
