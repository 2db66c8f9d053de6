"""The office sees on the expected person what their self-test found, and when."""

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import person
from vmr.ids import ExpectedId, InviteId
from vmr.self_test import SelfTest

ONE = f"{CALENDAR}/ABCD-2345"


async def expected(office: OfficeServer) -> InviteId:
    """Somebody with a personal link; somebody else without one."""
    invite = await office.store.add_invite(
        office.rooms["Legal 1"].id, token_hash="ab" * 32, label="Ada Law"
    )
    people = (
        person("Ada Law", ExpectedId("x1"), invite=invite.id),
        person("Ben", ExpectedId("x2")),
    )
    await office.booked(people=people)
    return invite.id


async def test_who_has_not_tested_has_no_word_of_it(office: OfficeServer, clerk: Browser) -> None:
    await expected(office)
    assert "Tested on" not in words(await clerk.get(ONE))


async def test_a_test_that_was_passed_stands_beside_its_person(
    office: OfficeServer, clerk: Browser
) -> None:
    link = await expected(office)
    at = office.clock() + 2 * 86_400
    await office.store.self_tests.keep(link, SelfTest(at=at, browser="Chrome", version=140))
    assert "Tested on 3 March 2027, Chrome 140: passed" in words(await clerk.get(ONE))


async def test_what_did_not_work_is_named(office: OfficeServer, clerk: Browser) -> None:
    link = await expected(office)
    failed = SelfTest(at=office.clock(), browser="", version=0, problems=("camera", "udp"))
    await office.store.self_tests.keep(link, failed)
    said = "Tested on 1 March 2027, another browser. Did not work: camera, UDP"
    assert said in words(await clerk.get(ONE))
