"""Every request of a socket is acknowledged exactly once, within its limits: here.

The edge of a request: whatever goes wrong inside becomes one error of `signalling.errors`.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from signalling.carrier import Carrier
from signalling.errors import RequestError, error_ack
from signalling.seams import Clock
from signalling.traces import trace_of
from signalling.wire import JsonObject

WAITING_MAX = 16
"""Requests of one socket that may wait for the one at hand (long-polling can send several)."""
ABUSE_MAX = 200
"""Requests over the limit before the socket is closed."""

log = logging.getLogger(__name__)

Handle = Callable[[], Awaitable[JsonObject]]


async def acknowledge(
    carrier: Carrier, request: str, handle: Handle, *, clock: Clock, counters: Counter[str]
) -> JsonObject:
    """The acknowledgement; `handle` gives its data or raises RequestError."""
    if carrier.waiting >= WAITING_MAX or not carrier.bucket.take(clock()):
        return _too_many(carrier, counters)
    try:
        async with carrier.turn():
            return {"data": await handle()}
    except RequestError as error:
        counters[f"error_{error.code}"] += 1
        asked = carrier.KIND, carrier.id, request
        log.info("refused by=%s id=%s request=%s code=%s", *asked, error.code)
        return error_ack(error.code, error.nonce, error.server)
    except Exception as error:  # the edge of a request
        counters["internal_errors"] += 1
        fault = type(error).__name__, trace_of(error)
        log.error("a request broke request=%s error=%s trace=%s", request, *fault)
        return error_ack("internal")


def _too_many(carrier: Carrier, counters: Counter[str]) -> JsonObject:
    counters["error_too_many_requests"] += 1
    carrier.excess += 1
    if carrier.excess == ABUSE_MAX:
        carrier.leave()
    return error_ack("too_many_requests")
