"""One socket of one session: carries its notifications in order, and closes it when it is over.

A client that does not read is closed at BACKLOG_MAX packets; it can resume.
"""

from signalling.carrier import Carrier, Opening, Outgoing
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.sessions import Session
from signalling.wire import to_text


class Connection(Carrier):
    """The outlet of a session while its socket lives."""

    KIND = "session"

    def __init__(
        self,
        *,
        server: Outgoing,
        sid: str,
        session: Session,
        bucket: TokenBucket,
        clock: Clock,
    ) -> None:
        super().__init__(server=server, sid=sid, bucket=bucket, clock=clock)
        self.session = session
        self._opening: Opening = ()
        self._after = 0

    @property
    def id(self) -> str:
        return self.session.id

    def start(self, opening: Opening, after: int) -> None:
        """Send the opening, then every notification after number `after`."""
        self._opening, self._after = opening, after
        self._begin()

    @property
    def _is_over(self) -> bool:
        return self.session.is_over

    async def _open(self) -> None:
        for event, data in self._opening:
            await self._emit(event, to_text({"n": 0, "at": self._clock(), "data": data}))

    async def _send_news(self) -> None:
        news = self.session.after(self._after)
        if news is None:  # it was told too much at once: the state as it is now
            self._after = self.session.resume(self._after, self._clock())
            news = self.session.after(self._after) or ()
        for notification in news:
            if self._is_leaving or self._is_full():
                break
            await self._emit(notification.event, notification.envelope())
            self._after = notification.n
