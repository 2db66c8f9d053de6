"""Every kind of entry in an establishment's record has a plain sentence, with or without names."""

from dataclasses import replace
from pathlib import Path

import pytest

from signalling.texts import Texts
from tests.vmr.bookings.made import NINE_TO_FIVE, closure, slot
from vmr.bookings.changes import (
    ClosureEvent,
    closure_happening,
    hours_happening,
    pin_per_slot_happening,
)
from vmr.ids import DeviceId, EstablishmentId, InviteId, MeetingId, OfficerId, RoomId, TerminalId
from vmr.policies import PolicyName
from vmr.record import Entry, Happening, PersonalKey, append
from vmr.room_record import (
    LinkEvent,
    RoomEvent,
    establishment_happening,
    link_happening,
    room_happening,
)
from vmr.rooms import Establishment, Invite, Room
from vmr.staff import StaffMember, StaffRole
from vmr.staff_record import (
    OPERATOR,
    SERVER,
    RecordEvent,
    StaffEvent,
    TerminalEvent,
    happening,
    hosts_only_happening,
    record_happening,
    search_happening,
    terminal_happening,
)
from vmr.staff_record_text import Personal, sentence
from vmr.terminals import EnrolledTerminal

SAY = Texts.load(Path(__file__).parents[2] / "web" / "text", "en").get
PRISON = Establishment(id=EstablishmentId("e1"), name="HMP Example", phone="01632 960001")
ADA, SAM = (
    StaffMember(
        id=OfficerId(name), establishment=PRISON, name=name, username=name.lower(),
        roles=frozenset({StaffRole.DUTY}),
    )
    for name in ("Ada", "Sam")
)  # fmt: skip
ROOM = Room(
    id=RoomId("r1"), establishment=PRISON, address="a", name="Legal 2", policy=PolicyName.LEGAL,
    pin_hash="",
)  # fmt: skip
INVITE = Invite(id=InviteId("i1"), room=ROOM.id, label="Ms Shah")
TERMINAL = EnrolledTerminal(
    id=TerminalId("t1"), establishment=PRISON.id, device=DeviceId("d"), name="Video room 2",
    enrolled_at=1.0, enrolled_by="Ada",
)  # fmt: skip
ROLES = (("roles", "duty,monitor"),)

ABOUT_STAFF: dict[StaffEvent, Happening] = {
    one: happening(one, SAM, by=ADA, at=1.0, facts=ROLES) for one in StaffEvent
}
EVERY = [
    *ABOUT_STAFF.values(),
    hours_happening(ROOM, NINE_TO_FIVE, by=ADA, at=1.0),
    pin_per_slot_happening(ROOM, True, by=ADA, at=1.0),
    *(closure_happening(one, closure(slot(4, 10)), by=ADA, at=1.0) for one in ClosureEvent),
    *(terminal_happening(one, TERMINAL, by=ADA, at=1.0) for one in TerminalEvent),
    *(room_happening(one, ROOM, by=ADA, at=1.0) for one in RoomEvent),
    *(link_happening(one, INVITE, ROOM, by=ADA, at=1.0) for one in LinkEvent),
    *(hosts_only_happening(only, by=ADA, at=1.0) for only in (True, False)),
    establishment_happening(PRISON, by=ADA, at=1.0),
    *(record_happening(one, MeetingId("m1"), by=ADA, at=1.0) for one in RecordEvent),
    search_happening("Ms Shah", by=ADA, at=1.0),
]


def said(done: Happening, personal: Personal | None = None) -> str:
    kept = done.personal if personal is None else personal
    return sentence(entry_of(done), kept, SAY)


def entry_of(done: Happening) -> Entry:
    return append(None, done, meeting=MeetingId("staff:e1"), key=PersonalKey(secret=b"k" * 32))


@pytest.mark.parametrize("done", EVERY, ids=lambda done: done.what)
def test_every_kind_of_entry_has_a_whole_sentence(done: Happening) -> None:
    for personal in (done.personal, ()):
        text = said(done, personal)
        assert text.endswith(".")
        assert "{" not in text
        assert "staff.record" not in text
        assert done.what not in text, "a sentence of its own"


def test_sentences_name_who_did_it_and_to_whom() -> None:
    assert said(ABOUT_STAFF[StaffEvent.ADDED]) == (
        "Ada added an account for Sam. Roles: Duty officer, Monitoring officer."
    )
    assert said(room_happening(RoomEvent.ADDED, ROOM, by=OPERATOR, at=1.0)) == (
        "The operator added the room Legal 2. Policy: Legal consultation."
    )
    assert said(link_happening(LinkEvent.MADE, INVITE, ROOM, by=ADA, at=1.0)) == (
        "Ada made a personal link to Legal 2 for Ms Shah."
    )
    bare = replace(ABOUT_STAFF[StaffEvent.ADDED], facts=())
    assert said(bare) == "Ada added an account for Sam. Roles: none."
    closed = happening(StaffEvent.SIGN_IN_CLOSED, SAM, by=SERVER, at=1.0)
    assert said(closed).startswith("The server closed the sign-in of Sam")
    changed = establishment_happening(PRISON, by=ADA, at=1.0)
    assert said(changed).endswith(
        "Safer custody: none. It takes no requests of lawyers and courts."
    )
    older = replace(changed, facts=changed.facts[:3])
    assert said(older).endswith("Safer custody: none.")
    opened = establishment_happening(replace(PRISON, takes_requests=True), by=ADA, at=1.0)
    assert said(opened).endswith("It takes requests of lawyers and courts.")
    assert said(hosts_only_happening(False, by=ADA, at=1.0)).endswith("work anywhere.")


def test_names_that_were_deleted_are_said_to_be() -> None:
    assert said(ABOUT_STAFF[StaffEvent.DISABLED], ()) == (
        "An officer whose name was deleted disabled the account of somebody whose name was deleted."
    )


def test_what_has_no_sentence_is_shown_by_its_own_word() -> None:
    strange = replace(ABOUT_STAFF[StaffEvent.ADDED], what="moon_landed")
    assert said(strange) == "Ada: moon landed."
    booked = replace(strange, what="booking_made", facts=(("reference", "ABC-1"),))
    assert said(booked) == "Ada: booking made, reference ABC-1."
    asked = replace(booked, actor="requester", what="booking_requested", personal=())
    assert said(asked) == "Requester: booking requested, reference ABC-1."
