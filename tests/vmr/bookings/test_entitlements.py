"""Who may be called in a social call and for how long in a month, and what no exception allows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vmr.bookings.entitled import ban, compact, contact, entitlement, social
from tests.vmr.bookings.made import LONDON, at, person, slot
from vmr.bookings.booking import Expected, Part
from vmr.bookings.entitlements import (
    Entitlement,
    bans_against,
    bound,
    is_compact_signed,
    like_banned,
    minutes_in,
    month_of,
    months_of,
    prisoner_key,
    problems_of_entitlement,
)
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import Interval, from_local, interval, to_local
from vmr.ids import ContactId, PrisonerId

NUMBERS = BookingNumbers()
ANN, TOM = ContactId("k1"), ContactId("k2")
SECOND_VERSION = BookingNumbers(compact_version=2)
ZONES = st.sampled_from(["Europe/London", "America/Santiago", "Pacific/Apia", "Asia/Kolkata"])
MOMENTS = st.floats(min_value=1.0e9, max_value=3.0e9)


def found(
    kept: Entitlement | None = None, numbers: BookingNumbers = NUMBERS, **values: Any
) -> tuple[Problem, ...]:
    return problems_of_entitlement(social(**values), kept or entitlement(), numbers)


def test_an_approved_contact_of_a_prisoner_with_compact_and_minutes_may_be_called() -> None:
    assert found() == ()


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.SOCIAL])
def test_other_calls_need_no_entitlement(purpose: Purpose) -> None:
    assert found(Entitlement(zone=LONDON, bans=(ban(),)), purpose=purpose) == ()


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        ({"contacts": ()}, Problem.NOT_A_CONTACT),
        ({"contacts": (contact(approved_by="", approved_at=None),)}, Problem.NOT_A_CONTACT),
        ({"contacts": (contact(id="k9"),)}, Problem.NOT_A_CONTACT),
        ({"bans": (ban(),)}, Problem.BANNED),
        ({"bans": (ban("Somebody Else", contact=ANN),)}, Problem.BANNED),
        ({"bans": (ban("SMITH, ann", prisoner=None),)}, Problem.BANNED),
        ({"compacts": ()}, Problem.COMPACT_MISSING),
        ({"compacts": (compact(0),)}, Problem.COMPACT_MISSING),
        ({"compacts": (compact(signed_on=date(2027, 3, 5)),)}, Problem.COMPACT_MISSING),
        ({"taken": (slot(2, 10, minutes=75),)}, Problem.MINUTES_USED),
    ],
)
def test_what_is_missing_is_said(kept: dict[str, Any], problem: Problem) -> None:
    assert found(entitlement(**kept)) == (problem,)


def test_one_stranger_among_contacts_is_enough_and_who_sits_inside_needs_no_approval() -> None:
    ann = person("Ann Smith", part=Part.FAMILY, contact=ANN)
    stranger = person("Joe", "x2", part=Part.INTERPRETER, language="Welsh")
    assert found(people=(ann, stranger)) == (Problem.NOT_A_CONTACT,)
    assert found(people=(ann, person("Fr Brown", "x3", part=Part.CHAPLAIN))) == ()


def test_a_ban_is_never_waived_not_even_for_who_sits_inside() -> None:
    kept = entitlement(bans=(ban("Fr Brown"),))
    ann = person("Ann Smith", part=Part.FAMILY, contact=ANN)
    people = (ann, person("Brown", "x3", part=Part.CHAPLAIN, alias="Chaplain"))
    assert found(kept, people=people) == ()  # one word of two is a hint, no more
    people = (ann, person("Brown, fr", "x3", part=Part.CHAPLAIN))
    both: dict[str, Any] = {"more_minutes_by": "Governor", "more_persons_by": "Governor"}
    assert found(kept, people=people, **both) == (Problem.BANNED,)


# -- bans ----------------------------------------------------------------------------------------


def test_a_ban_holds_from_its_day_on_and_also_after_its_review_date() -> None:
    later = ban(starts_on=date(2027, 3, 5), review_on=date(2027, 3, 6))
    kept = entitlement(bans=(later,))
    assert found(kept, preferred=slot(4, 10, minutes=60)) == ()
    assert found(kept, preferred=slot(4, 23, 30, minutes=60)) == (Problem.BANNED,)
    assert found(kept, preferred=slot(20, 10, minutes=60)) == (Problem.BANNED,)


def test_a_ban_that_was_lifted_bans_nobody() -> None:
    lifted = ban(lifted_by="Cleo", lifted_at=at(2, 9), lift_reason="Appeal")
    assert found(entitlement(bans=(lifted,))) == ()
    assert like_banned("Ann Smith", (lifted,)) == ()
    assert not lifted.is_due(date(2028, 1, 1))


def test_a_ban_is_due_from_its_review_date_on() -> None:
    assert not ban().is_due(date(2027, 7, 31))
    assert ban().is_due(date(2027, 8, 1))


def test_a_name_that_is_like_a_banned_one_is_a_hint_and_no_refusal() -> None:
    kept = entitlement(bans=(ban("Ann Smyth"),))
    assert found(kept) == ()
    assert like_banned("Ann Smith", (ban("Ann Mary Smith"), ban("Bob Brown"))) == (
        ban("Ann Mary Smith"),
    )


@given(st.permutations(["mr", "Ann", "mary", "SMITH"]))
def test_a_banned_name_is_banned_in_any_order_and_spelling_of_it(words: list[str]) -> None:
    stranger = person(" ".join(words), part=Part.FAMILY)
    kept = (ban("Ann Mary Smith"),)
    assert bans_against(stranger, slot(4, 10), kept, LONDON) == kept


# -- contacts ------------------------------------------------------------------------------------


def test_people_are_bound_to_the_contact_of_their_name() -> None:
    asked = social(people=(person("smith, ann"), person("Tom Smith", "x2"), person("Al", "x3")))
    contacts = (contact(), contact("Tom Smith", "k2", is_under_18=True))
    people = bound(asked, contacts).people
    assert [(one.contact, one.is_under_18) for one in people] == [
        (ANN, False), (TOM, True), (None, False),
    ]  # fmt: skip


def test_an_old_binding_goes_with_the_name_and_with_the_contact() -> None:
    renamed = social(people=(person("Eve", contact=ANN),))
    assert bound(renamed, (contact(),)).people[0].contact is None
    assert bound(social(), ()).people[0].contact is None
    legal = replace(social(), purpose=Purpose.CONSULTATION)
    assert bound(legal, (contact(),)).people[0].contact is None


# -- compacts ------------------------------------------------------------------------------------


def test_a_new_version_of_the_compact_is_signed_anew_and_a_later_one_is_good_too() -> None:
    assert found(numbers=SECOND_VERSION) == (Problem.COMPACT_MISSING,)
    assert found(entitlement(compacts=(compact(2), compact())), SECOND_VERSION) == ()
    assert is_compact_signed((compact(3),), SECOND_VERSION, slot(4, 10), LONDON)


# -- minutes -------------------------------------------------------------------------------------


def test_the_last_minute_of_a_month_may_be_used_and_no_more() -> None:
    assert found(entitlement(taken=(slot(1, 10, minutes=60),))) == ()
    over = entitlement(taken=(slot(1, 10, minutes=60), slot(2, 10, minutes=15)))
    assert found(over) == (Problem.MINUTES_USED,)
    assert found(over, more_minutes_by="Governor Jones") == ()
    assert found(over, more_minutes_by=" ") == (Problem.MINUTES_USED,)
    assert found(over, BookingNumbers(social_month_min=0)) == ()


def test_minutes_of_other_months_do_not_count() -> None:
    february = interval(at(1, 0) - 3_600, 60)
    april = interval(from_local(date(2027, 4, 1), time(), LONDON), 60)
    assert found(entitlement(taken=(february, april, slot(31, 22, minutes=60)))) == ()


def test_a_slot_over_midnight_of_the_last_day_takes_of_both_months() -> None:
    over = slot(31, 23, 30, minutes=60)
    in_april = interval(from_local(date(2027, 4, 9), time(10), LONDON), 100)
    assert found(entitlement(taken=(in_april,)), preferred=over) == (Problem.MINUTES_USED,)
    in_april = interval(in_april.starts_at, 90)
    assert found(entitlement(taken=(in_april,)), preferred=over) == ()
    in_march = (slot(3, 10, minutes=60), slot(4, 10, minutes=40))
    assert found(entitlement(taken=in_march), preferred=over) == (Problem.MINUTES_USED,)


def test_a_slot_that_ends_at_midnight_takes_of_its_own_month_alone() -> None:
    to_midnight = slot(31, 23, minutes=60)
    assert months_of(to_midnight, LONDON) == month_of(at(31, 12), LONDON)
    in_april = interval(from_local(date(2027, 4, 9), time(10), LONDON), 120)
    assert found(entitlement(taken=(in_april,)), preferred=to_midnight) == ()


def test_a_month_begins_on_the_establishments_clock() -> None:
    """1 April 00:15 in London is still 31 March in UTC."""
    early = interval(from_local(date(2027, 4, 1), time(0, 15), LONDON), 60)
    assert datetime.fromtimestamp(early.starts_at, UTC).month == 3
    full = entitlement(taken=(slot(3, 10, minutes=60), slot(5, 10, minutes=60)))
    assert found(full, preferred=early) == ()
    utc = replace(full, zone=ZoneInfo("UTC"))
    assert found(utc, preferred=early) == (Problem.MINUTES_USED,)


def test_a_call_over_the_change_of_the_clocks_takes_the_minutes_it_lasts() -> None:
    over = slot(28, 0, 30, minutes=60)  # until 02:30 on the clock
    assert to_local(over.ends_at, LONDON).hour == 2
    assert minutes_in(month_of(over.starts_at, LONDON), (over,)) == 60


def test_minutes_that_were_judged_are_not_judged_again() -> None:
    over = entitlement(taken=(slot(1, 10, minutes=60), slot(2, 10, minutes=15)))
    assert problems_of_entitlement(social(), over, NUMBERS, has_same_time=True) == ()


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_one_month_that_begins_on_a_first(moment: float, name: str) -> None:
    zone = ZoneInfo(name)
    month = month_of(moment, zone)
    assert month.contains(moment)
    first = to_local(month.starts_at, zone)
    assert first.day == 1
    assert to_local(month.ends_at, zone).day == 1
    assert timedelta(days=27) < timedelta(seconds=month.ends_at - month.starts_at)
    assert month_of(month.ends_at, zone).starts_at == month.ends_at
    assert first.month == to_local(moment, zone).month


@given(MOMENTS, st.floats(min_value=1, max_value=720), ZONES)
def test_no_minute_of_a_slot_is_lost_or_counted_twice(
    moment: float, minutes: float, name: str
) -> None:
    zone, one = ZoneInfo(name), interval(moment, minutes)
    span = months_of(one, zone)
    months = {month_of(span.starts_at, zone), month_of(span.ends_at - 1, zone)}
    assert sum(minutes_in(month, (one,)) for month in months) == pytest.approx(minutes, abs=1e-3)


@given(st.lists(st.integers(min_value=1, max_value=20), max_size=12), st.integers(1, 200))
def test_slots_booked_one_after_another_never_exceed_the_limit(
    wanted: list[int], limit: int
) -> None:
    taken: list[Interval] = []
    for day, quarters in enumerate(wanted, start=1):
        one = slot(day, 10, minutes=15 * quarters)
        kept = entitlement(taken=tuple(taken))
        numbers = BookingNumbers(social_month_min=limit)
        if problems_of_entitlement(social(preferred=one), kept, numbers) == ():
            taken.append(one)
    assert sum(one.minutes for one in taken) <= limit


# -- references ----------------------------------------------------------------------------------


@pytest.mark.parametrize("same", ["a1234bc", " A 1234 BC ", "A1234-BC"])
def test_a_reference_is_the_same_however_it_is_written(same: str) -> None:
    assert prisoner_key(same) == prisoner_key("A1234BC")


def test_other_references_are_others_and_signs_alone_are_a_reference_too() -> None:
    assert prisoner_key("A1234BD") != prisoner_key("A1234BC")
    assert prisoner_key("§") != prisoner_key("¶") != ""


def test_no_name_makes_an_unapproved_person_a_contact() -> None:
    asked = social(people=(Expected(id=social().people[0].id, name="Ann", part=Part.FAMILY),))
    other = contact("Ann Smith", prisoner=PrisonerId("p9"))
    assert bound(asked, (other,)).people[0].contact is None
