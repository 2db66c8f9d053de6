"""What servers say to each other about desks. Each of them trusts the others, which have the same
database; what comes is checked for its form all the same, since versions differ."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vmr.nodes.node import NodeId


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Shown(Said):
    """What desks see of a room's meeting at the server that runs it, which browsers reach at
    `server`; None: it has none."""

    kind: Literal["shown"] = "shown"
    node: str
    room: str
    epoch: int
    meeting: dict[str, Any] | None
    server: str = ""


class RefusedThere(Said):
    """Hosts of a room who were refused at that server, at no enrolled terminal, since it runs."""

    kind: Literal["refused"] = "refused"
    node: str
    room: str
    count: int
    last_at: float


class Counted(Said):
    """Somebody has entered what is counted at all servers together; `key` says whose count it is,
    as a hash."""

    kind: Literal["counted"] = "counted"
    node: str
    what: str
    key: str
    done: Literal["count", "clear", "forgive"]


class Began(Said):
    """A server listens from now on, and knows of no meeting elsewhere yet."""

    kind: Literal["began"] = "began"
    node: str


class Asked(Said):
    """An officer's request, for the server that runs the room under this epoch."""

    kind: Literal["asked"] = "asked"
    node: str
    number: str
    room: str
    epoch: int
    officer: str
    event: str
    payload: dict[str, Any]


class Answered(Said):
    """`code` is of `signalling.errors`; empty: it was done."""

    kind: Literal["answered"] = "answered"
    number: str
    code: str


class Narrowed(Said):
    """The server that runs the room under this epoch has taken something from somebody: who still
    forwards what was there before a move has to stop."""

    kind: Literal["narrowed"] = "narrowed"
    room: str
    epoch: int


Saying = Shown | RefusedThere | Counted | Began | Asked | Answered | Narrowed
_SAYING: TypeAdapter[Saying] = TypeAdapter(Annotated[Saying, Field(discriminator="kind")])


def own_beginnings(me: NodeId) -> tuple[bytes, ...]:
    """How what this server tells all others of its rooms and counts begins, as JSON."""
    told = ("shown", "refused", "counted")
    return tuple(f'{{"kind":"{kind}","node":{json.dumps(me)},'.encode() for kind in told)


def parse_saying(text: bytes) -> Saying | None:
    """None for what this version does not know."""
    try:
        return _SAYING.validate_json(text)
    except ValidationError:
        return None
