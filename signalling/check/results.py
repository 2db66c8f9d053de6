"""What people with a personal link found, kept for the office and the desk.

Only the last of each link, in words of a fixed list: no address, no time but that it came.
"""

from signalling.check.messages import Result
from signalling.errors import RequestError
from signalling.seams import Clock, Store
from vmr.self_test import PROBLEMS, SelfTest
from vmr.store.secrets import hash_token


class Results:
    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, result: Result) -> None:
        """Raises RequestError no_such_room (unknown, revoked, over), StoreError."""
        invite = await self._store.invite_by_token_hash(hash_token(result.invite))
        now = self._clock()
        if invite is None or invite.is_revoked:
            raise RequestError("no_such_room")
        if invite.closes_at is not None and now >= invite.closes_at:
            raise RequestError("no_such_room")
        test = SelfTest(
            at=now,
            browser=result.browser,
            version=result.version,
            problems=tuple(one for one in PROBLEMS if one in result.problems),
        )
        await self._store.self_tests.keep(invite.id, test)
