"""Meetings that were ended because nobody knows their last state: who was in them is told so, once,
when their page joins again by itself."""

import logging
from collections import OrderedDict

from lobby.broken_off import BROKEN_OFF
from signalling.errors import RequestError
from vmr.ids import DeviceId, RoomId
from vmr.store import LiveMeeting

TOLD_S = 600.0
"""Who comes later comes for another meeting."""
ROOMS_MAX = 1_000

log = logging.getLogger(__name__)


class BrokenOff:
    def __init__(self) -> None:
        self._untold: OrderedDict[RoomId, tuple[float, set[DeviceId]]] = OrderedDict()

    def note(self, live: LiveMeeting, now: float) -> None:
        """Of all whose seats the database knows."""
        try:
            seats = live.snapshot["seats"]
            devices = {DeviceId(one["device"]) for one in seats if one["device"] is not None}
        except (KeyError, TypeError):  # of another version
            log.warning("nobody is told that it was ended meeting=%s", live.meeting)
            return
        self._untold[live.room] = (now + TOLD_S, devices)
        self._untold.move_to_end(live.room)
        while len(self._untold) > ROOMS_MAX:
            self._untold.popitem(last=False)

    def check(self, room: RoomId, device: DeviceId | None, now: float) -> None:
        """Raises RequestError, once for each of them."""
        until, devices = self._untold.get(room, (0.0, set()))
        if until <= now:
            self._untold.pop(room, None)
        elif device in devices:
            devices.discard(device)
            raise RequestError(BROKEN_OFF)
