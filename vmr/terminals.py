"""Enrolled terminals: browsers an administrator has named as terminals of the establishment.

A terminal is known by the key its own browser made and never gives away; `device` is the
fingerprint of that key. Values only: whether a host needs one is `lobby.admission`.
"""

from dataclasses import dataclass

from vmr.ids import DeviceId, EstablishmentId, TerminalId


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledTerminal:
    """`enrolled_by` and `revoked_by` are names of staff; times are seconds since the epoch.

    `revoked_by` is empty for a terminal in use, and for one revoked by the command line. A host
    last joined there at `used_at`.
    """

    id: TerminalId
    establishment: EstablishmentId
    device: DeviceId
    name: str
    enrolled_at: float
    enrolled_by: str
    revoked_at: float | None = None
    revoked_by: str = ""
    used_at: float | None = None

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None
