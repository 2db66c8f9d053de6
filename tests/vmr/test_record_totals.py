"""Totals of a record: what each entry does to the time of everybody, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.ids import MeetingId
from vmr.record import Entry, Fact, Happening, PersonalKey, append
from vmr.record_text import WORDS
from vmr.record_times import Cause, Doing, PersonTotals, Totals
from vmr.record_totals import COMES, GOES, totals

MEETING = MeetingId("m1")
HOST, GUEST, LATE, OFFICER = "host:p1", "guest:p2", "guest:p3", "officer:o1"
Step = tuple[float, str, str, str, tuple[Fact, ...]]
"""Seconds since the step before, word, actor, subject, facts."""


def step(
    after: float, what: str, actor: str = "server", subject: str = "", **facts: str | int | bool
) -> Step:
    return after, what, actor, subject, tuple(facts.items())


def written(*steps: Step, reason: str = "") -> list[Entry]:
    entries: list[Entry] = []
    at = 1000.0
    for after, what, actor, subject, facts in steps:
        at += after
        done = Happening(at=at, actor=actor, what=what, subject=subject, facts=facts, reason=reason)
        last = entries[-1] if entries else None
        entries.append(append(last, done, meeting=MEETING, key=PersonalKey(secret=bytes(32))))
    return entries


def read(*steps: Step) -> Totals:
    return totals(written(*steps))


def of(found: Totals, label: str) -> PersonTotals:
    (one,) = [person for person in found.people if person.label == label]
    return one


TALK = (
    step(0, "waited", subject=GUEST, expected=True, persons=2),
    step(60, "pin_asked", subject=HOST, persons=1),
    step(10, "opened", HOST),
    step(0, "joined", HOST, how="host_pin", persons=1),
    step(0, "joined", GUEST, how="invited", persons=2),
)
"""A guest who waited 70 s, with whom somebody sits, and a host; they can talk from now on."""


def test_no_entry_gives_no_totals() -> None:
    found = read()
    assert (found.first_at, found.opened_at, found.people, found.spent) == (None, None, (), {})


def test_a_talk_waits_for_the_host_and_lasts_to_the_end() -> None:
    found = read(
        *TALK,
        step(100, "locked", HOST),
        step(20, "handed_over", HOST),
        step(180, "ended", OFFICER, code="meeting_ended"),
    )
    assert found.spent == {Doing.WAITING: 70.0, Doing.TALKING: 300.0}
    assert (found.opened_at, found.talked_at, found.locked_at) == (1070.0, 1070.0, 1170.0)
    assert (found.handed_over_at, found.ended_at) == (1190.0, 1370.0)
    assert (found.opened_by, found.ended_by, found.end_code) == (HOST, OFFICER, "meeting_ended")
    guest, host = of(found, GUEST), of(found, HOST)
    assert guest.spent == {Doing.WAITING: 70.0, Doing.TALKING: 300.0}
    assert (guest.came_at, guest.let_in_at, guest.gone_at) == (1000.0, 1070.0, 1370.0)
    assert (guest.persons, guest.gone_how) == (2, "ended")
    assert host.spent == {Doing.AT_PIN: 10.0, Doing.TALKING: 300.0}


def test_an_id_check_is_identifying_and_no_talk() -> None:
    found = read(
        *TALK,
        step(5, "check_begun", HOST, GUEST),
        step(40, "attested", HOST, GUEST, person="p2.1", method="m", documents="b,c"),
        step(5, "check_ended", HOST, GUEST),
        step(50, "left", GUEST),
    )
    assert found.spent == {Doing.WAITING: 70.0, Doing.IDENTIFYING: 45.0, Doing.TALKING: 55.0}
    assert of(found, HOST).spent[Doing.IDENTIFYING] == 45.0
    (attested,) = found.attestations
    assert (attested.took_s, attested.person, attested.documents) == (40.0, "p2.1", ("b", "c"))
    assert not attested.is_after_lock
    assert of(found, GUEST).gone_how == "left"


def test_while_one_guest_is_checked_the_host_talks_with_the_other() -> None:
    found = read(
        *TALK,
        step(0, "joined", LATE, how="invited", persons=1),
        step(0, "check_begun", HOST, LATE),
        step(30, "check_ended", HOST, LATE),
    )
    assert found.spent[Doing.TALKING] == 30.0
    assert of(found, GUEST).spent[Doing.TALKING] == 30.0
    assert of(found, LATE).spent == {Doing.IDENTIFYING: 30.0}


@pytest.mark.parametrize(
    ("begins", "ends", "cause"),
    [
        (step(10, "paused", OFFICER), step(30, "resumed", OFFICER), Cause.PAUSED),
        (step(10, "paused_unwatched"), step(30, "resumed_watched"), Cause.UNWATCHED),
        (step(10, "lost", HOST, kept=True), step(30, "returned", HOST), Cause.HOST_CONNECTION),
        (step(10, "lost", GUEST, kept=True), step(30, "returned", GUEST), Cause.GUEST_CONNECTION),
        (
            step(10, "lost", GUEST, kept=False),
            step(30, "admitted", OFFICER, LATE),
            Cause.GUEST_CONNECTION,
        ),
        (
            step(10, "media_lost", subject=GUEST, ours=True),
            step(30, "media_back", subject=GUEST),
            Cause.SERVER_MEDIA,
        ),
        (
            step(10, "media_lost", subject=HOST, ours=False),
            step(30, "media_back", subject=HOST),
            Cause.HOST_CONNECTION,
        ),
    ],
)
def test_lost_time_has_its_cause(begins: Step, ends: Step, cause: Cause) -> None:
    found = read(*TALK, begins, ends, step(5, "ended", code="slot_over"))
    assert found.lost == {cause: 30.0}
    assert found.spent == {Doing.WAITING: 70.0, Doing.TALKING: 15.0, Doing.LOST: 30.0}


@pytest.mark.parametrize(
    ("what", "cause", "restarts"),
    [
        ("server_restarted", Cause.SERVER_RESTARTED, 1),
        ("moved_to_another_server", Cause.SERVER_MOVED, 0),
    ],
)
def test_after_a_restart_or_a_move_the_kept_come_back_and_the_others_are_gone(
    what: str, cause: Cause, restarts: int
) -> None:
    found = read(
        *TALK,
        step(0, "joined", LATE, persons=1),
        step(10, what, seats_kept=2, kept=f"{HOST},{GUEST}"),
        step(20, "returned", HOST),
        step(5, "returned", GUEST),
        step(60, "ended", OFFICER, code="meeting_ended"),
    )
    assert found.lost == {cause: 25.0}
    assert found.spent[Doing.TALKING] == 70.0
    assert of(found, GUEST).lost == {cause: 25.0}
    late = of(found, LATE)
    assert (late.gone_how, late.spent) == (what, {Doing.TALKING: 10.0})
    assert found.restarts == restarts


WAITING_AT_RESTART = (
    step(0, "pin_asked", subject=HOST),
    step(0, "knocked", subject=GUEST),
    step(0, "waited", subject=LATE),
)


@pytest.mark.parametrize("facts", [{"waiting": f"{GUEST},{LATE}"}, {}])
def test_who_is_heard_of_after_a_restart_has_waited_all_the_time(facts: dict[str, str]) -> None:
    found = read(
        *WAITING_AT_RESTART,
        step(10, "server_restarted", seats_kept=0, kept="", **facts),
        step(20, "alert_acknowledged", OFFICER, GUEST),
        step(5, "knocked", subject=LATE, count=2),
        step(5, "withdrew", subject=GUEST),
        step(10, "server_restarted", seats_kept=0, kept="", **facts),
        step(7, "joined", LATE, how="invited"),
        step(3, "ended", OFFICER, code="meeting_ended"),
    )
    guest, late, host = of(found, GUEST), of(found, LATE), of(found, HOST)
    assert (guest.gone_at, guest.gone_how, guest.spent) == (1040.0, "withdrew", {Doing.WAITING: 40})
    assert (late.gone_how, late.let_in_at) == ("ended", 1057.0)
    assert late.spent == {Doing.WAITING: 57.0, Doing.ALONE: 3.0}
    assert (host.gone_how, host.spent) == ("server_restarted", {Doing.AT_PIN: 10.0})


def test_a_restart_says_who_waits_on_and_the_others_are_gone() -> None:
    found = read(
        *WAITING_AT_RESTART,
        step(10, "server_restarted", seats_kept=0, kept="", waiting=GUEST),
        step(20, "pin_asked", subject="host:p9"),
    )
    assert (of(found, GUEST).gone_at, of(found, GUEST).spent) == (None, {Doing.WAITING: 30.0})
    assert (of(found, LATE).gone_how, of(found, LATE).spent) == (
        "server_restarted", {Doing.WAITING: 10.0},
    )  # fmt: skip


def test_of_an_older_restart_who_is_not_heard_of_again_went_with_it() -> None:
    found = read(
        *WAITING_AT_RESTART,
        step(10, "server_restarted", seats_kept=0, kept=""),
        step(20, "alert_acknowledged", OFFICER, GUEST),
        step(5, "ended", OFFICER, code="meeting_ended"),
    )
    assert (of(found, GUEST).gone_at, of(found, GUEST).gone_how) == (1010.0, "server_restarted")
    assert of(found, GUEST).spent == {Doing.WAITING: 10.0}


def test_a_host_alone_talks_with_nobody_and_loses_no_time() -> None:
    found = read(
        step(0, "pin_asked", subject=HOST),
        step(5, "opened", HOST),
        step(0, "joined", HOST),
        step(20, "lost", HOST, kept=True),
        step(10, "returned", HOST),
        step(5, "ended", HOST, code="meeting_ended"),
    )
    assert found.spent == {Doing.WAITING: 5.0, Doing.ALONE: 35.0}
    assert found.lost == {}
    assert of(found, HOST).lost == {Cause.HOST_CONNECTION: 10.0}


def test_knocks_after_the_lock_count_people_not_knocks() -> None:
    found = read(
        step(0, "knocked", subject="guest:early", count=1),
        *TALK,
        step(1, "locked", HOST),
        step(1, "knocked", subject=LATE, count=1),
        step(9, "knocked", subject=LATE, count=2),
        step(1, "unlocked", HOST),
        step(1, "knocked", subject="guest:later", count=1),
    )
    assert found.knocks_after_lock == 2
    assert of(found, LATE).knocks == 2


def test_a_refusal_is_told_with_who_and_why() -> None:
    found = totals(
        written(step(0, "knocked", subject=LATE), step(9, "refused", OFFICER, LATE), reason="No ID")
    )
    (refusal,) = found.refusals
    assert (refusal.participant, refusal.by, refusal.reason, refusal.at) == (
        LATE, OFFICER, "No ID", 1009.0,
    )  # fmt: skip
    assert of(found, LATE).spent == {Doing.WAITING: 9.0}


def test_the_last_wrong_pin_ends_the_attempt_at_the_door_and_not_inside() -> None:
    found = read(
        *TALK,
        step(1, "pin_asked", subject="host:p9"),
        step(5, "pin_wrong", subject="host:p9", attempts_left=0),
        step(5, "pin_wrong", subject=HOST, attempts_left=0),
        step(5, "locked", HOST),
    )
    other = of(found, "host:p9")
    assert (other.gone_how, other.spent) == ("pin_attempts_used", {Doing.AT_PIN: 5.0})
    assert of(found, HOST).gone_at is None


def test_who_is_sent_back_waits_and_may_come_again() -> None:
    found = read(
        *TALK,
        step(10, "sent_back", HOST, GUEST),
        step(20, "admitted", HOST, GUEST, persons=2),
        step(10, "left", GUEST),
    )
    assert of(found, GUEST).spent == {Doing.WAITING: 90.0, Doing.TALKING: 20.0}
    away = read(*TALK, step(10, "lost", GUEST, kept=True), step(5, "sent_back", HOST, GUEST))
    assert of(away, GUEST).gone_how == "sent_back"


def test_the_time_between_going_and_coming_again_is_told_apart() -> None:
    found = read(
        *TALK,
        step(10, "left", GUEST),
        step(30, "knocked", subject=GUEST),
        step(20, "admitted", HOST, GUEST),
        step(5, "ended", HOST, code="meeting_ended"),
    )
    assert of(found, GUEST).spent == {
        Doing.WAITING: 90.0, Doing.TALKING: 15.0, Doing.GONE: 30.0,
    }  # fmt: skip


def test_a_terminal_watches_from_when_it_was_found_to_watch() -> None:
    tap = "monitor:t1"
    found = read(
        *TALK,
        step(0, "watch_begun", OFFICER, tap),
        step(4, "watching", OFFICER, tap),
        step(60, "not_watching", OFFICER, tap, why="hidden"),
        step(10, "watching", OFFICER, tap),
        step(30, "watch_ended", OFFICER, tap),
        step(99, "locked", HOST),
    )
    (watched,) = found.watched
    assert (watched.officer, watched.watching_s, watched.ended_at) == (OFFICER, 90.0, 1174.0)


@pytest.mark.parametrize("what", ["moved", "returned"])
def test_a_seat_taken_from_the_pin_prompt_ends_the_prompt(what: str) -> None:
    found = read(
        step(0, "pin_asked", subject="host:p9"),
        *TALK,
        step(3, what, HOST, **{"from": "host:p9"}),
        step(3, "locked", HOST),
    )
    assert of(found, "host:p9").gone_how == "moved"


def test_a_clock_set_back_costs_nobody_time() -> None:
    found = read(*TALK, step(100, "locked", HOST), step(-3600, "unlocked", HOST))
    assert found.spent[Doing.TALKING] == 100.0
    assert found.last_at == 1170.0


def test_a_restart_and_the_end_close_what_watched_and_forget_who_waited() -> None:
    found = read(
        *TALK,
        step(0, "knocked", subject=LATE),
        step(0, "watch_begun", OFFICER, "monitor:t1"),
        step(1, "watching", OFFICER, "monitor:t1"),
        step(1, "watching", OFFICER, "monitor:t1"),
        step(8, "server_restarted"),
        step(1, "watch_begun", OFFICER, "monitor:t2"),
        step(9, "watch_ended", OFFICER, "monitor:t2"),
        step(1, "watch_begun", OFFICER, "monitor:t3"),
        step(4, "ended", OFFICER, code="meeting_ended"),
    )
    assert [(one.watching_s, one.ended_at) for one in found.watched] == [
        (9.0, 1080.0), (0.0, 1090.0), (0.0, 1095.0),
    ]  # fmt: skip
    assert of(found, LATE).gone_how == "server_restarted"
    assert of(found, GUEST).lost == {Cause.SERVER_RESTARTED: 15.0}, "of an older record: kept"


def test_who_sits_there_too_is_counted() -> None:
    found = read(*TALK, step(5, "person_added", HOST, GUEST, person="p2.3"))
    assert of(found, GUEST).persons == 3


def test_a_guest_who_is_cut_off_while_another_is_checked_keeps_nobody_talking() -> None:
    found = read(
        *TALK,
        step(0, "joined", LATE, how="invited"),
        step(0, "check_begun", HOST, GUEST),
        step(0, "media_lost", subject=LATE, ours=False),
        step(10, "check_ended", HOST, GUEST),
    )
    assert found.spent[Doing.IDENTIFYING] == 10.0
    assert of(found, LATE).lost == {Cause.GUEST_CONNECTION: 10.0}


# -- what always holds ------------------------------------------------------------------------

PEOPLE = st.sampled_from([HOST, GUEST, "host:p4"])
LABELS = PEOPLE | st.sampled_from([OFFICER, "monitor:t1", "server", "p2", ""])
COMING_AND_GOING = st.sampled_from(
    sorted(
        {*COMES, *GOES, "lost", "sent_back", "media_lost", "media_back", "opened", "paused"}
        | {"server_restarted", "moved_to_another_server"}
    )
)
FACTS = st.dictionaries(
    st.sampled_from(
        ["kept", "waiting", "ours", "count", "persons", "attempts_left", "from", "code", "why"]
    ),
    st.one_of(st.booleans(), st.integers(-1, 3), st.sampled_from([HOST, GUEST, "", "slot_over"])),
    max_size=3,
).map(lambda facts: tuple(facts.items()))
AFTER = st.floats(-50, 500)
OF_ONE = st.tuples(AFTER, COMING_AND_GOING, PEOPLE, FACTS).map(
    lambda it: (it[0], it[1], it[2], it[2], it[3])
)
ANY = st.tuples(AFTER, st.sampled_from(sorted({*WORDS, "unheard_of"})), LABELS, LABELS, FACTS)
STEPS = st.tuples(st.sampled_from([(), TALK]), st.lists(OF_ONE | ANY, min_size=3, max_size=40)).map(
    lambda it: [*it[0], *it[1]]
)


@given(STEPS, st.booleans())
def test_whatever_is_written_times_add_up_and_none_is_negative(
    steps: list[Step], has_end: bool
) -> None:
    entries = written(*steps, *([step(5, "ended")] if has_end else []))
    for length in range(len(entries) + 1):
        _check(totals(entries[:length]))


def _check(found: Totals) -> None:
    if found.first_at is None or found.last_at is None:
        assert not found.people
        return
    until = found.last_at if found.ended_at is None else found.ended_at
    assert sum(found.spent.values()) == pytest.approx(until - found.first_at)
    assert sum(found.lost.values()) == pytest.approx(found.spent.get(Doing.LOST, 0.0))
    assert all(seconds >= 0 for seconds in (*found.spent.values(), *found.lost.values()))
    for person in found.people:
        gone_at = found.last_at if person.gone_at is None else person.gone_at
        assert gone_at >= person.came_at
        assert sum(person.spent.values()) == pytest.approx(gone_at - person.came_at)
        assert sum(person.lost.values()) == pytest.approx(person.spent.get(Doing.LOST, 0.0))
        assert all(seconds >= 0 for seconds in (*person.spent.values(), *person.lost.values()))
    assert all(one.watching_s >= 0 for one in found.watched)
