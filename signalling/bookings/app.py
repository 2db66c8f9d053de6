"""The booking office as one part of the application: its pages and their places."""

from aiohttp import web

from signalling.bookings.amend_pages import AmendPages
from signalling.bookings.ban_pages import BANS, BanPages
from signalling.bookings.calendar_pages import CalendarPages
from signalling.bookings.decision_pages import DecisionPages
from signalling.bookings.detail_pages import DetailPages
from signalling.bookings.form_page import FormPage
from signalling.bookings.hours_pages import ROOMS, HoursPages
from signalling.bookings.import_pages import ImportPages
from signalling.bookings.new_pages import NewPages
from signalling.bookings.office import BOOK, BOOKINGS, MANAGE_ROOMS, Office
from signalling.bookings.outcome_pages import OUTCOMES, OutcomePages
from signalling.bookings.prisoner_pages import PRISONERS, PrisonerPages
from signalling.bookings.report_pages import MAY_READ, REPORTS, ReportPages
from signalling.bookings.roster_pages import ROSTERS, RosterPages
from signalling.bookings.service import BookingService
from signalling.bookings.slot_pin_pages import PINS, USE_DESK, SlotPinPages
from signalling.bookings.slot_pins import SlotPins
from signalling.render import Renderer
from signalling.seams import Clock, Store
from signalling.staff.edge import Edge
from vmr.bookings.numbers import BookingNumbers


class BookingOffice:
    def __init__(
        self,
        *,
        edge: Edge,
        store: Store,
        service: BookingService,
        slot_pins: SlotPins,
        numbers: BookingNumbers,
        renderer: Renderer,
        clock: Clock,
    ) -> None:
        edge.add_place(BOOKINGS, "staff.home.bookings", BOOK)
        edge.add_place(ROOMS, "staff.home.booking_rooms", BOOK, MANAGE_ROOMS)
        edge.add_place(PRISONERS, "staff.home.prisoners", BOOK)
        edge.add_place(BANS, "staff.home.bans", BOOK)
        edge.add_place(OUTCOMES, "staff.home.outcomes", BOOK)
        edge.add_place(REPORTS, "staff.home.reports", *MAY_READ)
        edge.add_place(PINS, "staff.home.slot_pins", USE_DESK)
        edge.add_place(ROSTERS, "staff.home.rosters", BOOK, MANAGE_ROOMS)
        office = Office(
            edge=edge,
            store=store,
            service=service,
            numbers=numbers,
            texts=renderer.texts,
            clock=clock,
        )
        form_page = FormPage(office)
        self._pages = (
            CalendarPages(office),
            HoursPages(office),
            NewPages(office, form_page),
            ImportPages(office),
            DetailPages(office),
            DecisionPages(office),
            AmendPages(office, form_page),
            SlotPinPages(office, slot_pins),
            RosterPages(office),
            PrisonerPages(office),
            BanPages(office),
            OutcomePages(office),
            ReportPages(office),
        )

    def add_to(self, app: web.Application) -> None:
        for pages in self._pages:
            pages.add_to(app)
