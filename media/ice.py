"""One endpoint's half of ICE, as a lite agent (RFC 8445 section 2.5): it answers, never asks.

Pure: messages and addresses in, a verdict with the reply out; no socket, clock or randomness
(credentials are an argument). The peer is always controlling; it picks the pair by
USE-CANDIDATE and we follow, so that a change of network needs nothing from us.
Invariant: `selected` is None or an address that passed a check signed with a live password.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from media import stun

Address = tuple[str, int]

CONSENT_S = 6.0
# The old credentials of a restart live on until the new ones were used, and this long after.
OVERLAP_S = 5.0
# A check without USE-CANDIDATE moves the pair only when the selected address fell silent.
SILENT_S = 2.0
MAX_ADDRESSES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A short-term credential of ours: 4 to 256 and 22 to 256 ice-chars."""

    ufrag: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The check was good: send `reply` back to where it came from; that address is ours now."""

    reply: bytes
    forgotten: Hashable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The check was signed but not good: send `reply`, believe nothing."""

    reply: bytes


class IceAgent:
    """Checks binding requests, knows the validated addresses and which of them is selected."""

    __slots__ = ("_heard_at", "_last_check", "_live", "_overlap_until", "selected")

    def __init__(self, local: Credentials, now: float) -> None:
        self._live = [local]
        self._overlap_until: float | None = None
        self._heard_at: dict[Hashable, float] = {}
        self._last_check = now
        self.selected: Hashable | None = None

    @property
    def local(self) -> Credentials:
        """The newest credentials, as written in the latest answer."""
        return self._live[0]

    @property
    def ufrags(self) -> tuple[str, ...]:
        """Every ufrag a check may still name."""
        return tuple(credentials.ufrag for credentials in self._live)

    @property
    def addresses(self) -> tuple[Hashable, ...]:
        """Every validated address, oldest first."""
        return tuple(self._heard_at)

    def restart(self, local: Credentials, now: float) -> tuple[str, ...]:
        """New credentials beside the current ones; returns the ufrags that ended by it."""
        ended = tuple(credentials.ufrag for credentials in self._live[1:])
        self._live = [local, self._live[0]]
        self._overlap_until = None
        return ended

    def expire(self, now: float) -> tuple[str, ...]:
        """Forget the old credentials once their time is over; returns the ufrags that ended."""
        if self._overlap_until is None or now < self._overlap_until:
            return ()
        ended = self._live[1:]
        self._live = self._live[:1]
        self._overlap_until = None
        return tuple(credentials.ufrag for credentials in ended)

    def hear(self, now: float) -> None:
        """The peer proved itself alive on the selected pair (an authenticated packet)."""
        self._last_check = now
        if self.selected is not None:
            self._heard_at[self.selected] = now

    def forget(self, source: Hashable) -> None:
        """A path is no more (a closed connection): the one that was last heard takes its place."""
        self._heard_at.pop(source, None)
        if source == self.selected:
            self.selected = max(self._heard_at, key=self._heard_at.__getitem__, default=None)

    def is_lost(self, now: float, after_s: float = CONSENT_S) -> bool:
        """Whether nothing signed has come for so long that the peer's consent is over."""
        return now - self._last_check >= after_s

    def handle(
        self, message: stun.Message, source: Hashable, address: Address, now: float
    ) -> Accepted | Rejected | None:
        """Judge a binding request that came from `source`; None: drop and count it.

        `source` is whatever the socket calls that peer, `address` its host and port.
        """
        if message.type != stun.BINDING_REQUEST:
            return None
        ufrag = message.username.partition(":")[0]
        credentials = next((live for live in self._live if live.ufrag == ufrag), None)
        if credentials is None:
            return None
        password = credentials.password.encode()
        if not stun.has_integrity(message, password):
            return None
        fault = _fault(message, password)
        if fault is not None:
            return Rejected(reply=fault)
        if credentials is self._live[0] and len(self._live) > 1 and self._overlap_until is None:
            self._overlap_until = now + OVERLAP_S
        forgotten = self._validate(source, now, stun.USE_CANDIDATE in message.attributes)
        reply = stun.build_success(message.transaction_id, address, password)
        return Accepted(reply=reply, forgotten=forgotten)

    def _validate(self, source: Hashable, now: float, is_nominated: bool) -> Hashable | None:
        silent_since = None if self.selected is None else self._heard_at[self.selected]
        self._heard_at[source] = now
        self._last_check = now
        if silent_since is None or is_nominated or now - silent_since >= SILENT_S:
            self.selected = source
        if len(self._heard_at) <= MAX_ADDRESSES:
            return None
        others = (known for known in self._heard_at if known not in (source, self.selected))
        oldest = min(others, key=lambda known: self._heard_at[known])
        del self._heard_at[oldest]
        return oldest


def _fault(message: stun.Message, password: bytes) -> bytes | None:
    """The error answer to a signed request we cannot accept (RFC 8489 6.3.1, RFC 8445 7.3.1.1)."""
    if message.unknown_required:
        return stun.build_error(
            message.transaction_id, 420, "Unknown Attribute", password, message.unknown_required
        )
    if stun.ICE_CONTROLLED in message.attributes:
        return stun.build_error(message.transaction_id, 487, "Role Conflict", password)
    return None
