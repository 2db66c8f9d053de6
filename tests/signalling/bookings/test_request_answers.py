"""What is typed into the request pages: any text gives an answer or a fault, and stays bounded."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signalling.bookings import request_answers as answers
from signalling.bookings.request_draft import PERSON, RequestDraft, Step, again
from tests.vmr.bookings.made import NOW, PRISON, booking, person, slot
from vmr.bookings.booking import NOTE_MAX, Channel, Part
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose

LONDON = ZoneInfo("Europe/London")
NUMBERS = BookingNumbers()
FIELDS = st.dictionaries(
    st.sampled_from(["chosen", "day", "month", "year", "time", *PERSON]),
    st.one_of(st.text(max_size=900), st.integers().map(str)),
)


def drafted(channel: Channel = Channel.BOOKING_TEAM) -> RequestDraft:
    draft = RequestDraft(channel=channel, establishment=PRISON.id)
    purpose = Purpose.HEARING if channel is Channel.COURT else Purpose.CONSULTATION
    draft.choose_purpose(purpose, NUMBERS)
    if channel is Channel.COURT:
        draft.choose_length(60)
    return draft


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9:30", time(9, 30)), ("09.30", time(9, 30)), ("0930", time(9, 30)), ("9am", time(9)),
        ("12am", time(0)), ("12pm", time(12)), ("2:30 PM", time(14, 30)), ("00:00", time(0)),
        ("23:59", time(23, 59)), ("24:00", None), ("9:60", None), ("9", None), ("13pm", None),
        ("0am", None), ("", None), ("9:3", None), ("٩:٣٠", None), ("9:30:00", None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(typed: str, meant: time | None) -> None:
    assert answers.parse_time(typed) == meant


@given(typed=st.text(max_size=900))
def test_a_line_is_one_line_and_bounded_and_stays_the_same(typed: str) -> None:
    kept = answers.line(typed)
    assert len(kept) <= answers.KEPT_MAX
    assert kept.splitlines() in ([], [kept])
    assert answers.line(kept) == kept


@given(typed=st.text(max_size=200))
def test_lines_keep_line_ends_and_no_other_control_character(typed: str) -> None:
    kept = answers.lines(typed)
    assert answers.lines(kept) == kept
    assert "\r" not in kept
    assert "\x00" not in kept


def test_a_text_of_any_length_is_kept_within_bounds() -> None:
    assert len(answers.lines("n" * 10**6)) == 2 * NOTE_MAX


@example(
    form={"chosen": "other", "day": "1", "month": "2147483648", "year": "2027"},
    channel=Channel.BOOKING_TEAM,
    number=0,
)
@given(form=FIELDS, channel=st.sampled_from(Channel), number=st.integers(0, 2))
def test_any_time_typed_gives_a_slot_or_a_fault(
    form: dict[str, str], channel: Channel, number: int
) -> None:
    draft = drafted(channel)
    faults = answers.take_time(draft, number, form, LONDON)
    typed = draft.times[number]
    is_answered = answers.time_step(number) in draft.answered
    assert bool(faults) + (typed.slot is not None) + is_answered == 1
    answers.wanted_at(typed, LONDON)
    if typed.slot is not None:
        answers.slot_fault(typed.slot, (), channel, NUMBERS, NOW)


@given(form=FIELDS)
def test_any_person_typed_is_taken_or_has_faults(form: dict[str, str]) -> None:
    draft = drafted()
    typed, faults = answers.take_person(draft, form, ())
    assert set(typed) == set(PERSON)
    if not faults:
        draft.people = [typed]
        for one in draft.times:
            one.slot = slot(4, 9)
        (expected,) = draft.draft("ada@law.example", "").people
        assert expected.name == typed["name"]


def test_a_request_made_again_asks_what_cannot_be_known() -> None:
    asked = booking(requester_name="Ada", people=(person(), person("Sue", part=Part.SUPERVISOR)))
    draft = again(asked, Channel.BOOKING_TEAM, NUMBERS)
    assert draft.next_step() is Step.PREFERRED
    assert [one["name"] for one in draft.people] == ["Ada Law"]
    hearing = booking(purpose=Purpose.HEARING, version=2, preferred=slot(4, 9, minutes=90))
    assert again(hearing, Channel.BOOKING_TEAM, NUMBERS).next_step() is Step.PURPOSE
    court = again(hearing, Channel.COURT, NUMBERS)
    assert court.next_step() is Step.LENGTH
    assert court.prisoner == ""
    assert Step.PRISONER not in court.answered


def test_the_question_before_leaves_out_what_is_not_asked() -> None:
    assert drafted().before(Step.PRISONER) is Step.PURPOSE
    assert drafted(Channel.COURT).before(Step.PRISONER) is Step.LENGTH
    assert drafted().before(Step.PURPOSE) is None
    assert drafted().before(Step.LENGTH) is None


def test_another_establishment_asks_the_times_again_and_replaces_nothing() -> None:
    draft = drafted()
    draft.replaces = booking().id
    draft.times[0].slot = slot(4, 9)
    draft.choose_establishment(PRISON.id, Channel.BOOKING_TEAM)
    assert draft.replaces is not None
    draft.choose_establishment(type(PRISON.id)("e2"), Channel.BOOKING_TEAM)
    assert draft.replaces is None
    assert draft.times[0].slot is None


def test_the_people_of_another_kind_of_call_choose_their_id_again() -> None:
    draft = drafted(Channel.COURT)
    entered = dict.fromkeys(PERSON, "") | {"name": "Ada", "id_to_bring": "photo_id"}
    draft.people = [entered]
    assert answers.take_people(draft) == {}
    draft.choose_purpose(Purpose.BEFORE_HEARING, NUMBERS)
    assert Step.PEOPLE not in draft.answered
    assert answers.take_people(draft) == {"people": "request.people.id_again"}
    draft.people = [entered] * 7
    assert answers.take_people(draft) == {"people": "request.people.too_many"}
