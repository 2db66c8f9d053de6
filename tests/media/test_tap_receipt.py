"""What a tap was sent and what it says has come, told about once a second."""

from media import rtcp
from media.description import Kind
from media.messages import TapReported
from media.tap import Receipt
from tests.media.test_tap import Watched

SIZE = (320, 180)
FIRST, LAST = 1000, 1200


def told(watched: Watched) -> list[tuple[int, int]]:
    """What was told in the last second and a little, as (sent, reported)."""
    watched.stage.pass_time(1.1)
    events = [event for event in watched.stage.events if isinstance(event, TapReported)]
    watched.stage.events.clear()
    assert all(event.endpoint == "e9" for event in events)
    return [(event.sent, event.reported) for event in events]


def report(watched: Watched, *, more: int = 0) -> None:
    """The tap's own report of its first camera slot, `more` numbers beyond what came."""
    slot = watched.tap.slot(Kind.CAMERA)
    block = rtcp.ReportBlock(
        ssrc=slot,
        fraction_lost=0,
        packets_lost=0,
        highest_sequence=watched.tap.got(Kind.CAMERA)[-1].sequence + more,
        jitter=0,
        last_sr=0,
        delay=0,
    )
    watched.tap.send_rtcp(rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=1, blocks=(block,))))


def test_a_tap_is_reported_once_a_second_with_what_it_was_sent() -> None:
    watched = Watched()
    assert told(watched) == [(0, 0)]
    for _ in range(5):
        watched.key_frame(SIZE)
    assert told(watched)[-1] == (5, 0)


def test_what_its_receiver_reports_say_is_counted() -> None:
    watched = Watched()
    for _ in range(5):
        watched.key_frame(SIZE)
    report(watched)
    assert told(watched)[-1] == (5, 5)
    for _ in range(3):
        watched.key_frame(SIZE)
    assert told(watched)[-1] == (8, 5)
    report(watched)
    assert told(watched)[-1] == (8, 8)


def test_a_report_of_what_was_never_sent_counts_for_nothing() -> None:
    watched = Watched()
    for _ in range(5):
        watched.key_frame(SIZE)
    report(watched, more=7)
    assert told(watched)[-1] == (5, 0)


def test_people_are_not_reported_so() -> None:
    watched = Watched()
    watched.ann.stage.pass_time(2.2)
    names = {e.endpoint for e in watched.stage.events if isinstance(e, TapReported)}
    assert names == {"e9"}


def test_a_receipt_only_grows_and_never_beyond_what_was_sent() -> None:
    receipt = Receipt()
    receipt.take(7, FIRST - 1, first=FIRST, last=FIRST - 1)
    assert receipt.packets == 0
    receipt.take(7, FIRST, first=FIRST, last=LAST)
    assert receipt.packets == 1
    receipt.take(7, 3 * 65536 + LAST, first=FIRST, last=LAST)
    assert receipt.packets == LAST - FIRST + 1
    receipt.take(7, FIRST, first=FIRST, last=LAST)
    receipt.take(7, LAST + 1, first=FIRST, last=LAST)
    receipt.take(7, 0, first=FIRST, last=LAST)
    assert receipt.packets == LAST - FIRST + 1


def test_numbers_that_have_gone_round_are_read_right() -> None:
    receipt = Receipt()
    receipt.take(7, (FIRST + 70_000) & 0xFFFF, first=FIRST, last=FIRST + 70_010)
    assert receipt.packets == 70_001


def test_slots_are_added_up() -> None:
    receipt = Receipt()
    receipt.take(7, FIRST, first=FIRST, last=LAST)
    receipt.take(8, FIRST + 1, first=FIRST, last=LAST)
    assert receipt.packets == 3
