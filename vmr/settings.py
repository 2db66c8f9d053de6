"""The settings of the server: each one's default, meaning and check, and how they fit together.

The numbers of `Numbers`, `BookingNumbers` and `RecordNumbers` are settings under their own names.
How a value is given and shown is `vmr.setting_sources`'. Pure.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from vmr import setting_checks as checks
from vmr.bookings.numbers import BookingNumbers
from vmr.numbers import Numbers
from vmr.record_numbers import RecordNumbers
from vmr.setting_checks import Check
from vmr.staff_accounts import ONE_TIME_S

T = TypeVar("T")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def _setting(
    default: T,
    help: str,
    check: Check | None = None,
    *,
    is_secret: bool = False,
    has_password: bool = False,
) -> T:
    """One setting; a secret is shown nowhere, an address that may have a password without it."""
    declared: Any = field(
        default=default,
        repr=not (is_secret or has_password),
        metadata={
            "help": help,
            "check": check,
            "is_secret": is_secret,
            "has_password": has_password,
        },
    )
    return declared  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The server's settings, checked. The kinds of numbers are those of the rules."""

    http_host: str = _setting("127.0.0.1", "Address the pages are served on.")
    http_port: int = _setting(
        8080, "TCP port the pages are served on; 0 takes any that is free.", checks.port
    )
    tls_cert_file: str = _setting(
        "",
        "PEM file of the certificate and those that prove it, for pages without a proxy in front;"
        " read again when it changes. Empty: no TLS.",
    )
    tls_key_file: str = _setting("", "PEM file of its key, without a password.")
    public_url: str = _setting(
        "",
        "Where people reach the pages, as printed in links. Empty: localhost and the port.",
        checks.public_url,
    )
    database_url: str = _setting(
        "sqlite:///var/vmr.db",
        "The database: sqlite:/// and a file, by a path from the working directory, or"
        " postgresql://user@host/name.",
        checks.database_url,
        has_password=True,
    )
    redis_url: str = _setting(
        "",
        "The registry of several servers that share the rooms: redis://:password@host:port,"
        " rediss:// with TLS, or unix://. With it, and PostgreSQL, this is one of them. Empty: it"
        " runs alone.",
        checks.redis_url,
        has_password=True,
    )
    node_url: str = _setting(
        "",
        "Where browsers reach this server itself, beside the others. Empty: public_url.",
        checks.public_url,
    )
    node_urls: tuple[str, ...] = _setting(
        (),
        "Where browsers may reach servers that are started later, like https://*.vmr.example.org:"
        " pages that are open then can go there. The same at all of them.",
        checks.node_urls,
    )
    node_name: str = _setting(
        "", "What operators call this server. Empty: the name of its machine.", checks.node_name
    )
    record_key_file: str = _setting(
        "",
        "The file of the key that signs records, made when it is missing. Empty: beside an SQLite"
        " database, with .signing-key after its name; else var/vmr.signing-key.",
    )
    journal_dir: str = _setting(
        "",
        "The folder on a disk of this machine where records wait while the database is away. Empty:"
        " beside an SQLite database, with .journal after its name; else var/vmr.journal.",
    )
    media_host: str = _setting(
        "", "Address that sound and pictures arrive on. Empty: every address.", checks.media_host
    )
    media_port: int = _setting(
        8081,
        "UDP port of the first media worker, the next on the ports above; 0 takes any.",
        checks.port,
    )
    media_tcp_port: str = _setting(
        "same",
        "TCP port of the first, for networks without UDP: same as media_port, another, 0 for any,"
        " off.",
        checks.tcp_port,
    )
    media_workers: int = _setting(
        0,
        "Processes that carry sound and pictures, up to 64, each on ports one above the last;"
        " 0: one for each core.",
        checks.media_workers,
    )
    media_announce: tuple[str, ...] = _setting(
        (),
        "Addresses browsers reach the media ports at, with :port where others are forwarded, the"
        " first of them (for UDP and, when its number is the same, TCP). Empty: the addresses of"
        " this machine.",
        checks.announced,
    )
    turn_urls: tuple[str, ...] = _setting(
        (),
        "TURN servers that pages are told, like turns:turn.example.org:443?transport=tcp.",
        checks.turn_urls,
    )
    turn_secret: str = _setting(
        "",
        "The secret those servers share with this one (coturn's static-auth-secret). Better in the"
        " file or a variable: options show in the list of processes.",
        is_secret=True,
    )
    turn_ttl_s: float = _setting(
        43_200.0, "Credentials for the TURN servers are good for this long.", checks.positive
    )
    codecs: tuple[str, ...] = _setting(
        checks.CODECS, "Video codecs that are offered, the preferred one first.", checks.codecs
    )
    staff_totp: str = _setting(
        "",
        "Second factor of staff: off, optional or required. Empty: required, but optional where"
        " the pages are served on localhost alone.",
        checks.totp,
    )
    staff_idle_s: float = _setting(
        1_800.0,
        "Staff are signed out after this long without use; an open console counts as use.",
        checks.positive,
    )
    staff_session_s: float = _setting(
        43_200.0, "Staff are signed out after this long however they used it.", checks.positive
    )
    staff_one_time_s: float = _setting(
        ONE_TIME_S, "A one-time password of staff is good for this long.", checks.positive
    )
    staff_tries: int = _setting(
        10, "Wrong passwords that close a staff account's sign-in.", checks.positive
    )
    staff_address_tries: int = _setting(
        50, "Wrong passwords from one network address that close sign-in to it.", checks.positive
    )
    staff_tries_window_s: float = _setting(
        900.0, "The window in which they are counted, and how long they close it.", checks.positive
    )
    oidc_issuer: str = _setting(
        "",
        "OpenID Connect provider that staff may sign in with, like https://login.example.org."
        " Empty: none.",
        checks.issuer,
    )
    oidc_client_id: str = _setting("", "What this server is called at that provider.")
    oidc_client_secret: str = _setting(
        "", "The secret it has there. Better in the file or a variable.", is_secret=True
    )
    oidc_claim: str = _setting(
        "email",
        "Claim whose value is the username of an account here, at the first sign-in; email counts"
        " only where it is verified.",
    )
    smtp_host: str = _setting("", "Mail server that letters go to. Empty: letters wait.")
    smtp_port: int = _setting(587, "Its TCP port.", checks.smtp_port)
    smtp_tls: str = _setting(
        "starttls", "How its connection is encrypted: starttls, tls or off.", checks.smtp_tls
    )
    smtp_username: str = _setting("", "What this server signs in with there. Empty: it does not.")
    smtp_password: str = _setting(
        "", "And the password. Better in the file or a variable.", is_secret=True
    )
    mail_from: str = _setting(
        "", "Address that letters come from, like bookings@example.org.", checks.address
    )
    mail_domains: tuple[str, ...] = _setting(
        (),
        "Domains that letters may go to, with those below them; bookings with other addresses are"
        " refused. Empty: any.",
        checks.mail_domains,
    )
    mail_reminder_h: float = _setting(
        24.0, "A reminder goes out so many hours before a slot; 0: none.", checks.not_negative
    )
    request_domains: tuple[str, ...] = _setting(
        (),
        "Domains whose mailboxes may ask for slots on the request pages, with those below them."
        " Empty: any.",
        checks.mail_domains,
    )
    court_domains: tuple[str, ...] = _setting(
        (),
        "Domains of courts, which may ask for slots without notice and for hearings.",
        checks.mail_domains,
    )
    request_open_max: int = _setting(
        20, "Requests of one mailbox that may wait for a decision.", checks.positive
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Networks of the proxies in front, like 127.0.0.1 or 10.0.0.0/24: the client is the last"
        " address in their X-Forwarded-For that is not of these.",
        checks.networks,
    )
    sockets_per_network: int = _setting(
        200,
        "Open pages from one address, or one IPv6 /64, at once. More where many share one, like the"
        " gateway of all prisons: about two for each of their rooms.",
        checks.positive,
    )
    webhooks_to_private: bool = _setting(
        False,
        "Webhooks of the REST API may go to private addresses, and to localhost without TLS.",
    )
    metrics_host: str = _setting("127.0.0.1", "Address that metrics for Prometheus are served on.")
    metrics_port: str = _setting(
        "off",
        "And the TCP port, like 9464; 0 takes any that is free. Nothing on it asks who reads.",
        checks.metrics_port,
    )
    ntp_server: str = _setting(
        "",
        "Time server that vmr doctor compares this machine's clock with, like ntp.example.org, or"
        " host:port. Empty: what the system knows of its own clock.",
        checks.ntp_server,
    )
    overload_protection: bool = _setting(
        True, "No new meeting begins while the server is too busy for those that run."
    )
    log_level: str = _setting("info", "The least serious message that is logged.", checks.log_level)
    log_format: str = _setting("text", "A line of the log is a text, or json.", checks.log_format)
    numbers: Numbers = field(default_factory=Numbers)
    booking_numbers: BookingNumbers = field(default_factory=BookingNumbers)
    record_numbers: RecordNumbers = field(default_factory=RecordNumbers)

    def __post_init__(self) -> None:
        if self.turn_urls and not self.turn_secret:
            raise ValueError("turn_urls needs turn_secret, the secret those servers share")
        if self.smtp_host and not self.mail_from:
            raise ValueError("smtp_host needs mail_from, the address that letters come from")
        if self.smtp_username and self.smtp_tls == "off":
            raise ValueError("smtp_username needs smtp_tls, or the password is sent in the clear")
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            raise ValueError("tls_cert_file and tls_key_file need each other")
        if self.tls_cert_file and self.public_url.startswith("http:"):
            raise ValueError("public_url must begin with https where tls_cert_file is set")
        if self.trusted_proxies and not self.public_url:
            raise ValueError("trusted_proxies needs public_url, where browsers reach the proxy")
        if self.redis_url and not self.database_url.startswith("postgresql://"):
            raise ValueError(
                "redis_url needs a database that all servers reach: set database_url to a"
                " postgresql:// address, SQLite is for one server alone"
            )
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("oidc_issuer needs oidc_client_id and oidc_client_secret")

    def is_local(self) -> bool:
        """Whether the pages are served on localhost alone, without TLS."""
        named = [urlsplit(url) for url in (self.public_url, self.node_url) if url]
        are_local = all(one.scheme == "http" and one.hostname in LOCAL_HOSTS for one in named)
        return are_local and self.http_host in LOCAL_HOSTS and not self.tls_cert_file

    def is_https(self) -> bool:
        """Whether browsers reach the pages by TLS, ours or a proxy's."""
        url = self.public_url or self.node_url
        return bool(self.tls_cert_file) or url.startswith("https:")

    def tcp_port(self) -> int | None:
        """The number of `media_tcp_port`; 0 is any, None is off."""
        if self.media_tcp_port == "off":
            return None
        return self.media_port if self.media_tcp_port == "same" else int(self.media_tcp_port)
