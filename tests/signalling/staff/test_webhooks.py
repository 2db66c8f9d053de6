"""Webhooks on pages: who changes them, what is shown once, and what is written down."""

import re

import pytest

from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import OTHER, administrator
from vmr.staff import STAFF_PERMISSIONS, StaffPermission, StaffRole
from vmr.store import WebhookStore
from vmr.store.webhooks import WEBHOOKS_MAX
from vmr.webhooks import Webhook, WebhookEvent, WebhookMessage

LIST, ADD = "/staff/webhooks", "/staff/webhooks/add"
URL = "https://court.example/hook?k=1"
FIELDS = [("url", URL), ("events", "meeting.ended"), ("events", "booking.outcome")]


@pytest.fixture
def store(house: House) -> WebhookStore:
    kept: WebhookStore = house.store.real.webhooks
    return kept


async def only(store: WebhookStore) -> Webhook:
    (one,) = await store.webhooks(PRISON.id)
    return one


def secret_in(page: Page) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/]{32}", page.text)
    assert found is not None
    return found[0]


async def written(house: House) -> list[str]:
    kept = await house.store.staff.record(PRISON.id)
    return [one.entry.what for one in kept if one.entry.what.startswith("webhook_")]


@pytest.mark.parametrize("role", list(StaffRole))
async def test_only_who_manages_programs_opens_the_webhooks(
    house: House, open_browser: Open, store: WebhookStore, role: StaffRole
) -> None:
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    may = StaffPermission.MANAGE_PROGRAMS in STAFF_PERMISSIONS[role]
    home = await browser.get("/staff")
    assert (LIST in home.text) == may
    for path in (LIST, ADD):
        assert (await browser.get(path)).status == (200 if may else 403), path
    nobody = f"{LIST}/{'0' * 32}"
    for path in (nobody, f"{nobody}/remove"):
        assert (await browser.get(path)).status == (404 if may else 403), path
    for path in ("secret", "disable", "enable", "remove"):
        page = await browser.post(f"{nobody}/{path}", csrf=home.csrf)
        assert page.status == (404 if may else 403), path
    assert (await browser.post(ADD, FIELDS, csrf=home.csrf)).status == (200 if may else 403)
    assert len(await store.webhooks(PRISON.id)) == may


async def test_a_webhook_is_added_its_secret_shown_once_and_that_written_down(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    me, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, FIELDS)
    assert page.status == 200
    webhook = await only(store)
    assert (webhook.url, webhook.program) == (URL, "")
    assert webhook.events == {WebhookEvent.ENDED, WebhookEvent.OUTCOME}
    secret = secret_in(page)
    for path in (LIST, f"{LIST}/{webhook.id}"):
        listed = await browser.get(path)
        assert "The outcome of a slot is settled" in listed.text
        assert secret not in listed.text
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert (last.entry.what, last.entry.actor) == ("webhook_added", f"officer:{me.id}")
    assert dict(last.entry.facts)["host"] == "court.example"
    assert dict(last.personal) == {"officer": "Ada Admin"}
    history = await browser.get("/staff/record")
    assert "Ada Admin asked to be told of meetings at court.example" in history.text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([("url", ""), *FIELDS[1:]], "Enter an address that begins with https:// and is public"),
        (
            [("url", "https://10.0.0.1/"), *FIELDS[1:]],
            "Enter an address that begins with https:// and is public",
        ),
        (
            [("url", "http://court.example/"), *FIELDS[1:]],
            "Enter an address that begins with https:// and is public",
        ),
        (FIELDS[:1], "Choose what it is told of"),
        ([FIELDS[0], ("events", "everything")], "Choose what it is told of"),
    ],
)
async def test_what_is_wrong_in_the_form_is_said_and_nothing_is_added(
    house: House,
    open_browser: Open,
    store: WebhookStore,
    fields: list[tuple[str, str]],
    problem: str,
) -> None:
    _, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, fields)
    assert (page.status, page.problems) == (422, [problem])
    assert await store.webhooks(PRISON.id) == ()


async def test_all_that_is_wrong_is_said_at_once(house: House, open_browser: Open) -> None:
    _, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, [("url", "court")])
    assert page.problems == [
        "Enter an address that begins with https:// and is public", "Choose what it is told of",
    ]  # fmt: skip


async def test_more_than_there_may_be_are_not_added(house: House, open_browser: Open) -> None:
    _, browser = await administrator(house, open_browser)
    csrf = (await browser.get(ADD)).csrf
    for _ in range(WEBHOOKS_MAX):
        assert (await browser.post(ADD, FIELDS, csrf=csrf)).status == 200
    page = await browser.post(ADD, FIELDS, csrf=csrf)
    assert page.problems == ["There are as many webhooks as there may be. Remove one first"]


async def test_a_new_secret_is_shown_once_and_says_until_when_the_earlier_one_is_good(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    _, browser = await administrator(house, open_browser)
    first = secret_in(await browser.post(ADD, FIELDS))
    webhook = await only(store)
    one = f"{LIST}/{webhook.id}"
    page = await browser.post(f"{one}/secret", csrf=(await browser.get(one)).csrf)
    assert secret_in(page) != first
    assert "messages are signed with the earlier secret too" in page.text
    assert (await only(store)).overlap_until == pytest.approx(house.clock() + 24 * 3_600)
    shown = "messages are signed with the earlier secret too. The program needs"
    assert shown in (await browser.get(one)).text
    house.clock.advance(24 * 3_600 + 1)
    await browser.sign_in("admin")
    assert shown not in (await browser.get(one)).text
    assert await written(house) == ["webhook_added", "webhook_secret_renewed"]


async def test_a_webhook_is_disabled_enabled_and_removed(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    _, browser = await administrator(house, open_browser)
    await browser.post(ADD, FIELDS)
    one = f"{LIST}/{(await only(store)).id}"
    csrf = (await browser.get(one)).csrf
    assert (await browser.post(f"{one}/disable", csrf=csrf)).place == one
    assert (await browser.post(f"{one}/disable", csrf=csrf)).place == one, "and once more"
    assert (await only(store)).disabled_at is not None
    for path in (LIST, one):
        assert "Disabled</strong>" in (await browser.get(path)).text
    assert (await browser.post(f"{one}/enable", csrf=csrf)).place == one
    assert (await only(store)).disabled_at is None
    assert "Remove this webhook?" in (await browser.get(f"{one}/remove")).text
    assert (await browser.post(f"{one}/remove", csrf=csrf)).place == LIST
    assert await store.webhooks(PRISON.id) == ()
    assert await written(house) == [
        "webhook_added", "webhook_disabled", "webhook_enabled", "webhook_removed",
    ]  # fmt: skip


async def test_the_last_messages_are_shown_with_why_they_were_not_taken(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    _, browser = await administrator(house, open_browser)
    await browser.post(ADD, FIELDS)
    webhook = await only(store)
    message = WebhookMessage(
        id="m", webhook=webhook.id, url=URL, secrets=("whsec_",), made_at=house.clock(), tries=3,
        body=b'{"type":"meeting.ended","data":{}}',
    )  # fmt: skip
    assert "No message was sent yet." in (await browser.get(f"{LIST}/{webhook.id}")).text
    await store.put_off(message, house.clock() + 60, "answered 500", house.clock())
    page = await browser.get(f"{LIST}/{webhook.id}")
    for said in ("A meeting ends", "answered 500", "Not taken"):
        assert said in page.text
    assert "Failing" in (await browser.get(LIST)).text
    await store.settle_delivered(message, house.clock() + 1)
    assert "Taken</strong>" in (await browser.get(f"{LIST}/{webhook.id}")).text
    assert "Failing" not in (await browser.get(LIST)).text


async def test_a_webhook_of_another_establishment_looks_like_none(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    _, browser = await administrator(house, open_browser)
    await browser.post(ADD, FIELDS)
    one = f"{LIST}/{(await only(store)).id}"
    await add_prison(house.store.staff, OTHER)
    await account(house, "other", roles=[StaffRole.ADMINISTRATOR], establishment=OTHER)
    there: Browser = await open_browser()
    await there.sign_in("other")
    assert "court.example" not in (await there.get(LIST)).text
    csrf = (await there.get("/staff")).csrf
    for path in (one, f"{one}/remove"):
        assert (await there.get(path)).status == 404, path
    for path in ("secret", "disable", "enable", "remove"):
        assert (await there.post(f"{one}/{path}", csrf=csrf)).status == 404, path
    assert await written(house) == ["webhook_added"]


async def test_a_form_from_elsewhere_changes_no_webhook(
    house: House, open_browser: Open, store: WebhookStore
) -> None:
    _, browser = await administrator(house, open_browser)
    await browser.post(ADD, FIELDS)
    one = f"{LIST}/{(await only(store)).id}"
    for path in (ADD, f"{one}/secret", f"{one}/disable", f"{one}/remove"):
        assert (await browser.post(path, FIELDS, csrf="0" * 64)).status == 403, path
    assert await written(house) == ["webhook_added"]


async def test_an_address_is_shown_as_text(house: House, open_browser: Open) -> None:
    _, browser = await administrator(house, open_browser)
    bad = [("url", "https://court.example/<script>x</script>"), *FIELDS[1:]]
    await browser.post(ADD, bad)
    assert "<script>x" not in (await browser.get(LIST)).text
