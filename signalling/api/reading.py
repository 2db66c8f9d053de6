"""What a request says, as a route's declaration wants it: path, parameters, body, version."""

import re
from collections.abc import Iterable, Mapping

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import PATH_PARTS, Route

FAULTS_MAX = 20
KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ETAG = re.compile(r'"([1-9][0-9]{0,8})"')


def read_path(route: Route, request: web.Request) -> Mapping[str, str]:
    values = {name: request.match_info[name] for name in route.parts}
    for name, value in values.items():
        if not PATH_PARTS[name].pattern.fullmatch(value):
            raise ApiProblem(Kind.NOT_FOUND)
    return values


def read_query(route: Route, request: web.Request) -> BaseModel:
    given = request.query
    twice = sorted({name for name in given if len(given.getall(name)) > 1})
    if twice:
        found = (Fault(parameter=name, detail="It is given twice.") for name in twice[:FAULTS_MAX])
        raise ApiProblem(Kind.INVALID, errors=tuple(found))
    try:
        return route.query.model_validate_strings(dict(given))
    except ValidationError as error:
        faults = _faults(error.errors(include_url=False, include_input=False), of_body=False)
        raise ApiProblem(Kind.INVALID, errors=faults) from None


async def read_body(route: Route, request: web.Request) -> BaseModel | None:
    if route.body is None:
        return None
    if request.content_type != "application/json":
        raise ApiProblem(Kind.MEDIA_TYPE, "The body is application/json.")
    raw = await request.read()
    try:
        return route.body.model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if any(one["type"] == "json_invalid" for one in found):
            raise ApiProblem(Kind.MALFORMED, "The body is not JSON.") from None
        raise ApiProblem(Kind.INVALID, errors=_faults(found, of_body=True)) from None


def read_version(route: Route, request: web.Request) -> int:
    """The version that If-Match names (RFC 9110, section 13.1.1); 0 where none is needed.

    `*` is refused: it would say that nobody looked.
    """
    if not route.needs_version:
        return 0
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        raise ApiProblem(Kind.VERSION_NEEDED, "Send the ETag that was seen as If-Match.")
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise ApiProblem(Kind.CHANGED)
    return int(found[1])


def read_key(route: Route, request: web.Request) -> str:
    """The Idempotency-Key, or empty."""
    if not route.is_repeatable or "Idempotency-Key" not in request.headers:
        return ""
    given = request.headers["Idempotency-Key"]
    if KEY.fullmatch(given) is None:
        raise ApiProblem(
            Kind.MALFORMED, "An Idempotency-Key has 1 to 255 characters of ASCII, no spaces."
        )
    return given


def etag(version: int) -> str:
    return f'"{version}"'


def _faults(found: Iterable[ErrorDetails], *, of_body: bool) -> tuple[Fault, ...]:
    faults = []
    for one in list(found)[:FAULTS_MAX]:
        parts = [_escaped(str(part)) for part in one["loc"]]
        if of_body:
            pointer = "".join(f"/{part}" for part in parts)
            faults.append(Fault(pointer=pointer, detail=one["msg"]))
        else:
            faults.append(Fault(parameter=parts[0] if parts else "", detail=one["msg"]))
    return tuple(faults)


def _escaped(part: str) -> str:
    """One part of a JSON pointer (RFC 6901); at most so long, since it may be the caller's."""
    return part[:64].encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")
