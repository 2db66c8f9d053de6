"""Monitoring officers for browser tests: accounts with a second factor, and their pages."""

import base64
import secrets
import time

from argon2 import PasswordHasher
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import World
from vmr.ids import OfficerId
from vmr.record import Happening
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.store.secrets import make_id
from vmr.store.store import Store
from vmr.totp import SECRET_BYTES, code_at, step_at

PASSWORD = "correct horse battery"


class MonitorPage:
    """An officer's wall; tiles are found by the name of their room."""

    def __init__(self, page: Page, url: str, username: str, secret: str) -> None:
        self.page = page
        self._url = url
        self._username = username
        self._secret = secret

    @classmethod
    async def add(cls, world: World, room: str, page: Page, url: str, name: str) -> "MonitorPage":
        """A new account of the establishment that has the room with this address."""
        store = await Store.open(world.server.database_url)
        try:
            found = await store.room_by_address(room)
            assert found is not None
            member = StaffMember(
                id=OfficerId(make_id()),
                establishment=found.establishment,
                name=name,
                username=make_id(),
                roles=frozenset({StaffRole.MONITOR}),
            )
            secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
            account = StaffAccount(
                member=member, password_hash=PasswordHasher().hash(PASSWORD), totp_secret=secret
            )
            added = Happening(at=time.time(), actor="operator", what="staff_added")
            await store.staff.add(account, added)
        finally:
            await store.close()
        return cls(page, url, member.username, secret)

    async def sign_in(self) -> None:
        """With a password and a second factor, on the way to the wall."""
        await self.page.goto(f"{self._url}/staff/monitor")
        await self.page.locator("#username").fill(self._username)
        await self.page.locator("#password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await self.page.locator("#code").fill(code_at(self._secret, step_at(time.time())))
        await self.page.get_by_role("button", name="Continue", exact=True).click()
        await self.in_view("choose")

    async def in_view(self, view: str) -> None:
        await expect(self.page.locator(f'#app[data-view="{view}"]')).to_be_attached()

    async def watch(self, *rooms: str) -> None:
        for room in rooms:
            await self.page.get_by_role("checkbox", name=f"{room}:").check()
        await self.page.get_by_role("button", name="Start watching", exact=True).click()
        await self.in_view("wall")

    def tile(self, room: str) -> Locator:
        return self.page.locator(f'section[data-room="{room}"]')

    async def is_watching(self, room: str, *, why_not: str | None = None) -> None:
        """Wait until the server judges so."""
        tile = self.tile(room)
        if why_not is not None:
            await expect(tile).to_have_attribute("data-why", why_not)
        await expect(tile).to_have_attribute("data-watching", str(why_not is None).lower())

    async def shows(self, room: str, pictures: int = 1) -> None:
        """Frames of so many pictures are on screen."""
        live = self.tile(room).locator('figure[data-live="true"]')
        await expect(live).to_have_count(pictures, timeout=20_000)
