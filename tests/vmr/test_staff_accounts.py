"""Passwords that may be chosen, and how wrong entries are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.ids import EstablishmentId, OfficerId
from vmr.rooms import Establishment
from vmr.staff import StaffMember
from vmr.staff_accounts import StaffAccount, Throttle, password_fault


@pytest.mark.parametrize(
    ("password", "fault"),
    [("x" * 11, "short"), ("x" * 12, None), ("ä" * 12, None), ("x" * 200, None),
     ("x" * 201, "long"), (" Administrator ", "username"), ("    four     words", None)],
)  # fmt: skip
def test_a_password_is_long_enough_and_not_the_username(password: str, fault: str | None) -> None:
    assert password_fault(password, username="administrator") == fault


def test_no_secret_of_an_account_is_in_its_repr() -> None:
    prison = Establishment(id=EstablishmentId("e"), name="HMP", phone="1")
    member = StaffMember(
        id=OfficerId("o"), establishment=prison, name="Ada", username="ada", roles=frozenset()
    )
    account = StaffAccount(
        member=member, password_hash="hash", totp_secret="secret", oidc_subject="subject"
    )
    assert not any(word in repr(account) for word in ("hash'", "secret'", "subject'"))
    assert account.has_totp


def test_a_key_closes_at_the_limit_and_opens_after_the_window() -> None:
    throttle = Throttle(limit=3, window_s=10)
    for at in (0.0, 1.0, 2.0):
        assert not throttle.is_closed("a", at)
        throttle.count("a", at)
    assert throttle.is_closed("a", 9.9)
    assert not throttle.is_closed("b", 9.9)
    throttle.count("a", 9.9)
    assert not throttle.is_closed("a", 10.0), "entries while it was closed do not keep it closed"


def test_the_right_entry_clears_a_key_and_forgiveness_takes_one_back() -> None:
    throttle = Throttle(limit=2, window_s=10)
    throttle.count("a", 0.0)
    throttle.forgive("a")
    throttle.forgive("a")
    throttle.count("a", 0.0)
    assert not throttle.is_closed("a", 0.0)
    throttle.count("a", 0.0)
    assert throttle.is_closed("a", 0.0)
    throttle.clear("a")
    throttle.clear("a")
    assert not throttle.is_closed("a", 0.0)


def test_when_too_many_keys_are_busy_strangers_are_closed_until_some_are_forgotten() -> None:
    throttle = Throttle(limit=3, window_s=10, keys_max=2)
    throttle.count("a", 0.0)
    throttle.count("b", 5.0)
    assert throttle.is_closed("c", 6.0)
    assert not throttle.is_closed("a", 6.0)
    throttle.count("c", 6.0)
    assert not throttle.is_closed("c", 10.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from("abc")), max_size=60))
def test_never_more_than_the_limit_within_a_window(entries: list[tuple[float, str]]) -> None:
    throttle = Throttle(limit=4, window_s=10)
    now, let_in = 0.0, []
    for wait, key in entries:
        now += wait
        if not throttle.is_closed(key, now):
            throttle.count(key, now)
            let_in.append((now, key))
            recent = [one for one in let_in if one[1] == key and now - one[0] < 10]
            assert len(recent) <= 4
