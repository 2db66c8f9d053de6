"""Messages of webhooks are kept with the record that they tell of, and go one after another."""

import json

import pytest

from tests.store.test_api import added as add_token
from tests.store.test_api import happening as token_done
from tests.store.test_bookings import add as add_booking
from tests.store.test_bookings import of
from tests.store.test_outcomes import OVER, clerk, proposal, settle
from vmr.api_tokens import ApiToken, ApiTokenEvent
from vmr.bookings.outcomes import CausedBy, Outcome
from vmr.ids import MeetingId, WebhookId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, Store
from vmr.store.webhook_messages import DELIVERIES_KEPT
from vmr.store.webhooks import WEBHOOKS_MAX
from vmr.webhooks import (
    GIVE_UP_S,
    Delivery,
    Webhook,
    WebhookChange,
    WebhookEvent,
    WebhookMessage,
    webhook_happening,
)

EVERY = frozenset(WebhookEvent)
MEETINGS = EVERY - {WebhookEvent.OUTCOME}


def done(change: WebhookChange, webhook: Webhook, token: ApiToken) -> Happening:
    return webhook_happening(change, webhook, by=token, at=6.0)


async def add(
    store: Store, token: ApiToken, id: str = "w1", events: frozenset[WebhookEvent] = EVERY
) -> Webhook:
    webhook = Webhook(
        id=WebhookId(id), establishment=token.establishment.id, program=token.name,
        url=f"https://court.example/{id}", events=events, made_at=6.0,
    )  # fmt: skip
    change = done(WebhookChange.ADDED, webhook, token)
    await store.webhooks.add(webhook, token.id, "whsec_c2VjcmV0", change)
    return webhook


async def happen(store: Store, room: Room, *what: str, at: float = 10.0) -> None:
    entries = [
        Happening(at=at + n, actor="host:p1", what=one, personal=(("name", "Ann"),))
        for n, one in enumerate(what)
    ]
    await store.commit(MeetingId("m1"), room.id, {}, entries)


async def claim(
    store: Store, now: float, but: tuple[WebhookId, ...] = ()
) -> tuple[WebhookMessage, ...]:
    return await store.webhooks.claim(now, but=but, lease_s=30.0, limit=8)


def told(messages: tuple[WebhookMessage, ...]) -> list[tuple[str, str]]:
    return [(one.webhook, json.loads(one.body)["type"]) for one in messages]


async def test_what_a_webhook_wants_to_hear_is_kept_with_the_record(
    store: Store, room: Room
) -> None:
    token = await add_token(store, room)
    await add(store, token)
    await add(store, token, "w2", frozenset({WebhookEvent.LOCKED}))
    await happen(store, room, "waited", "opened", "locked")
    first = await claim(store, 20.0)
    assert told(first) == [("w1", "meeting.started"), ("w2", "meeting.locked")]
    assert all(b"Ann" not in one.body for one in first)
    for one in first:
        await store.webhooks.settle_delivered(one, 21.0)
    assert told(await claim(store, 21.0)) == [("w1", "meeting.locked")]
    kept = await store.webhooks.webhooks(room.establishment.id)
    assert [one.delivered_at for one in kept] == [21.0, 21.0]


async def test_an_outcome_is_told_when_it_is_settled_and_not_when_it_is_proposed(
    store: Store, room: Room
) -> None:
    token = await add_token(store, room, expires_at=None)
    await add(store, token)
    await add(store, token, "w2", MEETINGS)
    booking = await add_booking(store, of(room))
    await store.outcomes.propose(proposal(booking), booking.version)
    assert await claim(store, OVER + 20) == ()
    await settle(
        store, room, proposal(booking), outcome=Outcome.LATE, cause=CausedBy.COURT, note="Ann"
    )
    (told,) = await claim(store, OVER + 20)
    assert (told.webhook, json.loads(told.body)) == ("w1", {
        "type": "booking.outcome",
        "data": {
            "booking": booking.reference, "room": room.id, "outcome": "late", "cause": "court",
            "at": OVER + 9,
        },
    })  # fmt: skip


async def test_an_outcome_that_could_not_be_settled_is_not_told(store: Store, room: Room) -> None:
    await add(store, await add_token(store, room, expires_at=None))
    booking = await add_booking(store, of(room))
    await store.outcomes.propose(proposal(booking), booking.version)
    with pytest.raises(Conflict):
        await settle(store, room, proposal(booking), version=7)
    assert await claim(store, OVER + 20) == ()


async def test_what_was_not_committed_is_not_told(store: Store, room: Room) -> None:
    await add(store, await add_token(store, room))
    await store.commit(MeetingId("m1"), room.id, None, [])
    with pytest.raises(Conflict):
        await happen(store, room, "opened")
    assert await claim(store, 20.0) == ()


async def test_another_establishment_hears_nothing(store: Store, room: Room) -> None:
    other = await store.add_establishment(name="B", phone="2")
    there = await store.add_room(other, name="R", policy=room.policy, pin_hash="$")
    await add(store, await add_token(store, there))
    await happen(store, room, "opened")
    assert await claim(store, 20.0) == ()


async def test_a_claimed_message_is_nobody_elses_until_the_claim_runs_out(
    store: Store, room: Room
) -> None:
    await add(store, await add_token(store, room))
    await happen(store, room, "opened")
    (first,) = await claim(store, 20.0)
    assert await claim(store, 49.0) == ()
    (again,) = await claim(store, 50.0)
    assert (again.id, again.tries) == (first.id, 2)
    assert await claim(store, 100.0, but=(first.webhook,)) == ()


async def test_a_message_that_is_put_off_comes_again_under_its_id(store: Store, room: Room) -> None:
    await add(store, await add_token(store, room))
    await happen(store, room, "opened")
    (first,) = await claim(store, 20.0)
    await store.webhooks.put_off(first, 25.0, "answered 500", 21.0)
    assert await claim(store, 24.0) == ()
    assert [one.id for one in await claim(store, 25.0)] == [first.id]
    (webhook,) = await store.webhooks.webhooks(room.establishment.id)
    assert webhook.last_error == "answered 500"


async def test_a_message_that_nobody_took_for_a_day_is_given_up(store: Store, room: Room) -> None:
    await add(store, await add_token(store, room, expires_at=None))
    await happen(store, room, "opened", at=10.0)
    late = 10.0 + GIVE_UP_S
    assert await claim(store, late) == ()
    (webhook,) = await store.webhooks.webhooks(room.establishment.id)
    assert webhook.failed_at == late


async def test_a_webhook_ends_with_its_token(store: Store, room: Room) -> None:
    token = await add_token(store, room)
    await add(store, token)
    await happen(store, room, "opened")
    await store.api.revoke_token(token, token_done(ApiTokenEvent.REVOKED, token, 12.0))
    assert await store.webhooks.webhooks(room.establishment.id) == ()
    assert await claim(store, 20.0) == ()
    await happen(store, room, "locked")
    assert await claim(store, 20.0) == ()


async def test_an_expired_token_is_told_nothing_more(store: Store, room: Room) -> None:
    token = await add_token(store, room)  # until 100
    await add(store, token)
    await happen(store, room, "opened")
    assert await claim(store, 100.0) == ()
    await happen(store, room, "locked", at=101.0)
    assert await claim(store, 102.0) == ()


async def test_a_removed_webhook_is_told_nothing_and_the_record_says_so(
    store: Store, room: Room
) -> None:
    token = await add_token(store, room)
    webhook = await add(store, token)
    await happen(store, room, "opened")
    await store.webhooks.remove(webhook, done(WebhookChange.REMOVED, webhook, token))
    assert await claim(store, 20.0) == ()
    with pytest.raises(NotFound):
        await store.webhooks.remove(webhook, done(WebhookChange.REMOVED, webhook, token))
    record = [one.entry for one in await store.staff.record(room.establishment.id)]
    (removed,) = [one for one in record if one.what == "webhook_removed"]
    assert dict(removed.facts)["host"] == "court.example"


async def add_of_staff(store: Store, room: Room) -> Webhook:
    """As staff make one: without a token."""
    webhook = Webhook(
        id=WebhookId("w1"), establishment=room.establishment.id, program="",
        url="https://court.example/w1", events=EVERY, made_at=6.0,
    )  # fmt: skip
    done = webhook_happening(WebhookChange.ADDED, webhook, by=clerk(room), at=6.0)
    await store.webhooks.add(webhook, None, "whsec_Zmlyc3Q=", done)
    return webhook


def changed(change: WebhookChange, webhook: Webhook, room: Room, at: float) -> Happening:
    return webhook_happening(change, webhook, by=clerk(room), at=at)


async def test_a_webhook_of_staff_has_no_token_to_end_with(store: Store, room: Room) -> None:
    webhook = await add_of_staff(store, room)
    assert await store.webhooks.webhook(webhook.id) == webhook
    assert await store.webhooks.webhooks(room.establishment.id) == (webhook,)
    await happen(store, room, "opened")
    assert told(await claim(store, 20.0)) == [("w1", "meeting.started")]
    added = (await store.staff.record(room.establishment.id))[0]
    assert (added.entry.what, added.entry.actor) == ("webhook_added", "officer:o1")
    assert dict(added.personal)["officer"] == "Clerk Ó Néill"


async def test_secrets_that_were_renewed_are_good_until_their_end_and_then_forgotten(
    store: Store, room: Room
) -> None:
    webhook = await add_of_staff(store, room)

    async def renew(secret: str, at: float) -> None:
        done = changed(WebhookChange.SECRET_RENEWED, webhook, room, at)
        await store.webhooks.renew_secret(webhook, secret, at + 100.0, done)

    await renew("whsec_c2Vjb25k", 10.0)
    await renew("whsec_dGhpcmQ=", 50.0)
    kept = await store.webhooks.webhook(webhook.id)
    assert kept is not None
    assert kept.overlap_until == 150.0
    await happen(store, room, "opened", "locked", "knocked")
    every = ("whsec_dGhpcmQ=", "whsec_c2Vjb25k", "whsec_Zmlyc3Q=")
    for now, good in ((100.0, every), (140.0, every[:2]), (200.0, every[:1])):
        (message,) = await claim(store, now)
        assert message.secrets == good
        await store.webhooks.settle_delivered(message, now)
    for n in range(9):
        await renew(f"whsec_{n}", 200.0)
    await happen(store, room, "locked", at=210.0)
    (message,) = await claim(store, 211.0)
    assert message.secrets == tuple(f"whsec_{n}" for n in (8, 7, 6, 5))


async def test_a_disabled_webhook_is_told_nothing_of_before_and_meanwhile(
    store: Store, room: Room
) -> None:
    webhook = await add_of_staff(store, room)
    await happen(store, room, "opened")
    off = changed(WebhookChange.DISABLED, webhook, room, 12.0)
    await store.webhooks.set_disabled(webhook, 12.0, off)
    await happen(store, room, "locked", at=13.0)
    assert await claim(store, 20.0) == ()
    kept = await store.webhooks.webhook(webhook.id)
    assert kept is not None
    assert kept.disabled_at == 12.0
    on = changed(WebhookChange.ENABLED, webhook, room, 22.0)
    await store.webhooks.set_disabled(webhook, None, on)
    assert await claim(store, 23.0) == ()
    await happen(store, room, "knocked", at=24.0)
    assert told(await claim(store, 25.0)) == [("w1", "meeting.knock")]


async def test_of_each_webhook_the_last_deliveries_are_known(store: Store, room: Room) -> None:
    webhook = await add_of_staff(store, room)
    await happen(store, room, "opened")
    (message,) = await claim(store, 20.0)
    for n in range(DELIVERIES_KEPT + 3):
        await store.webhooks.put_off(message, 500.0, f"answered {n}", 20.0 + n)
    await store.webhooks.settle_delivered(message, 99.0)
    found = await store.webhooks.deliveries(webhook.id)
    assert len(found) == DELIVERIES_KEPT
    assert found[0] == Delivery(
        event="meeting.started", happened_at=10.0, at=99.0, tries=1, error=""
    )
    assert found[1].error == f"answered {DELIVERIES_KEPT + 2}"
    await store.webhooks.remove(webhook, changed(WebhookChange.REMOVED, webhook, room, 100.0))
    assert await store.webhooks.deliveries(webhook.id) == ()
    await store.webhooks.put_off(message, 500.0, "too late", 101.0)
    assert await store.webhooks.deliveries(webhook.id) == ()


async def test_what_is_not_there_is_not_changed(store: Store, room: Room) -> None:
    webhook = await add_of_staff(store, room)
    removed = changed(WebhookChange.REMOVED, webhook, room, 10.0)
    await store.webhooks.remove(webhook, removed)
    assert await store.webhooks.webhook(webhook.id) is None
    with pytest.raises(NotFound):
        await store.webhooks.renew_secret(webhook, "whsec_", 100.0, removed)
    with pytest.raises(NotFound):
        await store.webhooks.set_disabled(webhook, 11.0, removed)


async def test_an_establishment_has_so_many_webhooks_at_most(store: Store, room: Room) -> None:
    token = await add_token(store, room)
    for number in range(WEBHOOKS_MAX):
        await add(store, token, f"w{number}")
    with pytest.raises(Conflict):
        await add(store, token, "one more")
