"""What others hold of webhooks in the database: `WebhookStore`, as `Store.webhooks`.

Each method is one transaction, as in `vmr.store.store`. Messages are made by `Store.commit`, in the
transaction of the record entries that they tell of.
"""

from collections.abc import Collection

from vmr.ids import ApiTokenId, EstablishmentId, WebhookId
from vmr.record import Happening
from vmr.store import webhook_messages, webhooks
from vmr.store.database import Database
from vmr.webhooks import Delivery, Webhook, WebhookMessage


class WebhookStore:
    """Webhooks, and their messages until they are delivered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, webhook: Webhook, token: ApiTokenId | None, secret: str, happening: Happening
    ) -> None:
        """`secret` is kept as it is; `token` None: staff made it. Raises Conflict
        where there are too many."""
        await self._database.write(lambda one: webhooks.add(one, webhook, token, secret, happening))

    async def remove(self, webhook: Webhook, happening: Happening) -> None:
        """With what was still to be delivered. Raises NotFound."""
        await self._database.write(lambda one: webhooks.remove(one, webhook, happening))

    async def renew_secret(
        self, webhook: Webhook, secret: str, until: float, happening: Happening
    ) -> None:
        """The secret before is good beside it until then. Raises NotFound."""
        await self._database.write(
            lambda one: webhooks.renew_secret(one, webhook, secret, until, happening)
        )

    async def set_disabled(self, webhook: Webhook, at: float | None, happening: Happening) -> None:
        """At a time, or (None) not any more. What it was still to be told is forgotten. Raises
        NotFound."""
        await self._database.write(lambda one: webhooks.set_disabled(one, webhook, at, happening))

    async def webhook(self, webhook: WebhookId) -> Webhook | None:
        """Of any establishment's."""
        return await self._database.read(lambda one: webhooks.by_id(one, webhook))

    async def deliveries(self, webhook: WebhookId) -> tuple[Delivery, ...]:
        """The last ones, the newest first."""
        return await self._database.read(lambda one: webhook_messages.last_deliveries(one, webhook))

    async def webhooks(self, establishment: EstablishmentId) -> tuple[Webhook, ...]:
        """The oldest first."""
        return await self._database.read(lambda one: webhooks.of_establishment(one, establishment))

    async def claim(
        self, now: float, *, but: Collection[WebhookId], lease_s: float, limit: int
    ) -> tuple[WebhookMessage, ...]:
        """A message that is due of each of up to `limit` webhooks, none of `but`: to be settled
        within the lease, or it is claimed again."""
        busy = tuple(but)
        if not await self._database.read(lambda one: webhook_messages.is_due(one, now, busy)):
            return ()
        return await self._database.write(
            lambda one: webhook_messages.claim(one, now, but=busy, lease_s=lease_s, limit=limit)
        )

    async def settle_delivered(self, message: WebhookMessage, at: float) -> None:
        await self._database.write(lambda one: webhook_messages.settle_delivered(one, message, at))

    async def put_off(self, message: WebhookMessage, until: float, error: str, at: float) -> None:
        await self._database.write(
            lambda one: webhook_messages.put_off(one, message, until, error, at)
        )
