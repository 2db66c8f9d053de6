"""The parts of bookings and their letters, beside the pages: made together."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from signalling.bookings.letters import Letters
from signalling.bookings.outcome_keeper import OutcomeKeeper
from signalling.bookings.reminders import Reminders
from signalling.bookings.service import BookingService
from signalling.bookings.slot_book import SlotBook
from signalling.ground import Ground
from signalling.mail.delivery import SmtpDelivery
from signalling.mail.sender import Sender


class BookingParts:
    def __init__(self, ground: Ground) -> None:
        store, clock, config = ground.store, ground.clock, ground.config
        self.mail = Sender(
            outbox=store.outbox,
            delivery=SmtpDelivery(config.mail) if config.mail.is_set_up else None,
            clock=clock,
            counters=ground.counters,
        )
        self.letters = Letters(
            ground.renderer,
            early_min=config.bookings.link_early_min,
            base_url=lambda: ground.base_url,
        )
        self.slots = SlotBook(
            bookings=store.bookings,
            self_tests=store.self_tests,
            clock=clock,
            numbers=config.bookings,
            letters=self.letters,
            on_letters=self.mail.wake,
        )
        self.service = BookingService(
            store=store,
            clock=clock,
            numbers=config.bookings,
            base_url=lambda: ground.base_url,
            letters=self.letters,
            mail=config.mail,
            on_letters=self.mail.wake,
        )
        self._reminders = Reminders(
            store=store,
            letters=self.letters,
            clock=clock,
            before_h=config.mail.reminder_h,
            on_letters=self.mail.wake,
        )
        self._outcomes = OutcomeKeeper(store=store, clock=clock)

    @property
    def lives(self) -> tuple[Callable[[web.Application], AsyncIterator[None]], ...]:
        """For `cleanup_ctx`, in this order."""
        return self.mail.live, self._reminders.live, self._outcomes.live
