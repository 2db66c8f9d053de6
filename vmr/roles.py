"""Who may do what: one permission table, role x stage x seat.

Checked in `lobby.meeting` for every command; pages only hide what it refuses anyway.
"""

from enum import Enum


class Role(Enum):
    GUEST = "guest"
    HOST = "host"
    MONITOR = "monitor"
    STAFF = "staff"


class Stage(Enum):
    """Of a meeting: WAITING -> OPEN <-> LOCKED -> ENDED."""

    WAITING = "waiting"
    OPEN = "open"
    LOCKED = "locked"
    ENDED = "ended"


class Permission(Enum):
    SPEAK = "speak"  # mute and unmute oneself
    SHOW = "show"  # start and stop one's own camera
    PRESENT = "present"
    LEAVE = "leave"
    CALL_STAFF = "call_staff"
    READY_TO_LEAVE = "ready_to_leave"
    STEP_UP = "step_up"
    ADMIT = "admit"  # also refuse, and see who knocks
    CHECK = "check"  # private ID check, attest, name further persons
    LOCK = "lock"
    UNLOCK = "unlock"
    HAND_OVER = "hand_over"
    MUTE_OTHER = "mute_other"
    SEND_BACK = "send_back"
    REMOVE = "remove"
    PAUSE = "pause"
    EXTEND = "extend"
    END = "end"
