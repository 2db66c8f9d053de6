"""Webhooks: what a program is told of meetings, when again, and how that is signed. Pure.

A message has ids, times and kinds, never a name. It is signed as Standard Webhooks says
(https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from vmr import staff_record
from vmr.api_tokens import ApiToken, actor_of, program_facts
from vmr.ids import EstablishmentId, MeetingId, RoomId, WebhookId
from vmr.record import Happening, canonical
from vmr.staff import StaffMember

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 24
OVERLAP_S = 24 * 3_600.0
"""How long messages are signed with a secret beside the one that took its place."""
OLD_SECRETS_MAX = 3
URL_MAX = 500
FIRST_S = 5.0
GROWTH = 3
LONGEST_S = 2 * 3_600.0
JITTER = 0.25
GIVE_UP_S = 24 * 3_600.0
"""A message that nobody took for so long is given up."""
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WebhookEvent(Enum):
    STARTED = "meeting.started"
    KNOCK = "meeting.knock"
    LOCKED = "meeting.locked"
    ENDED = "meeting.ended"
    OUTCOME = "booking.outcome"


OF_RECORD = {
    "opened": WebhookEvent.STARTED,
    "knocked": WebhookEvent.KNOCK,
    "locked": WebhookEvent.LOCKED,
    "ended": WebhookEvent.ENDED,
}
"""By what the record of a meeting says has happened."""


class WebhookChange(Enum):
    ADDED = "webhook_added"
    REMOVED = "webhook_removed"
    SECRET_RENEWED = "webhook_secret_renewed"
    DISABLED = "webhook_disabled"
    ENABLED = "webhook_enabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`program` is the name of the token that made it, and that it ends with; empty: staff did.

    Times are seconds since the epoch. A disabled one is told nothing. `overlap_until` is until when
    messages are signed with an earlier secret too; `failed_at` when a message was last given up,
    `last_error` why the last delivery failed, empty after one that did not.
    """

    id: WebhookId
    establishment: EstablishmentId
    program: str
    url: str
    events: frozenset[WebhookEvent]
    made_at: float
    disabled_at: float | None = None
    overlap_until: float | None = None
    delivered_at: float | None = None
    failed_at: float | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """One that is to be delivered, signed with each of its secrets. `tries` counts this one."""

    id: str
    webhook: WebhookId
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    body: bytes
    made_at: float
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A try to deliver a message about an event; `error` says why it failed, empty: it did not."""

    event: str
    happened_at: float
    at: float
    tries: int
    error: str


def outcome_body(settled: Happening) -> bytes:
    """The same of an outcome, by what the establishment's record says of it."""
    facts = dict(settled.facts)
    data = {
        "booking": facts["reference"],
        "room": facts["room"],
        "outcome": facts["outcome"],
        "cause": facts["cause"] or None,
        "at": settled.at,
    }
    return canonical({"type": WebhookEvent.OUTCOME.value, "data": data})


def body_of(event: WebhookEvent, meeting: MeetingId, room: RoomId, at: float) -> bytes:
    """The JSON of a message: ids, times and kinds."""
    data = {"meeting": meeting, "room": room, "at": at}
    return canonical({"type": event.value, "data": data})


def signatures(message: WebhookMessage, timestamp: int) -> str:
    """The value of Webhook-Signature: one for each secret, so that whoever knows any can check."""
    return " ".join(sign(one, message.id, timestamp, message.body) for one in message.secrets)


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """With one secret, as it was given: `whsec_` and base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def secret_text(random: bytes) -> str:
    return SECRET_PREFIX + base64.b64encode(random).decode()


def wait_s(tries: int, chance: float) -> float:
    """After so many tries: three times as long each time, a quarter more or less. `chance` is from
    0 to 1."""
    whole = min(FIRST_S * float(GROWTH ** min(tries - 1, 20)), LONGEST_S)
    return whole * (1 + JITTER * (2 * chance - 1))


def is_url(url: str, *, is_private_allowed: bool) -> bool:
    """Whether a webhook may have it: https, and (where private addresses are allowed) http to this
    machine. What its host resolves to is asked when it is called."""
    if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return False
    if not host or port == 0 or "@" in parts.netloc or "#" in url or "\\" in url:
        return False
    if parts.scheme == "http":
        return is_private_allowed and host in LOCAL_HOSTS
    if parts.scheme != "https":
        return False
    address = _address(host)
    return address is None or is_private_allowed or is_public(address)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is somewhere in the internet, and no way round into a network of our own."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in _NAT64
    ):
        return False
    return address.is_global and not address.is_multicast


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def event_names(events: Iterable[WebhookEvent]) -> tuple[str, ...]:
    """Their words, in the order of the Enum."""
    held = frozenset(events)
    return tuple(one.value for one in WebhookEvent if one in held)


def webhook_happening(
    change: WebhookChange, webhook: Webhook, *, by: ApiToken | StaffMember, at: float
) -> Happening:
    """Of its address the host alone: the rest may be a secret."""
    return Happening(
        at=at,
        actor=actor_of(by) if isinstance(by, ApiToken) else staff_record.actor_of(by),
        what=change.value,
        subject=f"webhook:{webhook.id}",
        facts=(
            *(program_facts(by) if isinstance(by, ApiToken) else ()),
            ("host", urlsplit(webhook.url).hostname or ""),
            ("events", ",".join(event_names(webhook.events))),
        ),
        personal=() if isinstance(by, ApiToken) else staff_record.officer_of(by),
    )
