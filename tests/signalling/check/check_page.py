"""The page of the self-test without a browser: what it asks of the server over HTTP."""

from typing import Any, Self

import aiohttp

OFFER = "v=0\r\na=sendonly\r\n"


class CheckPage:
    """`async with`; sends the Origin of the server's own pages, unless told another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.client = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def get(self) -> tuple[int, str, dict[str, str]]:
        async with self.client.get(f"{self._url}/check") as answer:
            return answer.status, await answer.text(), dict(answer.headers)

    async def probe(self, over: str = "udp", sdp: str = OFFER) -> tuple[int, dict[str, Any]]:
        return await self.post("probe", {"over": over, "sdp": sdp})

    async def post(self, what: str, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        return await self.send(what, {"json": body}, {"Origin": self._url, **headers})

    async def send(
        self, what: str, body: dict[str, Any], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        url = f"{self._url}/check/{what}"
        async with self.client.post(url, **body, headers=headers) as answer:
            return answer.status, await answer.json()


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["error"]["code"])
