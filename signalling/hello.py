"""What a socket of the default namespace says when it connects."""

from typing import Annotated, Any

from pydantic import ValidationError

from signalling.errors import RequestError
from signalling.fields import Id, Model


class Resumption(Model):
    session: Id
    token: Id
    n: Annotated[int, "the last notification seen"]


class Hello(Model):
    """The `auth` of the Socket.IO connect packet."""

    protocol: int
    resume: Resumption | None = None


def parse_hello(auth: Any) -> Hello:
    """Raises RequestError bad_message."""
    try:
        return Hello.model_validate(auth)
    except ValidationError:
        raise RequestError("bad_message") from None
