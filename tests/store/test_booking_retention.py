"""At the end of their retention names leave the bookings, and what reports count stays."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.places import Place
from tests.store.proving import proven
from tests.store.test_bookings import of, said
from tests.store.test_establishment_record import problems
from tests.store.test_outbox import letter
from tests.store.test_retention import on_disk, run
from tests.vmr.bookings.made import person, slot
from vmr.bookings.booking import Booking, BookingState, Part
from vmr.bookings.changes import BookingEvent
from vmr.bookings.personal_links import LinkChanges, MadeLink
from vmr.bookings.purposes import POLICY_OF, Purpose
from vmr.ids import BookingId, InviteId
from vmr.letters import LetterKind
from vmr.policies import PolicyName
from vmr.record_numbers import RecordNumbers
from vmr.rooms import Invite, Room
from vmr.store import RecordBroken, Store
from vmr.store.secrets import hash_token

DAY_S = 86_400.0
KEPT_S = RecordNumbers().retention_legal_days * DAY_S
SLOT = slot(4, 10)
SECRETS = (
    "Wilhelmina", "Witness Q", "wilma@law.example", "01632 960999", "Welsh", "A9999ZZ",
    "Solicitor Seven", "seven@law.example", "Brings a stick", "Bring the blue bundle",
    "Governor Grey", "Prisoner was moved", "Chaplain Chan",
)  # fmt: skip


def full(room: Room, number: int = 1) -> Booking:
    """With everything that is personal, each with a word that stands nowhere else."""
    wilma = person(
        SECRETS[0], f"x{number}", alias=SECRETS[1], email=SECRETS[2], phone=SECRETS[3],
        language=SECRETS[4], part=Part.INTERPRETER, is_under_18=True, invite=InviteId(f"i{number}"),
    )  # fmt: skip
    return of(
        room, number, preferred=SLOT, prisoner=SECRETS[5], requester_name=SECRETS[6],
        requester_email=SECRETS[7], note_for_staff=SECRETS[8], note_for_guest=SECRETS[9],
        more_persons_by=SECRETS[10], reason=SECRETS[11], more_minutes_by=SECRETS[12],
        people=(wilma,),
    )  # fmt: skip


async def add(store: Store, booking: Booking) -> Booking:
    """With its links, and a letter to its first person."""
    links = LinkChanges(
        made=tuple(
            MadeLink(
                person=one.id,
                invite=Invite(id=one.invite, room=booking.room, label=one.name),
                token=f"token-{one.id}",
            )
            for one in booking.people
            if one.invite is not None and booking.room is not None
        )
    )
    first = booking.people[0]
    number = int(booking.reference.removeprefix("REF-"))
    written = letter(booking, number, to=first.email, expected=first.id)
    await store.bookings.add(booking, said(booking, BookingEvent.MADE), links, [written])
    return booking


def gone(booking: Booking, at: float) -> Booking:
    """What is left of it."""
    people = tuple(
        replace(one, name="", alias="", email="", phone="", language="", is_under_18=False)
        for one in booking.people
    )
    return replace(
        booking, people=people, prisoner="", requester_name="", requester_email="",
        note_for_staff="", note_for_guest="", more_persons_by="", more_minutes_by="", reason="",
        personal_deleted_at=at,
    )  # fmt: skip


async def test_names_leave_a_booking_and_what_is_counted_stays(store: Store, room: Room) -> None:
    before = await add(store, full(room))
    at = SLOT.ends_at + KEPT_S + 1
    report = await run(store, at)
    assert [(one.reference, one.policy) for one in report.bookings] == [("REF-1", PolicyName.LEGAL)]
    assert await store.bookings.booking(before.id) == gone(before, at)
    for text in SECRETS:
        found = await store.bookings.search(room.establishment.id, text, limit=5)
        assert found == ((), 0), text
    (letter,) = await store.outbox.of_booking(before.id)
    assert (letter.to, letter.last_error) == ("", "")
    invite = await store.invite_by_token_hash(hash_token("token-x1"))
    assert invite is None or invite.label == ""
    assert await run(store, at) == replace(report, bookings=())


async def test_names_of_bookings_leave_every_table(store: Store, room: Room, place: Place) -> None:
    await add(store, full(room))
    place.alter(
        "INSERT INTO booking_outcomes (booking_id, booking_version, version, is_settled, outcome,"
        " note, officer_id, officer_name, at, waited_s, identified_s, talked_s, lost, has_guests,"
        " had_callers, is_ended_early_by_network, knocks_after_lock, refusals) VALUES ('b1', 1, 1,"
        " true, 'held', 'Wilhelmina came late', 'o1', 'Governor Grey', 1.0, 0, 0, 0, '{}', true,"
        " true, false, 0, 0)"
    )
    assert _tables_with(place, "Wilhelmina") >= {"booking_people", "invites", "staff_personal"}
    await run(store, SLOT.ends_at + KEPT_S + 1)
    for text in SECRETS:
        assert _tables_with(place, text) == set(), text
        assert _tables_with(place, text.lower()) == set(), text


async def test_names_of_bookings_leave_the_disk_of_an_sqlite_database(path: Path) -> None:
    store = await Store.open(f"sqlite:///{path}")
    prison = await store.add_establishment(name="HMP Test", phone="1")
    await add(
        store,
        full(await store.add_room(prison, name="R", policy=PolicyName.LEGAL, pin_hash="x")),
    )
    assert SECRETS[0].encode() in on_disk(path)
    await run(store, SLOT.ends_at + KEPT_S + 1)
    for text in SECRETS:
        assert text.lower().encode() not in on_disk(path).lower(), text
    await store.close()


async def test_the_record_says_which_bookings_and_still_holds(store: Store, room: Room) -> None:
    one = await add(store, full(room))
    await add(store, replace(full(room, 2), preferred=slot(28, 10)))
    prison, at = room.establishment.id, SLOT.ends_at + KEPT_S + 1
    await run(store, at)
    *others, last = await store.staff.record(prison)
    assert (last.entry.what, last.entry.subject) == ("booking_values_deleted", f"booking:{one.id}")
    assert dict(last.entry.facts)["reference"] == "REF-1"
    made = [kept for kept in others if kept.entry.what == "booking_made"]
    assert [bool(kept.personal) for kept in made] == [False, True], "the other keeps its names"
    assert await proven(store.staff, prison) == len(others) + 1
    assert await problems(store, room) == []


@pytest.mark.parametrize("is_forgotten", [False, True])
async def test_names_that_are_missing_without_a_deletion_are_a_fault(
    store: Store, room: Room, place: Place, is_forgotten: bool
) -> None:
    """Also those of an entry that a forgotten booking got later."""
    booking = await add(store, full(room))
    if is_forgotten:
        await run(store, SLOT.ends_at + KEPT_S + 1)
        changed = replace(booking, version=2)
        await store.bookings.change(changed, said(changed, BookingEvent.AMENDED))
    assert await problems(store, room) == []
    place.alter("DELETE FROM staff_personal")
    ((_, text),) = await problems(store, room)
    assert "are missing" in text
    with pytest.raises(RecordBroken, match="missing"):
        await proven(store.staff, room.establishment.id)


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_each_purpose_keeps_names_as_long_as_the_policy_of_its_rooms(
    store: Store, room: Room, purpose: Purpose
) -> None:
    asked = of(room, purpose=purpose, state=BookingState.REQUESTED, preferred=SLOT)
    await store.bookings.add(asked, said(asked))
    kept_s = RecordNumbers().days()[POLICY_OF[purpose]] * DAY_S
    assert (await run(store, SLOT.ends_at + kept_s)).bookings == ()
    assert len((await run(store, SLOT.ends_at + kept_s + 1)).bookings) == 1


@pytest.mark.parametrize("state", list(BookingState))
async def test_a_booking_is_forgotten_whatever_became_of_it(
    store: Store, room: Room, state: BookingState
) -> None:
    booking = of(room, state=state, preferred=SLOT)
    await store.bookings.add(booking, said(booking))
    assert len((await run(store, SLOT.ends_at + KEPT_S + 1)).bookings) == 1


async def test_an_open_request_is_kept_by_the_last_time_it_asks_for(
    store: Store, room: Room
) -> None:
    times = (slot(20, 10), slot(5, 10))
    asked = of(room, state=BookingState.REQUESTED, preferred=SLOT, alternatives=times)
    await store.bookings.add(asked, said(asked))
    assert (await run(store, SLOT.ends_at + KEPT_S + DAY_S)).bookings == ()
    assert len((await run(store, times[0].ends_at + KEPT_S + 1)).bookings) == 1


async def test_a_dry_run_names_the_bookings_and_keeps_them(store: Store, room: Room) -> None:
    before = await add(store, full(room))
    at = SLOT.ends_at + KEPT_S + 1
    planned = await run(store, at, is_dry_run=True)
    assert await store.bookings.booking(before.id) == before
    assert await run(store, at) == planned


async def test_many_bookings_are_forgotten_in_several_transactions(
    store: Store, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.record_store.RECORDS_AT_ONCE", 2)
    for number in range(1, 6):
        one = of(room, number, preferred=slot(number, 9))
        await store.bookings.add(one, said(one))
    assert len((await run(store, slot(9, 9).ends_at + KEPT_S)).bookings) == 5
    assert await problems(store, room) == []
    for number in range(1, 6):
        kept = await store.bookings.booking(BookingId(f"b{number}"))
        assert kept is not None
        assert [person.name for person in kept.people] == [""]


async def test_letters_of_no_booking_go_after_a_month(store: Store, room: Room) -> None:
    booking = await add(store, full(room))
    about = letter(booking, 9, expected=None, kind=LetterKind.CODE, made_at=1000.0)
    code = replace(about, booking=None)
    await store.outbox.add([code])
    assert (await run(store, 1000.0 + 30 * DAY_S)).letters == 0
    assert (await run(store, 1001.0 + 30 * DAY_S)).letters == 1
    assert len(await store.outbox.of_booking(booking.id)) == 1


def _tables_with(place: Place, text: str) -> set[str]:
    """The tables in which this text stands anywhere in a row."""
    names = (
        "bookings", "booking_people", "booking_texts", "outbox", "invites", "staff_personal",
        "staff_entries", "booking_outcomes",
    )  # fmt: skip
    return {
        name
        for name in names
        if any(text in str(row) for row in place.rows(f"SELECT * FROM {name}"))
    }
