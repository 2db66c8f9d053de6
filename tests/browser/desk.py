"""Duty officers for browser tests: accounts with finished sign-ins, and their desk pages."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.eventually import eventually
from vmr.ids import OfficerId, StaffSessionId
from vmr.record import Happening
from vmr.rooms import Establishment
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.staff_sessions import SignInStep, StaffSession
from vmr.store.secrets import hash_token, make_id, make_token
from vmr.store.store import Store

COOKIE = "vmr-staff"


async def sign_in(
    database: Path, room: str, name: str, roles: Collection[StaffRole] = (StaffRole.DUTY,)
) -> str:
    """A new officer of the establishment that has the room with this address; their cookie."""
    store = await Store.open(f"sqlite:///{database}")
    try:
        found = await store.room_by_address(room)
        assert found is not None
        return await _sign_in(store, found.establishment, name, roles)
    finally:
        await store.close()


async def _sign_in(
    store: Store, establishment: Establishment, name: str, roles: Collection[StaffRole]
) -> str:
    member = StaffMember(
        id=OfficerId(make_id()),
        establishment=establishment,
        name=name,
        username=make_id(),
        roles=frozenset(roles),
    )
    now, token = time.time(), make_token()
    added = Happening(at=now, actor="operator", what="staff_added")
    await store.staff.add(StaffAccount(member=member), added)
    session = StaffSession(
        id=StaffSessionId(make_id()),
        officer=member.id,
        step=SignInStep.SIGNED_IN,
        started_at=now,
        used_at=now,
    )
    signed_in = Happening(at=now, actor=f"officer:{member.id}", what="staff_signed_in")
    await store.staff.open_session(session, hash_token(token), establishment.id, signed_in)
    return token


class DeskPage:
    """An officer's page; rooms are found by name."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(cls, page: Page, url: str, cookie: str) -> "DeskPage":
        await page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
        desk = cls(page)
        await page.goto(f"{url}/staff/desk")
        await expect(desk.page.locator('#app[data-view="desk"]')).to_be_attached()
        return desk

    def room(self, name: str) -> Locator:
        return self.page.locator(f'article[data-room="{name}"]')

    def alert(self, room: str, kind: str) -> Locator:
        return self.room(room).locator(f'[data-alert="{kind}"]')

    async def sounds(self) -> int:
        """How often the page has sounded."""
        return int(await self.page.locator("#app").get_attribute("data-sounds") or 0)

    async def rings_more_than(self, count: int, timeout_s: float = 60) -> int:
        async def probe() -> int:
            now = await self.sounds()
            return now if now > count else 0

        return await eventually(f"more than {count} sounds", probe, timeout_s)

    async def ask(self, kind: str, answer: str, field: str = "Reason") -> None:
        """Fill in the open dialog, and confirm with the button named `kind`."""
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name=field).fill(answer)
        await dialog.get_by_role("button", name=kind).click()
        await expect(dialog).to_be_hidden()

    async def record_id(self, person: str, button: str) -> None:
        """In the open dialog: a professional photo card, then `button`."""
        dialog = self.page.get_by_role("dialog")
        await expect(dialog.get_by_text(person).first).to_be_visible()
        await dialog.get_by_role("radio", name="Professional photo card").check()
        await dialog.get_by_role("textbox", name="Name on the ID").fill(f"Verified {person}")
        await dialog.get_by_role("button", name=button).click()

    async def raw(self, event: str, payload: dict[str, Any]) -> Any:
        """A request of this page's own session, past the page's code: the acknowledgement."""
        send = "([event, payload]) => vmrTest.raw(event, payload, '/desk,')"
        return await self.page.evaluate(send, [event, payload])
