"""What a request says, as a route's declaration wants it: path, parameters, body, version."""

import re
from collections.abc import Iterable, Mapping

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import PATH_PARTS, Route
from signalling.api.wording import Code, said_of, where_broken

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
        code, detail = Code.GIVEN_TWICE.value, "It is given twice."
        faults = (Fault(code=code, parameter=_escaped(one), detail=detail) for one in twice)
        raise ApiProblem(Kind.INVALID, errors=tuple(faults)[:FAULTS_MAX])
    try:
        return route.query.model_validate_strings(dict(given))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise ApiProblem(Kind.INVALID, errors=_faults(found, route.query)) from None


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
        for one in found:
            if one["type"] == "json_invalid":
                raise ApiProblem(Kind.MALFORMED, where_broken(one)) from None
        faults = _faults(found, route.body, of_body=True)
        raise ApiProblem(Kind.INVALID, errors=faults) from None


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


def _faults(
    found: Iterable[ErrorDetails], model: type[BaseModel], *, of_body: bool = False
) -> tuple[Fault, ...]:
    faults = []
    for one in list(found)[:FAULTS_MAX]:
        parts = [_escaped(str(part)) for part in one["loc"]]
        code, detail = said_of(one, model)
        if of_body:
            pointer = "".join(f"/{part}" for part in parts)
            faults.append(Fault(code=code.value, pointer=pointer, detail=detail))
        else:
            parameter = parts[0] if parts else ""
            faults.append(Fault(code=code.value, parameter=parameter, detail=detail))
    return tuple(faults)


def _escaped(part: str) -> str:
    """One part of a JSON pointer (RFC 6901); at most so long, since it may be the caller's."""
    return part[:64].encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")
