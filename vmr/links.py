"""Links to rooms and requests. Secrets are in the fragment: no server sees them. Pure."""

from vmr.rooms import Room


def room_link(base: str, room: Room) -> str:
    """`base` is scheme and host, as people reach the pages."""
    return f"{base}/r/{room.address}"


def host_link(base: str, room: Room) -> str:
    return f"{room_link(base, room)}#host"


def personal_link(base: str, room: Room, token: str) -> str:
    return f"{room_link(base, room)}#invite={token}"


def self_test_link(personal: str) -> str:
    """What is found there goes to who made this personal link, and leads back to its room."""
    base, _, room = personal.rpartition("/r/")
    address, _, invite = room.partition("#")
    return f"{base}/check#room={address}&{invite}"


def request_state_link(base: str, reference: str) -> str:
    """It holds no secret: whoever follows it proves their mailbox first."""
    return f"{base}/request/state/{reference}"
