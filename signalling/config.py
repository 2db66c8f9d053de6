"""What the operator may set of pages and sockets. Values only; read by the wiring."""

from dataclasses import dataclass, field

from signalling.addresses import Proxies
from signalling.api.config import ApiConfig
from signalling.bookings.request_config import RequestConfig
from signalling.mail.config import MailConfig
from signalling.staff.config import StaffConfig
from signalling.turn import Turn
from vmr.bookings.numbers import BookingNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SignallingConfig:
    """`origins` are further origins whose pages may open sockets; the page's own always may.

    `turn` is told to the pages of those inside; the server itself needs none. `proxies`
    are ours, in front of the pages. `is_https`: browsers reach the pages by it alone.
    """

    origins: tuple[str, ...] = ()
    mail: MailConfig = field(default_factory=MailConfig)
    turn: Turn = field(default_factory=Turn)
    staff: StaffConfig = field(default_factory=StaffConfig)
    requests: RequestConfig = field(default_factory=RequestConfig)
    api: ApiConfig = field(default_factory=ApiConfig)
    bookings: BookingNumbers = field(default_factory=BookingNumbers)
    is_https: bool = False
    proxies: Proxies = field(default_factory=Proxies)
    max_sockets: int = 5000
    max_sockets_per_address: int = 200
    new_sockets_per_address_s: float = 5.0
    new_sockets_per_address_burst: int = 60
    max_sessions: int = 12_000
    max_meetings: int = 500
    overload_protection: bool = False
    max_encoders: int = 1000
    requests_per_session_s: float = 20.0
    requests_per_session_burst: int = 60
    pages_per_network_s: float = 300.0
    pages_burst: int = 3000
    forms_per_network_s: float = 10.0
    forms_burst: int = 300
    offers_per_address_s: float = 2.0
    offers_per_address_burst: int = 30
    offers_per_token_s: float = 1.0
    offers_per_token_burst: int = 10
    probes_per_network_s: float = 0.4
    probes_per_network_burst: int = 18
    results_per_network_s: float = 0.2
    results_per_network_burst: int = 20
    pin_checks_at_once: int = 2
    pin_checks_waiting: int = 16
