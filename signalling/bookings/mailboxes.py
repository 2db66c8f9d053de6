"""Proving a mailbox by a code that is sent to it, and the session that follows. Pure; in memory.

Keys are SHA-256 of the browser's cookie, codes are kept as a keyed hash. A code works once, in the
browser that asked for it. Nothing here knows, or tells, whether an address was ever seen before.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from signalling.bookings.request_config import RequestConfig
from signalling.bookings.request_draft import RequestDraft
from signalling.limits import KeyedLimit, TokenBucket
from signalling.tallies import key_of
from vmr.store.secrets import hash_token, make_pin, make_token

CODE_DIGITS = 6


def _ignore(_whose: str) -> None: ...


class TooManyCodes(Exception):
    """To this mailbox, from this network address, or altogether."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """A code that is on its way. `place` is where its owner goes afterwards."""

    mailbox: str = field(repr=False)
    establishment: str
    place: str
    code_hash: bytes = field(repr=False)
    good_until: float
    tries_left: int


@dataclass(slots=True, kw_only=True)
class Session:
    """A browser whose mailbox is proven, and what was typed in it so far.

    `sent` is the reference of the last request it sent.
    """

    mailbox: str = field(repr=False)
    idle_until: float
    ends_at: float
    pages: TokenBucket
    draft: RequestDraft = field(repr=False)
    sent: str = ""


class Mailboxes:
    def __init__(
        self, config: RequestConfig, *, now: float, on_code: Callable[[str], None] = _ignore
    ) -> None:
        """`on_code` takes for whom a code was made, for the other servers (`hear_code`)."""
        self._config = config
        self._on_code = on_code
        self._key = secrets.token_bytes(32)
        self._asked: dict[str, Asked] = {}
        self._sessions: dict[str, Session] = {}
        self._of_mailbox = KeyedLimit(rate=1 / config.code_every_s, burst=config.codes_burst)
        self._of_network = KeyedLimit(
            rate=1 / config.address_code_every_s, burst=config.address_codes_burst
        )
        self._of_all = TokenBucket(
            rate=1 / config.all_code_every_s, burst=config.all_codes_burst, now=now
        )

    def ask(
        self, cookie: str, mailbox: str, network: str, now: float, *, establishment: str, place: str
    ) -> str:
        """A new code for this browser; the one before is void. Raises TooManyCodes."""
        of_network, of_mailbox = key_of(network), key_of(mailbox)
        if not self._of_network.take(of_network, now) or not self._of_mailbox.take(of_mailbox, now):
            raise TooManyCodes
        if not self._of_all.take(now) or self._is_full(self._asked):
            raise TooManyCodes
        self._on_code(f"{of_network} {of_mailbox}")
        code = make_pin(CODE_DIGITS)
        self._asked[hash_token(cookie)] = Asked(
            mailbox=mailbox,
            establishment=establishment,
            place=place,
            code_hash=self._hash(cookie, code),
            good_until=now + self._config.code_s,
            tries_left=self._config.code_tries,
        )
        return code

    def hear_code(self, whose: str, now: float) -> None:
        """Another server has made one: it counts here too."""
        of_network, _, of_mailbox = whose.partition(" ")
        self._of_network.take(of_network, now)
        self._of_mailbox.take(of_mailbox, now)
        self._of_all.take(now)

    def asked(self, cookie: str, now: float) -> Asked | None:
        """The code this browser still has to enter."""
        found = self._asked.get(hash_token(cookie))
        return found if found is not None and now < found.good_until else None

    def prove(self, cookie: str, code: str, now: float) -> tuple[str, Asked] | None:
        """The cookie of the session that begins, and what was asked; None: the code is wrong.

        After the last wrong one there is nothing more to enter. Raises TooManyCodes where there
        are too many sessions.
        """
        asked = self.asked(cookie, now)
        if asked is None:
            return None
        asked.tries_left -= 1
        is_right = hmac.compare_digest(asked.code_hash, self._hash(cookie, code))
        if is_right or asked.tries_left <= 0:
            del self._asked[hash_token(cookie)]
        if not is_right:
            return None
        if self._is_full(self._sessions):
            raise TooManyCodes
        token, config = make_token(), self._config
        self._sessions[hash_token(token)] = Session(
            mailbox=asked.mailbox,
            idle_until=now + config.session_s,
            ends_at=now + config.longest_s,
            pages=TokenBucket(rate=config.pages_per_s, burst=config.pages_burst, now=now),
            draft=RequestDraft(),
        )
        return token, asked

    def session(self, cookie: str, now: float) -> Session | None:
        """Of this browser; looking is use."""
        found = self._sessions.get(hash_token(cookie))
        if found is None or not _lasts(found, now):
            return None
        found.idle_until = now + self._config.session_s
        return found

    def end(self, cookie: str) -> None:
        self._sessions.pop(hash_token(cookie), None)
        self._asked.pop(hash_token(cookie), None)

    def sweep(self, now: float) -> None:
        """Forget what is over, and all that was typed in it."""
        self._asked = {key: one for key, one in self._asked.items() if now < one.good_until}
        self._sessions = {key: one for key, one in self._sessions.items() if _lasts(one, now)}

    def __len__(self) -> int:
        return len(self._sessions)

    def _is_full(self, of: dict[str, Asked] | dict[str, Session]) -> bool:
        return len(of) >= self._config.max_sessions

    def _hash(self, cookie: str, code: str) -> bytes:
        return hmac.new(self._key, f"{cookie} {code}".encode(), hashlib.sha256).digest()


def _lasts(session: Session, now: float) -> bool:
    return now < min(session.idle_until, session.ends_at)
