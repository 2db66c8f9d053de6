"""Probes for the self-test: a real transport to this server for each way there is.

A probe is authenticated by the ICE credentials in its answer, those of a TURN server live
`CREDENTIALS_S` and name nobody. The engine knows no meeting of a probe, and ends it by itself.
"""

import asyncio
import logging
import secrets
from collections import Counter
from dataclasses import replace

from media.messages import Answer, OpenProbe, Refused
from signalling.check.messages import ProbeWish
from signalling.errors import RequestError
from signalling.overload import Overload
from signalling.seams import Clock, Engine
from signalling.turn import Turn
from signalling.wire import JsonObject

CREDENTIALS_S = 60.0
ENGINE_S = 10.0
NOT_OFFERED: JsonObject = {"is_offered": False}
_REFUSALS = frozenset({"bad_offer", "offer_without_slots", "unfit_offer", "media_full"})

log = logging.getLogger(__name__)


class Prober:
    """Opens probes; keeps none."""

    def __init__(
        self,
        *,
        engine: Engine,
        turn: Turn,
        clock: Clock,
        counters: Counter[str],
        overload: Overload,
    ) -> None:
        self._engine = engine
        self._overload = overload
        self._turn = turn_for_probes(turn)
        self._clock = clock
        self._counters = counters

    @property
    def has_relays(self) -> bool:
        return bool(self._turn.urls)

    async def open(self, wish: ProbeWish) -> JsonObject:
        """The answer to the offer and the TURN servers to use, or that there is no such way.

        Raises RequestError.
        """
        is_relayed = wish.over == "relay"
        if is_relayed and not self.has_relays:
            return NOT_OFFERED
        if self._overload.is_full:  # a test can wait, a meeting cannot
            self._counters["overload_refused_tests"] += 1
            raise RequestError("media_full")
        name = f"probe-{secrets.token_hex(16)}"
        over = "udp" if is_relayed else wish.over
        reply = await self._ask(OpenProbe(probe=name, over=over, offer=wish.sdp))
        if isinstance(reply, Refused) and reply.code == "no_such_way":
            return NOT_OFFERED
        if not isinstance(reply, Answer):
            code = reply.code if isinstance(reply, Refused) else "internal"
            raise RequestError(code if code in _REFUSALS else "internal")
        servers = self._turn.ice_servers(name, self._clock()) if is_relayed else []
        return {"is_offered": True, "sdp": reply.sdp, "ice_servers": [*servers]}

    async def _ask(self, request: OpenProbe) -> object:
        try:
            async with asyncio.timeout(ENGINE_S):
                return await self._engine.request(request)
        except Exception as error:  # the edge: a worker that ended, or hangs
            log.error("the engine failed request=OpenProbe error=%s", type(error).__name__)
            self._counters["engine_failures"] += 1
            raise RequestError("busy") from error


def turn_for_probes(turn: Turn) -> Turn:
    """The servers that networks which let out nothing but TLS need; where there are none, all."""
    tls = tuple(url for url in turn.urls if url.startswith("turns:"))
    return replace(turn, urls=tls or turn.urls, ttl_s=CREDENTIALS_S)
