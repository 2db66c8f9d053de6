"""Who of a booking has which personal link, and what becomes of it when the booking changes."""

from dataclasses import replace
from itertools import count

from tests.vmr.bookings.made import LEGAL_1, at, booking, person, slot
from vmr.bookings.booking import Booking, BookingState, Part
from vmr.bookings.personal_links import LinkChanges, linked
from vmr.ids import InviteId, RoomId

ADA = person("Ada Law", "x1", email="ada@law.example")
BEN = person("Ben Law", "x2", email="ben@law.example")
CONFIRMED = booking(state=BookingState.CONFIRMED, room=LEGAL_1.id, people=(ADA, BEN))


def changed(before: Booking | None, after: Booking, first: int = 1) -> tuple[Booking, LinkChanges]:
    ids, tokens = count(first), count(first)
    return linked(
        before,
        after,
        early_min=30,
        make_id=lambda: InviteId(f"i{next(ids)}"),
        make_token=lambda: f"t{next(tokens)}",
    )


MADE, MADE_CHANGES = changed(None, CONFIRMED)


def test_each_person_outside_of_a_confirmed_booking_has_a_link_of_their_own() -> None:
    inside = person("Rev Grey", "x3", part=Part.CHAPLAIN)
    after, changes = changed(None, replace(CONFIRMED, people=(ADA, inside, BEN)))
    assert [one.invite for one in after.people] == ["i1", None, "i2"]
    assert [(one.person, one.token) for one in changes.made] == [("x1", "t1"), ("x2", "t2")]
    invite = changes.made[0].invite
    assert (invite.room, invite.label) == (LEGAL_1.id, "Ada Law")
    assert (invite.opens_at, invite.closes_at) == (at(4, 9, 30), at(4, 11, 15))
    assert "t1" not in repr(changes.made)


def test_a_request_has_no_links() -> None:
    asked = booking(people=(ADA,))
    assert changed(None, asked) == (asked, LinkChanges())


def test_a_moved_slot_moves_the_links_and_keeps_them() -> None:
    after, changes = changed(MADE, replace(MADE, preferred=slot(5, 13, minutes=90)))
    assert after.people == MADE.people
    assert (changes.made, changes.revoked) == ((), ())
    assert [one.id for one in changes.kept] == ["i1", "i2"]
    assert (changes.kept[0].opens_at, changes.kept[0].closes_at) == (at(5, 12, 30), at(5, 14, 30))


def test_who_is_removed_or_comes_inside_loses_the_link() -> None:
    inside = replace(MADE.people[1], part=Part.SUPERVISOR)
    after, changes = changed(MADE, replace(MADE, people=(inside,)))
    assert changes.revoked == ("i1", "i2")
    assert after.people[0].invite is None


def test_another_room_or_another_address_makes_a_new_link() -> None:
    _, changes = changed(MADE, replace(MADE, room=RoomId("r2")), first=3)
    assert [one.invite.id for one in changes.made] == ["i3", "i4"]
    assert changes.revoked == ("i1", "i2")
    elsewhere = replace(MADE.people[0], email="ada@home.example")
    after, changes = changed(MADE, replace(MADE, people=(elsewhere, MADE.people[1])), first=3)
    assert [one.invite for one in after.people] == ["i3", "i2"]
    assert changes.revoked == ("i1",)


def test_another_spelling_of_the_name_is_the_same_link_under_a_new_label() -> None:
    people = (replace(MADE.people[0], name="Ada Lawe", email="ADA@law.example"), MADE.people[1])
    _, changes = changed(MADE, replace(MADE, people=people))
    assert changes.kept[0].label == "Ada Lawe"
    assert changes.made == ()


def test_a_cancelled_booking_loses_them_all() -> None:
    after, changes = changed(MADE, replace(MADE, state=BookingState.CANCELLED))
    assert changes == LinkChanges(revoked=(InviteId("i1"), InviteId("i2")))
    assert all(one.invite is None for one in after.people)
