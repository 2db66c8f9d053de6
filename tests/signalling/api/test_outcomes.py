"""What became of slots: read and settled by programs, by the rules of the pages."""

import pytest
import pytest_asyncio

from tests.signalling.api.prison import Caller, Prison
from tests.signalling.staff.slots import measured
from tests.vmr.bookings.made import booking, person, slot
from vmr.api_tokens import ApiScope
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.outcomes import propose
from vmr.ids import BookingId, MeetingId
from vmr.record import Happening

LATER = slot(12, 10).ends_at


class Held:
    """`add` is a slot of March that is over, with its proposal."""

    def __init__(self, prison: Prison) -> None:
        self.prison = prison
        prison.clock.now = LATER

    async def add(self, day: int) -> Booking:
        prison, store = self.prison, self.prison.store
        made = booking(
            id=BookingId(f"b{day}"), reference=f"BCDF-{2000 + day}", room=prison.room.id,
            establishment=prison.establishment.id, state=BookingState.CONFIRMED,
            preferred=slot(day, 10), people=(person("Ada Law", f"x{day}"),),
        )  # fmt: skip
        done = booking_happening(BookingEvent.MADE, made, by=REQUESTER, at=made.made_at)
        await store.bookings.add(made, done)
        proposed = propose(made.id, made.slot, measured(made), LATER)
        await store.outcomes.propose(proposed, made.version)
        return made

    def path(self, made: Booking) -> str:
        return f"/bookings/{made.reference}/outcome"


@pytest_asyncio.fixture
async def held(prison: Prison) -> Held:
    return Held(prison)


async def test_a_proposed_outcome_is_shown_with_its_measures(held: Held, program: Caller) -> None:
    made = await held.add(4)
    opened = Happening(
        at=made.slot.starts_at, actor="host:p1", what="opened",
        facts=(("confirmed", ""), ("booking", made.id)),
    )  # fmt: skip
    await held.prison.store.commit(MeetingId("m1"), held.prison.room.id, None, [opened])
    reply = await program.get(held.path(made))
    assert (reply.status, reply.etag) == (200, '"1"')
    said = reply.json
    figures = said.pop("measured")
    assert said == {
        "booking": made.reference, "purpose": "consultation", "room": held.prison.room.id,
        "slot": {"starts_at": "2027-03-04T10:00:00Z", "ends_at": "2027-03-04T11:15:00Z"},
        "outcome": "held", "cause": None, "is_settled": False, "note": "", "settled_by": "",
        "at": "2027-03-12T11:15:00Z", "meetings": ["m1"], "version": 1,
    }  # fmt: skip
    assert (figures["opened_at"], figures["waited_s"]) == ("2027-03-04T10:00:30Z", 130.0)
    assert figures["lost_s"] == {"paused": 90.0}
    again = await program.get(held.path(made), **{"If-None-Match": reply.etag})
    assert (again.status, again.text) == (304, "")


async def test_a_program_settles_an_outcome_that_it_has_seen_and_is_in_the_record(
    held: Held, program: Caller
) -> None:
    made = await held.add(4)
    seen = await program.get(held.path(made))
    body = {"outcome": "late", "cause": "prisoner", "note": "The lift stood still."}
    settled = await program.ask("PUT", held.path(made), body, headers={"If-Match": seen.etag})
    assert (settled.status, settled.etag) == (200, '"2"')
    assert settled.json == {
        **seen.json, **body, "is_settled": True, "settled_by": "Court lists", "version": 2,
        "at": "2027-03-12T11:15:00Z",
    }  # fmt: skip
    assert (await program.get(held.path(made))).json == settled.json
    kept = (await held.prison.store.staff.record(held.prison.establishment.id))[-1]
    assert kept.entry.what == "booking_outcome_settled"
    assert kept.entry.actor.startswith("api:")
    facts = dict(kept.entry.facts)
    assert (facts["program"], facts["outcome"], facts["outcome_before"]) == (
        "Court lists", "late", "held",
    )  # fmt: skip
    assert "officer" not in dict(kept.personal)
    corrected = await program.ask(
        "PUT", held.path(made), {"outcome": "held"}, headers={"If-Match": settled.etag}
    )
    assert (corrected.json["outcome"], corrected.json["note"]) == ("held", "")


async def test_an_outcome_that_somebody_else_has_settled_since_is_not_settled_over(
    held: Held, program: Caller
) -> None:
    made = await held.add(4)
    body = {"outcome": "held"}
    assert (await program.ask("PUT", held.path(made), body)).kind == "version-needed"
    first = await program.ask("PUT", held.path(made), body, headers={"If-Match": '"1"'})
    late = await program.ask("PUT", held.path(made), body, headers={"If-Match": '"1"'})
    assert (first.status, late.status, late.kind) == (200, 412, "changed")
    assert (await program.get(held.path(made))).json["version"] == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "late"}, "/cause"),
        ({"outcome": "held", "cause": "guest"}, "/cause"),
        ({"outcome": "held", "note": "n" * 2_001}, "/note"),
        ({"outcome": "good"}, "/outcome"),
        ({"outcome": "held", "cause": "weather"}, "/cause"),
        ({}, "/outcome"),
        ({"outcome": "held", "by": "me"}, "/by"),
    ],
)
async def test_what_the_rules_of_pages_refuse_is_refused_to_programs(
    held: Held, program: Caller, body: dict[str, str], pointer: str
) -> None:
    made = await held.add(4)
    reply = await program.ask("PUT", held.path(made), body, headers={"If-Match": '"1"'})
    assert (reply.status, reply.kind, reply.pointers) == (422, "invalid", [pointer])
    assert not (await program.get(held.path(made))).json["is_settled"]


async def test_a_slot_that_has_not_begun_is_not_settled_as_held(
    held: Held, program: Caller
) -> None:
    made = await held.add(4)
    held.prison.clock.now = made.slot.starts_at - 60
    reply = await program.ask(
        "PUT", held.path(made), {"outcome": "held"}, headers={"If-Match": '"1"'}
    )
    assert (reply.status, reply.pointers) == (422, ["/outcome"])


async def test_outcomes_come_the_earliest_first_by_pages_and_by_what_was_asked(
    held: Held, program: Caller
) -> None:
    made = [await held.add(day) for day in (4, 5, 8)]
    await program.ask(
        "PUT", held.path(made[1]), {"outcome": "late", "cause": "court"},
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    first = (await program.get("/outcomes?limit=2")).json
    rest = (await program.get(first["next"])).json
    every = [one["booking"] for one in first["items"] + rest["items"]]
    assert every == [one.reference for one in made]
    assert rest["next"] is None

    async def days(query: str) -> list[int]:
        items = (await program.get(f"/outcomes?{query}")).json["items"]
        return [int(one["booking"][-2:]) for one in items]

    assert await days("is_settled=false") == [4, 8]
    assert await days("outcome=late") == [5]
    assert await days("first_day=2027-03-05") == [5, 8]
    assert await days("last_day=2027-03-04") == [4]
    assert await days(f"room={held.prison.room.id}") == [4, 5, 8]
    assert await days(f"room={held.prison.other.id}") == []


async def test_notes_and_names_come_with_the_scope_of_bookings_alone(
    held: Held, program: Caller
) -> None:
    made = await held.add(4)
    body = {"outcome": "late", "cause": "guest", "note": "Ada was unwell."}
    await program.ask("PUT", held.path(made), body, headers={"If-Match": '"1"'})
    plain = await held.prison.program({ApiScope.OUTCOMES_READ, ApiScope.OUTCOMES_WRITE})
    again = await plain.ask("PUT", held.path(made), body, headers={"If-Match": '"2"'})
    for reply in (await plain.get(held.path(made)), await plain.get("/outcomes"), again):
        assert reply.status == 200
        assert "Ada" not in reply.text
        assert "Court lists" not in reply.text
    assert (await program.get(held.path(made))).json["note"] == "Ada was unwell."


async def test_another_establishments_outcomes_look_like_none(held: Held, program: Caller) -> None:
    made = await held.add(4)
    there = await held.prison.program(establishment=held.prison.other.establishment)
    none = await there.get("/bookings/BCDF-2222/outcome")
    theirs = await there.get(held.path(made))
    assert (theirs.status, theirs.text) == (404, none.text)
    put = await there.ask("PUT", held.path(made), {"outcome": "held"}, headers={"If-Match": '"1"'})
    assert put.status == 404
    assert (await there.get("/outcomes")).json["items"] == []
    assert not (await program.get(held.path(made))).json["is_settled"]


async def test_a_slot_without_an_outcome_yet_has_none_to_be_found(
    prison: Prison, program: Caller
) -> None:
    held = Held(prison)
    made = booking(
        establishment=prison.establishment.id, room=prison.room.id, reference="BCDF-2004",
        state=BookingState.CONFIRMED, preferred=slot(18, 10),
    )  # fmt: skip
    done = booking_happening(BookingEvent.MADE, made, by=REQUESTER, at=made.made_at)
    await prison.store.bookings.add(made, done)
    assert (await program.get(held.path(made))).status == 404
    put = await program.ask(
        "PUT", held.path(made), {"outcome": "held"}, headers={"If-Match": '"1"'}
    )
    assert put.status == 404
