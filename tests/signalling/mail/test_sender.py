"""From the outbox to the mail server: nothing is lost, and a living process sends nothing twice."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from signalling.mail.backoff import GIVE_UP_S
from signalling.mail.delivery import PutOff, SmtpDelivery
from signalling.mail.sender import LEASE_S, Delivery, Sender
from tests.signalling.bookings.office import MAIL, Office
from tests.signalling.mail.server import Mailbox, mail_server
from tests.vmr.bookings.made import slot
from vmr.bookings.booking import Booking
from vmr.ids import LetterId
from vmr.letters import Letter
from vmr.store import OutboxStore, StoreUnavailable
from vmr.store.outbox import _letter
from vmr.store.outbox_tables import outbox as outbox_table

ADA, BEN = "ada@law.example", "ben@law.example"


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as running:
        yield running


@pytest.fixture(autouse=True)
def mail_is_set_up(office: Office) -> None:
    office.service = office.serve(mail=MAIL)


def sender(office: Office, delivery: Delivery | None, outbox: Any = None) -> Sender:
    return Sender(
        outbox=outbox or office.store.outbox,
        delivery=delivery,
        clock=office.clock,
        counters=Counter(),
        chance=lambda: 0.5,
    )


def to(mailbox: Mailbox) -> SmtpDelivery:
    return SmtpDelivery(mailbox.config, command_s=5.0, letter_s=5.0)


async def settled(sender: Sender) -> None:
    while await sender.send_some():
        pass


async def states(office: Office, booking: Booking) -> list[str]:
    return [state for _, _, state in await office.posted(booking)]


async def test_letters_are_sent_once_and_forgotten(office: Office, mailbox: Mailbox) -> None:
    made = await office.make()
    sending = sender(office, to(mailbox))
    await settled(sending)
    await settled(sending)
    assert sorted(str(one["To"]) for one in mailbox.got) == [ADA, BEN]
    assert await states(office, made) == ["sent", "sent"]
    office.clock.advance(LEASE_S * 10)
    await settled(sender(office, to(mailbox)))
    assert len(mailbox.got) == 2
    for letter in await kept(office):
        assert (letter.subject, letter.text, letter.html, letter.calendar) == ("", "", "", "")


async def test_without_a_mail_server_letters_wait_until_they_are_of_no_use(office: Office) -> None:
    made = await office.make()
    waiting = sender(office, None)
    await waiting.send_some()
    assert waiting.open == 2
    assert await states(office, made) == ["waiting", "waiting"]
    office.clock.now = made.slot.ends_at
    await waiting.send_some()
    assert waiting.open == 0
    assert await states(office, made) == ["dropped", "dropped"]
    assert all(one.text == "" for one in await kept(office))


async def test_a_server_that_comes_back_gets_what_it_missed(
    office: Office, mailbox: Mailbox
) -> None:
    made = await office.make()
    mailbox.answers["DATA"] = Mailbox.DIE
    sending = sender(office, to(mailbox))
    await settled(sending)
    assert mailbox.seen == 2
    await settled(sending)
    assert mailbox.seen == 2, "not before its time"
    posted = await office.store.outbox.of_booking(made.id)
    assert [(one.tries, one.last_error) for one in posted] == [(1, "no_connection")] * 2
    assert [one.next_at - office.clock.now for one in posted] == [60.0, 60.0]
    mailbox.answers.clear()
    office.clock.advance(60.0)
    await settled(sending)
    assert len(mailbox.got) == 2
    assert await states(office, made) == ["sent", "sent"]


async def test_what_is_refused_for_good_has_failed_and_the_clerk_sees_why(
    office: Office, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.answers["RCPT"] = "550 5.1.1 no ada@law.example here"
    made = await office.make()
    with caplog.at_level(logging.DEBUG, logger="signalling"):
        await settled(sender(office, to(mailbox)))
    assert await states(office, made) == ["failed", "failed"]
    failed = await office.store.outbox.failed(office.prison.id)
    assert {one.to for one in failed} == {ADA, BEN}
    assert failed[0].last_error == "550 5.1.1 no ada@law.example here"
    assert "will not be taken" in caplog.text
    for word in ("ada", "Ada", "law.example", made.reference):
        assert word not in caplog.text
    await office.service.cancel(made, "Vacated", office.clerk)
    assert await office.store.outbox.failed(office.prison.id) == ()


async def test_a_letter_nobody_takes_for_days_has_failed(office: Office) -> None:
    made = await office.make(preferred=slot(25, 10))
    sending = sender(office, Delivering(raises=PutOff("timeout")))
    await settled(sending)
    assert await states(office, made) == ["waiting", "waiting"]
    office.clock.advance(GIVE_UP_S + 1)
    await settled(sending)
    assert await states(office, made) == ["failed", "failed"]


async def test_killed_between_sending_and_marking_it_is_sent_again_under_the_same_id(
    office: Office, mailbox: Mailbox
) -> None:
    made = await office.make(people=office.draft().people[:1])
    dying = sender(office, to(mailbox), CannotMark(office.store.outbox))
    await dying.send_some()
    assert await states(office, made) == ["sending"]
    await settled(sender(office, to(mailbox)))
    assert len(mailbox.got) == 1, "the claim still holds"
    office.clock.advance(LEASE_S)
    await settled(sender(office, to(mailbox)))  # the next process
    assert len(mailbox.got) == 2
    assert mailbox.got[0]["Message-ID"] == mailbox.got[1]["Message-ID"]
    assert await states(office, made) == ["sent"]


async def test_a_living_process_that_could_not_mark_sends_nothing_twice(
    office: Office, mailbox: Mailbox
) -> None:
    made = await office.make()
    outbox = CannotMark(office.store.outbox)
    sending = sender(office, to(mailbox), outbox)
    await sending.send_some()
    office.clock.advance(LEASE_S * 2)
    with pytest.raises(StoreUnavailable):
        await sending.send_some()
    outbox.is_broken = False
    await settled(sending)
    assert len(mailbox.got) == 2
    assert await states(office, made) == ["sent", "sent"]


async def test_an_invitation_for_a_cancelled_slot_is_never_sent(
    office: Office, mailbox: Mailbox
) -> None:
    made = await office.make()
    await office.service.cancel(made, "Vacated", office.clerk)
    await settled(sender(office, to(mailbox)))
    assert mailbox.got == []
    assert set(await states(office, made)) == {"dropped"}


async def test_one_that_is_cancelled_while_it_waits_for_another_try_is_cancelled_by_letter(
    office: Office, mailbox: Mailbox
) -> None:
    """The server may have taken the invitation although it did not say so."""
    mailbox.answers["DATA"] = Mailbox.DIE
    made = await office.make()
    sending = sender(office, to(mailbox))
    await settled(sending)
    await office.service.cancel(made, "Vacated", office.clerk)
    mailbox.answers.clear()
    office.clock.advance(1.0)
    await settled(sending)
    assert [str(one["Subject"]) for one in mailbox.got] == [
        f"Video call {made.reference}: cancelled"
    ] * 2


async def test_who_is_removed_before_the_invitation_is_sent_hears_nothing(
    office: Office, mailbox: Mailbox
) -> None:
    made = await office.make()
    await office.service.amend(made, replace(made, people=made.people[:1]), office.clerk)
    await settled(sender(office, to(mailbox)))
    assert [str(one["To"]) for one in mailbox.got] == [ADA]


async def test_a_persons_letters_come_in_their_order(office: Office, mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = "451 4.3.0 Disk full"
    made = await office.make(people=office.draft().people[:1])
    sending = sender(office, to(mailbox))
    await settled(sending)
    office.clock.advance(1.0)
    moved = replace(made, preferred=slot(5, 10))
    await office.service.amend(made, moved, office.clerk)
    mailbox.answers.clear()
    await settled(sending)
    assert mailbox.got == [], "the update waits for the invitation"
    office.clock.advance(60.0)
    await settled(sending)
    await settled(sending)
    assert [str(one["Subject"]).rpartition(": ")[2] for one in mailbox.got] == [
        "your invitation",
        "changed",
    ]


async def test_a_letter_that_breaks_us_does_not_hold_up_the_others(office: Office) -> None:
    made = await office.make()
    broken = sender(office, Delivering(raises=KeyError("bug")))
    await settled(broken)
    assert await states(office, made) == ["waiting", "waiting"]


async def test_the_task_sends_when_it_is_woken_and_ends(office: Office) -> None:
    delivery = Delivering()
    sending = sender(office, delivery)
    life = sending.live(None)  # type: ignore[arg-type]
    await anext(life)
    office.service = office.serve(mail=MAIL, on_letters=sending.wake)
    await office.make()
    async with asyncio.timeout(10):
        while len(delivery.got) < 2:
            await delivery.has_got.wait()
            delivery.has_got.clear()
    with pytest.raises(StopAsyncIteration):
        await anext(life)
    assert {one.to for one in delivery.got} == {ADA, BEN}


async def test_no_more_than_two_are_sent_at_once(office: Office) -> None:
    for day in (4, 5, 8):
        await office.make(preferred=slot(day, 10))
    delivery = Delivering()
    await settled(sender(office, delivery))
    assert (len(delivery.got), delivery.most) == (6, 2)


async def kept(office: Office) -> list[Letter]:
    """What the outbox still holds of every letter, as it would be claimed."""
    return await office.store._database.read(
        lambda one: [_letter(row) for row in one.execute(select(outbox_table)).mappings()]
    )


class Delivering:
    """Takes every letter, or raises the same each time."""

    def __init__(self, raises: Exception | None = None) -> None:
        self._raises = raises
        self.got: list[Letter] = []
        self.has_got = asyncio.Event()
        self.now = self.most = 0

    async def deliver(self, letter: Letter) -> None:
        if self._raises is not None:
            raise self._raises
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        self.got.append(letter)
        self.has_got.set()


class CannotMark:
    """The real outbox on a disk that fills up once a letter was claimed."""

    def __init__(self, outbox: OutboxStore) -> None:
        self._outbox = outbox
        self.is_broken = True

    async def settle_sent(self, letter: LetterId, at: float) -> None:
        if self.is_broken:
            raise StoreUnavailable("disk full")
        await self._outbox.settle_sent(letter, at)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        found: Callable[..., Awaitable[Any]] = getattr(self._outbox, name)
        return found
