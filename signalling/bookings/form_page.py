"""The page of a booking's form, shown for a new booking and for a change: what it needs besides
what was typed, and what its buttons do to that."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from signalling.bookings.booking_form import (
    NOTES,
    PROBLEM,
    ROOM_PROBLEMS,
    Typed,
    rows_of,
    time_fields,
    without_empty_rows,
    without_row,
)
from signalling.bookings.differences import Difference, fields_of_form
from signalling.bookings.office import Office
from signalling.staff.edge import Faults
from signalling.whole import parse_whole
from vmr.bookings.booking import (
    EXPECTED_MAX,
    NOTE_MAX,
    TEXT_MAX,
    Booking,
    Channel,
    IdToBring,
    Part,
    Priority,
)
from vmr.bookings.changes import PastChange
from vmr.bookings.purposes import LINKED, POLICY_OF, Purpose, is_length, lengths
from vmr.bookings.rules import Problem, needed_notice_s
from vmr.bookings.times import HOUR_S, Interval
from vmr.ids import RoomId
from vmr.rooms import Room
from vmr.store import SignedIn

BEFORE_S = 4 * HOUR_S
"""Free times are looked for from so long before the one that is taken."""
HOURS = tuple(f"{n:02}" for n in range(24))
MINUTES = tuple(f"{n:02}" for n in range(0, 60, 5))


class FormPage:
    """One for the pages of a new booking and of a change."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(
        self,
        request: web.Request,
        who: SignedIn,
        purpose: Purpose,
        typed: Typed,
        faults: Faults,
        *,
        booking: Booking | None = None,
        free: Sequence[tuple[Room, Interval]] = (),
        filled: bool = False,
        others: Sequence[PastChange] | None = None,
        differing: Sequence[Difference] = (),
    ) -> web.Response:
        """`booking` is the one that is changed; `free` are times that its buttons fill in.

        `others` is what others did to it meanwhile, `differing` where that is not as typed.
        """
        numbers = self._office.numbers
        usual = lengths(purpose, numbers)
        every = [one for one in range(5, 12 * 60 + 1, 5) if is_length(purpose, one, numbers)]
        offered: list[object] = [*usual, *(one for one in every if one not in usual)]
        chosen = typed.get("minutes", "") or str(usual[0])
        if chosen not in map(str, offered):
            offered.append(chosen[:5])
        return self._office.edge.page(
            request, "staff_booking_form.html", who=who, faults=faults, purpose=purpose,
            typed={**typed, "minutes": chosen}, booking=booking, said=self._office.said(who),
            rooms=await self.rooms(who, purpose), lengths=offered,
            is_linked=purpose in LINKED, hours=HOURS, minutes=MINUTES, rows=rows_of(typed),
            rows_max=EXPECTED_MAX, parts=[one.value for one in Part], free=free, filled=filled,
            ids=[one.value for one in IdToBring], channels=[one.value for one in Channel],
            priorities=[one.value for one in Priority], notice_h=numbers.notice_h,
            others=others, differing=differing, named=self._too_long(faults),
        )  # fmt: skip

    def _too_long(self, faults: Faults) -> dict[str, str]:
        """What the summary says of each text that is too long: which one, how long it may be."""
        texts = self._office.texts
        labels = {**dict(fields_of_form(texts)), "waiver": texts.get("staff.bookings.form.waiver")}
        return {
            id: texts.get(
                "staff.bookings.form.too_long",
                field=labels[id],
                limit=f"{NOTE_MAX if id in NOTES else TEXT_MAX:,}",
            )
            for id, key in faults.items()
            if key == PROBLEM + Problem.TEXT_TOO_LONG.value
        }

    async def rooms(self, who: SignedIn, purpose: Purpose) -> tuple[Room, ...]:
        """Those in which it can be."""
        every = await self._office.rooms(who)
        return tuple(one for one in every if one.policy is POLICY_OF[purpose])

    async def room(self, who: SignedIn, purpose: Purpose, typed: Mapping[str, str]) -> Room | None:
        """The one that was chosen."""
        wanted = RoomId(typed.get("room", ""))
        rooms = await self.rooms(who, purpose)
        return next((one for one in rooms if one.id == wanted), None)

    def pressed(self, who: SignedIn, typed: Typed) -> Typed | None:
        """The fields after a button that fills the form; None: the form is to be sent."""
        button = typed.pop("do", "")
        if button == "add-person":
            return {**typed, "people": str(rows_of(typed) + 1)}
        if button == "show":
            return without_empty_rows(typed)
        if button.startswith("remove-person-"):
            row = parse_whole(button.removeprefix("remove-person-"))
            return typed if row is None else without_row(typed, row)
        room, _, at = button.removeprefix("use-").partition("-")
        try:
            filled = time_fields("start", float(at), self._office.said(who).zone)
        except (ValueError, OverflowError, OSError):
            return None
        return {**typed, "room": room, **filled} if button.startswith("use-") else None

    async def free_times(
        self,
        who: SignedIn,
        purpose: Purpose,
        slot: Interval,
        problems: Sequence[Problem],
        *,
        channel: Channel,
        is_notice_waived: bool,
    ) -> tuple[tuple[Room, Interval], ...]:
        """When else, where the room is what stands against it."""
        if not ROOM_PROBLEMS & set(problems):
            return ()
        notice = 0.0 if is_notice_waived else needed_notice_s(channel, self._office.numbers)
        soonest = self._office.clock() + notice
        earliest = max(soonest, slot.starts_at - BEFORE_S)
        return await self._office.free_times(who, purpose, slot.minutes, earliest)
