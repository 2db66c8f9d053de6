"""Signing in: passwords and codes checked and counted, sessions opened, advanced and ended.

An unknown username, a disabled account, a wrong or expired password and an account that is closed
for too many wrong entries cost the same time and get the same answer. Wrong entries are counted
before they are checked, so that many at once are no way around the count. Where several servers
share the accounts, they count together (`signalling.tallies`).
"""

from collections import deque

from signalling.pins import PinChecker
from signalling.seams import Clock
from signalling.staff.config import StaffConfig
from signalling.staff.cookies import make_cookie
from signalling.staff.tries import Tries
from signalling.tallies import Tallies
from vmr.ids import StaffSessionId
from vmr.record import Happening
from vmr.staff import StaffMember, parse_username
from vmr.staff_accounts import PASSWORD_MAX, StaffAccount
from vmr.staff_record import SERVER, StaffEvent, happening
from vmr.staff_sessions import SignInStep, StaffSession
from vmr.store import SignedIn, StaffStore
from vmr.store.secrets import hash_code, hash_token, make_id
from vmr.totp import matching_step, parse_code

CODE_TRIES = 5
CLOSED_MAX = 1000


class SignIn:
    """Everything of a sign-in but its pages."""

    def __init__(
        self,
        *,
        store: StaffStore,
        pins: PinChecker,
        clock: Clock,
        config: StaffConfig,
        tallies: Tallies,
    ) -> None:
        self._store = store
        self._pins = pins
        self._clock = clock
        window_s = config.tries_window_s
        self._accounts = Tries(tallies, "account", clock, limit=config.tries, window_s=window_s)
        self._addresses = Tries(
            tallies, "address", clock, limit=config.address_tries, window_s=window_s
        )
        self._codes = Tries(tallies, "code", clock, limit=CODE_TRIES, window_s=window_s)
        self._closed: deque[tuple[StaffMember, Happening]] = deque(maxlen=CLOSED_MAX)
        self.mode = config.totp
        self._one_time_s = config.one_time_s

    async def warm_up(self) -> None:
        """So that the first unknown username takes no longer than the others."""
        await self._pins.warm_up()

    async def check_password(
        self, username: str, password: str, address: str
    ) -> StaffAccount | None:
        """Whose username and password these are; None without a reason. Raises RequestError."""
        now = self._clock()
        key = parse_username(username) or ""
        is_closed = self._accounts.is_closed(key) or self._addresses.is_closed(address)
        self._accounts.count(key)
        self._addresses.count(address)
        account = await self._store.account_by_username(key)
        is_right = await self._pins.check(
            account.password_hash if account else None, password[: PASSWORD_MAX + 1]
        )
        if account is None or account.member.is_disabled:
            return None
        if is_closed or not is_right or account.has_expired_password(now):
            if not is_closed and self._accounts.is_closed(key):
                self._note_closed(account.member)
            return None
        self._accounts.clear(key)
        self._addresses.forgive(address)
        return account

    async def is_own_password(self, member: StaffMember, password: str) -> bool:
        """Whether the one who is signed in knows their password; counted as at sign-in."""
        if self._accounts.is_closed(member.username):
            return False
        self._accounts.count(member.username)
        account = await self._store.account(member.id)
        is_right = await self._pins.check(
            account.password_hash if account else None, password[: PASSWORD_MAX + 1]
        )
        if is_right:
            self._accounts.clear(member.username)
        return is_right

    async def is_same_password(self, account: StaffAccount, password: str) -> bool:
        """Whether a new password is the old one; no entry, so nothing is counted."""
        return await self._pins.check(account.password_hash, password)

    async def check_code(self, who: SignedIn, typed: str) -> bool:
        """Whether it is the code of now, or a recovery code, that was not used before."""
        now = self._clock()
        member = who.member
        if self._codes.is_closed(member.id):
            return False
        self._codes.count(member.id)
        account = await self._store.account(member.id)
        if account is None or not account.has_totp:
            return False
        code = parse_code(typed)
        if code is None:
            is_right = await self._store.take_recovery_code(member.id, hash_code(typed))
            if is_right:
                await self._write(StaffEvent.RECOVERY_CODE_USED, member, by=member)
        else:
            step = matching_step(account.totp_secret, code, now)
            is_right = step is not None and await self._store.take_totp_step(member.id, step)
        if is_right:
            self._codes.clear(member.id)
        elif self._codes.is_closed(member.id):
            self._note_closed(member)
        return is_right

    def is_code_closed(self, member: StaffMember) -> bool:
        """Whether too many wrong codes were entered: the sign-in has to begin anew."""
        return self._codes.is_closed(member.id)

    async def write_closed(self) -> None:
        """Write down which accounts were closed; later than it happened, so that nobody can tell
        an account from none by the time the answer took."""
        while self._closed:
            member, done = self._closed[0]
            await self._store.write_record(member.establishment.id, done)
            self._closed.popleft()

    # -- sessions -----------------------------------------------------------------------------

    async def open(self, member: StaffMember, step: SignInStep, browser: str, how: str) -> str:
        """A new session at this step; the cookie for it."""
        now = self._clock()
        cookie = make_cookie()
        session = StaffSession(
            id=StaffSessionId(make_id()),
            officer=member.id,
            step=step,
            started_at=now,
            used_at=now,
            browser=browser,
        )
        signed_in = self._signed_in(member, how) if session.is_signed_in else None
        await self._store.open_session(
            session, hash_token(cookie), member.establishment.id, signed_in
        )
        return cookie

    async def advance(self, who: SignedIn, step: SignInStep, how: str = "password") -> str:
        """The session's next step (or the same again) under a new cookie, which is returned."""
        cookie = make_cookie()
        finished = step is SignInStep.SIGNED_IN and not who.session.is_signed_in
        await self._store.advance_session(
            who.session.id,
            step,
            hash_token(cookie),
            self._clock(),
            who.member.establishment.id,
            self._signed_in(who.member, how) if finished else None,
        )
        return cookie

    async def end(self, who: SignedIn) -> None:
        """Sign out: this session is nobody's from now on."""
        if await self._store.end_session(who.session.id, who.member.id):
            await self._write(StaffEvent.SIGNED_OUT, who.member, by=who.member)

    async def account(self, who: SignedIn) -> StaffAccount | None:
        return await self._store.account(who.member.id)

    def one_time_end(self) -> float:
        """Until when a password that is made for somebody now is good."""
        return self._clock() + self._one_time_s

    async def hash_password(self, password: str) -> str:
        """What is kept of it. Raises RequestError `busy`."""
        return await self._pins.hash(password)

    async def set_password(self, who: SignedIn, password: str) -> None:
        """Their own choice; their other sessions end. Raises RequestError."""
        done = happening(StaffEvent.PASSWORD_CHANGED, who.member, by=who.member, at=self._clock())
        hashed = await self.hash_password(password)
        await self._store.set_password(
            who.member.id, hashed, done, expires_at=None, ends_sessions=False
        )
        await self._store.end_other_sessions(who.member.id, who.session.id)

    def _signed_in(self, member: StaffMember, how: str) -> Happening:
        return happening(
            StaffEvent.SIGNED_IN, member, by=member, at=self._clock(), facts=(("how", how),)
        )

    def _note_closed(self, member: StaffMember) -> None:
        done = happening(StaffEvent.SIGN_IN_CLOSED, member, by=SERVER, at=self._clock())
        self._closed.append((member, done))

    async def _write(self, event: StaffEvent, member: StaffMember, by: StaffMember | str) -> None:
        done = happening(event, member, by=by, at=self._clock())
        await self._store.write_record(member.establishment.id, done)
