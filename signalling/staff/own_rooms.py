"""A room that a staff page is about: one of the establishment of who asks.

A room of another establishment looks like one that does not exist.
"""

from aiohttp import web

from signalling.staff.config import StaffConfig
from vmr.ids import RoomId
from vmr.rooms import Room
from vmr.staff import StaffPermission
from vmr.store import Office, SignedIn

ROOMS = "/staff/rooms"
ROOM = ROOMS + "/{room:[0-9a-f]{32}}"
MANAGE = StaffPermission.MANAGE_ROOMS


async def room_of(office: Office, request: web.Request, who: SignedIn) -> Room:
    """The room of the path. Raises HTTPNotFound."""
    found = await office.room(RoomId(request.match_info["room"]))
    if found is None or not who.member.sees(found):
        raise web.HTTPNotFound
    return found


def base_of(request: web.Request, config: StaffConfig) -> str:
    """What links begin with: people reach a room as the one who asks reaches this page."""
    return config.origin or f"{request.scheme}://{request.host}"
