"""Tickets by which a page of a signed-in officer opens a socket at another server.

The cookie of a session belongs to one origin, and an estate has several. A ticket is bound to the
session, to a purpose (the namespace) and to one server, is good for TICKET_S and for one socket. It
travels in the first message of the socket, in no address.
"""

import re

from signalling.seams import Clock
from vmr.staff_sessions import SessionLimits, StaffSession
from vmr.store import Conflict, SignedIn, StaffStore, StaffTicket
from vmr.store.secrets import hash_token, make_token

TICKET_S = 30.0
TICKET = re.compile(r"[A-Za-z0-9_-]{32}")


class Tickets:
    """Those of one purpose, as this server gives and takes them. `server` is its own address."""

    def __init__(
        self, *, store: StaffStore, clock: Clock, limits: SessionLimits, purpose: str, server: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._purpose = purpose
        self._server = server

    async def issue(self, session: StaffSession, server: str) -> str | None:
        """For this session at another server; None: the session is over. Raises StoreError."""
        token, now = make_token(), self._clock()
        ticket = StaffTicket(
            token_hash=hash_token(token),
            session=session.id,
            purpose=self._purpose,
            server=server,
            expires_at=now + TICKET_S,
        )
        try:
            await self._store.add_ticket(ticket, now)
        except Conflict:
            return None
        return token

    async def redeem(self, token: object) -> SignedIn | None:
        """Whose finished sign-in this is; None: nobody's. Raises StoreError."""
        if not isinstance(token, str) or TICKET.fullmatch(token) is None:
            return None
        now = self._clock()
        found = await self._store.redeem_ticket(
            hash_token(token), purpose=self._purpose, server=self._server, now=now
        )
        if found is None or not found.session.is_signed_in:
            return None
        return None if self._limits.is_over(found.session, now) else found
