import gc
import json

import pytest

from signalling.errors import RequestError
from signalling.sessions import OVER_S, RING, UNJOINED_S, Session, Sessions

NOW = 100.0


class Outlet:
    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


def events(session: Session, after: int) -> list[str] | None:
    news = session.after(after)
    return None if news is None else [note.event for note in news]


def told(*names: str) -> Session:
    session = Session(now=NOW)
    for name in names:
        session.notify(name, {}, NOW)
    return session


def test_notifications_are_numbered_from_one() -> None:
    session = told("a", "b")
    news = session.after(0)
    assert news is not None
    assert [json.loads(note.envelope()) for note in news] == [
        {"n": 1, "at": NOW, "data": {}},
        {"n": 2, "at": NOW, "data": {}},
    ]


def test_what_was_missed_is_told_in_order() -> None:
    session = told("a", "b", "c")
    assert events(session, 1) == ["b", "c"]
    assert events(session, 3) == []


@pytest.mark.parametrize("n", [-1, 4])
def test_a_number_never_given_is_not_ours(n: int) -> None:
    assert told("a", "b", "c").after(n) is None


def test_the_ring_is_bounded_and_says_what_is_gone() -> None:
    session = told(*["x"] * (RING + 1))
    assert session.after(0) is None
    assert len(session.after(1) or ()) == RING


def test_a_resume_within_the_ring_goes_on_where_it_was() -> None:
    assert told("a", "b").resume(1, NOW) == 1


def test_a_resume_beyond_the_ring_is_told_the_last_of_each_state() -> None:
    session = told("meeting.updated", "slot.bound", "knock.received")
    session.notify("meeting.updated", {"new": True}, NOW)
    for _ in range(RING):
        session.notify("x", {}, NOW)
    after = session.resume(0, NOW)
    assert events(session, after) == ["meeting.updated", "slot.bound"]
    assert (session.after(after) or ())[0].data == {"new": True}
    assert session.state("meeting.updated") == {"new": True}


def test_what_was_said_inside_is_gone_once_sealed() -> None:
    session = told("meeting.updated", "slot.bound")
    session.seal()
    session.notify("participant.sent_back", {}, NOW)
    assert session.after(0) is None
    assert events(session, session.resume(0, NOW)) == []
    assert events(session, 2) == ["participant.sent_back"]
    assert session.state("slot.bound") is None


def test_the_end_is_a_state() -> None:
    session = told("meeting.updated")
    session.seal()
    session.notify("session.ended", {}, NOW)
    session.end(NOW)
    assert events(session, session.resume(0, NOW)) == ["session.ended"]


def test_nothing_is_said_after_the_end() -> None:
    session = told("a")
    session.end(NOW)
    session.notify("b", {}, NOW)
    assert events(session, 0) == ["a"]


def test_a_socket_is_woken_for_news_and_for_the_end() -> None:
    session, outlet = Session(now=NOW), Outlet()
    assert session.attach(outlet) is None
    assert session.outlet is outlet
    session.notify("a", {}, NOW)
    session.end(NOW)
    assert outlet.woken == 2


def test_a_socket_that_was_replaced_takes_nothing_with_it() -> None:
    session, old, new = Session(now=NOW), Outlet(), Outlet()
    session.attach(old)
    assert session.attach(new) is old
    assert not session.detach(old, NOW)
    assert session.is_connected
    assert session.detach(new, NOW)
    assert not session.is_connected


def test_only_the_token_finds_a_session() -> None:
    sessions = Sessions(limit=2)
    session = sessions.open(NOW)
    assert sessions.find(session.id, session.token) is session
    assert sessions.get(session.id) is session
    for wrong in ("", session.token[:-1], session.token + "x", "\u20ac"):
        assert sessions.find(session.id, wrong) is None
    assert sessions.find("other", session.token) is None


def test_tokens_and_nonces_are_long_and_fresh() -> None:
    one, other = Session(now=NOW), Session(now=NOW)
    assert len({one.token, other.token, one.nonce, other.nonce, one.id, other.id}) == 6
    assert len(one.token) >= 43  # 32 bytes
    assert one.nonce != one.renew_nonce() == one.nonce


def test_sessions_are_bounded() -> None:
    sessions = Sessions(limit=1)
    sessions.open(NOW)
    with pytest.raises(RequestError) as refused:
        sessions.open(NOW)
    assert refused.value.code == "busy"


def test_a_session_without_socket_or_room_is_forgotten() -> None:
    sessions = Sessions(limit=9)
    alone, joined, connected, over = (sessions.open(NOW) for _ in range(4))
    joined.is_joined = True
    connected.attach(Outlet())
    over.end(NOW)
    sessions.sweep(NOW + UNJOINED_S)
    assert len(sessions) == 4
    sessions.sweep(NOW + UNJOINED_S + 1)
    assert sessions.get(alone.id) is None
    assert len(sessions) == 3
    sessions.sweep(NOW + OVER_S + 1)
    assert len(sessions) == 2


def test_what_is_kept_of_a_notification_is_nothing_the_collector_has_to_look_through() -> None:
    session = Session(now=NOW)
    session.notify("meeting.updated", {"participants": [{"id": "a"}]}, NOW)
    (kept,) = session.after(0) or ()
    assert not any(isinstance(one, (dict, list)) for one in gc.get_referents(kept))
    assert kept.data == {"participants": [{"id": "a"}]}


def test_the_same_state_again_is_no_news() -> None:
    session = Session(now=NOW)
    assert session.is_news("speaker.changed", {"dominant": None})
    session.notify("speaker.changed", {"dominant": None}, NOW)
    assert not session.is_news("speaker.changed", {"dominant": None})
    assert session.is_news("speaker.changed", {"dominant": "a"})
