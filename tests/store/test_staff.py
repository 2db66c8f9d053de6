"""Staff, their sessions and their record come back as they were given."""

import dataclasses
from typing import Any

import pytest

from tests.store.places import Place
from tests.store.proving import proven
from vmr.ids import OfficerId, StaffSessionId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.staff_record import SERVER, StaffEvent, happening
from vmr.staff_sessions import SessionLimits, SignInStep, StaffSession
from vmr.store import Conflict, NotFound, RecordBroken, SignedIn, StaffTicket, Store

DUTY = frozenset({StaffRole.DUTY, StaffRole.MONITOR})


def account(room: Room, username: str = "reed") -> StaffAccount:
    member = StaffMember(
        id=OfficerId(f"id-{username}"),
        establishment=room.establishment,
        name="Officer Reed",
        username=username,
        roles=DUTY,
    )
    return StaffAccount(member=member, password_hash="$argon2id$one", must_change_password=True)


def done(of: StaffAccount, event: StaffEvent = StaffEvent.ADDED, at: float = 1.0) -> Happening:
    return happening(event, of.member, by=SERVER, at=at)


async def added(store: Store, room: Room, username: str = "reed") -> StaffAccount:
    made = account(room, username)
    await store.staff.add(made, done(made))
    return made


async def session(store: Store, of: StaffAccount, id: str = "s1", at: float = 10.0) -> StaffSession:
    opened = StaffSession(
        id=StaffSessionId(id),
        officer=of.member.id,
        step=SignInStep.SIGNED_IN,
        started_at=at,
        used_at=at,
        browser="Firefox, Linux",
    )
    await store.staff.open_session(opened, f"hash-{id}", of.member.establishment.id)
    return opened


async def test_an_account_comes_back(store: Store, room: Room) -> None:
    made = await added(store, room)
    assert await store.staff.account(made.member.id) == made
    assert await store.staff.account_by_username("reed") == made
    assert await store.staff.members(room.establishment.id) == (made.member,)
    assert await store.staff.account_by_username("nobody") is None
    assert await store.staff.account(OfficerId("nobody")) is None


async def test_a_username_is_taken_once_in_all_establishments(store: Store, room: Room) -> None:
    made = await added(store, room)
    again = dataclasses.replace(
        made, member=dataclasses.replace(made.member, id=OfficerId("another"))
    )
    with pytest.raises(Conflict):
        await store.staff.add(again, done(again))
    assert await proven(store.staff, room.establishment.id) == 1, "nothing was recorded"


async def test_staff_are_listed_by_establishment(store: Store, room: Room) -> None:
    made = await added(store, room)
    other = await store.add_establishment(name="HMP Other", phone="2")
    assert await store.staff.members(other.id) == ()
    assert await store.staff.members() == (made.member,)


async def test_changing_an_unknown_account_is_an_error(store: Store, room: Room) -> None:
    with pytest.raises(NotFound):
        await store.staff.set_disabled(OfficerId("x"), True, done(account(room)))


async def test_a_code_counts_once_and_no_older_one_after_it(store: Store, room: Room) -> None:
    officer = (await added(store, room)).member.id
    taken = [await store.staff.take_totp_step(officer, step) for step in (7, 7, 6, 8)]
    assert taken == [True, False, False, True]


async def test_a_recovery_code_counts_once(store: Store, room: Room) -> None:
    made = await added(store, room)
    officer = made.member.id
    await store.staff.set_totp(officer, "SECRET", 5, ["a", "b"], done(made))
    assert await store.staff.recovery_codes_left(officer) == 2
    assert [await store.staff.take_recovery_code(officer, "a") for _ in range(2)] == [True, False]
    assert not await store.staff.take_recovery_code(OfficerId("other"), "b")
    await store.staff.set_recovery_codes(officer, ["c"], done(made))
    assert not await store.staff.take_recovery_code(officer, "b")
    kept = await store.staff.account(officer)
    assert kept is not None
    assert (kept.totp_secret, kept.totp_last_step) == ("SECRET", 5)


async def test_a_subject_is_linked_to_one_account(store: Store, room: Room) -> None:
    first, second = await added(store, room), await added(store, room, "second")
    linked = done(first, StaffEvent.LINKED)
    await store.staff.link(first.member.id, "https://issuer", "1", linked)
    with pytest.raises(Conflict):
        await store.staff.link(second.member.id, "https://issuer", "1", linked)
    found = await store.staff.account_by_subject("https://issuer", "1")
    assert found is not None
    assert found.member == first.member
    assert await store.staff.account_by_subject("https://other", "1") is None
    assert await store.staff.account_by_subject("", "") is None


async def test_a_session_is_found_by_the_hash_of_its_cookie(store: Store, room: Room) -> None:
    made = await added(store, room)
    opened = await session(store, made)
    found = await store.staff.session_by_token_hash("hash-s1")
    assert found is not None
    assert (found.session, found.member) == (opened, made.member)
    assert await store.staff.session_by_token_hash("other") is None


async def test_an_advanced_session_is_known_by_its_new_cookie_alone(
    store: Store, room: Room
) -> None:
    made = await added(store, room)
    opened = await session(store, made)
    place = made.member.establishment.id
    await store.staff.advance_session(opened.id, SignInStep.NEW_PASSWORD, "new", 11.0, place)
    assert await store.staff.session_by_token_hash("hash-s1") is None
    found = await store.staff.session_by_token_hash("new")
    assert found is not None
    assert (found.session.step, found.session.used_at) == (SignInStep.NEW_PASSWORD, 11.0)
    with pytest.raises(NotFound):
        await store.staff.advance_session(
            StaffSessionId("x"), SignInStep.SIGNED_IN, "y", 1.0, place
        )


async def test_disabling_roles_and_resets_end_sessions(store: Store, room: Room) -> None:
    made = await added(store, room)
    officer = made.member.id
    for number, change in enumerate(
        (
            store.staff.set_disabled(officer, False, done(made)),
            store.staff.set_roles(officer, DUTY, done(made)),
            store.staff.end_all_sessions(officer, done(made)),
            store.staff.set_password(officer, "x", done(made), expires_at=9.0, ends_sessions=True),
            store.staff.set_totp(officer, "", 0, (), done(made), ends_sessions=True),
        )
    ):
        await session(store, made, f"s{number}")
        await change
        assert await store.staff.sessions_of(officer) == (), number


async def test_a_password_made_for_somebody_expires_and_their_own_does_not(
    store: Store, room: Room
) -> None:
    officer = (await added(store, room)).member.id
    for expires_at in (9.0, None):
        await store.staff.set_password(
            officer, "x", done(await found(store, officer)), expires_at=expires_at,
            ends_sessions=False,
        )  # fmt: skip
        account = await found(store, officer)
        assert account.password_expires_at == expires_at
        assert account.must_change_password == (expires_at is not None)


async def found(store: Store, officer: OfficerId) -> StaffAccount:
    account = await store.staff.account(officer)
    assert account is not None
    return account


async def test_a_disabled_accounts_session_is_not_found(store: Store, room: Room) -> None:
    made = await added(store, room)
    await store.staff.set_disabled(made.member.id, True, done(made))
    opened = await session(store, made)
    assert await store.staff.session_by_token_hash("hash-s1") is None
    assert await store.staff.sessions_by_id([opened.id]) == {}


async def test_one_session_ends_for_its_owner_alone(store: Store, room: Room) -> None:
    made, other = await added(store, room), await added(store, room, "other")
    opened, kept = await session(store, made), await session(store, made, "s2")
    assert not await store.staff.end_session(opened.id, other.member.id)
    assert await store.staff.end_session(opened.id, made.member.id)
    assert not await store.staff.end_session(opened.id, made.member.id)
    await session(store, made, "s3")
    assert await store.staff.end_other_sessions(made.member.id, kept.id) == 1
    assert await store.staff.sessions_by_id([opened.id, kept.id]) == {kept.id: kept}


async def test_what_is_over_is_forgotten(store: Store, room: Room) -> None:
    made = await added(store, room)
    limits = SessionLimits(idle_s=1000, longest_s=5000)
    for id, at in (("old", 0.0), ("used", 0.0), ("new", 4500.0)):
        await session(store, made, id, at)
    await store.staff.touch_sessions([StaffSessionId("used")], 4600.0)
    await store.staff.sweep_sessions(limits, 4700.0)
    assert [one.id for one in await store.staff.sessions_of(made.member.id)] == ["used", "new"]
    await store.staff.sweep_sessions(limits, 5000.0)
    assert [one.id for one in await store.staff.sessions_of(made.member.id)] == ["new"]


async def test_the_record_of_staff_holds_and_shows_a_change(
    store: Store, room: Room, place: Place
) -> None:
    made = await added(store, room)
    await store.staff.set_disabled(made.member.id, True, done(made, StaffEvent.DISABLED, 2.0))
    prison = room.establishment.id
    entries = await store.staff.record(prison)
    assert [one.entry.what for one in entries] == ["staff_added", "staff_disabled"]
    assert dict(entries[0].personal) == {"name": "Officer Reed", "username": "reed"}
    assert await proven(store.staff, prison) == 2
    place.alter("UPDATE staff_entries SET what = 'staff_enabled' WHERE sequence = 2")
    with pytest.raises(RecordBroken, match="entry 2"):
        await proven(store.staff, prison)


async def test_the_record_of_one_establishment_is_none_of_another(
    store: Store, room: Room, place: Place
) -> None:
    await added(store, room)
    other = await store.add_establishment(name="HMP Other", phone="2")
    place.alter(f"UPDATE staff_entries SET establishment_id = '{other.id}'")
    with pytest.raises(RecordBroken, match="entry 1"):
        await proven(store.staff, other.id)


async def ticket(
    store: Store, opened: StaffSession, token_hash: str = "t1", expires_at: float = 40.0
) -> StaffTicket:
    made = StaffTicket(
        token_hash=token_hash, session=opened.id, purpose="monitor", server="https://two.example",
        expires_at=expires_at,
    )  # fmt: skip
    await store.staff.add_ticket(made, 10.0)
    return made


async def redeemed(
    store: Store,
    token_hash: str = "t1",
    *,
    purpose: str = "monitor",
    server: str = "https://two.example",
    now: float = 20.0,
) -> SignedIn | None:
    return await store.staff.redeem_ticket(token_hash, purpose=purpose, server=server, now=now)


async def test_a_ticket_is_good_once(store: Store, room: Room) -> None:
    made = await added(store, room)
    opened = await session(store, made)
    await ticket(store, opened)
    assert await redeemed(store) == (opened, made.member)
    assert await redeemed(store) is None


@pytest.mark.parametrize(
    "wrong",
    [{"purpose": "desk"}, {"server": "https://one.example"}, {"now": 40.0}],
    ids=["another purpose", "another server", "too late"],
)
async def test_a_ticket_shown_wrongly_opens_nothing_then_or_later(
    store: Store, room: Room, wrong: dict[str, Any]
) -> None:
    await ticket(store, await session(store, await added(store, room)))
    assert await redeemed(store, **wrong) is None
    assert await redeemed(store) is None


async def test_a_ticket_ends_with_its_session(store: Store, room: Room) -> None:
    made = await added(store, room)
    opened = await session(store, made)
    await ticket(store, opened)
    await store.staff.end_session(opened.id, made.member.id)
    assert await redeemed(store) is None
    with pytest.raises(Conflict):
        await ticket(store, opened)


async def test_tickets_of_another_session_stay(store: Store, room: Room) -> None:
    made = await added(store, room)
    opened, kept = await session(store, made), await session(store, made, "s2")
    await ticket(store, opened)
    await ticket(store, kept, "t2")
    await store.staff.end_session(opened.id, made.member.id)
    assert await redeemed(store, "t2") == (kept, made.member)


async def test_tickets_that_are_over_are_not_kept(store: Store, room: Room) -> None:
    opened = await session(store, await added(store, room))
    await ticket(store, opened, expires_at=5.0)
    await ticket(store, opened, "t2")
    await ticket(store, opened, "t1")
