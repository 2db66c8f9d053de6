"""Webhooks of an establishment: made, listed, given new secrets and ended by its programs."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.api.values import In, Out, Time, moment
from signalling.api.wording import URL
from signalling.webhooks import BadUrl, Webhooks
from vmr.api_tokens import ApiScope
from vmr.store import Conflict, WebhookStore
from vmr.webhooks import URL_MAX, Delivery, Webhook, WebhookEvent, event_names

Url = Annotated[str, StringConstraints(max_length=URL_MAX, pattern=URL)]


class WebhookIn(In):
    url: Url = Field(description="Where messages are sent: https, at a public address.")
    events: list[WebhookEvent] = Field(min_length=1, max_length=len(WebhookEvent))


class WebhookOut(Out):
    id: str
    program: str = Field(
        description="Whose token made it; it ends with that token. Empty: staff made it."
    )
    url: str
    events: list[WebhookEvent]
    made_at: Time
    is_disabled: bool = Field(description="By staff: it is told nothing.")
    overlap_until: Time | None = Field(
        description="Until when messages are signed with an earlier secret too."
    )
    delivered_at: Time | None = Field(description="When a message was last taken.")
    failed_at: Time | None = Field(description="When a message was last given up.")
    last_error: str = Field(description="Why the last delivery failed; empty: it did not.")


class WebhookList(Out):
    items: list[WebhookOut]


class WebhookMade(Out):
    webhook: WebhookOut
    secret: str = Field(description="What messages are signed with; told this once.")


class DeliveryOut(Out):
    event: str
    happened_at: Time
    at: Time = Field(description="When it was sent.")
    tries: int = Field(description="How often it had been sent by then.")
    error: str = Field(description="Why it was not taken; empty: it was.")


class DeliveryList(Out):
    items: list[DeliveryOut]


class WebhookRoutes:
    def __init__(self, *, store: WebhookStore, webhooks: Webhooks) -> None:
        self._store = store
        self._webhooks = webhooks

    def routes(self) -> tuple[Route, ...]:
        scope, one = ApiScope.WEBHOOKS_WRITE, "/webhooks/{webhook}"
        return (
            Route(
                method="GET", path="/webhooks", name="listWebhooks", scope=scope,
                answer=WebhookList, handle=self.all, summary="The webhooks of the establishment",
            ),
            Route(
                method="POST", path="/webhooks", name="addWebhook", scope=scope, status=201,
                body=WebhookIn, answer=WebhookMade, handle=self.add, is_repeatable=True,
                summary="Hear of meetings and outcomes: signed messages with ids, times and kinds,"
                " no names",
            ),
            Route(
                method="DELETE", path=one, name="removeWebhook", scope=scope, status=204,
                handle=self.remove,
                summary="End a webhook, with what it would still have been told",
            ),
            Route(
                method="POST", path=f"{one}/secret", name="renewWebhookSecret", scope=scope,
                answer=WebhookMade, handle=self.renew_secret, is_repeatable=True,
                summary="A new secret. For 24 hours messages are signed with the one before too",
            ),
            Route(
                method="GET", path=f"{one}/deliveries", name="listDeliveries", scope=scope,
                answer=DeliveryList, handle=self.deliveries,
                summary="The last tries to deliver a message, the newest first",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        found = await self._store.webhooks(call.token.establishment.id)
        return Answer(value=WebhookList(items=[_shown(one) for one in found]))

    async def add(self, call: Call) -> Answer:
        said = call.body_as(WebhookIn)
        if call.is_again:  # nobody was told the secret of the one that may be there
            there = await self._webhooks.find(call.new_id, call.token)
            if there is not None:
                await self._webhooks.remove(there, call.token)
        try:
            webhook, secret = await self._webhooks.add(
                said.url, said.events, by=call.token, id=call.new_id
            )
        except BadUrl:
            raise _refused(
                "not_public", "/url", "It must be an https address that is public."
            ) from None
        except Conflict:
            raise _refused(
                "too_many", "", "The establishment has as many webhooks as it may have."
            ) from None
        return Answer(
            value=WebhookMade(webhook=_shown(webhook), secret=secret), location="/webhooks"
        )

    async def remove(self, call: Call) -> Answer:
        await self._webhooks.remove(await self._found(call), call.token)
        return Answer()

    async def renew_secret(self, call: Call) -> Answer:
        webhook = await self._found(call)
        secret, until = await self._webhooks.renew_secret(webhook, call.token)
        shown = _shown(replace(webhook, overlap_until=until))
        return Answer(value=WebhookMade(webhook=shown, secret=secret))

    async def deliveries(self, call: Call) -> Answer:
        webhook = await self._found(call)
        found = await self._store.deliveries(webhook.id)
        return Answer(value=DeliveryList(items=[_delivery(one) for one in found]))

    async def _found(self, call: Call) -> Webhook:
        found = await self._webhooks.find(call.path["webhook"], call.token)
        if found is None:
            raise ApiProblem(Kind.NOT_FOUND)
        return found


def _refused(code: str, pointer: str, detail: str) -> ApiProblem:
    return ApiProblem(Kind.INVALID, errors=(Fault(code=code, pointer=pointer, detail=detail),))


def _shown(one: Webhook) -> WebhookOut:
    def at(time: float | None) -> Time | None:
        return None if time is None else moment(time)

    return WebhookOut(
        id=one.id,
        program=one.program,
        url=one.url,
        events=[WebhookEvent(name) for name in event_names(one.events)],
        made_at=moment(one.made_at),
        is_disabled=one.disabled_at is not None,
        overlap_until=at(one.overlap_until),
        delivered_at=at(one.delivered_at),
        failed_at=at(one.failed_at),
        last_error=one.last_error,
    )


def _delivery(one: Delivery) -> DeliveryOut:
    return DeliveryOut(
        event=one.event,
        happened_at=moment(one.happened_at),
        at=moment(one.at),
        tries=one.tries,
        error=one.error,
    )
