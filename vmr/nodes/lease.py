"""How long a server counts as alive: its entry in the registry lives LEASE_S and is renewed every
RENEW_S.

Invariant: a server's own lease is over before its entry is, so that it has stopped admitting
people before any other may take its rooms: the lease runs from when a renewal was sent, the
entry from when it arrived.
"""

from dataclasses import dataclass

LEASE_S = 6.0
RENEW_S = 2.0


@dataclass(frozen=True, slots=True)
class Lease:
    """`sent_at` is when the last renewal that was answered had been sent; None: there was none."""

    sent_at: float | None = None

    def renewed(self, sent_at: float) -> "Lease":
        return Lease(sent_at if self.sent_at is None else max(sent_at, self.sent_at))

    def is_held(self, now: float) -> bool:
        """Without it a server goes on with its meetings and lets nobody new in."""
        return self.sent_at is not None and now < self.sent_at + LEASE_S

    def is_due(self, now: float) -> bool:
        """Whether it is time to renew."""
        return self.sent_at is None or now >= self.sent_at + RENEW_S
