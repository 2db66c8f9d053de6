"""What a socket of the default namespace says when it connects."""

from typing import Annotated, Any

from pydantic import Field, ValidationError

from signalling.errors import RequestError
from signalling.fields import Id, Model

VERSIONS_MAX = 8


class Resumption(Model):
    session: Id
    token: Id
    n: Annotated[int, "the last notification seen"]


class Hello(Model):
    """The `auth` of the Socket.IO connect packet; `protocol` is what the page speaks."""

    protocol: int | Annotated[list[int], Field(max_length=VERSIONS_MAX)]
    resume: Resumption | None = None


def spoken(protocol: object) -> tuple[int, ...]:
    """The versions that a hello names: one, or several."""
    named = protocol if isinstance(protocol, list) else [protocol]
    return tuple(one for one in named[:VERSIONS_MAX] if type(one) is int)


def parse_hello(auth: Any) -> Hello:
    """Raises RequestError bad_message."""
    try:
        return Hello.model_validate(auth)
    except ValidationError:
        raise RequestError("bad_message") from None
