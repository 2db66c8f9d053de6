"""Rooms: an administrator's pages over those of their own establishment.

Host PINs are made here, shown once and kept as hashes. A policy is fixed for a meeting once it has
started, so it cannot be changed while one runs.
"""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.pins import PinChecker
from signalling.seams import Clock
from signalling.staff.edge import Edge, Faults, Form
from signalling.staff.own_rooms import MANAGE, ROOM, ROOMS, base_of, room_of
from signalling.staff.times import date_text
from vmr.ids import RoomId
from vmr.links import host_link, room_link
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.room_record import RoomEvent, room_happening
from vmr.rooms import Room
from vmr.staff import StaffPermission, parse_name
from vmr.store import Office, SelfTestStore, SignedIn
from vmr.store.secrets import make_address, make_id, make_pin

POLICIES = tuple(one.value for one in PolicyName)


class RoomPages:
    """Every change is in the establishment's record, by name. `is_running` asks for a meeting."""

    def __init__(
        self,
        *,
        edge: Edge,
        office: Office,
        self_tests: SelfTestStore,
        pins: PinChecker,
        numbers: Numbers,
        clock: Clock,
        is_running: Callable[[RoomId], bool],
    ) -> None:
        self._edge = edge
        self._office = office
        self._self_tests = self_tests
        self._pins = pins
        self._numbers = numbers
        self._clock = clock
        self._is_running = is_running
        edge.add_place(ROOMS, "staff.home.rooms", MANAGE)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", ROOMS, self.list)
        add(app, "GET", f"{ROOMS}/add", self.ask_new)
        add(app, "POST", f"{ROOMS}/add", self.add)
        add(app, "GET", ROOM, self.show)
        add(app, "GET", f"{ROOM}/change", self.ask_change)
        add(app, "POST", f"{ROOM}/change", self.change)
        add(app, "GET", f"{ROOM}/pin", self.ask_pin)
        add(app, "POST", f"{ROOM}/pin", self.renew_pin)
        add(app, "GET", f"{ROOM}/close", self.ask_close)
        add(app, "POST", f"{ROOM}/close", self.close)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        rooms = await self._office.rooms_of(who.member.establishment.id)
        return self._edge.page(
            request, "staff_rooms.html", who=who,
            rooms=[(room, self._is_running(room.id)) for room in rooms],
        )  # fmt: skip

    # -- adding -------------------------------------------------------------------------------

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._form(request, who, None, {}, "", "")

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        name, policy, faults = _read(form)
        if name is None or policy is None:
            return self._form(request, who, None, faults, form.get("name", ""), policy)
        pin = make_pin(self._numbers.pin_digits_default)
        room = Room(
            id=RoomId(make_id()),
            establishment=who.member.establishment,
            address=make_address(),
            name=name,
            policy=PolicyName(policy),
            pin_hash=await self._pins.hash(pin),
        )
        await self._office.add_room(room, self._done(RoomEvent.ADDED, room, who))
        return self._show_pin(request, who, room, pin, is_new=True)

    def _form(
        self,
        request: web.Request,
        who: SignedIn,
        room: Room | None,
        faults: Faults,
        name: str,
        policy: str | None,
    ) -> web.Response:
        """To add a room (None), or to change one."""
        return self._edge.page(
            request, "staff_room_form.html", who=who, faults=faults, room=room, name=name[:100],
            policies=POLICIES, chosen=policy, is_running=room and self._is_running(room.id),
        )  # fmt: skip

    # -- one room -----------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.StreamResponse:
        who, room = await self._look(request)
        base = base_of(request, self._edge.config)
        invites = await self._office.invites(room.id)
        links = [one.id for one in invites]
        zone = ZoneInfo(room.establishment.zone)
        return self._edge.page(
            request, "staff_room.html", who=who, room=room, is_running=self._is_running(room.id),
            invites=invites, tests=dict.fromkeys(links) | await self._self_tests.of(links),
            day_of=lambda at: date_text(at, zone),
            link=room_link(base, room), host_link=host_link(base, room),
            may_book=who.member.may(StaffPermission.BOOK),
        )  # fmt: skip

    async def ask_change(self, request: web.Request) -> web.StreamResponse:
        who, room = await self._look(request)
        return self._form(request, who, room, {}, room.name, room.policy.value)

    async def change(self, request: web.Request) -> web.StreamResponse:
        who, room, form = await self._act(request)
        name, policy, faults = _read(form)
        if policy is not None and policy != room.policy.value and self._is_running(room.id):
            faults["policy"] = "staff.rooms.policy_fixed"
        if name is None or policy is None or faults:
            return self._form(request, who, room, faults, form.get("name", ""), policy)
        changed = replace(room, name=name, policy=PolicyName(policy))
        if changed != room:
            await self._office.change_room(
                room, self._done(RoomEvent.CHANGED, changed, who), name=name, policy=changed.policy
            )
        return self._edge.go(f"{ROOMS}/{room.id}")

    async def ask_pin(self, request: web.Request) -> web.StreamResponse:
        who, room = await self._look(request)
        return self._edge.page(
            request, "staff_room_ask.html", who=who, room=room, action="pin",
            is_running=self._is_running(room.id),
        )  # fmt: skip

    async def renew_pin(self, request: web.Request) -> web.StreamResponse:
        """A Host PIN that is shown once; the old one is void from here on."""
        who, room, _form = await self._act(request)
        pin = make_pin(self._numbers.pin_digits_default)
        done = self._done(RoomEvent.PIN_RENEWED, room, who)
        await self._office.set_pin(room, await self._pins.hash(pin), done)
        return self._show_pin(request, who, room, pin, is_new=False)

    def _show_pin(
        self, request: web.Request, who: SignedIn, room: Room, pin: str, *, is_new: bool
    ) -> web.Response:
        base = base_of(request, self._edge.config)
        return self._edge.page(
            request, "staff_room_pin.html", who=who, room=room, pin=pin, is_new=is_new,
            link=room_link(base, room), host_link=host_link(base, room),
        )  # fmt: skip

    async def ask_close(self, request: web.Request) -> web.StreamResponse:
        who, room = await self._look(request)
        return self._edge.page(
            request, "staff_room_ask.html", who=who, room=room, action="close",
            is_running=self._is_running(room.id),
        )  # fmt: skip

    async def close(self, request: web.Request) -> web.StreamResponse:
        who, room, _form = await self._act(request)
        closed = replace(room, is_closed=True)
        await self._office.close_room(room, self._done(RoomEvent.CLOSED, closed, who))
        return self._edge.go(f"{ROOMS}/{room.id}")

    async def _look(self, request: web.Request) -> tuple[SignedIn, Room]:
        """Who asks, and the room; to look at it, or to ask before something is done to it."""
        who = await self._edge.signed_in(request, MANAGE)
        return who, await room_of(self._office, request, who)

    async def _act(self, request: web.Request) -> tuple[SignedIn, Room, Form]:
        """Who asks, the room, and the form. A closed room is not changed any more."""
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        room = await room_of(self._office, request, who)
        if room.is_closed:
            raise web.HTTPNotFound
        return who, room, form

    def _done(self, event: RoomEvent, room: Room, who: SignedIn) -> Happening:
        return room_happening(event, room, by=who.member, at=self._clock())


def _read(form: Form) -> tuple[str | None, str | None, Faults]:
    """Name and policy, and what is wrong with them."""
    name = parse_name(form.get("name", ""))
    policy = form.get("policy", "")
    faults: Faults = {}
    if name is None:
        faults["name"] = "staff.rooms.name_wrong"
    if policy not in POLICIES:
        faults["policy"] = "staff.rooms.policy_wrong"
    return name, policy if policy in POLICIES else None, faults
