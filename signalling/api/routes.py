"""One operation of the API, declared once: its path, what it takes and answers, who may.

The edge reads requests by it and the OpenAPI document says it, so that neither can know better.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from signalling.api.problems import Kind
from vmr.api_tokens import ApiScope, ApiToken

BASE = "/api/v1"
M = TypeVar("M", bound=BaseModel)


class NoQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPart:
    """What may stand in the place of `{name}`; anything else is not found."""

    pattern: re.Pattern[str]
    description: str
    example: str


_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
PATH_PARTS: Mapping[str, PathPart] = {
    "room": PathPart(pattern=_ID, description="The id of a room.", example="0" * 32),
    "meeting": PathPart(pattern=_ID, description="The id of a meeting.", example="m1"),
    "person": PathPart(pattern=_ID, description="The id of a person.", example="0" * 32),
    "webhook": PathPart(pattern=_ID, description="The id of a webhook.", example="0" * 32),
    "reference": PathPart(
        pattern=re.compile(r"[A-Z]{4}-[0-9]{4}"),
        description="What people read to each other.",
        example="BCDF-2345",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read and judged. `version` is what If-Match says was seen.

    `new_id` is the id of what it makes. `is_again`: an earlier request of the same key was never
    answered, so what it was to make may be there already.
    """

    token: ApiToken
    path: Mapping[str, str]
    query: BaseModel
    body: BaseModel | None
    version: int
    new_id: str
    is_again: bool = False
    href: str = ""

    def query_as(self, kind: type[M]) -> M:
        assert isinstance(self.query, kind)
        return self.query

    def body_as(self, kind: type[M]) -> M:
        assert isinstance(self.body, kind)
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`version` becomes the ETag; `location` is a path under the API's base. `file` is the body
    where the route answers a file."""

    value: BaseModel | None = None
    file: bytes | None = None
    version: int | None = None
    location: str = ""


Handle = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`has_version`: answers with an ETag. `needs_version`: If-Match has to name it.

    `is_repeatable`: an Idempotency-Key is taken. `problems` are those of its own, beside those
    that follow from the rest. `file_type` is the media type of what it answers, where that is a
    file; `beside` a scope that is needed with `scope`.
    """

    method: str
    path: str
    name: str
    summary: str
    scope: ApiScope
    handle: Handle
    beside: ApiScope | None = None
    answer: type[BaseModel] | None = None
    file_type: str = ""
    status: int = 200
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    has_version: bool = False
    needs_version: bool = False
    is_repeatable: bool = False
    problems: frozenset[Kind] = field(default_factory=frozenset)

    @property
    def scopes(self) -> tuple[ApiScope, ...]:
        """All of them are needed."""
        return (self.scope,) if self.beside is None else (self.beside, self.scope)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in its path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    def every_problem(self) -> tuple[Kind, ...]:
        """All it may answer, by status."""
        found = {
            Kind.UNAUTHORIZED, Kind.FORBIDDEN, Kind.TOO_MANY, Kind.INVALID, Kind.INTERNAL,
            Kind.UNAVAILABLE, *self.problems,
        }  # fmt: skip
        if self.parts:
            found.add(Kind.NOT_FOUND)
        if self.body is not None:
            found |= {Kind.MALFORMED, Kind.MEDIA_TYPE, Kind.TOO_LARGE}
        if self.needs_version:
            found |= {Kind.VERSION_NEEDED, Kind.CHANGED}
        if self.is_repeatable:
            found |= {Kind.IN_PROGRESS, Kind.KEY_REUSED, Kind.MALFORMED}
        return tuple(sorted(found, key=lambda one: (one.status, one.slug)))
