"""What a program is told when a request was not done: RFC 9457 problems, one table of kinds.

No sentence says more than its kind: what is another establishment's looks like what is not there,
and a wrong token like none.
"""

from collections.abc import Mapping
from enum import Enum

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:vmr:problem:"


class Kind(Enum):
    """Each with its status and title."""

    MALFORMED = ("malformed", 400, "The request cannot be read")
    UNAUTHORIZED = ("unauthorized", 401, "A valid token is needed")
    FORBIDDEN = ("forbidden", 403, "This token may not do that")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This cannot be done here")
    ROOM_TAKEN = ("room-taken", 409, "The room is taken then")
    STATE = ("state", 409, "The state of the booking does not allow it")
    RECORD_BROKEN = ("record-broken", 409, "The record does not hold, and is not signed")
    IN_PROGRESS = ("in-progress", 409, "The first request with this key is not answered yet")
    CHANGED = ("changed", 412, "Somebody else has changed it since")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    MEDIA_TYPE = ("media-type", 415, "Send JSON")
    INVALID = ("invalid", 422, "Something in the request is not right")
    KEY_REUSED = ("key-reused", 422, "This key came with another request before")
    VERSION_NEEDED = ("version-needed", 428, "Say which version was seen")
    TOO_MANY = ("too-many", 429, "Too many requests")
    INTERNAL = ("internal", 500, "Something went wrong on the server")
    UNAVAILABLE = ("unavailable", 503, "The server cannot do this now")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


class Fault(BaseModel):
    """What is not right in one place: a JSON pointer into the body, or a parameter's name.

    `code` is a word that stays; `detail` says what is allowed.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemOut(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=[TYPE + Kind.INVALID.slug])
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = []


class ApiProblem(Exception):
    """A request that is not done; nothing was changed."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.slug)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        said = ProblemOut(
            type=TYPE + self.kind.slug,
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            errors=list(self.errors),
        )
        return web.Response(
            status=self.kind.status,
            headers=self.headers,
            body=said.model_dump_json(exclude_none=True).encode(),
            content_type=CONTENT_TYPE,
        )
