"""The booking office as one part of the application: its pages and their places."""

from aiohttp import web

from signalling.bookings.calendar_pages import CalendarPages
from signalling.bookings.detail_pages import DetailPages
from signalling.bookings.hours_pages import ROOMS, HoursPages
from signalling.bookings.office import BOOK, BOOKINGS, MANAGE_ROOMS, Office
from signalling.render import Renderer
from signalling.seams import Clock, Store
from signalling.staff.edge import Edge


class BookingOffice:
    def __init__(self, *, edge: Edge, store: Store, renderer: Renderer, clock: Clock) -> None:
        edge.add_place(BOOKINGS, "staff.home.bookings", BOOK)
        edge.add_place(ROOMS, "staff.home.booking_rooms", BOOK, MANAGE_ROOMS)
        office = Office(edge=edge, store=store, texts=renderer.texts, clock=clock)
        self._pages = (CalendarPages(office), HoursPages(office), DetailPages(office))

    def add_to(self, app: web.Application) -> None:
        for pages in self._pages:
            pages.add_to(app)
