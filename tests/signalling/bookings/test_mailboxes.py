"""Codes and sessions of those who ask: each limit, with a clock that the test moves."""

import pytest

from signalling.bookings.mailboxes import CODE_DIGITS, Asked, Mailboxes, TooManyCodes
from signalling.bookings.request_config import RequestConfig
from vmr.bookings.booking import Channel

ADA, NET = "ada@law.example", "192.0.2.1"
CONFIG = RequestConfig()
MINUTE_S = 60.0


def made(**values: object) -> Mailboxes:
    return Mailboxes(RequestConfig(**values), now=0.0)  # type: ignore[arg-type]


def ask(boxes: Mailboxes, cookie: str = "c", mailbox: str = ADA, now: float = 0.0) -> str:
    return boxes.ask(cookie, mailbox, NET, now, establishment="e1", place="")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def test_the_right_code_begins_a_session_of_that_mailbox_under_a_new_cookie() -> None:
    boxes = made()
    code = ask(boxes)
    proven = boxes.prove("c", code, 1.0)
    assert proven is not None
    token, asked = proven
    assert (asked.mailbox, asked.establishment) == (ADA, "e1")
    session = boxes.session(token, 2.0)
    assert session is not None
    assert session.mailbox == ADA
    assert boxes.session("c", 2.0) is None


def test_a_code_works_once_and_in_its_own_browser_alone() -> None:
    boxes = made()
    code = ask(boxes)
    assert boxes.prove("other", code, 1.0) is None
    assert boxes.prove("c", code, 1.0) is not None
    assert boxes.prove("c", code, 1.0) is None


def test_five_wrong_codes_end_it_and_the_right_one_comes_too_late() -> None:
    boxes = made()
    code = ask(boxes)
    for _ in range(5):
        assert boxes.prove("c", wrong(code), 1.0) is None
    assert boxes.asked("c", 1.0) is None
    assert boxes.prove("c", code, 1.0) is None


def test_the_fifth_entry_may_be_the_right_one() -> None:
    boxes = made()
    code = ask(boxes)
    for _ in range(4):
        boxes.prove("c", wrong(code), 1.0)
    assert boxes.prove("c", code, 1.0) is not None


def test_a_code_is_good_for_ten_minutes() -> None:
    boxes = made()
    code = ask(boxes)
    assert boxes.prove("c", code, 10 * MINUTE_S) is None
    code = ask(boxes, now=10 * MINUTE_S)
    assert boxes.prove("c", code, 20 * MINUTE_S - 1) is not None


def test_a_new_code_voids_the_one_before() -> None:
    boxes = made()
    first, second = ask(boxes), ask(boxes)
    if first != second:
        assert boxes.prove("c", first, 1.0) is None
    assert boxes.prove("c", second, 1.0) is not None


def test_codes_to_one_mailbox_are_few_whoever_asks() -> None:
    boxes = made()
    for number in range(5):
        boxes.ask(f"c{number}", ADA, f"192.0.2.{number}", 0.0, establishment="", place="")
    with pytest.raises(TooManyCodes):
        boxes.ask("c9", ADA, "192.0.2.9", 0.0, establishment="", place="")
    boxes.ask("c9", "ben@law.example", "192.0.2.9", 0.0, establishment="", place="")
    boxes.ask("c9", ADA, "192.0.2.9", 30 * MINUTE_S, establishment="", place="")


def test_codes_from_one_network_address_are_few_whomever_they_go_to() -> None:
    boxes = made()
    for number in range(20):
        ask(boxes, f"c{number}", f"a{number}@law.example")
    with pytest.raises(TooManyCodes):
        ask(boxes, "c99", "a99@law.example")
    ask(boxes, "c99", "a99@law.example", now=2 * MINUTE_S)


def test_codes_are_few_altogether() -> None:
    boxes = made(all_codes_burst=3)
    for number in range(3):
        boxes.ask(
            f"c{number}", f"a{number}@b.example", f"net{number}", 0.0, establishment="", place=""
        )
    with pytest.raises(TooManyCodes):
        boxes.ask("c9", "a9@b.example", "net9", 0.0, establishment="", place="")
    boxes.ask("c9", "a9@b.example", "net9", 2.0, establishment="", place="")


def test_sessions_and_codes_are_bounded_in_number() -> None:
    boxes = made(max_sessions=1)
    code = ask(boxes)
    with pytest.raises(TooManyCodes):
        ask(boxes, "d")
    assert boxes.prove("c", code, 1.0) is not None
    code = ask(boxes, "d")
    with pytest.raises(TooManyCodes):
        boxes.prove("d", code, 1.0)


def opened(boxes: Mailboxes, now: float = 0.0) -> str:
    proven = boxes.prove("c", ask(boxes, now=now), now)
    assert proven is not None
    return proven[0]


def test_a_session_ends_60_minutes_after_its_last_use_and_what_was_typed_with_it() -> None:
    boxes = made()
    token = opened(boxes)
    session = boxes.session(token, 59 * MINUTE_S)
    assert session is not None
    session.draft.prisoner = "A1234BC"
    boxes.sweep(118 * MINUTE_S)
    assert len(boxes) == 1
    assert boxes.session(token, 119 * MINUTE_S) is None
    boxes.sweep(119 * MINUTE_S)
    assert len(boxes) == 0


def test_a_session_in_use_ends_after_eight_hours() -> None:
    boxes = made()
    token = opened(boxes)
    for minute in range(0, 8 * 60, 30):
        assert boxes.session(token, minute * MINUTE_S) is not None
    assert boxes.session(token, 8 * 60 * MINUTE_S) is None


def test_whoever_leaves_is_forgotten() -> None:
    boxes = made()
    token = opened(boxes)
    boxes.end(token)
    boxes.end(token)
    assert len(boxes) == 0


def test_nothing_that_is_kept_shows_codes_or_mailboxes() -> None:
    boxes = made()
    code = ask(boxes)
    asked = boxes.asked("c", 0.0)
    assert isinstance(asked, Asked)
    assert code.encode() not in asked.code_hash
    assert ADA not in repr(asked)
    session = boxes.session(opened(boxes), 0.0)
    assert ADA not in repr(session)


def test_a_court_is_known_by_its_domain_and_others_by_what_is_allowed() -> None:
    open_to_all = RequestConfig(court_domains=("court.example",))
    assert open_to_all.channel_of("a@sub.court.example") is Channel.COURT
    assert open_to_all.channel_of("a@notcourt.example") is Channel.BOOKING_TEAM
    narrow = RequestConfig(domains=("cjsm.example",), court_domains=("court.example",))
    assert narrow.channel_of("a@court.example") is Channel.COURT
    assert narrow.channel_of("a@cjsm.example") is Channel.BOOKING_TEAM
    assert narrow.channel_of("a@mail.example") is None
    assert RequestConfig().channel_of("a@court.example") is Channel.BOOKING_TEAM
