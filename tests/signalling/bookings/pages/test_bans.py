"""Bans: on the word of a named authority, kept or lifted at review, and standing until then."""

import re
from typing import Any

import pytest

from tests.signalling.bookings.pages.conftest import OfficeServer, SignIn
from tests.signalling.bookings.pages.test_prisoners import (
    BOOKING,
    add_contact,
    contacts,
    date_fields,
    one,
    record,
)
from tests.signalling.staff.browser import Browser
from vmr.bookings.entitlements import Ban
from vmr.staff import StaffRole

__all__ = ["one"]

BANS = "/staff/bans"
DAY_S = 86_400.0
SHOWN = ('value="{}"', "\n{}</textarea>")


def form(office: OfficeServer, **more: str) -> dict[str, str]:
    """From today, to be reviewed in thirty days."""
    now = office.clock()
    return {
        "name": "Ann Smith", "authority": "Jo Jones", "office": "Governor", "reason": "Threats",
        **date_fields("starts", now), **date_fields("review", now + 30 * DAY_S), **more,
    }  # fmt: skip


async def bans(office: OfficeServer) -> tuple[Ban, ...]:
    found: tuple[Ban, ...] = await office.store.entitlements.bans(office.prison.id)
    return found


async def test_a_ban_of_the_establishment_is_made_kept_and_lifted_by_name(
    office: OfficeServer, clerk: Browser
) -> None:
    assert (await clerk.post(f"{BANS}/add", form(office))).place == BANS
    (ban,) = await bans(office)
    assert (ban.prisoner, ban.contact, ban.authority, ban.made_by) == (
        None, None, "Jo Jones", "Cora Clerk",
    )  # fmt: skip
    listed = (await clerk.get(BANS)).text
    assert "Jo Jones, Governor" in listed
    assert "No bans to review." in listed
    later = date_fields("review", office.clock() + 90 * DAY_S)
    assert (await clerk.post(f"{BANS}/{ban.id}/keep", later)).place == f"{BANS}/{ban.id}"
    (kept,) = await bans(office)
    assert kept.review_on > ban.review_on
    assert (await clerk.post(f"{BANS}/{ban.id}/lift", {"reason": " "})).problems == [
        "Enter a reason of up to 1,000 characters"
    ]
    assert len(await bans(office)) == 1
    await clerk.post(f"{BANS}/{ban.id}/lift", {"reason": "Appeal"})
    assert await bans(office) == ()
    page = await clerk.get(f"{BANS}/{ban.id}")
    assert "Appeal" in page.text
    assert "Lift the ban" not in page.text
    csrf = (await clerk.get("/staff")).csrf
    for path in ("keep", "lift"):
        again = await clerk.post(f"{BANS}/{ban.id}/{path}", {"reason": "x", **later}, csrf=csrf)
        assert again.status == 404
    assert (await record(office))[-3:] == ["ban_made", "ban_kept", "ban_lifted"]


async def test_a_ban_whose_review_date_has_come_stands_and_is_listed(
    office: OfficeServer, sign_in: SignIn, clerk: Browser, one: str
) -> None:
    await clerk.post(f"{BANS}/add", form(office))
    await add_contact(clerk, one)
    office.clock.now += 31 * DAY_S
    browser = await sign_in("Dora Clerk")
    listed = (await browser.get(BANS)).text
    assert "Review due" in listed
    assert re.search(r"Banned</strong>", (await browser.get(one)).text)


async def test_a_contact_is_banned_and_a_name_like_theirs_is_a_hint(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    await add_contact(clerk, one)
    await add_contact(clerk, one, "Ann Smyth")
    ann = next(one for one in await contacts(office, one) if one.name == "Ann Smith")
    ban = form(office, whom=ann.id, reach="prisoner", name="")
    assert (await clerk.post(f"{one}/bans/add", ban)).place == one
    (made,) = await bans(office)
    assert (made.contact, made.name) == (ann.id, "Ann Smith")
    page = (await clerk.get(one)).text
    assert page.count("Banned</strong>") == 1
    assert "Name like Ann Smith, who is banned" in page


async def test_a_contact_may_be_banned_from_every_prisoner(
    office: OfficeServer, clerk: Browser, one: str
) -> None:
    await add_contact(clerk, one)
    (ann,) = await contacts(office, one)
    await clerk.post(f"{one}/bans/add", form(office, whom=ann.id, reach="establishment"))
    (made,) = await bans(office)
    assert (made.prisoner, made.contact, made.name) == (None, None, "Ann Smith")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"whom": "nobody"}, "Select who is banned"),
        ({"name": ""}, "Enter a name of up to 100 characters"),
        ({"reach": ""}, "Select which calls they are banned from"),
        ({"authority": " "}, "Enter who decided it"),
        ({"office": ""}, "Enter the office of who decided it"),
        ({"reason": "x" * 1_001}, "Enter a reason of up to 1,000 characters"),
        ({"starts-month": "13"}, "Enter the date as day, month and year"),
        ({"starts-year": "12345678901"}, "Enter the date as day, month and year"),
        ({"review-year": "2000"}, "The review date must be after today and after the ban begins"),
        ({"review-day": ""}, "Enter the date as day, month and year"),
    ],
)
async def test_what_is_wrong_in_a_ban_is_said_and_what_was_typed_stays(
    office: OfficeServer, clerk: Browser, one: str, wrong: dict[str, Any], said: str
) -> None:
    await add_contact(clerk, one)
    good = form(office, whom="somebody", reach="prisoner", name="Eve Brown")
    page = await clerk.post(f"{one}/bans/add", {**good, **wrong})
    assert (page.status, page.problems) == (422, [said])
    assert await bans(office) == ()
    for id in ("name", "authority", "office", "reason"):
        if id not in wrong:
            assert any(shown.format(good[id]) in page.text for shown in SHOWN)


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in BOOKING])
async def test_only_who_may_book_sees_bans(
    office: OfficeServer, sign_in: SignIn, clerk: Browser, role: StaffRole
) -> None:
    await clerk.post(f"{BANS}/add", form(office))
    (ban,) = await bans(office)
    browser = await sign_in("Officer Reed", [role])
    csrf = (await browser.get("/staff")).csrf
    for path in (BANS, f"{BANS}/add", f"{BANS}/{ban.id}"):
        assert (await browser.get(path)).status == 403, path
    lifted = await browser.post(f"{BANS}/{ban.id}/lift", {"reason": "x"}, csrf=csrf)
    assert lifted.status == 403
    assert await bans(office) == (ban,)


async def test_another_establishments_ban_does_not_exist(
    office: OfficeServer, sign_in: SignIn, clerk: Browser
) -> None:
    await clerk.post(f"{BANS}/add", form(office))
    (ban,) = await bans(office)
    browser = await sign_in("Eve Clerk", establishment=office.other)
    csrf = (await browser.get("/staff")).csrf
    assert "Ann Smith" not in (await browser.get(BANS)).text
    assert (await browser.get(f"{BANS}/{ban.id}")).status == 404
    for path in ("keep", "lift"):
        asked = await browser.post(f"{BANS}/{ban.id}/{path}", form(office, reason="x"), csrf=csrf)
        assert asked.status == 404
    assert await bans(office) == (ban,)
