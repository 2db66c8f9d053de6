"""A staff store without anybody in it, for servers whose tests are not about staff."""

from collections.abc import Collection

from vmr.ids import StaffSessionId
from vmr.staff_sessions import SessionLimits, StaffSession
from vmr.store import SignedIn


class NoStaff:
    """Nobody has an account. Tests of staff give a `FakeStore` the real store's `staff`."""

    async def session_by_token_hash(self, token_hash: str) -> SignedIn | None:
        return None

    async def sessions_by_id(
        self, sessions: Collection[StaffSessionId]
    ) -> dict[StaffSessionId, StaffSession]:
        return {}

    async def sweep_sessions(self, limits: SessionLimits, now: float) -> None:
        return None
