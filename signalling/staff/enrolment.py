"""Proof that a form comes from the browser whose key it names: nonces bound to staff sessions.

A nonce is good for one form of the session it was given to, sent within NONCE_S; a newer one voids
it. The signature is that of `room.join` (signalling/device.py), with PLACE where the room stands.
"""

import secrets

from signalling.device import BadDevice, prove
from signalling.seams import Clock
from vmr.ids import DeviceId, StaffSessionId

PLACE = "staff-terminals"
"""No room has this address, so no signature for a room is one for an enrolment."""
NONCE_S = 900.0


class Enrolment:
    """The nonces that wait for their form."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._nonces: dict[StaffSessionId, tuple[str, float]] = {}

    def give_nonce(self, session: StaffSessionId) -> str:
        now = self._clock()
        self._nonces = {one: kept for one, kept in self._nonces.items() if now < kept[1]}
        nonce = secrets.token_urlsafe(24)
        self._nonces[session] = (nonce, now + NONCE_S)
        return nonce

    def prove(self, session: StaffSessionId, *, x: str, y: str, signature: str) -> DeviceId:
        """Whose key signed the session's nonce, which is used up, right or wrong.

        Raises BadDevice.
        """
        nonce, until = self._nonces.pop(session, ("", 0.0))
        if self._clock() >= until:
            raise BadDevice("no nonce waits")
        return prove(x=x, y=y, signature=signature, room=PLACE, nonce=nonce)
