"""The meetings of one server, as its keeper sees them."""

from typing import Protocol

from signalling.overlap import Give
from vmr.ids import RoomId
from vmr.store import LiveMeeting


class Tenants(Protocol):
    """The meetings of this server (`signalling.rooms.Rooms`)."""

    def __len__(self) -> int: ...

    @property
    def people(self) -> int:
        """Those inside."""

    async def take_up(self, live: LiveMeeting) -> None:
        """Go on with a meeting."""

    async def break_off(self, live: LiveMeeting) -> None:
        """The meeting was ended when its room was taken: those who were in it are told."""

    async def give_up(self, room: RoomId) -> None:
        """Another server runs it: nothing of it is written, and everybody is sent there."""

    async def move(self, room: RoomId, give: Give) -> bool:
        """Have its meeting go on where `give` hands it, as soon as all of it is written: whether
        it does."""

    async def moved(self) -> None:
        """Until everybody has gone to where their meetings were moved."""

    def end_overlap(self, room: RoomId, epoch: int) -> None:
        """Its server under this epoch has taken something from somebody: forward no longer."""

    def needs(self, room: RoomId) -> bool:
        """Whether there is anything of it here that another server would not know."""

    def look_around(self) -> None:
        """Meetings ask themselves again who may come in."""
