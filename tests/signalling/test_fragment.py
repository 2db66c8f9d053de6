"""SDP fragments: grammar, and the ICE part of offers and answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.errors import RequestError
from signalling.fragment import (
    FRAGMENT_CHARACTERS,
    LINES_MAX,
    Fragment,
    fragment_of,
    parse_fragment,
    ufrag_of,
    with_credentials,
)
from tests.signalling.encoder import OFFER, RESTART, TRICKLE
from tests.signalling.fakes.engine import ANSWER

PWD = "zyxwvutsrqponmlkjihgfe"


def test_the_credentials_of_a_restart_are_read() -> None:
    assert parse_fragment(RESTART) == Fragment(ufrag="second", password=PWD)


def test_candidates_are_read_for_their_grammar() -> None:
    assert parse_fragment(TRICKLE).ufrag == "first"
    assert parse_fragment("a=end-of-candidates") == Fragment(ufrag="", password="")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "a=mid:0\r\n",
        "a=ice-ufrag:abcd\r\n",
        f"a=ice-pwd:{PWD}\r\n",
        f"a=ice-ufrag:abc\r\na=ice-pwd:{PWD}",
        "a=ice-ufrag:abcd\r\na=ice-pwd:short",
        f"a=ice-ufrag:ab cd\r\na=ice-pwd:{PWD}",
        f"a=ice-ufrag:abcd\r\na=ice-ufrag:efgh\r\na=ice-pwd:{PWD}",
        "a=candidate:1 1 udp 2122260223 192.0.2.1 host",
        "a=candidate:1 one udp 2122260223 192.0.2.1 61764 typ host",
        "a=end-of-candidates\r\n\r\na=mid:0",
        "a=end-of-candidates\x00",
    ],
)
def test_what_is_no_fragment_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_fragment(text)
    assert refused.value.code == "bad_message"


@pytest.mark.parametrize(
    "text", ["a=x" * FRAGMENT_CHARACTERS, "a=end-of-candidates\n" * (LINES_MAX + 1)]
)
def test_a_fragment_is_bounded(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_fragment(text)
    assert refused.value.code == "too_large"


@given(st.text() | st.lists(st.sampled_from(TRICKLE.split("\r\n"))).map("\r\n".join))
def test_any_text_is_a_fragment_or_refused(text: str) -> None:
    try:
        found: Fragment | str = parse_fragment(text)
    except RequestError as error:
        found = error.code
    if isinstance(found, str):
        assert found in ("bad_message", "too_large")
    else:
        assert bool(found.ufrag) == bool(found.password)


def test_an_offer_takes_other_credentials_and_nothing_else_changes() -> None:
    fragment = parse_fragment(RESTART)
    changed = with_credentials(OFFER, fragment)
    assert (ufrag_of(OFFER), ufrag_of(changed)) == ("first", "second")
    back = Fragment(ufrag="first", password="0123456789abcdefghijkl")
    assert with_credentials(changed, back) == OFFER
    assert ufrag_of("v=0") == ""


def test_an_answer_gives_the_ice_part_of_its_first_section() -> None:
    lines = fragment_of(ANSWER).split("\r\n")
    assert lines == [
        "a=group:BUNDLE 0 1",
        "a=ice-lite",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:0",
        "a=ice-ufrag:ours",
        "a=ice-pwd:0123456789abcdef012345",
        "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host",
        "a=end-of-candidates",
        "",
    ]
