"""Who may do what: one permission table, role x stage x seat.

Checked in `lobby` for every command; pages only hide what it refuses anyway. What is not in the
table is not permitted.
"""

from enum import Enum


class Role(Enum):
    GUEST = "guest"
    HOST = "host"
    MONITOR = "monitor"
    STAFF = "staff"


class Stage(Enum):
    """Of a meeting: WAITING -> OPEN <-> LOCKED -> ENDED (the moves: `lobby.stage`)."""

    WAITING = "waiting"
    OPEN = "open"
    LOCKED = "locked"
    ENDED = "ended"


class SeatMode(Enum):
    """Who sits there: its own guest or officer, or somebody the terminal was handed over to."""

    OWN = "own"
    HANDED_OVER = "handed_over"
    STEPPED_UP = "stepped_up"


class Permission(Enum):
    SPEAK = "speak"  # mute and unmute oneself
    SHOW = "show"  # start and stop one's own camera
    PRESENT = "present"
    RAISE_HAND = "raise_hand"
    ENCODE = "encode"  # have an encoder send in place of the page
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
    LOWER_HAND = "lower_hand"  # somebody else's
    ALLOW_PRESENTING = "allow_presenting"  # or not, to guests
    SEND_BACK = "send_back"
    REMOVE = "remove"
    PAUSE = "pause"  # and resume
    EXTEND = "extend"
    END = "end"
    RESET_STEP_UP = "reset_step_up"
    WATCH = "watch"
    RAISE_CONCERN = "raise_concern"
    RESET_PIN = "reset_pin"  # open a room's closed PIN entry again
    MESSAGE = "message"  # to everybody inside, as from staff
    ANSWER_ALERTS = "answer_alerts"


_P = Permission

_GUEST = frozenset(
    {_P.SPEAK, _P.SHOW, _P.PRESENT, _P.RAISE_HAND, _P.LEAVE, _P.CALL_STAFF, _P.READY_TO_LEAVE}
)  # fmt: skip
_HANDED_OVER = frozenset(
    {_P.SPEAK, _P.SHOW, _P.LEAVE, _P.CALL_STAFF, _P.READY_TO_LEAVE, _P.STEP_UP}
)
_HOST = frozenset(
    {
        *(_P.SPEAK, _P.SHOW, _P.PRESENT, _P.LEAVE, _P.CALL_STAFF, _P.READY_TO_LEAVE),
        *(_P.ADMIT, _P.CHECK, _P.HAND_OVER, _P.MUTE_OTHER, _P.SEND_BACK, _P.REMOVE),
        *(_P.LOWER_HAND, _P.ALLOW_PRESENTING, _P.PAUSE, _P.END),
    }
)
_AT_THE_DESK = frozenset({_P.ADMIT, _P.END, _P.RESET_PIN, _P.ANSWER_ALERTS})
"""Before a room is open too."""
_STAFF = _AT_THE_DESK | frozenset(
    {
        *(_P.CHECK, _P.MUTE_OTHER, _P.LOWER_HAND, _P.SEND_BACK, _P.REMOVE),
        *(_P.PAUSE, _P.EXTEND, _P.RESET_STEP_UP, _P.RAISE_CONCERN, _P.MESSAGE),
    }
)
_MONITOR = frozenset({_P.WATCH, _P.RAISE_CONCERN, _P.PAUSE, _P.END})

PERMISSIONS: dict[tuple[Role, Stage, SeatMode], frozenset[Permission]] = {
    (Role.GUEST, Stage.OPEN, SeatMode.OWN): _GUEST | {_P.ENCODE},
    (Role.GUEST, Stage.LOCKED, SeatMode.OWN): _GUEST,
    (Role.HOST, Stage.OPEN, SeatMode.OWN): _HOST | {_P.LOCK, _P.ENCODE},
    (Role.HOST, Stage.LOCKED, SeatMode.OWN): _HOST | {_P.UNLOCK},
    (Role.HOST, Stage.OPEN, SeatMode.HANDED_OVER): _HANDED_OVER,
    (Role.HOST, Stage.LOCKED, SeatMode.HANDED_OVER): _HANDED_OVER,
    (Role.HOST, Stage.OPEN, SeatMode.STEPPED_UP): _HOST | {_P.LOCK, _P.ENCODE},
    (Role.HOST, Stage.LOCKED, SeatMode.STEPPED_UP): _HOST | {_P.UNLOCK},
    (Role.MONITOR, Stage.WAITING, SeatMode.OWN): frozenset({_P.WATCH, _P.RAISE_CONCERN}),
    (Role.MONITOR, Stage.OPEN, SeatMode.OWN): _MONITOR,
    (Role.MONITOR, Stage.LOCKED, SeatMode.OWN): _MONITOR,
    (Role.STAFF, Stage.WAITING, SeatMode.OWN): _AT_THE_DESK,
    (Role.STAFF, Stage.OPEN, SeatMode.OWN): _STAFF | {_P.LOCK},
    (Role.STAFF, Stage.LOCKED, SeatMode.OWN): _STAFF | {_P.UNLOCK},
}


def permissions(role: Role, stage: Stage, mode: SeatMode = SeatMode.OWN) -> frozenset[Permission]:
    """What somebody in this role may do now, from this kind of seat (staff sit at the desk)."""
    return PERMISSIONS.get((role, stage, mode), frozenset())
