"""The edge of the API: each request is judged by its route's declaration before it is handled.

In this order: the token, its scope, the path, the body and parameters, the version. Whatever goes
wrong is answered as a problem (problems.py), never with the text of an exception.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from signalling.api.problems import ApiProblem, Kind
from signalling.api.reading import etag, read_body, read_key, read_path, read_query, read_version
from signalling.api.repeats import Repeats
from signalling.api.routes import BASE, Answer, Call, Route
from signalling.api.tokens import Tokens, demand_scope
from vmr.store import Conflict, NotFound, StoreError
from vmr.store.secrets import make_id

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_OF_STATUS = {
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_NOT_ALLOWED,
    413: Kind.TOO_LARGE,
    400: Kind.MALFORMED,
}

log = logging.getLogger(__name__)


class ApiEdge:
    def __init__(self, *, tokens: Tokens, repeats: Repeats, counters: Counter[str]) -> None:
        self._tokens = tokens
        self._repeats = repeats
        self._counters = counters

    def add_route(self, app: web.Application, route: Route) -> None:
        async def operate(request: web.Request) -> web.StreamResponse:
            return await self._operate(route, request)

        app.router.add_route(route.method, route.path, operate)

    async def _operate(self, route: Route, request: web.Request) -> web.Response:
        token, secret = await self._tokens.recognise(request)
        for scope in route.scopes:
            demand_scope(token, scope)
        call = Call(
            token=token,
            path=read_path(route, request),
            query=read_query(route, request),
            body=await read_body(route, request),
            version=read_version(route, request),
            new_id=make_id(),
            href=request.path_qs,
        )
        key = read_key(route, request)

        async def run(call: Call) -> web.Response:
            return _response(route, await _handled(route, call), request)

        if key:
            return await self._repeats.once(call, key, secret, request, run)
        return await run(call)

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except ApiProblem as problem:
                return problem.response()
            except web.HTTPException as error:
                return _of_http(error).response()
            except StoreError as error:
                log.error("the store failed the api error=%s", type(error).__name__)
                return _unavailable().response()
            except Exception as error:  # the edge of a request: a bug of ours, in one request
                self._counters["internal_errors"] += 1
                log.error("an api request broke error=%s", type(error).__name__)
                return ApiProblem(Kind.INTERNAL).response()

        return answer_problems


async def _handled(route: Route, call: Call) -> Answer:
    """Handled, with what the store says as what a program is told."""
    try:
        return await route.handle(call)
    except NotFound:
        raise ApiProblem(Kind.NOT_FOUND) from None
    except Conflict:
        raise ApiProblem(Kind.CHANGED) from None


def _response(route: Route, answer: Answer, request: web.Request) -> web.Response:
    headers = {}
    if answer.version is not None:
        headers["ETag"] = etag(answer.version)
        if request.method == "GET" and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
    if answer.location:
        headers["Location"] = BASE + answer.location
    if answer.file is not None:
        return web.Response(
            status=route.status, headers=headers, body=answer.file, content_type=route.file_type
        )
    if answer.value is None:
        return web.Response(status=204, headers=headers)
    body = answer.value.model_dump_json().encode()
    return web.Response(
        status=route.status, headers=headers, body=body, content_type="application/json"
    )


def _of_http(error: web.HTTPException) -> ApiProblem:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return ApiProblem(_OF_STATUS.get(error.status, Kind.MALFORMED), headers=headers)


def _unavailable() -> ApiProblem:
    return ApiProblem(Kind.UNAVAILABLE, headers={"Retry-After": "10"})
