"""One webhook message over HTTP: a signed POST that follows nothing and goes nowhere private.

The address is judged where it is used, after its name was resolved, so that a name which resolves
to something else by then leads nowhere either (SSRF, DNS rebinding). Of the answer its status alone
is read.
"""

import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from vmr.webhooks import WebhookMessage, is_public, is_url, signatures

TOTAL_S = 10.0
CONNECT_S = 5.0
AT_ONCE = 8
_TIMEOUT = aiohttp.ClientTimeout(total=TOTAL_S, connect=CONNECT_S)


class NotDelivered(Exception):
    """It was not taken; the text is a word or two for the program's people, and no secret."""


class WebhookDelivery:
    """`close()` may be called twice. `is_private_allowed`: to addresses of our own networks too."""

    def __init__(self, *, is_private_allowed: bool) -> None:
        self._is_private_allowed = is_private_allowed
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, message: WebhookMessage, at: float) -> None:
        """Raises NotDelivered."""
        if not is_url(message.url, is_private_allowed=self._is_private_allowed):
            raise NotDelivered("address not allowed")
        timestamp = int(at)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "vmr",
            "Webhook-Id": message.id,
            "Webhook-Timestamp": str(timestamp),
            "Webhook-Signature": signatures(message, timestamp),
        }
        try:
            async with self._opened().post(
                message.url, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
        except TimeoutError:
            raise NotDelivered("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotDelivered(_word(error)) from None
        if not 200 <= status < 300:
            raise NotDelivered(f"answered {status}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = ThreadedResolver()
            connector = aiohttp.TCPConnector(
                resolver=resolver if self._is_private_allowed else PublicResolver(resolver),
                limit=AT_ONCE,
                force_close=True,
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


class PublicResolver(AbstractResolver):
    """Only what is somewhere in the internet; nothing: OSError."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if is_public(ipaddress.ip_address(one["host"]))]
        if not public:
            raise OSError(None, "the address is not public")
        return public

    async def close(self) -> None:
        await self._resolver.close()


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "wrong certificate"),
    (aiohttp.ClientSSLError, "no TLS"),
    (aiohttp.ClientConnectorError, "not reached"),
    (aiohttp.ClientConnectionError, "connection lost"),
    (aiohttp.ClientError, "no HTTP"),
)


def _word(error: Exception) -> str:
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "not reached")
