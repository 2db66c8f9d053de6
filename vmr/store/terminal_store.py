"""What others hold of enrolled terminals in the database: `TerminalStore`, as `Store.terminals`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the establishment's
record, in the same transaction.
"""

from vmr.ids import DeviceId, EstablishmentId, OfficerId, TerminalId
from vmr.record import Happening
from vmr.store import terminals
from vmr.store.database import Database
from vmr.terminals import EnrolledTerminal


class TerminalStore:
    """Enrolled terminals, and the establishment's setting about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enrol(self, terminal: EnrolledTerminal, by: OfficerId, happening: Happening) -> None:
        """Raises Conflict when its establishment has this device enrolled already."""
        await self._database.write(
            lambda connection: terminals.enrol(connection, terminal, by, happening)
        )

    async def revoke(
        self, terminal: EnrolledTerminal, by: OfficerId | None, happening: Happening
    ) -> None:
        """At the time of the happening; `by` None is the command line. Raises NotFound when it
        was revoked before."""
        await self._database.write(
            lambda connection: terminals.revoke(connection, terminal, by, happening)
        )

    async def is_enrolled(self, establishment: EstablishmentId, device: DeviceId) -> bool:
        """Whether it is a terminal of this establishment, and not revoked."""
        return await self._database.read(
            lambda connection: terminals.is_enrolled(connection, establishment, device)
        )

    async def has_any(self, establishment: EstablishmentId) -> bool:
        """Whether a terminal of it is enrolled, and not revoked."""
        return await self._database.read(
            lambda connection: terminals.has_any(connection, establishment)
        )

    async def note_use(self, establishment: EstablishmentId, device: DeviceId, at: float) -> None:
        """A host joined at this terminal; of one that is not in use nothing is noted."""
        await self._database.write(
            lambda connection: terminals.note_use(connection, establishment, device, at)
        )

    async def terminal(self, terminal: TerminalId) -> EnrolledTerminal | None:
        """Of any establishment, revoked ones too."""
        return await self._database.read(lambda connection: terminals.by_id(connection, terminal))

    async def terminals(self, establishment: EstablishmentId) -> tuple[EnrolledTerminal, ...]:
        """By name, revoked ones last."""
        return await self._database.read(
            lambda connection: terminals.of_establishment(connection, establishment)
        )

    async def set_hosts_only(
        self, establishment: EstablishmentId, only: bool, happening: Happening
    ) -> None:
        """Whether the Host PIN works only at enrolled terminals. Raises NotFound."""
        await self._database.write(
            lambda connection: terminals.set_hosts_only(connection, establishment, only, happening)
        )
