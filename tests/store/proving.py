"""The record of an establishment proven, for tests that write into it."""

from vmr.ids import EstablishmentId
from vmr.store import RecordBroken, StaffStore
from vmr.store.audit import verify_establishment


async def proven(staff: StaffStore, establishment: EstablishmentId) -> int:
    """How many entries its own record has; raises RecordBroken with what is wrong with them."""
    proof = await staff._database.read(lambda one: verify_establishment(one, establishment))
    wrong = [one.text for one in proof.problems if one.meeting is None]
    if wrong:
        raise RecordBroken("; ".join(wrong))
    return proof.entries
