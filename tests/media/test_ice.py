"""The lite agent: which checks it believes, which pair it follows, when consent is over."""

from collections.abc import Hashable

from media import stun
from media.ice import (
    CONSENT_S,
    MAX_ADDRESSES,
    OVERLAP_S,
    SILENT_S,
    Accepted,
    Credentials,
    IceAgent,
    Rejected,
)

OLD = Credentials(ufrag="old1", password="p" * 22)
NEW = Credentials(ufrag="new1", password="q" * 22)
NEWEST = Credentials(ufrag="new2", password="r" * 22)
TRANSACTION = b"transaction!"
HERE, THERE = "here", "there"
ADDRESS = ("192.0.2.9", 4242)


def check(
    agent: IceAgent,
    source: Hashable = HERE,
    *,
    by: Credentials = OLD,
    password: str | None = None,
    nominates: bool = False,
    now: float = 0.0,
    extra: tuple[tuple[int, bytes], ...] = (),
    message_type: int = stun.BINDING_REQUEST,
) -> Accepted | Rejected | None:
    attributes = [(stun.USERNAME, f"{by.ufrag}:them".encode()), *extra]
    if nominates:
        attributes.append((stun.USE_CANDIDATE, b""))
    signed = (password or by.password).encode()
    message = stun.parse(stun.build(message_type, TRANSACTION, attributes, signed))
    return agent.handle(message, source, ADDRESS, now)


def test_a_good_check_is_answered_and_its_address_selected() -> None:
    agent = IceAgent(OLD, 0.0)
    verdict = check(agent)
    assert isinstance(verdict, Accepted)
    reply = stun.parse(verdict.reply)
    assert reply.type == stun.BINDING_SUCCESS
    assert reply.transaction_id == TRANSACTION
    assert stun.has_integrity(reply, OLD.password.encode())
    assert agent.selected == HERE
    assert agent.addresses == (HERE,)


def test_a_check_with_a_wrong_password_is_dropped() -> None:
    agent = IceAgent(OLD, 0.0)
    assert check(agent, password="x" * 22) is None
    assert agent.selected is None


def test_a_check_for_somebody_else_is_dropped() -> None:
    assert check(IceAgent(OLD, 0.0), by=NEW) is None


def test_only_requests_are_checks() -> None:
    assert check(IceAgent(OLD, 0.0), message_type=stun.BINDING_INDICATION) is None


def test_an_unknown_required_attribute_is_refused() -> None:
    agent = IceAgent(OLD, 0.0)
    verdict = check(agent, extra=((0x7001, b""),))
    assert isinstance(verdict, Rejected)
    assert stun.parse(verdict.reply).attributes[stun.ERROR_CODE][2:4] == b"\x04\x14"
    assert agent.selected is None


def test_a_peer_that_claims_to_be_controlled_is_told_of_the_conflict() -> None:
    verdict = check(IceAgent(OLD, 0.0), extra=((stun.ICE_CONTROLLED, bytes(8)),))
    assert isinstance(verdict, Rejected)
    assert stun.parse(verdict.reply).attributes[stun.ERROR_CODE][2:4] == b"\x04\x57"


def test_the_nominated_pair_is_followed() -> None:
    agent = IceAgent(OLD, 0.0)
    check(agent, HERE)
    check(agent, THERE)
    assert agent.selected == HERE
    check(agent, THERE, nominates=True)
    assert agent.selected == THERE


def test_an_address_that_took_over_from_a_silent_one_is_followed() -> None:
    agent = IceAgent(OLD, 0.0)
    check(agent, HERE, now=0.0)
    agent.hear(1.0)
    check(agent, THERE, now=SILENT_S)
    assert agent.selected == HERE
    check(agent, THERE, now=1.0 + SILENT_S)
    assert agent.selected == THERE


def test_consent_ends_when_nothing_signed_comes() -> None:
    agent = IceAgent(OLD, 10.0)
    check(agent, now=10.0)
    assert not agent.is_lost(10.0 + CONSENT_S - 0.1)
    agent.hear(12.0)
    assert not agent.is_lost(12.0 + CONSENT_S - 0.1)
    assert agent.is_lost(12.0 + CONSENT_S)


def test_hearing_before_any_check_selects_nothing() -> None:
    agent = IceAgent(OLD, 0.0)
    agent.hear(1.0)
    assert agent.selected is None


def test_both_credentials_live_during_a_restart() -> None:
    agent = IceAgent(OLD, 0.0)
    assert agent.restart(NEW, 1.0) == ()
    assert agent.local == NEW
    assert agent.ufrags == ("new1", "old1")
    assert isinstance(check(agent, by=OLD, now=60.0), Accepted)
    assert agent.expire(60.0) == ()
    assert isinstance(check(agent, by=NEW, now=61.0), Accepted)
    assert agent.expire(61.0 + OVERLAP_S - 0.1) == ()
    assert agent.expire(61.0 + OVERLAP_S) == ("old1",)
    assert check(agent, by=OLD, now=70.0) is None
    assert isinstance(check(agent, by=NEW, now=70.0), Accepted)


def test_a_second_restart_ends_the_oldest_credentials() -> None:
    agent = IceAgent(OLD, 0.0)
    agent.restart(NEW, 1.0)
    assert agent.restart(NEWEST, 2.0) == ("old1",)
    assert agent.ufrags == ("new2", "new1")


def test_the_overlap_begins_once() -> None:
    agent = IceAgent(OLD, 0.0)
    agent.restart(NEW, 1.0)
    check(agent, by=NEW, now=2.0)
    check(agent, by=NEW, now=4.0)
    assert agent.expire(2.0 + OVERLAP_S) == ("old1",)


def test_a_path_that_ended_is_forgotten_and_the_last_heard_takes_its_place() -> None:
    agent = IceAgent(OLD, 0.0)
    check(agent, HERE, now=0.0)
    check(agent, THERE, now=1.0)
    check(agent, "a connection", nominates=True, now=2.0)
    agent.forget("a connection")
    assert (agent.selected, agent.addresses) == (THERE, (HERE, THERE))
    agent.forget("a connection")
    agent.forget(THERE)
    agent.forget(HERE)
    assert (agent.selected, agent.addresses) == (None, ())
    agent.hear(3.0)
    check(agent, THERE, now=3.0)
    assert agent.selected == THERE


def test_a_path_that_was_not_in_use_ends_unnoticed() -> None:
    agent = IceAgent(OLD, 0.0)
    check(agent, HERE)
    check(agent, THERE)
    agent.forget(THERE)
    assert agent.selected == HERE


def test_addresses_are_bounded_and_the_longest_silent_goes() -> None:
    agent = IceAgent(OLD, 0.0)
    for number in range(MAX_ADDRESSES):
        check(agent, number, nominates=number == 0, now=number * 0.001)
    verdict = check(agent, "one more", now=1.0)
    assert isinstance(verdict, Accepted)
    assert verdict.forgotten == 1
    assert len(agent.addresses) == MAX_ADDRESSES
    assert agent.selected == 0
