"""The OpenAPI 3.1 document, made from the routes and their types alone."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from signalling.api.problems import CONTENT_TYPE, Kind, ProblemOut
from signalling.api.routes import BASE, PATH_PARTS, Route
from vmr.api_tokens import PREFIX

TITLE = "VMR"
VERSION = "1.0"
_REF = "#/components/schemas/{model}"
_ETAG = {"description": "The version of what is answered.", "schema": {"type": "string"}}

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]


def document(routes: Iterable[Route]) -> Json:
    every = tuple(routes)
    made, refs = _schemas(_types(every))
    schemas = dict(made)
    paths: dict[str, Json] = {}
    for route in every:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas, refs)
    for query in {route.query for route in every}:
        schemas.pop(refs[query]["$ref"].rpartition("/")[2], None)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "summary": "Rooms, bookings and records."},
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": f"{PREFIX}...",
                    "description": "A token of one establishment (vmr api-token add).",
                }
            },
        },
    }


def _types(routes: tuple[Route, ...]) -> tuple[tuple[type[BaseModel], Mode], ...]:
    """The types that are sent and answered, and which way each goes."""
    wanted: dict[type[BaseModel], Mode] = {ProblemOut: "serialization"}
    for route in routes:
        wanted[route.query] = "validation"
        if route.body is not None:
            wanted[route.body] = "validation"
        if route.answer is not None:
            wanted[route.answer] = "serialization"
    return tuple(wanted.items())


@cache
def _schemas(
    types: tuple[tuple[type[BaseModel], Mode], ...],
) -> tuple[Json, dict[type[BaseModel], Json]]:
    """The schemas of all types by name, and the reference to each type: not to be changed.

    They follow from the types alone and take 20 ms.
    """
    found, definitions = models_json_schema(types, ref_template=_REF)
    refs = {model: found[(model, mode)] for model, mode in types}
    return definitions.get("$defs", {}), refs


def _operation(route: Route, schemas: Json, refs: Mapping[type[BaseModel], Json]) -> Json:
    said: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _needs(route),
        "tags": [route.path.split("/")[1]],
        "parameters": [*_path(route), *_query(route, schemas, refs), *_headers(route)],
        "responses": {str(route.status): _answer(route, refs), **_problems(route, refs)},
    }
    if route.has_version and route.method == "GET":
        said["responses"]["304"] = {"description": "Not changed", "headers": {"ETag": _ETAG}}
    if route.body is not None:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[route.body]}},
        }
    return said


def _needs(route: Route) -> str:
    names = " and ".join(f"`{one.value}`" for one in route.scopes)
    return f"Needs the scope{'s' if route.beside else ''} {names}."


def _path(route: Route) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARTS[name].description,
            "example": PATH_PARTS[name].example,
            "schema": {"type": "string", "pattern": f"^{PATH_PARTS[name].pattern.pattern}$"},
        }
        for name in route.parts
    ]


def _query(route: Route, schemas: Json, refs: Mapping[type[BaseModel], Json]) -> list[Json]:
    fields = schemas[refs[route.query]["$ref"].rpartition("/")[2]]
    needed = fields.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in fields.get("properties", {}).items()
    ]


def _headers(route: Route) -> list[Json]:
    found: list[Json] = []
    if route.needs_version:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of the version that was seen.",
                "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
            }
        )
    if route.has_version and route.method == "GET":
        found.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "description": "The ETag that is known already: answered 304 while it holds.",
                "schema": {"type": "string"},
            }
        )
    if route.is_repeatable:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Chosen by the program, new for each thing that it wants done."
                " The same request with the same key is done once and answered the same, for 24"
                " hours.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            }
        )
    return found


def _answer(route: Route, refs: Mapping[type[BaseModel], Json]) -> Json:
    said: Json = {"description": "Done"}
    if route.answer is not None:
        said["content"] = {"application/json": {"schema": refs[route.answer]}}
    if route.file_type:
        said["content"] = {route.file_type: {"schema": {"type": "string"}}}
    headers: Json = {}
    if route.has_version:
        headers["ETag"] = _ETAG
    if route.status == 201:
        headers["Location"] = {"description": "Where it is now.", "schema": {"type": "string"}}
    if headers:
        said["headers"] = headers
    return said


def _problems(route: Route, refs: Mapping[type[BaseModel], Json]) -> Json:
    by_status: dict[int, list[Kind]] = {}
    for kind in route.every_problem():
        by_status.setdefault(kind.status, []).append(kind)
    return {
        str(status): {
            "description": "; ".join(one.title for one in kinds),
            "content": {CONTENT_TYPE: {"schema": refs[ProblemOut]}},
        }
        for status, kinds in by_status.items()
    }
