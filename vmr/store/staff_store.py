"""What others hold of staff in the database: `StaffStore`, as `Store.staff`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the record of the
account's establishment, a hash chain like a meeting's, in the same transaction.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy.engine import Connection

from vmr.ids import EstablishmentId, OfficerId, StaffSessionId
from vmr.record import Happening
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.staff_sessions import SessionLimits, SignInStep, StaffSession
from vmr.store import establishment_chain, staff, staff_sessions, staff_tickets
from vmr.store.chains import KeptEntry
from vmr.store.database import Database
from vmr.store.staff_sessions import SignedIn
from vmr.store.staff_tickets import StaffTicket


class StaffStore:
    """Accounts, sessions, and entries of the establishment's record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- accounts -----------------------------------------------------------------------------

    async def add(self, account: StaffAccount, happening: Happening) -> None:
        """Raises Conflict when the username is taken (in any establishment)."""
        await self._database.write(lambda connection: staff.add(connection, account, happening))

    async def members(
        self, establishment: EstablishmentId | None = None
    ) -> tuple[StaffMember, ...]:
        """Of one establishment or of all, disabled ones last."""
        return await self._database.read(
            lambda connection: staff.members(connection, establishment)
        )

    async def account(self, officer: OfficerId) -> StaffAccount | None:
        return await self._database.read(lambda connection: staff.by_id(connection, officer))

    async def account_by_username(self, username: str) -> StaffAccount | None:
        """`username` as `vmr.staff.parse_username` gives it. Disabled accounts too."""
        return await self._database.read(lambda connection: staff.by_username(connection, username))

    async def account_by_subject(self, issuer: str, subject: str) -> StaffAccount | None:
        """By whom an OpenID Connect provider says somebody is. Disabled accounts too."""
        return await self._database.read(
            lambda connection: staff.by_subject(connection, issuer, subject)
        )

    async def set_roles(
        self, officer: OfficerId, roles: frozenset[StaffRole], happening: Happening
    ) -> None:
        """Ends the account's sessions: a session's roles never change under it."""
        await self._change(officer, happening, ends_sessions=True, roles=staff.roles_text(roles))

    async def set_disabled(
        self, officer: OfficerId, is_disabled: bool, happening: Happening
    ) -> None:
        await self._change(officer, happening, ends_sessions=True, is_disabled=is_disabled)

    async def set_password(
        self,
        officer: OfficerId,
        password_hash: str,
        happening: Happening,
        *,
        expires_at: float | None,
        ends_sessions: bool,
    ) -> None:
        """One made for them, which they must change until it expires; or (None) their own."""
        await self._change(
            officer,
            happening,
            ends_sessions=ends_sessions,
            password_hash=password_hash,
            must_change_password=expires_at is not None,
            password_expires_at=expires_at,
        )

    async def set_totp(
        self,
        officer: OfficerId,
        secret: str,
        last_step: int,
        recovery_hashes: Iterable[str],
        happening: Happening,
        *,
        ends_sessions: bool = False,
    ) -> None:
        """A new second factor with its recovery codes, or (all empty) none any more."""
        await self._change(
            officer,
            happening,
            ends_sessions=ends_sessions,
            recovery_hashes=tuple(recovery_hashes),
            totp_secret=secret,
            totp_last_step=last_step,
        )

    async def set_recovery_codes(
        self, officer: OfficerId, hashes: Iterable[str], happening: Happening
    ) -> None:
        await self._change(officer, happening, recovery_hashes=tuple(hashes))

    async def link(
        self, officer: OfficerId, issuer: str, subject: str, happening: Happening
    ) -> None:
        """Raises Conflict when another account is linked to this subject."""
        await self._change(officer, happening, oidc_issuer=issuer, oidc_subject=subject)

    async def end_all_sessions(self, officer: OfficerId, happening: Happening) -> None:
        await self._change(officer, happening, ends_sessions=True)

    async def _change(
        self,
        officer: OfficerId,
        happening: Happening,
        *,
        ends_sessions: bool = False,
        recovery_hashes: tuple[str, ...] | None = None,
        **values: Any,
    ) -> None:
        """Raises NotFound for an unknown officer."""
        await self._database.write(
            lambda connection: staff.change(
                connection,
                officer,
                values,
                happening,
                ends_sessions=ends_sessions,
                recovery_hashes=recovery_hashes,
            )
        )

    async def take_totp_step(self, officer: OfficerId, step: int) -> bool:
        """Whether no code of this step or a later one was used before; this one is used now."""
        return await self._database.write(
            lambda connection: staff.take_totp_step(connection, officer, step)
        )

    async def take_recovery_code(self, officer: OfficerId, code_hash: str) -> bool:
        """Whether it was an unused one of theirs; it is used now."""
        return await self._database.write(
            lambda connection: staff.take_recovery_code(connection, officer, code_hash)
        )

    async def recovery_codes_left(self, officer: OfficerId) -> int:
        return await self._database.read(
            lambda connection: staff.count_recovery_codes(connection, officer)
        )

    # -- sessions -----------------------------------------------------------------------------

    async def open_session(
        self,
        session: StaffSession,
        token_hash: str,
        establishment: EstablishmentId,
        happening: Happening | None = None,
    ) -> None:
        """`token_hash` is `vmr.store.secrets.hash_token` of the cookie."""

        def work(connection: Connection) -> None:
            staff_sessions.add(connection, session, token_hash)
            staff.write_record(connection, establishment, happening)

        await self._database.write(work)

    async def session_by_token_hash(self, token_hash: str) -> SignedIn | None:
        """Outdated ones too: the caller asks `SessionLimits`. None for a disabled account."""
        return await self._database.read(
            lambda connection: staff_sessions.by_token_hash(connection, token_hash)
        )

    async def sessions_by_id(
        self, sessions: Collection[StaffSessionId]
    ) -> dict[StaffSessionId, StaffSession]:
        """Those of them that still exist; the caller asks `SessionLimits`."""
        return await self._database.read(
            lambda connection: staff_sessions.by_ids(connection, sessions)
        )

    async def sessions_of(self, officer: OfficerId) -> tuple[StaffSession, ...]:
        """The last used first."""
        return await self._database.read(
            lambda connection: staff_sessions.of_officer(connection, officer)
        )

    async def advance_session(
        self,
        session: StaffSessionId,
        step: SignInStep,
        token_hash: str,
        at: float,
        establishment: EstablishmentId,
        happening: Happening | None = None,
    ) -> None:
        """The next step under a new token; the old token is void. Raises NotFound."""

        def work(connection: Connection) -> None:
            staff_sessions.advance(connection, session, step, token_hash, at)
            staff.write_record(connection, establishment, happening)

        await self._database.write(work)

    async def touch_sessions(self, sessions: Collection[StaffSessionId], at: float) -> None:
        """They were used at this time."""
        await self._database.write(
            lambda connection: staff_sessions.touch(connection, sessions, at)
        )

    async def end_session(self, session: StaffSessionId, officer: OfficerId) -> bool:
        """Whether there was such a session of this officer."""
        return await self._database.write(
            lambda connection: staff_sessions.end(connection, session, officer)
        )

    async def end_other_sessions(self, officer: OfficerId, kept: StaffSessionId) -> int:
        """How many there were."""
        return await self._database.write(
            lambda connection: staff_sessions.end_others(connection, officer, kept)
        )

    async def sweep_sessions(self, limits: SessionLimits, now: float) -> None:
        """Forget those that are over."""
        await self._database.write(lambda connection: staff_sessions.sweep(connection, limits, now))

    # -- tickets for other servers --------------------------------------------------------------

    async def add_ticket(self, ticket: StaffTicket, now: float) -> None:
        """Raises Conflict when its session is over."""
        await self._database.write(lambda connection: staff_tickets.add(connection, ticket, now))

    async def redeem_ticket(
        self, token_hash: str, *, purpose: str, server: str, now: float
    ) -> SignedIn | None:
        """Whose it was; None: it opens nothing here. Whatever it opens, it does so once. The
        caller asks `SessionLimits`."""
        if not await self._database.read(
            lambda connection: staff_tickets.is_known(connection, token_hash)
        ):
            return None  # a guess costs no write
        return await self._database.write(
            lambda connection: staff_tickets.redeem(
                connection, token_hash, purpose=purpose, server=server, now=now
            )
        )

    # -- the record of the establishment --------------------------------------------------------

    async def write_record(self, establishment: EstablishmentId, happening: Happening) -> None:
        await self._database.write(
            lambda connection: staff.write_record(connection, establishment, happening)
        )

    async def record(self, establishment: EstablishmentId) -> tuple[KeptEntry, ...]:
        """Oldest first."""
        return await self._database.read(
            lambda connection: tuple(establishment_chain.chains.read(connection, establishment))
        )
