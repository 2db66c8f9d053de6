"""Webhooks of an establishment, changed in the one way of pages and programs."""

import secrets as chance
from collections.abc import Iterable

from signalling.seams import Clock
from vmr.api_tokens import ApiToken
from vmr.ids import WebhookId
from vmr.staff import StaffMember
from vmr.store import WebhookStore
from vmr.webhooks import (
    OVERLAP_S,
    SECRET_BYTES,
    Webhook,
    WebhookChange,
    WebhookEvent,
    is_url,
    secret_text,
    webhook_happening,
)

By = StaffMember | ApiToken


class BadUrl(Exception):
    """No message may be sent there."""


class Webhooks:
    """Always of the establishment of who asks. Every change is in its record."""

    def __init__(self, *, store: WebhookStore, clock: Clock, is_private_allowed: bool) -> None:
        self._store = store
        self._clock = clock
        self._is_private_allowed = is_private_allowed

    async def find(self, webhook: str, by: By) -> Webhook | None:
        """One of another establishment is as one that is not there."""
        found = await self._store.webhook(WebhookId(webhook))
        is_own = found is not None and found.establishment == by.establishment.id
        return found if is_own else None

    def may_be_at(self, url: str) -> bool:
        """Whether messages may be sent there."""
        return is_url(url, is_private_allowed=self._is_private_allowed)

    async def add(
        self, url: str, events: Iterable[WebhookEvent], *, by: By, id: str
    ) -> tuple[Webhook, str]:
        """With its secret, which nobody is told again. Raises BadUrl, and Conflict where there are
        too many."""
        if not self.may_be_at(url):
            raise BadUrl
        webhook = Webhook(
            id=WebhookId(id),
            establishment=by.establishment.id,
            program=by.name if isinstance(by, ApiToken) else "",
            url=url,
            events=frozenset(events),
            made_at=self._clock(),
        )
        secret = _make_secret()
        done = webhook_happening(WebhookChange.ADDED, webhook, by=by, at=webhook.made_at)
        token = by.id if isinstance(by, ApiToken) else None
        await self._store.add(webhook, token, secret, done)
        return webhook, secret

    async def renew_secret(self, webhook: Webhook, by: By) -> tuple[str, float]:
        """The new secret, and until when the one before is good beside it. Raises NotFound."""
        secret, now = _make_secret(), self._clock()
        done = webhook_happening(WebhookChange.SECRET_RENEWED, webhook, by=by, at=now)
        await self._store.renew_secret(webhook, secret, now + OVERLAP_S, done)
        return secret, now + OVERLAP_S

    async def set_disabled(self, webhook: Webhook, is_disabled: bool, by: By) -> None:
        """Raises NotFound."""
        if is_disabled == (webhook.disabled_at is not None):
            return
        now = self._clock()
        change = WebhookChange.DISABLED if is_disabled else WebhookChange.ENABLED
        done = webhook_happening(change, webhook, by=by, at=now)
        await self._store.set_disabled(webhook, now if is_disabled else None, done)

    async def remove(self, webhook: Webhook, by: By) -> None:
        """With what it would still have been told. Raises NotFound."""
        done = webhook_happening(WebhookChange.REMOVED, webhook, by=by, at=self._clock())
        await self._store.remove(webhook, done)


def _make_secret() -> str:
    return secret_text(chance.token_bytes(SECRET_BYTES))
