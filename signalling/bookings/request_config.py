"""What the operator may set of the request pages, and their fixed limits. Values only."""

from dataclasses import dataclass

from vmr.bookings.addresses import is_allowed
from vmr.bookings.booking import Channel

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestConfig:
    """`domains` are those of mailboxes that may ask; empty: any. `court_domains` may ask too, on
    the court's own channel. `open_max`: requests of one mailbox that wait for a decision.

    A code is good for `code_s` and `code_tries` entries. A session ends `session_s` after its last
    use, and `longest_s` after it began; what was typed is gone with it. Codes are sent
    `codes_burst` at once and then one each `code_every_s` to one mailbox, and so on for one network
    address and for all.
    """

    domains: tuple[str, ...] = ()
    court_domains: tuple[str, ...] = ()
    open_max: int = 20
    code_s: float = 10 * MINUTE_S
    code_tries: int = 5
    session_s: float = 60 * MINUTE_S
    longest_s: float = 8 * 60 * MINUTE_S
    max_sessions: int = 1000
    codes_burst: int = 5
    code_every_s: float = 30 * MINUTE_S
    address_codes_burst: int = 20
    address_code_every_s: float = 2 * MINUTE_S
    all_codes_burst: int = 200
    all_code_every_s: float = 2.0
    pages_burst: int = 60
    pages_per_s: float = 2.0

    def channel_of(self, mailbox: str) -> Channel | None:
        """None: requests from this domain are not taken."""
        if self.court_domains and is_allowed(mailbox, self.court_domains):
            return Channel.COURT
        return Channel.BOOKING_TEAM if is_allowed(mailbox, self.domains) else None
