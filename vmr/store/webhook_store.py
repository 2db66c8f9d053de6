"""What others hold of webhooks in the database: `WebhookStore`, as `Store.webhooks`.

Each method is one transaction, as in `vmr.store.store`. Messages are made by `Store.commit`, in the
transaction of the record entries that they tell of.
"""

from collections.abc import Collection

from vmr.ids import ApiTokenId, EstablishmentId, WebhookId
from vmr.record import Happening
from vmr.store import webhooks
from vmr.store.database import Database
from vmr.webhooks import Webhook, WebhookMessage


class WebhookStore:
    """Webhooks, and their messages until they are delivered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, webhook: Webhook, token: ApiTokenId, secret: str, happening: Happening
    ) -> None:
        """`secret` is kept as it is. Raises Conflict where there are too many."""
        await self._database.write(lambda one: webhooks.add(one, webhook, token, secret, happening))

    async def remove(self, webhook: Webhook, happening: Happening) -> None:
        """With what was still to be delivered. Raises NotFound."""
        await self._database.write(lambda one: webhooks.remove(one, webhook, happening))

    async def webhooks(self, establishment: EstablishmentId) -> tuple[Webhook, ...]:
        """The oldest first."""
        return await self._database.read(lambda one: webhooks.of_establishment(one, establishment))

    async def claim(
        self, now: float, *, but: Collection[WebhookId], lease_s: float, limit: int
    ) -> tuple[WebhookMessage, ...]:
        """A message that is due of each of up to `limit` webhooks, none of `but`: to be settled
        within the lease, or it is claimed again."""
        busy = tuple(but)
        if not await self._database.read(lambda one: webhooks.is_due(one, now, busy)):
            return ()
        return await self._database.write(
            lambda one: webhooks.claim(one, now, but=busy, lease_s=lease_s, limit=limit)
        )

    async def settle_delivered(self, message: WebhookMessage, at: float) -> None:
        await self._database.write(lambda one: webhooks.settle_delivered(one, message, at))

    async def put_off(self, message: WebhookMessage, until: float, error: str) -> None:
        await self._database.write(lambda one: webhooks.put_off(one, message, until, error))
