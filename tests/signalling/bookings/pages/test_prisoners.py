"""Prisoners, contacts and compacts: who may open their pages, what they change and never show."""

import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.signalling.bookings.pages.conftest import OfficeServer, SignIn
from tests.signalling.staff.browser import Browser, Page
from tests.vmr.bookings.made import person, slot
from vmr.bookings.booking import Part
from vmr.bookings.entitlements import Contact
from vmr.bookings.purposes import Purpose
from vmr.ids import PrisonerId
from vmr.staff import StaffRole
from vmr.store import EntitlementStore

LIST = "/staff/prisoners"
REFERENCE = "A1234BC"
BOOKING = frozenset({StaffRole.BOOKING})


@pytest_asyncio.fixture
async def one(clerk: Browser) -> str:
    """The path of a prisoner."""
    return (await clerk.post(f"{LIST}/add", {"reference": REFERENCE})).place


async def add_contact(browser: Browser, one: str, name: str = "Ann Smith", **more: str) -> Page:
    form = {"name": name, "relation": "Mother", **more}
    return await browser.post(f"{one}/contacts/add", form)


async def contacts(office: OfficeServer, one: str) -> tuple[Contact, ...]:
    kept: EntitlementStore = office.store.entitlements
    return await kept.contacts(PrisonerId(one.rpartition("/")[2]))


async def record(office: OfficeServer) -> list[str]:
    return [one.entry.what for one in await office.store.staff.record(office.prison.id)]


def date_fields(id: str, at: float) -> dict[str, str]:
    day = datetime.fromtimestamp(at, UTC)
    return {f"{id}-day": str(day.day), f"{id}-month": str(day.month), f"{id}-year": str(day.year)}


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in BOOKING])
async def test_only_who_may_book_opens_a_prisoner(
    sign_in: SignIn, office: OfficeServer, clerk: Browser, one: str, role: StaffRole
) -> None:
    browser = await sign_in("Officer Reed", [role])
    home = await browser.get("/staff")
    assert LIST not in home.text
    assert "/staff/bans" not in home.text
    for path in (LIST, one, f"{one}/contacts/add", f"{one}/compact", f"{one}/bans/add"):
        assert (await browser.get(path)).status == 403, path
    for path in (LIST, f"{LIST}/add", f"{one}/contacts/add", f"{one}/compact"):
        form = {"reference": "B2", "name": "Eve", "relation": "x"}
        assert (await browser.post(path, form, csrf=home.csrf)).status == 403, path
    assert await contacts(office, one) == ()


async def test_another_establishments_prisoner_does_not_exist(
    office: OfficeServer, sign_in: SignIn, clerk: Browser, one: str
) -> None:
    await add_contact(clerk, one)
    (ann,) = await contacts(office, one)
    browser = await sign_in("Eve Clerk", establishment=office.other)
    csrf = (await browser.get("/staff")).csrf
    for path in ("", "/contacts/add", "/compact", "/bans/add", f"/contacts/{ann.id}/remove"):
        assert (await browser.get(one + path)).status == 404, path
    for path in (f"/contacts/{ann.id}/approve", f"/contacts/{ann.id}/remove", "/contacts/add"):
        assert (await browser.post(one + path, {"name": "X"}, csrf=csrf)).status == 404, path
    found = await browser.post(LIST, {"reference": REFERENCE})
    assert "has not been entered yet" in found.text
    own = (await browser.post(f"{LIST}/add", {"reference": REFERENCE})).place
    assert own != one
    crossed = f"{own}/contacts/{ann.id}/approve"
    assert (await browser.post(crossed, csrf=csrf)).status == 404
    assert [one.is_approved for one in await contacts(office, one)] == [False]


async def test_a_prisoner_is_found_and_the_reference_stands_in_no_address(
    clerk: Browser, one: str
) -> None:
    assert re.fullmatch(r"/staff/prisoners/[0-9a-f]{32}", one)
    assert (await clerk.post(LIST, {"reference": " a1234 bc "})).place == one
    assert (await clerk.post(f"{LIST}/add", {"reference": "a1234bc"})).place == one
    page = await clerk.get(one)
    assert "Prisoner A1234BC" in page.title
    linked = re.findall(r'(?:href|action)="([^"]*)"', page.text)
    assert not [link for link in linked if REFERENCE in link]


@pytest.mark.parametrize("wrong", ["", "  ", "\u200b", "x" * 201])
async def test_what_is_no_reference_is_refused(clerk: Browser, wrong: str) -> None:
    for path in (LIST, f"{LIST}/add"):
        page = await clerk.post(path, {"reference": wrong})
        assert (page.status, page.problems) == (422, ["Enter a prisoner reference"])


async def test_a_contact_is_added_approved_and_removed_by_name(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    assert (await add_contact(clerk, one, minor="yes")).place == one
    page = await clerk.get(one)
    assert "Not approved" in page.text
    assert "Under 18" in page.text
    (ann,) = await contacts(office, one)
    assert (await clerk.post(f"{one}/contacts/{ann.id}/approve", csrf=page.csrf)).place == one
    assert "Approved by Cora Clerk" in (await clerk.get(one)).text
    again = await clerk.post(f"{one}/contacts/{ann.id}/approve", csrf=page.csrf)
    assert again.place == one
    assert "Remove Ann Smith" in (await clerk.get(f"{one}/contacts/{ann.id}/remove")).text
    assert (await clerk.post(f"{one}/contacts/{ann.id}/remove")).place == one
    assert await contacts(office, one) == ()
    assert (await clerk.get(f"{one}/contacts/{ann.id}/remove")).status == 404
    assert (await record(office))[-3:] == ["contact_added", "contact_approved", "contact_removed"]


async def test_a_contact_needs_a_name_that_no_other_has(clerk: Browser, one: str) -> None:
    await add_contact(clerk, one)
    twice = await add_contact(clerk, one, "SMITH, Ann")
    assert (twice.status, len(twice.problems)) == (422, 1)
    assert 'value="SMITH, Ann"' in twice.text
    nobody = await add_contact(clerk, one, "\u200b", relation="")
    assert nobody.problems == [
        "Enter a name of up to 100 characters", "Enter their relation to the prisoner",
    ]  # fmt: skip


async def test_the_compact_is_signed_once_and_not_tomorrow(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    assert "Not signed" in (await clerk.get(one)).text
    tomorrow = date_fields("signed", office.clock() + 2 * 86_400)
    page = await clerk.post(f"{one}/compact", {**tomorrow, "witness": "Olu Ade"})
    assert page.problems == ["The day it was signed must not be in the future"]
    for wrong in ({"signed-day": "31", "signed-month": "2", "signed-year": "2026"}, {}):
        page = await clerk.post(f"{one}/compact", {**wrong, "witness": ""})
        assert page.problems == ["Enter the date as day, month and year", "Enter who saw it signed"]
    today = {**date_fields("signed", office.clock()), "witness": "Olu Ade"}
    assert (await clerk.post(f"{one}/compact", today)).place == one
    page = await clerk.get(one)
    assert "seen by Olu Ade" in page.text
    assert "Not signed" not in page.text
    assert (await clerk.post(f"{one}/compact", today)).problems == [
        "This version of the compact is signed already"
    ]
    assert (await record(office)).count("compact_signed") == 1


async def test_minutes_and_calls_are_shown_and_a_call_that_may_not_be_is_marked(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    await add_contact(clerk, one)
    await office.booked(
        in_room=office.rooms["Social"], purpose=Purpose.SOCIAL, prisoner=REFERENCE.lower(),
        preferred=slot(4, 10, minutes=60), people=(person("Eve", part=Part.FRIEND),),
    )  # fmt: skip
    page = await clerk.get(one)
    assert "60 of 120 minutes booked, 60 left" in page.text
    assert 'href="/staff/bookings/ABCD-2345"' in page.text
    assert "Somebody is not an approved contact" in page.text
    assert "has no minutes left" not in page.text


async def test_a_form_of_another_site_changes_nothing(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    form = {"name": "Eve", "relation": "x"}
    for given in ({"origin": "https://evil.example"}, {"csrf": "0" * 64}):
        page = await clerk.post(f"{one}/contacts/add", form, **given)
        assert page.status == 403
    assert await contacts(office, one) == ()


async def test_a_social_call_is_booked_from_the_page_of_the_prisoner(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    for name, minor in (("Al Smith", ""), ("Ann Smith", ""), ("Tom Smith", "yes")):
        await add_contact(clerk, one, name, minor=minor)
    page = await clerk.get(one)
    assert "Who is called?" not in page.text
    for contact in await contacts(office, one):
        await clerk.post(f"{one}/contacts/{contact.id}/approve", csrf=page.csrf)
    page = await clerk.get(one)
    assert "Who is called?" in page.text
    ticked = {
        "purpose": "social", "prisoner": REFERENCE, "people": "3", "p0-part": "family",
        "p1-part": "family", "p2-part": "family", "p2-minor": "yes", "do": "show",
        "p1-name": "Ann Smith", "p2-name": "Tom Smith",
    }  # fmt: skip
    form = await clerk.post("/staff/bookings/new", ticked, csrf=page.csrf)
    assert form.status == 200
    values = dict(re.findall(r'name="(p\d-name|prisoner|people)"[^>]*?value="([^"]*)"', form.text))
    assert values == {
        "people": "2", "prisoner": REFERENCE, "p0-name": "Ann Smith", "p1-name": "Tom Smith",
    }  # fmt: skip
    filled = {
        **ticked, "do": "save", "people": "2", "p0-name": "Ann Smith", "p1-name": "Tom Smith",
        "p1-minor": "yes", "room": office.rooms["Social"].id, "minutes": "60", "start-day": "4",
        "start-month": "3", "start-year": "2027", "start-hour": "10", "start-minute": "00",
    }  # fmt: skip
    refused = await clerk.post("/staff/bookings/new", filled, csrf=page.csrf)
    assert refused.problems == ["The prisoner has not signed the compact"]
    today = {**date_fields("signed", office.clock()), "witness": "Olu Ade"}
    await clerk.post(f"{one}/compact", today)
    booked = await clerk.post("/staff/bookings/new", filled, csrf=page.csrf)
    assert booked.place.startswith("/staff/bookings/") or "links" in booked.text
    assert "60 of 120 minutes booked, 60 left" in (await clerk.get(one)).text
