"""Personal links of a room, made and revoked by an administrator.

A link is shown once; afterwards only the hash of its token exists.
"""

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.edge import Edge
from signalling.staff.own_rooms import MANAGE, ROOM, ROOMS, base_of, room_of
from vmr.ids import InviteId
from vmr.links import personal_link
from vmr.room_record import LinkEvent, link_happening
from vmr.rooms import Invite, Room
from vmr.staff import parse_name
from vmr.store import Office, SignedIn
from vmr.store.secrets import hash_token, make_id, make_token


class LinkPages:
    """Every change is in the establishment's record, by name."""

    def __init__(self, *, edge: Edge, office: Office, clock: Clock) -> None:
        self._edge = edge
        self._office = office
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", f"{ROOM}/links/add", self.ask_new)
        add(app, "POST", f"{ROOM}/links/add", self.add)
        revoke = ROOM + "/links/{link:[0-9a-f]{32}}/revoke"
        add(app, "GET", revoke, self.ask_revoke)
        add(app, "POST", revoke, self.revoke)

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        room = await self._open_room(request, who)
        return self._edge.page(request, "staff_link_form.html", who=who, room=room, name="")

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        room = await self._open_room(request, who)
        label = parse_name(form.get("name", ""))
        if label is None:
            return self._edge.page(
                request, "staff_link_form.html", who=who, room=room,
                faults={"name": "staff.links.name_wrong"}, name=form.get("name", "")[:100],
            )  # fmt: skip
        token = make_token()
        invite = Invite(id=InviteId(make_id()), room=room.id, label=label)
        done = link_happening(LinkEvent.MADE, invite, room, by=who.member, at=self._clock())
        await self._office.add_invite(room, invite, hash_token(token), done)
        link = personal_link(base_of(request, self._edge.config), room, token)
        return self._edge.page(
            request, "staff_link.html", who=who, room=room, invite=invite, link=link
        )

    async def ask_revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        room, invite = await self._invite(request, who)
        return self._edge.page(request, "staff_revoke_link.html", who=who, room=room, invite=invite)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        await self._edge.form(request)
        room, invite = await self._invite(request, who)
        done = link_happening(LinkEvent.REVOKED, invite, room, by=who.member, at=self._clock())
        await self._office.revoke_invite(room, invite.id, done)
        return self._edge.go(f"{ROOMS}/{room.id}")

    async def _open_room(self, request: web.Request, who: SignedIn) -> Room:
        """Nobody is expected in a room that is closed."""
        room = await room_of(self._office, request, who)
        if room.is_closed:
            raise web.HTTPNotFound
        return room

    async def _invite(self, request: web.Request, who: SignedIn) -> tuple[Room, Invite]:
        """A link of this room that is good; one of a booking belongs to the booking."""
        room = await room_of(self._office, request, who)
        invite = await self._office.invite(InviteId(request.match_info["link"]))
        if invite is None or invite.room != room.id:
            raise web.HTTPNotFound
        if invite.is_revoked or invite.booking is not None:
            raise web.HTTPNotFound
        return room, invite
