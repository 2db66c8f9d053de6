"""Webhooks: an administrator's pages over those of their own establishment, its programs' too.

A secret is shown once, when it is made. One of another establishment looks like one that does not
exist.
"""

from dataclasses import dataclass

from aiohttp import web

from signalling.forms import ticked
from signalling.seams import Clock
from signalling.staff.edge import Edge, Faults, Form
from signalling.staff.times import time_text
from signalling.webhooks import Webhooks
from vmr.staff import StaffPermission
from vmr.store import Conflict, NotFound, SignedIn, WebhookStore
from vmr.store.secrets import make_id
from vmr.webhooks import OVERLAP_S, Webhook, WebhookEvent, event_names

WEBHOOKS = "/staff/webhooks"
ONE = WEBHOOKS + "/{id:[0-9a-f]{32}}"
MANAGE = StaffPermission.MANAGE_PROGRAMS
URL_SHOWN_MAX = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was filled in, or as it is offered."""

    url: str = ""
    events: tuple[str, ...] = ()


class WebhookPages:
    """Every change is in the record of the establishment."""

    def __init__(
        self, *, edge: Edge, store: WebhookStore, webhooks: Webhooks, clock: Clock
    ) -> None:
        self._edge = edge
        self._store = store
        self._webhooks = webhooks
        self._clock = clock
        edge.add_place(WEBHOOKS, "staff.home.webhooks", MANAGE)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", WEBHOOKS, self.list)
        add(app, "GET", f"{WEBHOOKS}/add", self.ask_new)
        add(app, "POST", f"{WEBHOOKS}/add", self.add)
        add(app, "GET", ONE, self.show)
        add(app, "POST", f"{ONE}/secret", self.renew_secret)
        add(app, "POST", f"{ONE}/disable", self.disable)
        add(app, "POST", f"{ONE}/enable", self.enable)
        add(app, "GET", f"{ONE}/remove", self.ask_remove)
        add(app, "POST", f"{ONE}/remove", self.remove)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        found = await self._store.webhooks(who.member.establishment.id)
        return self._edge.page(
            request, "staff_webhooks.html", who=who, time_text=time_text,
            items=[(one, event_names(one.events)) for one in found],
        )  # fmt: skip

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        webhook = await self._webhook(request, who)
        overlap = webhook.overlap_until or 0.0
        return self._edge.page(
            request, "staff_webhook.html", who=who, webhook=webhook, time_text=time_text,
            events=event_names(webhook.events), base=f"{WEBHOOKS}/{webhook.id}",
            deliveries=await self._store.deliveries(webhook.id), hours=round(OVERLAP_S / 3_600),
            overlap_until=time_text(overlap) if overlap > self._clock() else "",
        )  # fmt: skip

    # -- adding -------------------------------------------------------------------------------

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._ask_new(request, who, Typed(), {})

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        typed = _typed(await self._edge.form(request))
        faults = self._faults(typed)
        if not faults:
            events = [WebhookEvent(one) for one in typed.events]
            try:
                webhook, secret = await self._webhooks.add(
                    typed.url, events, by=who.member, id=make_id()
                )
            except Conflict:
                faults["url"] = "staff.webhooks.too_many"
            else:
                return self._show_secret(request, who, webhook, secret, "")
        return self._ask_new(request, who, typed, faults)

    def _faults(self, typed: Typed) -> Faults:
        faults: Faults = {}
        if not self._webhooks.may_be_at(typed.url):
            faults["url"] = "staff.webhooks.url_wrong"
        if not typed.events:
            faults["events"] = "staff.webhooks.events_wrong"
        return faults

    def _ask_new(
        self, request: web.Request, who: SignedIn, typed: Typed, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_webhook_form.html", who=who, faults=faults, typed=typed,
            events=event_names(WebhookEvent),
        )  # fmt: skip

    # -- one webhook --------------------------------------------------------------------------

    async def renew_secret(self, request: web.Request) -> web.StreamResponse:
        who, webhook = await self._change(request)
        try:
            secret, until = await self._webhooks.renew_secret(webhook, who.member)
        except NotFound:  # somebody else was quicker
            raise web.HTTPNotFound from None
        return self._show_secret(request, who, webhook, secret, time_text(until))

    async def disable(self, request: web.Request) -> web.StreamResponse:
        return await self._set_disabled(request, True)

    async def enable(self, request: web.Request) -> web.StreamResponse:
        return await self._set_disabled(request, False)

    async def _set_disabled(self, request: web.Request, is_disabled: bool) -> web.Response:
        who, webhook = await self._change(request)
        try:
            await self._webhooks.set_disabled(webhook, is_disabled, who.member)
        except NotFound:
            raise web.HTTPNotFound from None
        return self._edge.go(f"{WEBHOOKS}/{webhook.id}")

    async def ask_remove(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        webhook = await self._webhook(request, who)
        return self._edge.page(request, "staff_remove_webhook.html", who=who, webhook=webhook)

    async def remove(self, request: web.Request) -> web.StreamResponse:
        who, webhook = await self._change(request)
        try:
            await self._webhooks.remove(webhook, who.member)
        except NotFound:
            raise web.HTTPNotFound from None
        return self._edge.go(WEBHOOKS)

    def _show_secret(
        self, request: web.Request, who: SignedIn, webhook: Webhook, secret: str, until: str
    ) -> web.Response:
        """`until` when an earlier secret is good too; empty: there is none."""
        return self._edge.page(
            request, "staff_webhook_secret.html", who=who, webhook=webhook, secret=secret,
            until=until,
        )  # fmt: skip

    async def _change(self, request: web.Request) -> tuple[SignedIn, Webhook]:
        """Who changes which; whoever may not is refused."""
        who = await self._edge.signed_in(request, MANAGE)
        await self._edge.form(request)
        return who, await self._webhook(request, who)

    async def _webhook(self, request: web.Request, who: SignedIn) -> Webhook:
        found = await self._webhooks.find(request.match_info["id"], who.member)
        if found is None:
            raise web.HTTPNotFound
        return found


def _typed(form: Form) -> Typed:
    """A word that is no event is none."""
    return Typed(
        url=form.get("url", "").strip()[:URL_SHOWN_MAX],
        events=ticked(form, "events", event_names(WebhookEvent)),
    )
