"""The last self-test by each personal link, and when it goes."""

from tests.store.test_booking_retention import DAY_S, KEPT_S, SLOT, add, full
from tests.store.test_retention import run
from vmr.ids import InviteId
from vmr.rooms import Room
from vmr.self_test import SelfTest
from vmr.store import Store

PASSED = SelfTest(at=1_790_000_000.5, browser="Chrome", version=140)
FAILED = SelfTest(at=1_790_000_100.0, browser="", version=0, problems=("camera", "udp"))


async def test_the_last_test_of_a_link_is_kept(store: Store, room: Room) -> None:
    one = await store.add_invite(room.id, token_hash="ab" * 32, label="Ada")
    other = await store.add_invite(room.id, token_hash="cd" * 32, label="Ben")
    await store.self_tests.keep(one.id, PASSED)
    assert await store.self_tests.of([one.id, other.id]) == {one.id: PASSED}
    await store.self_tests.keep(one.id, FAILED)
    await store.self_tests.keep(other.id, PASSED)
    assert await store.self_tests.of([one.id, other.id]) == {one.id: FAILED, other.id: PASSED}
    assert await store.self_tests.of([]) == {}


async def test_a_test_goes_with_the_names_of_its_booking(store: Store, room: Room) -> None:
    await add(store, full(room))
    link = InviteId("i1")
    await store.self_tests.keep(link, PASSED)
    await run(store, SLOT.ends_at + KEPT_S - 1)
    assert await store.self_tests.of([link]) == {link: PASSED}
    await run(store, SLOT.ends_at + KEPT_S + 1)
    assert await store.self_tests.of([link]) == {}


async def test_a_test_by_a_link_of_no_booking_goes_after_thirty_days(
    store: Store, room: Room
) -> None:
    invite = await store.add_invite(room.id, token_hash="ab" * 32, label="Ada")
    await store.self_tests.keep(invite.id, PASSED)
    await run(store, PASSED.at + 30 * DAY_S - 1)
    assert await store.self_tests.of([invite.id]) == {invite.id: PASSED}
    await run(store, PASSED.at + 30 * DAY_S + 1)
    assert await store.self_tests.of([invite.id]) == {}
