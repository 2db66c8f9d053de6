"""Sessions: one browser tab each, alive across dropped sockets.

A Session numbers its notifications and keeps the last ones, so that a socket which comes back
with the session's token and the last number it saw misses nothing. When it was away for too long
it is told the current state instead: state never depends on having heard every notification.
No I/O here: a connected socket is an `Outlet` that is woken when there is something to send.
"""

import hmac
import json
import secrets
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from signalling.errors import RequestError
from signalling.versions import OLDEST
from signalling.wire import JsonObject, to_text
from vmr.ids import SessionId

RING = 256
UNJOINED_S = 60.0
OVER_S = 120.0
STATES = frozenset(
    {
        "meeting.updated",
        "slot.bound",
        "slot.paused",
        "layers.wanted",
        "speaker.changed",
        "quality.changed",
        "session.ended",
        "servers.updated",
    }
)
"""Notifications that tell a state whole: the last of each is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """`text` is the JSON of what is told: a session keeps up to RING of them, and as objects those
    of 2,000 sessions were most of what the garbage collector had to go through."""

    n: int
    at: float
    event: str
    text: str

    @property
    def data(self) -> JsonObject:
        found: JsonObject = json.loads(self.text)
        return found

    def envelope(self) -> str:
        """As JSON."""
        return f'{{"n":{self.n},"at":{self.at!r},"data":{self.text}}}'


class Outlet(Protocol):
    """A connected socket, as its session sees it."""

    def wake(self) -> None: ...


class Session:
    """One tab. `is_joined`: a Meeting knows it, and says when it is over. `protocol` is the
    version that its page speaks."""

    def __init__(self, *, now: float, protocol: int = OLDEST) -> None:
        self.protocol = protocol
        self.id = SessionId(secrets.token_urlsafe(12))
        self.token = secrets.token_urlsafe(32)
        self.nonce = ""
        self.renew_nonce()
        self.is_over = False
        self.lost_at: float | None = now
        self.is_joined = False
        self._outlet: Outlet | None = None
        self._last = 0
        self._ring: deque[Notification] = deque(maxlen=RING)
        self._states: dict[str, str] = {}

    @property
    def is_connected(self) -> bool:
        return self._outlet is not None

    @property
    def outlet(self) -> Outlet | None:
        return self._outlet

    def renew_nonce(self) -> str:
        """A nonce is signed once: after each attempt to join there is another."""
        self.nonce = secrets.token_urlsafe(24)
        return self.nonce

    def is_token(self, token: str) -> bool:
        return hmac.compare_digest(self.token.encode(), token.encode())

    def notify(self, event: str, data: JsonObject, now: float) -> None:
        """Number and keep a notification; the socket, if there is one, sends it."""
        self.notify_text(event, to_text(data), now)

    def notify_text(self, event: str, text: str, now: float) -> None:
        """The same of data that is JSON already."""
        if self.is_over:
            return
        self._append(event, text, now)
        if event in STATES:
            self._states[event] = text
        if self._outlet is not None:
            self._outlet.wake()

    def state(self, event: str) -> JsonObject | None:
        """What the session was last told of this state."""
        text = self._states.get(event)
        return None if text is None else json.loads(text)

    def is_news(self, event: str, data: JsonObject) -> bool:
        """Whether it differs from what the session was last told of this state."""
        return self._states.get(event) != to_text(data)

    def seal(self) -> None:
        """Forget what was said: it was for somebody inside, and this person is so no more."""
        self._ring.clear()
        self._states.clear()

    def end(self, now: float) -> None:
        """Nothing more will be said; what was said can still be fetched for a while."""
        self.is_over = True
        self.is_joined = False
        self.lost_at = now
        if self._outlet is not None:
            self._outlet.wake()

    def after(self, n: int) -> tuple[Notification, ...] | None:
        """The notifications after number `n`, or None when some are gone or `n` is not ours."""
        if n > self._last or n < 0:
            return None
        missing = self._last - n
        if missing > len(self._ring):
            return None
        return tuple(self._ring)[len(self._ring) - missing :] if missing else ()

    def attach(self, outlet: Outlet) -> Outlet | None:
        """This socket is the session's now; returns the one it replaces."""
        replaced, self._outlet = self._outlet, outlet
        self.lost_at = None
        return replaced

    def detach(self, outlet: Outlet, now: float) -> bool:
        """Whether this was still the session's socket: then the session is without one."""
        if self._outlet is not outlet:
            return False
        self._outlet = None
        self.lost_at = now
        return True

    def resume(self, n: int, now: float) -> int:
        """The number to go on after: `n`, or, when some are gone, that before a fresh state."""
        if self.after(n) is not None:
            return n
        resumed_after = self._last
        for event, text in self._states.items():
            self._append(event, text, now)
        return resumed_after

    def _append(self, event: str, text: str, now: float) -> None:
        self._last += 1
        self._ring.append(Notification(n=self._last, at=now, event=event, text=text))


class Sessions:
    """All sessions of this process; bounded."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._sessions: dict[SessionId, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, now: float, protocol: int = OLDEST) -> Session:
        """A new session; raises RequestError `busy` at the limit."""
        if len(self._sessions) >= self._limit:
            raise RequestError("busy")
        session = Session(now=now, protocol=protocol)
        self._sessions[session.id] = session
        return session

    def get(self, session: SessionId) -> Session | None:
        return self._sessions.get(session)

    def find(self, session: str, token: str) -> Session | None:
        """The session with this id and this token, over ones too."""
        found = self._sessions.get(SessionId(session))
        return found if found is not None and found.is_token(token) else None

    def tell(self, event: str, data: JsonObject, now: float) -> None:
        """A state to every session that was told another, or none yet."""
        for session in self._sessions.values():
            if session.state(event) != data:
                session.notify(event, data, now)

    def sweep(self, now: float) -> None:
        """Forget what nobody can come back for: over, or without socket and room for long."""
        for session in [one for one in self._sessions.values() if _is_stale(one, now)]:
            del self._sessions[session.id]


def _is_stale(session: Session, now: float) -> bool:
    if session.lost_at is None or session.is_joined:
        return False
    if session.is_over:
        return now - session.lost_at > OVER_S
    return now - session.lost_at > UNJOINED_S
