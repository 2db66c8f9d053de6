"""Webhooks of an establishment: made, listed and ended by its programs."""

import secrets as chance
from typing import Annotated

from pydantic import Field, StringConstraints

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.api.values import In, Out, Time, moment
from signalling.seams import Clock
from vmr.api_tokens import ApiScope
from vmr.ids import WebhookId
from vmr.store import Conflict, WebhookStore
from vmr.webhooks import (
    SECRET_BYTES,
    URL_MAX,
    Webhook,
    WebhookChange,
    WebhookEvent,
    event_names,
    is_url,
    secret_text,
    webhook_happening,
)

Url = Annotated[str, StringConstraints(max_length=URL_MAX, pattern=r"^[!-~]+$")]


class WebhookIn(In):
    url: Url = Field(description="Where messages are sent: https, at a public address.")
    events: list[WebhookEvent] = Field(min_length=1, max_length=len(WebhookEvent))


class WebhookOut(Out):
    id: str
    program: str = Field(description="Whose token made it; it ends with that token.")
    url: str
    events: list[WebhookEvent]
    made_at: Time
    delivered_at: Time | None = Field(description="When a message was last taken.")
    failed_at: Time | None = Field(description="When a message was last given up.")
    last_error: str = Field(description="Why the last delivery failed; empty: it did not.")


class WebhookList(Out):
    items: list[WebhookOut]


class WebhookMade(Out):
    webhook: WebhookOut
    secret: str = Field(description="What messages are signed with; told this once.")


class WebhookRoutes:
    def __init__(self, *, store: WebhookStore, clock: Clock, is_private_allowed: bool) -> None:
        self._store = store
        self._clock = clock
        self._is_private_allowed = is_private_allowed

    def routes(self) -> tuple[Route, ...]:
        scope = ApiScope.WEBHOOKS_WRITE
        return (
            Route(
                method="GET", path="/webhooks", name="listWebhooks", scope=scope,
                answer=WebhookList, handle=self.all, summary="The webhooks of the establishment",
            ),
            Route(
                method="POST", path="/webhooks", name="addWebhook", scope=scope, status=201,
                body=WebhookIn, answer=WebhookMade, handle=self.add, is_repeatable=True,
                summary="Hear of meetings: signed messages with ids, times and kinds, no names",
            ),
            Route(
                method="DELETE", path="/webhooks/{webhook}", name="removeWebhook", scope=scope,
                status=204, handle=self.remove, summary="End a webhook, with what it would still"
                " have been told",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        found = await self._store.webhooks(call.token.establishment.id)
        return Answer(value=WebhookList(items=[_shown(one) for one in found]))

    async def add(self, call: Call) -> Answer:
        said, now = call.body_as(WebhookIn), self._clock()
        if not is_url(said.url, is_private_allowed=self._is_private_allowed):
            raise _refused("/url", "It must be an https address that is public.")
        if call.is_again:  # nobody was told the secret of the one that may be there
            await self._forget(call, WebhookId(call.new_id), now)
        webhook = Webhook(
            id=WebhookId(call.new_id),
            establishment=call.token.establishment.id,
            program=call.token.name,
            url=said.url,
            events=frozenset(said.events),
            made_at=now,
        )
        secret = secret_text(chance.token_bytes(SECRET_BYTES))
        done = webhook_happening(WebhookChange.ADDED, webhook, by=call.token, at=now)
        try:
            await self._store.add(webhook, call.token.id, secret, done)
        except Conflict:
            raise _refused("", "The establishment has as many webhooks as it may have.") from None
        return Answer(
            value=WebhookMade(webhook=_shown(webhook), secret=secret), location="/webhooks"
        )

    async def remove(self, call: Call) -> Answer:
        if not await self._forget(call, WebhookId(call.path["webhook"]), self._clock()):
            raise ApiProblem(Kind.NOT_FOUND)
        return Answer()

    async def _forget(self, call: Call, webhook: WebhookId, now: float) -> bool:
        """Whether there was such a webhook."""
        for one in await self._store.webhooks(call.token.establishment.id):
            if one.id == webhook:
                done = webhook_happening(WebhookChange.REMOVED, one, by=call.token, at=now)
                await self._store.remove(one, done)
                return True
        return False


def _refused(pointer: str, detail: str) -> ApiProblem:
    return ApiProblem(Kind.INVALID, errors=(Fault(pointer=pointer, detail=detail),))


def _shown(one: Webhook) -> WebhookOut:
    def at(time: float | None) -> Time | None:
        return None if time is None else moment(time)

    return WebhookOut(
        id=one.id,
        program=one.program,
        url=one.url,
        events=[WebhookEvent(name) for name in event_names(one.events)],
        made_at=moment(one.made_at),
        delivered_at=at(one.delivered_at),
        failed_at=at(one.failed_at),
        last_error=one.last_error,
    )
